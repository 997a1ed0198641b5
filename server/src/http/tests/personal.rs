//! Personal answers, and who reads them: their author and whoever reviews them, whatever the mark stands on.

use shared::answers::{Change, File, Op, OpBody, Value as Answer};
use shared::ids::{BlobId, Epoch, LaneId, QuestionnaireId, RoundId, Seq, hex_text};
use shared::wire::review::CaseView;
use shared::wire::v1::{Cursor, OpBatch, PullResponse, PushRequest, WIRE_VERSION};

use super::push::{Field, MINE};
use super::*;

const SURVEY: &str = "\
type,name,label::Bahasa Indonesia (id),bind::lumbung:personal,constraint,constraint_message::Bahasa Indonesia (id)
begin_group,a,A,,,
text,umum,Umum,,. != 'x',Tidak sama dengan ${nama}.
text,nama,Nama,yes,,
end_group,,,,,
begin_group,b,B,yes,,
text,alamat,Alamat,,,
image,wajah,Foto wajah,,,
begin_group,c,C,,,
text,telepon,Telepon,,,
end_group,,,,,
end_group,,,,,
begin_repeat,r,R,yes,,
text,anak,Nama anak,,,
end_repeat,,,,,
";
const SETTINGS: &str = "\
form_title,form_id,version,default_language,namespaces
Uji,uji,1,Bahasa Indonesia (id),\"lumbung=\"\"https://lumbung.id/xforms\"\"\"
";

/// A round over that form, with two enumerators of one village.
async fn field() -> (Field, Who) {
    let mut field = Field::new().await;
    let sheets = json!({"survey": SURVEY, "choices": "", "settings": SETTINGS});
    let made = field.server.post(&field.admin, "/questionnaires", sheets);
    let made = made.await.ok();
    let questionnaire = &made["questionnaire"]["id"];
    let body = json!({
        "name": "Ronde 2", "kind": "real", "questionnaire": questionnaire, "regencies": ["53.02"],
    });
    let round = field.server.post(&field.admin, "/rounds", body).await.ok();
    field.round = round["id"].as_str().unwrap().parse::<RoundId>().unwrap();
    field.questionnaire = questionnaire.as_str().unwrap().parse().unwrap();
    let budi = field.server.account("budi", Role::Enumerator, &[]).await;
    for account in [field.ani, budi] {
        let work =
            json!({"round": round["id"], "account": account, "villages": [MINE], "modules": []});
        let answer = field.server.post(&field.admin, "/assignments", work).await;
        answer.ok();
    }
    let other = field.server.phone(&field.admin, budi).await;
    (field, other)
}

fn written(field: &Field) -> Vec<Op> {
    let text = |counter, path: &str| {
        let change = Change::Set(Answer::Text("x".to_owned()));
        field.op(counter, MINE, path, change)
    };
    let photo = Change::Set(Answer::File(File {
        blob: BlobId([9; 32]),
        name: "wajah.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        bytes: 9,
    }));
    let row = field.op(6, MINE, "/r", Change::AddRow);
    let child = format!("/r[{}]/anak", row.id());
    let mut ops = vec![
        text(1, "/a/umum"),
        text(2, "/a/nama"),
        text(3, "/b/alamat"),
        text(4, "/b/c/telepon"),
        field.op(5, MINE, "/b/wajah", photo),
        row,
    ];
    ops.push(text(7, &child));
    ops
}

fn paths<'o>(ops: impl Iterator<Item = &'o OpBody>) -> Vec<String> {
    let mut paths: Vec<String> = ops.map(|op| op.path.template()).collect();
    paths.sort();
    paths
}

/// What `who` is shown of the village, with the desk's cursor where it has one.
async fn opened(field: &Field, who: &Who, cursor: Option<Cursor>) -> (Vec<String>, CaseView) {
    let mut path = format!("/cases/{}/{MINE}", field.round);
    if let Some(cursor) = cursor {
        let (epoch, id) = (hex_text(&cursor.epoch.0), cursor.id.unwrap());
        let position = cursor.position.0;
        path.push_str(&format!("?epoch={epoch}&position={position}&id={id}"));
    }
    let view = field.server.get(who, &path).await.ok();
    let mut view: CaseView = serde_json::from_value(view).unwrap();
    let pages = std::mem::take(&mut view.pages).into_iter();
    let pages = pages.map(|page| page.ops.unpack(field.round).unwrap());
    let ops: Vec<_> = pages.flatten().collect();
    (paths(ops.iter().map(|(op, _)| &**op)), view)
}

async fn push(field: &Field, ops: &[Op]) {
    let request = PushRequest {
        wire: WIRE_VERSION,
        partition: ops[0].case.partition(),
        lane: LaneId([1; 16]),
        from: Seq(1),
        previous: None,
        ops: OpBatch::pack(ops.iter().map(|op| (op, None))),
    };
    let body = serde_json::to_value(request).unwrap();
    let pushed = field.server.post(&field.phone, "/sync/push", body).await;
    assert_eq!(pushed.ok()["result"], "accepted");
}

#[tokio::test]
async fn a_desk_is_told_where_the_log_stands_and_an_analyst_is_not() {
    let (field, _) = field().await;
    let ops = written(&field);
    push(&field, &ops).await;
    let citra = field.server.sign_in("citra").await;
    let (_, view) = opened(&field, &citra, None).await;
    let last = view.last.unwrap();
    assert_eq!((last.position, last.id), (Seq(7), Some(ops[6].id())));
    assert_eq!(view.stands, None);
    let stands = async |cursor: Cursor| opened(&field, &citra, Some(cursor)).await.1.stands;
    assert_eq!(stands(last).await, Some(true));
    let third = Cursor {
        position: Seq(3),
        id: Some(ops[2].id()),
        ..last
    };
    assert_eq!(stands(third).await, Some(true));
    for other in [
        Cursor {
            id: Some(ops[3].id()),
            ..third
        },
        Cursor {
            epoch: Epoch([7; 16]),
            ..third
        },
        Cursor {
            position: Seq(u64::MAX),
            ..third
        },
    ] {
        assert_eq!(stands(other).await, Some(false));
    }
    // A name is computed from what was said: whoever may not read it could try short answers.
    field.server.account("eka", Role::Analyst, &["53.02"]).await;
    let eka = field.server.sign_in("eka").await;
    let (_, view) = opened(&field, &eka, Some(third)).await;
    assert_eq!(view.last, None);
}

#[tokio::test]
async fn answers_of_a_form_that_is_not_here_are_hidden_and_not_erased() {
    let (field, _) = field().await;
    let mut body = written(&field)[0].body().clone();
    body.questionnaire = QuestionnaireId([77; 16]);
    let op = Op::new(body);
    push(&field, std::slice::from_ref(&op)).await;
    field.server.account("eka", Role::Analyst, &["53.02"]).await;
    let eka = field.server.sign_in("eka").await;
    let citra = field.server.sign_in("citra").await;
    let path = format!("/cases/{}/{MINE}", field.round);
    for is_let_in in [false, true] {
        if is_let_in {
            let path = format!("{path}/admit");
            let admitted = field.server.post(&citra, &path, json!({"ops": [op.id()]}));
            assert_eq!(admitted.await.ok()["admitted"], 1);
        }
        let (seen, view) = opened(&field, &eka, None).await;
        assert_eq!((seen.len(), view.quarantined.len()), (0, 0));
        // Nobody can say whether it is about a person: to erase it would lose what was meant to be kept.
        let path = format!("{path}/erase-personal");
        let erased = field.server.post(&field.admin, &path, json!({})).await.ok();
        assert_eq!(erased, json!({"answers": 0, "photos": 0}));
        let (seen, view) = opened(&field, &citra, None).await;
        let counts = (seen.len(), view.quarantined.len());
        assert_eq!(counts, if is_let_in { (1, 0) } else { (0, 1) });
        assert_eq!(view.withheld, None);
    }
}

#[tokio::test]
async fn a_colleague_and_an_analyst_read_nothing_that_is_personal() {
    let (field, budi) = field().await;
    let ops = written(&field);
    push(&field, &ops).await;
    assert_eq!(field.stored(MINE).await, (7, vec![]));

    let pull = async |who: &Who| {
        let asked = json!({
            "wire": WIRE_VERSION, "partition": ops[0].case.partition(), "cursor": null,
            "limit": 500, "digests": [],
        });
        let answer = field.server.post(who, "/sync/pull", asked).await.ok();
        match serde_json::from_value(answer).unwrap() {
            PullResponse::Page { ops, .. } => {
                let ops = ops.unpack(field.round).unwrap();
                paths(ops.iter().map(|(op, _)| &**op))
            }
            PullResponse::Reset { .. } => panic!("a first page"),
        }
    };
    assert_eq!(pull(&field.phone).await.len(), 7);
    assert_eq!(pull(&budi).await, ["/a/umum"]);

    let show = async |who: &Who| {
        let (seen, view) = opened(&field, who, None).await;
        (seen, view.withheld)
    };
    let citra = field.server.sign_in("citra").await;
    let (seen, withheld) = show(&citra).await;
    assert_eq!((seen.len(), withheld), (7, None));
    field.server.account("eka", Role::Analyst, &["53.02"]).await;
    let eka = field.server.sign_in("eka").await;
    let (seen, withheld) = show(&eka).await;
    assert_eq!(seen, ["/a/umum"]);
    assert_eq!(withheld.unwrap().answers, 6);

    let queue = async |who: &Who| {
        let path = format!("/rounds/{}/queue", field.round);
        let queue = field.server.get(who, &path).await.ok();
        let reasons = queue["cases"][0]["reasons"].as_array().unwrap().clone();
        let errors = reasons.into_iter().find(|it| it["kind"] == "errors");
        errors.unwrap()["first_id"].as_str().unwrap().to_owned()
    };
    assert_eq!(queue(&citra).await, "Tidak sama dengan x.");
    assert_eq!(queue(&eka).await, "tidak ditampilkan");

    // Somebody asks for it: what was said is gone for those who reviewed it too, and nothing becomes a fault of it.
    let path = format!("/cases/{}/{MINE}/erase-personal", field.round);
    let refused = field.server.post(&citra, &path, json!({})).await;
    assert_eq!(refused.problem(), "403 forbidden");
    let erased = field.server.post(&field.admin, &path, json!({})).await.ok();
    assert_eq!(erased, json!({"answers": 5, "photos": 1}));
    let (seen, withheld) = show(&citra).await;
    assert_eq!(seen, ["/a/umum", "/r"]);
    let withheld = withheld.unwrap();
    assert_eq!((withheld.answers, withheld.erased.len()), (5, 5));
    assert_eq!(queue(&citra).await, "Tidak sama dengan .");
    assert_eq!(pull(&field.phone).await, ["/a/umum", "/r"]);
    assert_eq!(pull(&citra).await, ["/a/umum", "/r"]);
    let again = field.server.post(&field.admin, &path, json!({})).await.ok();
    assert_eq!(again, json!({"answers": 0, "photos": 0}));
    let nowhere = format!("/cases/{}/{MINE}/erase-personal", RoundId([0; 16]));
    let missing = field.server.post(&field.admin, &nowhere, json!({})).await;
    assert_eq!(missing.problem(), "404 round_missing");
}

#[tokio::test]
async fn where_something_was_erased_what_else_is_missing_is_still_noticed() {
    let (field, _) = field().await;
    let ops = written(&field);
    let body = field.packed(1, &ops);
    field
        .server
        .post(&field.phone, "/sync/push", body)
        .await
        .ok();
    let path = format!("/cases/{}/{MINE}/erase-personal", field.round);
    let erased = field.server.post(&field.admin, &path, json!({})).await.ok();
    assert_eq!(erased["answers"], 5);
    let epoch = field.server.app.store.hub_keys().await.unwrap().epoch;
    let last = ops.last().unwrap().id();
    // By the places of the ops in the log.
    let differs = async |held: &[usize]| {
        let held = held.iter().map(|index| ops[*index].id()).collect();
        let asked = json!({
            "wire": WIRE_VERSION, "partition": ops[0].case.partition(), "limit": 500,
            "cursor": {"epoch": epoch, "position": 7, "id": last},
            "digests": [{"region": MINE, "digest": shared::merge::digest(&held)}],
        });
        let answer = field.server.post(&field.phone, "/sync/pull", asked);
        let answer = answer.await.ok();
        assert_eq!(answer["result"], "page");
        !answer["differs"].is_null()
    };
    // The phone that wrote them, one that was enrolled since, and one that had read half of it.
    assert!(!differs(&[0, 1, 2, 3, 4, 5, 6]).await);
    assert!(!differs(&[0, 5]).await);
    assert!(!differs(&[0, 1, 2, 5]).await);
    // None of them can lack what is not personal.
    assert!(differs(&[1, 2, 3, 4, 5, 6]).await);
    assert!(differs(&[0]).await);
    assert!(differs(&[]).await);
    let safety = field.server.get(&field.admin, "/safety").await.ok();
    assert_eq!(safety["mismatches"][0]["what"]["region"], MINE);
    assert!(!differs(&[0, 5]).await);
    let safety = field.server.get(&field.admin, "/safety").await.ok();
    assert!(safety["mismatches"][0]["recovered"].is_i64());
}

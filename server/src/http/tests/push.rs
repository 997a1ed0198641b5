//! `/api/v1/sync/push` and what a person or a program may do wrong in it.

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use shared::answers::{
    Change, Evidence, File, Op, OpBody, SEEN_MAX, TEXT_BYTES_MAX, Value as Answer,
};
use shared::ids::{BlobId, BootId, CaseId, DeviceId, LaneId, OpId, RoundId, Seq, VisitId};
use shared::wire::v1::{BATCH_OPS_MAX, BODY_BYTES_MAX, OpBatch, PushRequest, WIRE_VERSION};
use std::io::Write as _;

use super::*;

pub(super) const MINE: &str = "53.02.05.2001";
pub(super) const NOT_MINE: &str = "53.02.05.2002";
pub(super) const ELSEWHERE: &str = "53.21.03.2003";

/// A server with the real questionnaire, a round, an enumerator with one village, and a phone.
pub(super) struct Field {
    pub(super) server: Server,
    pub(super) admin: Who,
    pub(super) round: RoundId,
    pub(super) questionnaire: QuestionnaireId,
    pub(super) ani: AccountId,
    pub(super) phone: Who,
}

impl Field {
    pub(super) async fn new() -> Field {
        let (server, admin) = Server::furnished().await;
        let imported = server
            .post_text(&admin, "/questionnaires?source=builtin", "")
            .await
            .ok();
        let questionnaire = &imported["questionnaire"]["id"];
        let body = json!({
            "name": "Ronde 1", "kind": "real", "questionnaire": questionnaire,
            "regencies": ["53.02", "53.21"],
        });
        let round = server.post(&admin, "/rounds", body).await.ok();
        let ani = server.account("ani", Role::Enumerator, &[]).await;
        server.account("citra", Role::Supervisor, &["53.02"]).await;
        server.account("dewi", Role::Supervisor, &["53.21"]).await;
        let work = json!({"round": round["id"], "account": ani, "villages": [MINE], "modules": []});
        server.post(&admin, "/assignments", work).await.ok();
        let phone = server.phone(&admin, ani).await;
        Field {
            round: round["id"].as_str().unwrap().parse().unwrap(),
            questionnaire: questionnaire.as_str().unwrap().parse().unwrap(),
            server,
            admin,
            ani,
            phone,
        }
    }

    pub(super) fn op(&self, counter: u64, village: &str, path: &str, change: Change) -> Op {
        Op::new(OpBody {
            case: CaseId {
                round: self.round,
                region: village.parse().unwrap(),
            },
            path: path.parse().unwrap(),
            change,
            source: None,
            seen: vec![],
            lamport: 1,
            written: Evidence {
                wall: Millis(0),
                zone_minutes: 480,
                monotonic_ms: 0,
                boot: BootId([0; 16]),
                visit: VisitId([0; 16]),
            },
            author: self.ani,
            role: Role::Enumerator,
            device: DeviceId([4; 16]),
            counter,
            questionnaire: self.questionnaire,
            app_version: "0.1.0".to_owned(),
        })
    }

    /// An answer that is in order.
    pub(super) fn visit(&self, counter: u64, village: &str) -> Op {
        let day = Answer::Date("2026-11-20".parse().unwrap());
        let path = "/a_identitas/a_kunjungan/a_tanggal_kunjungan";
        self.op(counter, village, path, Change::Set(day))
    }

    /// A push as a phone packs it, on a lane of its own.
    pub(super) fn packed(&self, lane: u8, ops: &[Op]) -> Value {
        let request = PushRequest {
            wire: WIRE_VERSION,
            partition: ops[0].case.partition(),
            lane: LaneId([lane; 16]),
            from: Seq(1),
            previous: None,
            ops: OpBatch::pack(ops.iter().map(|op| (op, None))),
        };
        serde_json::to_value(request).unwrap()
    }

    async fn push(&self, lane: u8, ops: &[Op]) -> Accepted {
        let body = self.packed(lane, ops);
        let answer = self.server.post(&self.phone, "/sync/push", body).await;
        let body = answer.ok();
        assert_eq!(body["result"], "accepted");
        Accepted(body)
    }

    /// Every op of a village that the server has merged, and the codes under which others lie aside.
    pub(super) async fn stored(&self, village: &str) -> (usize, Vec<String>) {
        let id = CaseId {
            round: self.round,
            region: village.parse().unwrap(),
        };
        let merged = self.server.app.store.case(&id).await.unwrap();
        let aside = self.server.app.store.quarantined(&id).await.unwrap();
        let code = |code| {
            serde_json::to_value(code)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        let codes = aside.into_iter().map(|one| code(one.code));
        (merged.ops().count(), codes.collect())
    }

    async fn admit(&self, who: &Who, village: &str, ops: &[OpId]) -> super::Answer {
        let path = format!("/cases/{}/{village}/admit", self.round);
        self.server.post(who, &path, json!({ "ops": ops })).await
    }
}

/// What an accepted push was answered.
struct Accepted(Value);

impl Accepted {
    fn codes(&self) -> Vec<&str> {
        let aside = self.0["quarantined"].as_array();
        let aside = aside.map(Vec::as_slice).unwrap_or_default();
        aside
            .iter()
            .map(|one| one["code"].as_str().unwrap())
            .collect()
    }
}

/// Checks code and status of a refusal and that its Indonesian text names the place.
#[track_caller]
fn check_refusal(answer: &super::Answer, expect: &str, place: &str) {
    assert_eq!(answer.problem(), expect);
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(place), "{detail}");
}

#[tokio::test]
async fn a_faulty_push_is_refused_with_its_place_and_a_good_one_still_arrives() {
    let field = Field::new().await;
    let good = field.packed(1, &[field.visit(1, MINE)]);
    let push = async |body: &str| {
        let phone = &field.phone;
        field.server.post_text(phone, "/sync/push", body).await
    };
    let text = good.to_string();
    let cut_off = &text[..text.len() / 2];
    check_refusal(&push(cut_off).await, "400 json_malformed", "baris 1, kolom");
    check_refusal(&push("").await, "400 json_malformed", "baris 1");
    check_refusal(&push("[]").await, "422 json_field", "baris 1");
    let date = text.replace("2026-11-20", "20/11/2026");
    check_refusal(
        &push(&date).await,
        "422 json_field",
        "ops[0].change.set.date",
    );
    let date = text.replace("2026-11-20", "2026-02-30");
    check_refusal(
        &push(&date).await,
        "422 json_field",
        "ops[0].change.set.date",
    );
    let path = text.replace("/a_identitas/", "a identitas//");
    check_refusal(&push(&path).await, "422 json_field", "ops[0].path");
    let village = text.replace(MINE, "5302052001");
    check_refusal(&push(&village).await, "422 json_field", "origins[0].region");
    let elsewhere = text.replace(MINE, ELSEWHERE);
    check_refusal(
        &push(&elsewhere).await,
        "422 foreign_partition",
        "kabupaten lain",
    );
    let mut many = good.clone();
    many["ops"] = json!(vec![good["ops"][0].clone(); BATCH_OPS_MAX + 1]);
    check_refusal(
        &push(&many.to_string()).await,
        "422 bad_batch",
        "tetap aman",
    );
    let mut nowhere = good.clone();
    nowhere["ops"][0]["origin"] = json!(7);
    check_refusal(
        &push(&nowhere.to_string()).await,
        "422 bad_batch",
        "tetap aman",
    );
    let mut old = good.clone();
    old["wire"] = json!(99);
    check_refusal(
        &push(&old.to_string()).await,
        "426 wire_version",
        "perbarui",
    );

    assert_eq!(field.stored(MINE).await, (0, vec![]));
    field.push(1, &[field.visit(1, MINE)]).await;
    assert_eq!(field.stored(MINE).await, (1, vec![]));
}

#[tokio::test]
async fn one_answer_passes_over_what_is_of_others() {
    let field = Field::new().await;
    for lane in 1..=4 {
        let first = u64::from(lane) * 1000;
        let ops: Vec<Op> = (first..first + 400)
            .map(|it| field.visit(it, MINE))
            .collect();
        field.push(lane, &ops).await;
    }
    let budi = field.server.account("budi", Role::Enumerator, &[]).await;
    let work =
        json!({"round": field.round, "account": budi, "villages": [NOT_MINE], "modules": []});
    field
        .server
        .post(&field.admin, "/assignments", work)
        .await
        .ok();
    let budi = field.server.phone(&field.admin, budi).await;
    let partition = field.visit(1, MINE).case.partition();
    let asked = json!({
        "wire": WIRE_VERSION, "partition": partition, "cursor": null, "limit": 500, "digests": [],
    });
    let page = field.server.post(&budi, "/sync/pull", asked).await.ok();
    assert_eq!(page["cursor"]["position"], 1600);
    assert_eq!(page["more"], false);
    assert_eq!(page["ops"], json!([]));
}

#[tokio::test]
async fn an_answer_beyond_a_bound_waits_aside_and_blocks_nothing() {
    let field = Field::new().await;
    let path = "/a_identitas/a_narasumber/a_narasumber_nama";
    let text =
        |counter, text: String| field.op(counter, MINE, path, Change::Set(Answer::Text(text)));
    let long = text(1, "x".repeat(TEXT_BYTES_MAX + 1));
    let many = (1..=SEEN_MAX + 1).map(|id| OpId((id as u128).to_be_bytes()));
    let mut body = field
        .op(2, MINE, path, Change::Comment("n".to_owned()))
        .into_body();
    body.seen = many.collect();
    let ops = [long, Op::new(body), text(3, "Ani".to_owned())];
    let accepted = field.push(1, &ops).await;
    assert_eq!(accepted.codes(), ["too_large", "too_large"]);
    let aside = vec!["too_large".to_owned(), "too_large".to_owned()];
    assert_eq!(field.stored(MINE).await, (1, aside));
    let citra = field.server.sign_in("citra").await;
    let refused = field.admit(&citra, MINE, &[ops[0].id()]).await;
    assert_eq!(refused.problem(), "409 not_admissible");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_also_when_it_was_squeezed() {
    let field = Field::new().await;
    let large = " ".repeat(BODY_BYTES_MAX + 1);
    let answer = field
        .server
        .post_text(&field.phone, "/sync/push", &large)
        .await;
    check_refusal(&answer, "413 too_large", "4 MB");
    let mut squeezed = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        squeezed.write_all(large.as_bytes()).unwrap();
    }
    let squeezed = squeezed.finish().unwrap();
    assert!(squeezed.len() < 1024 * 1024);
    let request = request(&field.phone, Method::POST, "/api/v1/sync/push")
        .header(header::CONTENT_ENCODING, "gzip")
        .body(Body::from(squeezed));
    let answer = field.server.send(request.unwrap()).await;
    check_refusal(&answer, "413 too_large", "4 MB");
    let broken = request_of_broken_gzip(&field.phone);
    let answer = field.server.send(broken).await;
    check_refusal(&answer, "400 cut_off", "kirim lagi");
}

#[tokio::test]
async fn a_push_that_came_packed_reads_back_as_what_was_sent() {
    let field = Field::new().await;
    // So many that what came is worth keeping as it came.
    let ops: Vec<Op> = (1..=40).map(|counter| field.visit(counter, MINE)).collect();
    let body = field.packed(1, &ops).to_string();
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(body.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let send = async |encoding: &str| {
        let request = request(&field.phone, Method::POST, "/api/v1/sync/push")
            .header(header::CONTENT_ENCODING, encoding)
            .body(Body::from(packed.clone()));
        field.server.send(request.unwrap()).await
    };
    check_refusal(&send("br").await, "415 encoding_unknown", "gzip");
    assert_eq!(send("gzip").await.ok()["result"], "accepted");
    assert_eq!(field.stored(MINE).await, (40, vec![]));
    let check = field.server.app.store.check().await.unwrap();
    assert_eq!((check.ops, check.faults), (40, vec![]));
}

fn request_of_broken_gzip(who: &Who) -> Request<Body> {
    request(who, Method::POST, "/api/v1/sync/push")
        .header(header::CONTENT_ENCODING, "gzip")
        .body(Body::from("bukan gzip"))
        .unwrap()
}

#[tokio::test]
async fn what_may_not_be_merged_is_kept_aside_beside_what_may() {
    let field = Field::new().await;
    let unknown = Change::Set(Answer::Integer(1));
    let ops = [
        field.visit(1, MINE),
        field.visit(2, NOT_MINE),
        field.op(3, MINE, "/b_penduduk/tidak_ada", unknown),
    ];
    let answer = field.push(1, &ops).await;
    assert_eq!(answer.codes(), ["never_assigned", "unknown_question"]);
    assert_eq!(
        field.stored(MINE).await,
        (1, vec!["unknown_question".to_owned()])
    );
    assert_eq!(
        field.stored(NOT_MINE).await,
        (0, vec!["never_assigned".to_owned()])
    );
    // Once more on another lane: nothing is doubled, and nothing comes in by itself.
    field.push(2, &ops).await;
    assert_eq!(field.stored(MINE).await.0, 1);
    assert_eq!(field.stored(NOT_MINE).await.0, 0);
}

#[tokio::test]
async fn a_supervisor_of_the_region_lets_in_what_was_kept_aside() {
    let field = Field::new().await;
    let aside = field.visit(1, NOT_MINE);
    field.push(1, std::slice::from_ref(&aside)).await;
    let citra = field.server.sign_in("citra").await;
    let dewi = field.server.sign_in("dewi").await;
    let id = [aside.id()];
    let answer = field.admit(&dewi, NOT_MINE, &id).await;
    assert_eq!(answer.problem(), "403 outside_regions");
    let answer = field.admit(&field.admin, NOT_MINE, &id).await;
    assert_eq!(answer.problem(), "403 forbidden");
    let answer = field.admit(&field.phone, NOT_MINE, &id).await;
    assert_eq!(answer.problem(), "401 not_signed_in");
    let answer = field.admit(&citra, NOT_MINE, &[OpId([1; 16])]).await;
    assert_eq!(answer.problem(), "404 op_missing");
    let answer = field.admit(&citra, NOT_MINE, &[]).await;
    assert_eq!(answer.problem(), "422 admit_ops");
    assert_eq!(field.stored(NOT_MINE).await.0, 0);

    // The queue shows it, although nobody has that village.
    let queue = async || {
        let path = format!("/rounds/{}/queue", field.round);
        let queue = field.server.get(&citra, &path).await.ok();
        let cases = queue["cases"].as_array().unwrap();
        let case = cases.iter().find(|case| case["region"] == NOT_MINE);
        case.map_or(Value::Null, |case| case["reasons"].clone())
    };
    assert_eq!(queue().await[0]["kind"], "quarantined");

    let admitted = field.admit(&citra, NOT_MINE, &id).await.ok();
    assert_eq!(admitted["admitted"], 1);
    assert!(!queue().await.to_string().contains("quarantined"));
    assert_eq!(field.stored(NOT_MINE).await, (1, vec![]));
    // In the same instant it would be the same act, repeated.
    field.server.clock.advance(1);
    let answer = field.admit(&citra, NOT_MINE, &id).await;
    assert_eq!(answer.problem(), "404 op_missing");
    let acts = field.server.get(&field.admin, "/audit").await.ok();
    let acts = acts["acts"].as_array().unwrap();
    let act = acts.iter().find(|act| act["what"] == "case.admit");
    assert_eq!(act.unwrap()["who_name"], "CITRA");
    // A phone that offers it again is told that it is in.
    assert!(field.push(3, &[aside]).await.codes().is_empty());
    assert_eq!(field.stored(NOT_MINE).await, (1, vec![]));
}

#[tokio::test]
async fn what_somebody_else_seems_to_have_written_stays_out() {
    let field = Field::new().await;
    let mut body = OpBody::clone(&field.visit(1, MINE));
    body.author = AccountId([9; 16]);
    let forged = Op::new(body);
    let answer = field.push(1, std::slice::from_ref(&forged)).await;
    assert_eq!(answer.codes(), ["foreign_author"]);
    let citra = field.server.sign_in("citra").await;
    let both = [forged.id()];
    let answer = field.admit(&citra, MINE, &both).await;
    check_refusal(&answer, "409 not_admissible", "tetap disimpan");
    assert_eq!(
        field.stored(MINE).await,
        (0, vec!["foreign_author".to_owned()])
    );
}

#[tokio::test]
async fn a_photo_is_shown_to_those_who_may_read_a_village_that_names_it() {
    let field = Field::new().await;
    let mut bytes = b"\xff\xd8\xff".to_vec();
    bytes.extend((0..500_u32).map(|index| (index % 251) as u8));
    let blob = BlobId(Sha256::digest(&bytes).into());
    let path = format!("/blobs/{blob}");
    let sent = request(&field.phone, Method::PATCH, &format!("/api/v1{path}"))
        .header("upload-offset", 0)
        .header("upload-length", bytes.len())
        .body(Body::from(bytes.clone()));
    let sent = field.server.send(sent.unwrap()).await;
    assert_eq!(sent.status, StatusCode::NO_CONTENT);
    let citra = field.server.sign_in("citra").await;
    let dewi = field.server.sign_in("dewi").await;
    // Nothing names it yet: only the phone that sent it gets it back.
    assert_eq!(field.server.get(&field.phone, &path).await.bytes, bytes);
    let answer = field.server.get(&citra, &path).await;
    assert_eq!(answer.problem(), "404 blob_missing");

    let file = File {
        blob,
        bytes: bytes.len() as u64,
        media_type: "image/jpeg".to_owned(),
        name: "foto.jpg".to_owned(),
    };
    let row = OpId([3; 16]);
    let question = format!("/i_penutup/i_foto[{row}]/i_foto_berkas");
    let named = field.op(1, MINE, &question, Change::Set(Answer::File(file)));
    assert!(field.push(1, &[named]).await.codes().is_empty());
    assert_eq!(field.server.get(&citra, &path).await.bytes, bytes);
    for stranger in [&dewi, &field.admin] {
        let answer = field.server.get(stranger, &path).await;
        assert_eq!(answer.problem(), "404 blob_missing");
    }
}

/// The sheets of the built-in questionnaire as version 2, with one label changed.
async fn next_version(field: &Field) -> QuestionnaireId {
    let path = format!("/questionnaires/{}/sheets", field.questionnaire);
    let mut sheets = field.server.get(&field.admin, &path).await.ok();
    let settings = sheets["settings"].as_str().unwrap().to_owned();
    let (head, values) = settings.split_once('\n').unwrap();
    let version_at = head.split(',').position(|name| name == "version").unwrap();
    let mut cells: Vec<&str> = values.trim().split(',').collect();
    cells[version_at] = "2027.1";
    sheets["settings"] = json!(format!("{head}\n{}\n", cells.join(",")));
    let made = field
        .server
        .post(&field.admin, "/questionnaires", sheets)
        .await
        .ok();
    made["questionnaire"]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn a_case_stays_on_its_version_until_somebody_moves_it() {
    let mut field = Field::new().await;
    field.push(1, &[field.visit(1, MINE)]).await;
    let first = field.questionnaire;
    let second = next_version(&field).await;
    let path = format!("/rounds/{}/questionnaire", field.round);
    let admin = field.admin.clone();
    let moved = json!({ "questionnaire": second });
    let round = field.server.post(&admin, &path, moved.clone()).await.ok();
    assert_eq!(round["questionnaire"], json!(second));
    assert_eq!(round["earlier"], json!([first]));
    // Moving again changes nothing.
    let again = field.server.post(&admin, &path, moved).await.ok();
    assert_eq!(again["earlier"], json!([first]));

    // Back to an older one, cases that stand on the newest would fall back by themselves.
    let back = json!({ "questionnaire": first });
    let refused = field.server.post(&admin, &path, back).await;
    assert_eq!(refused.problem(), "422 questionnaire_used_before");

    let citra = field.server.sign_in("citra").await;
    let show = format!("/cases/{}/{MINE}", field.round);
    let case = field.server.get(&citra, &show).await.ok();
    assert_eq!(case["questionnaire"], json!(first));
    assert_eq!(case["newest"], json!(second));
    let facts = shared::wire::v1::DeviceFacts::default();
    let hello = json!({ "wire": WIRE_VERSION, "facts": facts, "partitions": [] });
    let hello = field.server.post(&field.phone, "/sync/hello", hello).await;
    let hello = hello.ok();
    assert_eq!(hello["rounds"][0]["earlier"], json!([first]), "{hello}");

    field.questionnaire = second;
    field.push(2, &[field.visit(2, MINE)]).await;
    let case = field.server.get(&citra, &show).await.ok();
    assert_eq!(case["questionnaire"], json!(second));
}

#[tokio::test]
async fn a_round_takes_only_versions_of_its_own_questionnaire() {
    let field = Field::new().await;
    let path = format!("/rounds/{}/questionnaire", field.round);
    let sheets = json!({
        "survey": "type,name,label\ntext,a,A\n", "choices": "list_name,name,label\n",
        "settings": "form_id,form_title,version\nlain,Lain,1\n",
    });
    let other = field
        .server
        .post(&field.admin, "/questionnaires", sheets)
        .await
        .ok();
    let send = async |questionnaire: Value, who: &Who| {
        let body = json!({ "questionnaire": questionnaire });
        field.server.post(who, &path, body).await.problem()
    };
    let other = other["questionnaire"]["id"].clone();
    assert_eq!(
        send(other, &field.admin).await,
        "422 questionnaire_other_form"
    );
    let unknown = json!("09".repeat(16));
    assert_eq!(
        send(unknown, &field.admin).await,
        "404 questionnaire_missing"
    );
    let citra = field.server.sign_in("citra").await;
    let same = json!(field.questionnaire);
    assert_eq!(send(same.clone(), &citra).await, "403 forbidden");
    let close = format!("/rounds/{}/close", field.round);
    field
        .server
        .post(&field.admin, &close, json!({}))
        .await
        .ok();
    assert_eq!(send(same, &field.admin).await, "422 round_closed");
}

/// Asks until the server has checked what came.
async fn checked(field: &Field, who: &Who, village: &str, newest: u64) -> Value {
    let path = format!("/cases/{}/{village}/findings", field.round);
    for _ in 0..400 {
        let found = field.server.get(who, &path).await.ok();
        if found["newest"] == json!(newest) {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{village} was not checked up to {newest}");
}

#[tokio::test]
async fn what_arrives_is_checked_here_too_and_the_findings_stand_beside_it() {
    let field = Field::new().await;
    let citra = field.server.sign_in("citra").await;
    let day = |day: &str| Change::Set(Answer::Date(day.parse().unwrap()));
    let path = "/a_identitas/a_kunjungan/a_tanggal_kunjungan";
    // By the clock of this phone the visit is still to come.
    let wrong = field.op(1, MINE, path, day("2026-11-20"));
    field.push(1, std::slice::from_ref(&wrong)).await;
    let found = checked(&field, &citra, MINE, 1).await;
    assert_eq!(found["questionnaire"], json!(field.questionnaire));
    let here = |found: &Value| {
        let all = found["findings"].as_array().unwrap().clone();
        let here = all.into_iter().find(|each| each["path"] == path);
        here.map(|each| (each["code"].clone(), each["is_error"].clone()))
    };
    assert_eq!(here(&found), Some((json!("doubt"), json!(false))));
    let path_of_round = format!("/rounds/{}/findings", field.round);
    let round = field.server.get(&citra, &path_of_round).await.ok();
    let question = round
        .as_array()
        .unwrap()
        .iter()
        .find(|each| each["question"] == path);
    assert_eq!(question.unwrap()["regions"], json!([MINE]));
    // Mended, it is gone.
    let mended = Op::new(OpBody {
        seen: vec![wrong.id()],
        lamport: 2,
        ..field.op(2, MINE, path, day("1969-11-20")).body().clone()
    });
    field.push(2, &[mended]).await;
    assert_eq!(here(&checked(&field, &citra, MINE, 2).await), None);
    // Another kabupaten's supervisor reads none of it.
    let dewi = field.server.sign_in("dewi").await;
    let path = format!("/cases/{}/{MINE}/findings", field.round);
    let answer = field.server.get(&dewi, &path).await;
    assert_eq!(answer.problem(), "403 outside_regions");
    let round = field.server.get(&dewi, &path_of_round).await.ok();
    assert_eq!(round, json!([]));
}

#[tokio::test]
async fn the_administrator_sees_what_is_short_and_who_holds_it() {
    let field = Field::new().await;
    let hello = async |verified: u64, last: Value, unsent: u64| {
        let facts = shared::wire::v1::DeviceFacts {
            unsent_ops: unsent,
            ..Default::default()
        };
        let partition = json!({
            "partition": {"round": field.round, "regency": "53.02"}, "lane": "0b".repeat(16),
            "verified": verified, "last": last, "cursor": null,
        });
        let hello = json!({"wire": WIRE_VERSION, "facts": facts, "partitions": [partition]});
        let answer = field.server.post(&field.phone, "/sync/hello", hello).await;
        answer.ok()["partitions"][0].clone()
    };
    let safety = async || field.server.get(&field.admin, "/safety").await.ok();
    assert_eq!(safety().await["last_backup"], Value::Null);
    assert_eq!(safety().await["grace_days"], 30);
    // Told in another life of the hub that seven answers are here.
    let status = hello(7, json!("0c".repeat(16)), 0).await;
    assert_eq!(
        (&status["lane_length"], &status["safe"]),
        (&json!(0), &json!(0))
    );
    let short = safety().await["shortfalls"][0].clone();
    assert_eq!(
        (&short["missing"], &short["recovered"]),
        (&json!(7), &Value::Null)
    );
    assert_eq!(short["account_name"], "ANI");
    let round = field.round.to_string();
    assert_eq!(safety().await["round_names"], json!({round: "Ronde 1"}));
    let regency = &safety().await["region_names"]["53.02"];
    assert!(regency.is_string(), "{regency}");
    hello(0, Value::Null, 7).await;
    assert_eq!(safety().await["shortfalls"][0]["recovered"], Value::Null);
    hello(0, Value::Null, 0).await;
    assert!(safety().await["shortfalls"][0]["recovered"].is_i64());
    // Nobody can hold what was lost where nobody works; such notes would hide the real ones.
    for (round, regency) in [
        ("0e".repeat(16), "53.02"),
        (field.round.to_string(), "53.21"),
    ] {
        let partition = json!({
            "partition": {"round": round, "regency": regency}, "lane": "0b".repeat(16),
            "verified": 9, "last": "0c".repeat(16), "cursor": null,
        });
        let facts = shared::wire::v1::DeviceFacts::default();
        let hello = json!({"wire": WIRE_VERSION, "facts": facts, "partitions": [partition]});
        let answer = field.server.post(&field.phone, "/sync/hello", hello).await;
        assert_eq!(answer.ok()["partitions"][0]["lane_length"], 0);
    }
    assert_eq!(safety().await["shortfalls"].as_array().unwrap().len(), 1);
    let refused = field.server.get(&field.phone, "/safety").await;
    assert_eq!(refused.problem(), "401 not_signed_in");
}

#[tokio::test]
async fn the_administrator_sees_whose_answers_differ_until_they_are_the_same() {
    let field = Field::new().await;
    let op = field.visit(1, MINE);
    field.push(1, std::slice::from_ref(&op)).await;
    let epoch = field.server.app.store.hub_keys().await.unwrap().epoch;
    let partition = json!({"round": field.round, "regency": "53.02"});
    let cursor = |position: u64, id: Value| json!({"epoch": epoch, "position": position, "id": id});
    let here = cursor(1, json!(op.id()));
    let hello = async |who: &Who, lane: u8, verified: u64, last: Value, cursor: Value| {
        let facts = shared::wire::v1::DeviceFacts::default();
        let asked = json!({
            "partition": partition, "lane": LaneId([lane; 16]), "verified": verified,
            "last": last, "cursor": cursor,
        });
        let hello = json!({"wire": WIRE_VERSION, "facts": facts, "partitions": [asked]});
        field.server.post(who, "/sync/hello", hello).await.ok();
    };
    let pull = async |village: &str, ids: &[OpId], cursor: &Value| {
        let digest = shared::merge::digest(&ids.iter().copied().collect());
        let asked = json!({
            "wire": WIRE_VERSION, "partition": partition, "cursor": cursor, "limit": 500,
            "digests": [{"region": village, "digest": digest}],
        });
        field
            .server
            .post(&field.phone, "/sync/pull", asked)
            .await
            .ok()
    };
    let noted = async || {
        let safety = field.server.get(&field.admin, "/safety").await.ok();
        let all = safety["mismatches"].as_array().cloned().unwrap_or_default();
        let brief = all.into_iter().map(|it| {
            let is_open = it["recovered"].is_null();
            let kind = it["what"]["kind"].as_str().unwrap().to_owned();
            (
                it["account_name"].as_str().unwrap().to_owned(),
                kind,
                is_open,
            )
        });
        let mut brief: Vec<(String, String, bool)> = brief.collect();
        brief.sort();
        brief
    };
    let line = |who: &str, kind: &str, is_open| (who.to_owned(), kind.to_owned(), is_open);

    // A village: the phone has an op that is not here.
    let page = pull(MINE, &[op.id()], &here).await;
    assert_eq!(
        (page["differs"].clone(), noted().await),
        (Value::Null, vec![])
    );
    let page = pull(MINE, &[op.id(), OpId([7; 16])], &here).await;
    assert_eq!(page["differs"], json!([MINE]));
    assert_eq!(noted().await, [line("ANI", "village", true)]);
    let safety = field.server.get(&field.admin, "/safety").await.ok();
    assert_eq!(safety["mismatches"][0]["what"]["region"], MINE);
    assert!(safety["mismatches"][0]["device"].is_string());
    assert!(safety["region_names"][MINE].is_string());
    // One of another kabupaten is none of this log.
    pull(ELSEWHERE, &[OpId([7; 16])], &here).await;
    assert_eq!(noted().await.len(), 1);
    pull(MINE, &[op.id()], &here).await;
    assert_eq!(noted().await, [line("ANI", "village", false)]);

    // The log is shorter than what the phone had read of it: what others wrote is lost too.
    let beyond = cursor(5, json!(OpId([8; 16])));
    let mine = json!(op.id());
    hello(&field.phone, 1, 1, mine.clone(), beyond.clone()).await;
    let safety = field.server.get(&field.admin, "/safety").await.ok();
    assert_eq!(
        safety["mismatches"][0]["what"],
        json!({"kind": "log", "missing": 4})
    );
    hello(&field.phone, 1, 1, mine.clone(), Value::Null).await;
    assert_eq!(noted().await[0], line("ANI", "log", true));
    hello(&field.phone, 1, 1, mine.clone(), here.clone()).await;
    assert_eq!(noted().await[0], line("ANI", "log", false));
    // The same where it is met while reading.
    assert_eq!(pull(MINE, &[], &beyond).await["result"], "reset");
    assert_eq!(noted().await[0], line("ANI", "log", true));
    hello(&field.phone, 1, 1, mine.clone(), here.clone()).await;
    // A hub that was restored and has what was read lost nothing.
    let mut other_life = here.clone();
    other_life["epoch"] = json!("0d".repeat(16));
    hello(&field.phone, 1, 1, mine.clone(), other_life).await;
    assert_eq!(noted().await[0], line("ANI", "log", false));

    // A desk has no id; its account is known.
    let citra = field.server.sign_in("citra").await;
    hello(&citra, 3, 2, json!(OpId([9; 16])), Value::Null).await;
    assert_eq!(noted().await[2], line("CITRA", "lane", true));
    // A desk of another kabupaten cannot hold what was lost here.
    let dewi = field.server.sign_in("dewi").await;
    hello(&dewi, 4, 2, json!(OpId([9; 16])), Value::Null).await;
    assert_eq!(noted().await.len(), 3);
    let renewed = json!({
        "wire": WIRE_VERSION, "partition": partition, "lane": LaneId([5; 16]), "from": 1,
        "previous": null, "origins": [], "ops": [],
    });
    field.server.post(&citra, "/sync/push", renewed).await.ok();
    let body = field.packed(5, std::slice::from_ref(&op));
    field.server.post(&citra, "/sync/push", body).await.ok();
    hello(&citra, 5, 1, mine, Value::Null).await;
    assert_eq!(noted().await[2], line("CITRA", "lane", false));
}

//! Rankings over a real store: a small questionnaire, two people, and what they approved.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use shared::answers::{Change, Evidence, File, OpBody, Submission};
use shared::ids::{AccountId, BlobId, BootId, DeviceId, Digest, LaneId, Path, Role, Seq, VisitId};
use shared::priority::{Observed, Record};
use shared::sync::hub::{Sender, Stretch};
use shared::time::Millis;
use shared::wire::office::{AssignmentNew, Language, QuestionnaireSheets, RoundKind};
use shared::wire::priority::{DecisionNew, Minutes};
use shared::wire::v1::PushResponse;

use super::*;
use crate::decisions::{compare, freeze};
use crate::http::import_questionnaire;
use crate::import::Beside;
use crate::store::{AccountDraft, Push, RegionRow, RoundDraft};

const SURVEY: &str = "\
type,name,label::Bahasa Indonesia (id),label::English (en),bind::lumbung:personal
begin_group,a,A,A,
integer,dokter,Dokter,Doctors,
select_one ya_tidak,air,Air,Water,
image,foto,Foto balai,Photo of the hall,
image,ktp,KTP,Identity card,yes
end_group,,,,
begin_group,b,B,B,yes
image,rumah,Rumah,House,
end_group,,,,
";
const CHOICES: &str = "\
list_name,name,label::Bahasa Indonesia (id),label::English (en)
ya_tidak,ya,Ya,Yes
ya_tidak,tidak,Tidak,No
";
const SETTINGS: &str = "\
form_title,form_id,version,default_language,namespaces
Uji,uji,1,Bahasa Indonesia (id),\"lumbung=\"\"https://lumbung.id/xforms\"\"\"
";
/// Doctors fill a gap from the round before, and so does a word.
const METHOD: &str = r#"
format = 1
id = "kita"
version = "1"
label = { id = "Kita", en = "Ours" }
decimals = 2

[[dimension]]
id = "d"
label = { id = "D", en = "D" }

[[indicator]]
id = "dokter"
dimension = "d"
label = { id = "Dokter", en = "Doctors" }
expression = "${dokter}"
missing = "last_round"
normalise = { kind = "min_max", min = 0, max = 10 }

[[indicator]]
id = "air"
dimension = "d"
label = { id = "Air", en = "Water" }
expression = "${air}"
missing = "last_round"
[indicator.normalise]
kind = "ladder"
top = 1
rungs = [
  { score = 0, is = ["tidak"], label = { id = "tidak", en = "no" }, source = "uji", verified = true },
  { score = 1, is = ["ya"], label = { id = "ya", en = "yes" }, source = "uji", verified = true },
]
"#;
const KEY: &str = "kita@1";

const OLD: &str = "53.21.03.2001";
const NEW: &str = "53.21.03.2002";
const ELSEWHERE: &str = "53.21.03.2003";

const ENUMERATOR: AccountId = AccountId([1; 16]);
const SUPERVISOR: AccountId = AccountId([2; 16]);
const ANALYST: AccountId = AccountId([3; 16]);

struct Field {
    store: Store,
    forms: Forms,
    questionnaire: QuestionnaireId,
    counter: AtomicU64,
    _folder: TempDir,
}

impl Field {
    async fn new() -> Field {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path(), Millis(1)).await.unwrap();
        let act = Act::by_program(Millis(1));
        let codes = ["53", "53.21", "53.21.03", OLD, NEW, ELSEWHERE];
        let rows = codes.iter().map(|code| RegionRow {
            code: code.parse().unwrap(),
            name: format!("Wilayah {code}"),
        });
        store.put_regions(rows.collect(), act).await.unwrap();
        let sheets = QuestionnaireSheets {
            survey: SURVEY.to_owned(),
            choices: CHOICES.to_owned(),
            settings: SETTINGS.to_owned(),
            entities: String::new(),
        };
        let imported = import_questionnaire(&store, sheets, Beside::default(), act).await;
        let people = [
            (ENUMERATOR, "ani", Role::Enumerator),
            (SUPERVISOR, "citra", Role::Supervisor),
            (ANALYST, "dewi", Role::Analyst),
        ];
        let people = people.map(|(id, name, role)| AccountDraft {
            id,
            username: name.to_owned(),
            name: name.to_uppercase(),
            role,
            regions: vec!["53.21".parse().unwrap()],
            language: Language::Id,
            password_hash: "x".to_owned(),
        });
        store.make_accounts(people.to_vec(), act).await.unwrap();
        let field = Field {
            questionnaire: imported.unwrap().questionnaire.id,
            store,
            forms: Forms::default(),
            counter: AtomicU64::new(1),
            _folder: folder,
        };
        let saved = save_method(&field.store, METHOD.to_owned(), act).await;
        assert_eq!(saved.unwrap().key(), KEY);
        field
    }

    /// A round that is opened at that time, with all villages given to the enumerator.
    async fn round(&self, at: i64, kind: RoundKind) -> RoundId {
        let id = RoundId([u8::try_from(at).unwrap(); 16]);
        let draft = RoundDraft {
            id,
            name: format!("Ronde {at}"),
            kind,
            questionnaire: self.questionnaire,
            regencies: vec!["53.21".parse().unwrap()],
        };
        let act = Act::by_program(Millis(at));
        self.store.open_round(draft, act).await.unwrap();
        let work = AssignmentNew {
            round: id,
            account: ENUMERATOR,
            villages: [OLD, NEW, ELSEWHERE].map(|it| it.parse().unwrap()).into(),
            modules: Vec::new(),
        };
        self.store.assign(work, act).await.unwrap();
        id
    }

    async fn case(&self, round: RoundId, village: &str) -> Case {
        let region = village.parse().unwrap();
        self.store.case(&CaseId { round, region }).await.unwrap()
    }

    /// What somebody says of a village, as a push of its own.
    async fn say(&self, case: &mut Case, said: &[(&str, Change)], author: (AccountId, Role)) {
        let mut ops = Vec::new();
        for (path, change) in said {
            let path: Path = path.parse().unwrap();
            let context = case.context(&path, change, &[]);
            let op = Op::new(OpBody {
                case: case.id().clone(),
                path,
                change: change.clone(),
                source: None,
                seen: context.seen,
                lamport: context.lamport,
                written: Evidence {
                    wall: Millis(1),
                    zone_minutes: 480,
                    monotonic_ms: 1,
                    boot: BootId([1; 16]),
                    visit: VisitId([1; 16]),
                },
                author: author.0,
                role: author.1,
                device: DeviceId(author.0.0),
                counter: self.counter.fetch_add(1, Ordering::Relaxed),
                questionnaire: self.questionnaire,
                app_version: "0".to_owned(),
            });
            case.insert(op.clone());
            ops.push((op, None));
        }
        let mut lane = [0; 16];
        let first = self.counter.fetch_add(1, Ordering::Relaxed);
        lane[..8].copy_from_slice(&first.to_be_bytes());
        let push = Push {
            partition: case.id().partition(),
            lane: LaneId(lane),
            stretch: Stretch {
                from: Seq(1),
                previous: None,
            },
            ops,
            came: None,
            strangers: BTreeSet::new(),
            personal: BTreeSet::new(),
            sender: Sender {
                account: author.0,
                role: author.1,
                regions: vec!["53.21".parse().unwrap()],
                revoked: false,
            },
            key: self.store.hub_keys().await.unwrap().mac_key(),
        };
        let answer = self.store.push(push, Millis(2)).await.unwrap();
        let is_in =
            matches!(&answer, PushResponse::Accepted { quarantined, .. } if quarantined.is_empty());
        assert!(is_in, "{answer:?}");
    }

    async fn answer(&self, round: RoundId, village: &str, said: &[(&str, Change)]) {
        let mut case = self.case(round, village).await;
        let author = (ENUMERATOR, Role::Enumerator);
        self.say(&mut case, said, author).await;
    }

    /// Submits a village as it is, and approves what has that digest; its own where none is named.
    async fn approve(&self, round: RoundId, village: &str, digest: Option<Digest>) {
        let mut case = self.case(round, village).await;
        let modules = ["a", "b"].map(str::to_owned).into_iter().collect();
        let submit = Change::Review(Review::Submit(Submission {
            digest: case.content_digest(),
            modules,
        }));
        let author = (ENUMERATOR, Role::Enumerator);
        self.say(&mut case, &[("/", submit)], author).await;
        let digest = digest.unwrap_or_else(|| case.content_digest());
        let approve = Change::Review(Review::Approve { digest });
        let author = (SUPERVISOR, Role::Supervisor);
        self.say(&mut case, &[("/", approve)], author).await;
    }

    async fn approved(&self, round: RoundId, village: &str, said: &[(&str, Change)]) {
        self.answer(round, village, said).await;
        self.approve(round, village, None).await;
    }

    async fn frozen(&self, round: RoundId) -> FrozenView {
        let analyst = self.store.account(ANALYST).await.unwrap();
        let found = frozen_view(&self.store, &self.forms, &analyst, round, KEY).await;
        found.unwrap()
    }
}

fn doctors(count: i64) -> (&'static str, Change) {
    ("/a/dokter", Change::Set(Value::Integer(count)))
}

fn water(word: &str) -> (&'static str, Change) {
    ("/a/air", Change::Set(Value::Choice(word.to_owned())))
}

fn photo(path: &'static str, id: u8) -> (&'static str, Change) {
    let file = File {
        blob: BlobId([id; 32]),
        bytes: 3,
        media_type: "image/jpeg".to_owned(),
        name: "foto.jpg".to_owned(),
    };
    (path, Change::Set(Value::File(file)))
}

/// What the round before says of doctors and water.
fn before(frozen: &FrozenView, village: &str) -> [Option<f64>; 2] {
    let mut units = frozen.units.iter();
    let unit = units.find(|unit| unit.region == village).unwrap();
    [0, 1].map(|index| unit.indicators[index].last_round)
}

#[tokio::test]
async fn a_gap_is_filled_from_the_round_before_which_is_named() {
    let field = Field::new().await;
    let oldest = field.round(10, RoundKind::Real).await;
    field.approved(oldest, OLD, &[doctors(9)]).await;
    let last = field.round(20, RoundKind::Real).await;
    field.approved(last, OLD, &[doctors(4), water("ya")]).await;
    // Later, but of a training, of another village, or not approved: none of them is the round before.
    let training = field.round(30, RoundKind::Training).await;
    field.approved(training, OLD, &[doctors(7)]).await;
    let elsewhere = field.round(40, RoundKind::Real).await;
    field.approved(elsewhere, ELSEWHERE, &[doctors(8)]).await;
    field.answer(elsewhere, OLD, &[doctors(6)]).await;
    let now = field.round(50, RoundKind::Real).await;
    let after = field.round(60, RoundKind::Real).await;
    field.approved(after, OLD, &[doctors(1)]).await;
    field
        .approved(now, OLD, &[("/a/dokter", Change::Unknown)])
        .await;
    field.approved(now, NEW, &[water("ya")]).await;

    let frozen = field.frozen(now).await;
    assert_eq!(frozen.last_round.as_deref(), Some("Ronde 20"));
    // A word has no number, and a village that is new has no round before.
    assert_eq!(before(&frozen, OLD), [Some(4.0), None]);
    assert_eq!(before(&frozen, NEW), [None, None]);
    let method = parse(METHOD).unwrap();
    let ranking = rank(&method, &frozen.units, &frozen.seed).unwrap();
    let normalised = |village: &str| {
        let unit = ranking.unit(village).unwrap();
        [0, 1].map(|index| unit.indicators[index].normalised)
    };
    assert_eq!(normalised(OLD), [Some(0.4), Some(0.0)]);
    assert_eq!(normalised(NEW), [Some(0.0), Some(1.0)]);

    // The record holds it, and so computes to the same bytes without the store.
    let analyst = field.store.account(ANALYST).await.unwrap();
    let new = DecisionNew {
        seed: "17 42".to_owned(),
        changes: Vec::new(),
        minutes: Minutes::default(),
    };
    let (store, forms) = (&field.store, &field.forms);
    let made = freeze(store, forms, &analyst, (now, KEY), new, Millis(99)).await;
    let made = made.unwrap();
    assert_eq!(made.facts.last_round.as_deref(), Some("Ronde 20"));
    let bytes = store.decision_record(made.id).await.unwrap();
    let record = Record::read(&bytes).unwrap();
    assert_eq!(record.recompute().unwrap().write().as_bytes(), bytes);
    let mut units = record.units().iter();
    let unit = units.find(|unit| unit.region == OLD).unwrap();
    assert_eq!(unit.indicators[0].value, Observed::Unknown);
    assert_eq!(unit.indicators[0].last_round, Some(4.0));
    let (_, regions) = store.decision(made.id).await.unwrap();
    let same = compare(store, forms, (now, regions), bytes).await;
    assert_eq!(same.unwrap().count, 0);
}

#[tokio::test]
async fn a_pilot_of_one_village_hides_no_census() {
    let field = Field::new().await;
    let census = field.round(10, RoundKind::Real).await;
    field.approved(census, OLD, &[doctors(4)]).await;
    field.approved(census, NEW, &[doctors(5)]).await;
    let pilot = field.round(20, RoundKind::Real).await;
    field.approved(pilot, NEW, &[doctors(6)]).await;
    let now = field.round(30, RoundKind::Real).await;
    for village in [OLD, NEW] {
        field.approved(now, village, &[water("ya")]).await;
    }
    let frozen = field.frozen(now).await;
    assert_eq!(before(&frozen, OLD), [Some(4.0), None]);
    assert_eq!(before(&frozen, NEW), [Some(6.0), None]);
    assert_eq!(frozen.last_round.as_deref(), Some("Ronde 20, Ronde 10"));
}

#[tokio::test]
async fn without_a_round_before_a_gap_counts_its_worst() {
    let field = Field::new().await;
    let now = field.round(10, RoundKind::Real).await;
    field.approved(now, OLD, &[water("ya")]).await;
    let frozen = field.frozen(now).await;
    assert_eq!(frozen.last_round, None);
    assert_eq!(before(&frozen, OLD), [None, None]);
    let method = parse(METHOD).unwrap();
    let ranking = rank(&method, &frozen.units, &frozen.seed).unwrap();
    let detail = &ranking.unit(OLD).unwrap().indicators[0];
    assert_eq!((detail.normalised, detail.observed), (Some(0.0), false));
}

#[tokio::test]
async fn what_was_not_fit_to_be_ranked_then_fills_no_gap_now() {
    let field = Field::new().await;
    let last = field.round(10, RoundKind::Real).await;
    field.answer(last, OLD, &[doctors(4)]).await;
    // Nobody has what that approval was given to.
    field.approve(last, OLD, Some(Digest([7; 16]))).await;
    let now = field.round(20, RoundKind::Real).await;
    field.approved(now, OLD, &[water("ya")]).await;
    let frozen = field.frozen(now).await;
    assert_eq!(frozen.last_round, None);
    assert_eq!(before(&frozen, OLD), [None, None]);
}

#[tokio::test]
async fn a_decision_waits_for_a_conflict_that_could_turn_it() {
    let field = Field::new().await;
    let waiting = format!(
        "{}\n[held]\nrule = \"wait\"\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n\
         [programme.quota]\nper_area = 1\n",
        METHOD.replace("\"kita\"", "\"tunggu\"")
    );
    let (store, forms) = (&field.store, &field.forms);
    let saved = save_method(store, waiting, Act::by_program(Millis(1))).await;
    let key = saved.unwrap().key();
    let now = field.round(20, RoundKind::Real).await;
    field.approved(now, OLD, &[doctors(4), water("ya")]).await;
    // Two counts of doctors, neither of whose authors had seen the other's.
    let mut apart = field.case(now, NEW).await;
    field.answer(now, NEW, &[doctors(1), water("tidak")]).await;
    let author = (ENUMERATOR, Role::Enumerator);
    field.say(&mut apart, &[doctors(9)], author).await;
    field.approve(now, NEW, None).await;

    let analyst = store.account(ANALYST).await.unwrap();
    let decide = async |changes: Vec<shared::priority::Change>| {
        let new = DecisionNew {
            seed: "17 42".to_owned(),
            changes,
            minutes: Minutes::default(),
        };
        freeze(store, forms, &analyst, (now, &key), new, Millis(99)).await
    };
    // At best ten doctors and no water: as much as 0.5, less than the 0.7 of the other.
    assert_eq!(decide(Vec::new()).await.unwrap().facts.chosen, 1);

    field.answer(now, NEW, &[water("ya")]).await;
    field.approve(now, NEW, None).await;
    let Err(RankingError::Problems(problems)) = decide(Vec::new()).await else {
        panic!("it waits");
    };
    let places: Vec<&str> = problems.iter().map(|it| it.place.as_str()).collect();
    assert_eq!(places, [format!("held {NEW}")]);
    let made = decide(vec![shared::priority::Change {
        region: NEW.to_owned(),
        to: shared::priority::ChangedTo::NotChosen,
        by: "Maria".to_owned(),
        reason: "Rapat".to_owned(),
    }]);
    let made = made.await.unwrap();
    let bytes = store.decision_record(made.id).await.unwrap();
    let record = Record::read(&bytes).unwrap();
    assert_eq!(record.recompute().unwrap().write().as_bytes(), bytes);
    let unit = record.awaited()[0];
    assert_eq!(unit.region, NEW);
    // What is in conflict is not known, what is not stays.
    assert_eq!(unit.indicators[0].value, Observed::Unknown);
    assert_eq!(unit.indicators[1].value, Observed::Text("ya".to_owned()));

    // Newer answers may leave others to wait for, and are compared all the same.
    let mut apart = field.case(now, ELSEWHERE).await;
    field
        .answer(now, ELSEWHERE, &[doctors(1), water("ya")])
        .await;
    field.say(&mut apart, &[doctors(9)], author).await;
    field.approve(now, ELSEWHERE, None).await;
    let (_, regions) = store.decision(made.id).await.unwrap();
    let compared = compare(store, forms, (now, regions), bytes).await.unwrap();
    assert!(0 < compared.count);
}

#[test]
fn a_method_asks_for_the_round_before_also_in_its_draws() {
    let asks = |document: &str| before::is_asked(&parse(document).unwrap());
    assert!(asks(METHOD));
    let plain = METHOD.replace("last_round", "worst");
    assert!(!asks(&plain));
    assert!(asks(&format!(
        "{plain}\n[uncertainty]\nmissing = [\"worst\", \"last_round\"]\n"
    )));
}

/// Paths of the photos on the card of a village.
async fn card(field: &Field, round: RoundId) -> Vec<String> {
    let region = OLD.parse().unwrap();
    let found = photos(&field.store, &field.forms, round, region).await;
    found.unwrap().into_iter().map(|it| it.path).collect()
}

#[tokio::test]
async fn a_card_shows_the_photos_that_were_approved_and_none_that_came_since() {
    let field = Field::new().await;
    let round = field.round(10, RoundKind::Real).await;
    field.answer(round, OLD, &[photo("/a/foto", 1)]).await;
    assert_eq!(card(&field, round).await, Vec::<String>::new());
    field.approve(round, OLD, None).await;
    assert_eq!(card(&field, round).await, ["/a/foto"]);
    field.answer(round, OLD, &[photo("/a/foto", 2)]).await;
    let region = OLD.parse().unwrap();
    let found = photos(&field.store, &field.forms, round, region).await;
    assert_eq!(found.unwrap()[0].blob, BlobId([1; 32]));

    // What that approval was given to is not here: the village is held, and shows nothing in its stead.
    field.approve(round, OLD, Some(Digest([7; 16]))).await;
    let frozen = field.frozen(round).await;
    assert_eq!(frozen.units[0].holds[0].kind, HoldKind::NotApproved);
    assert_eq!(card(&field, round).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_photo_of_a_personal_question_or_group_is_never_on_the_card() {
    let field = Field::new().await;
    let round = field.round(10, RoundKind::Real).await;
    let said = [
        photo("/a/foto", 1),
        photo("/a/ktp", 2),
        photo("/b/rumah", 3),
    ];
    field.approved(round, OLD, &said).await;
    assert_eq!(card(&field, round).await, ["/a/foto"]);
}

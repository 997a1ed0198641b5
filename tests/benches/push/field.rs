//! A round in the field: enumerators, each with a phone and villages of their own, and what the phones send.
//!
//! Always: a village is one submission: 250 answers of all kinds and the act "finished", packed as a phone packs it.
//! Always: the same from run to run.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use server::auth::{new_token, token_hash};
use server::clock::Clock;
use server::store::{AccountDraft, Act, Place, QuestionnaireDraft, Redemption, RoundDraft, Store};
use shared::answers::{Change, Decimal, Evidence, Op, OpBody, Review, Submission, Value};
use shared::ids::{
    AccountId, BootId, CaseId, DeviceId, Digest, LaneId, OpId, PartitionId, Path, QuestionnaireId,
    RegionId, Role, RoundId, Seq, VisitId,
};
use shared::questionnaire::model::{Kind, Questionnaire};
use shared::questionnaire::sheet::{Sheets, import};
use shared::time::Millis;
use shared::wire::office::{AssignmentNew, DeviceFacts, Language, QuestionnaireSheets, RoundKind};
use shared::wire::v1::{OpBatch, PushRequest, WIRE_VERSION};

pub(crate) const ROUND: RoundId = RoundId([9; 16]);
const ANSWERS: usize = 250;
/// The answers and the act "finished".
pub(crate) const OPS: usize = ANSWERS + 1;
/// Villages of one kecamatan.
const VILLAGES: usize = 500;

/// What is sent in one scenario.
pub(crate) struct Field {
    pub(crate) form: Arc<Questionnaire>,
    pub(crate) phones: Vec<Phone>,
}

pub(crate) struct Phone {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    pub(crate) partition: PartitionId,
    /// In the order of the bodies.
    pub(crate) villages: Vec<RegionId>,
    /// Requests, packed by gzip.
    pub(crate) bodies: Vec<Vec<u8>>,
}

impl Field {
    /// `count` submissions of each phone, the phones spread over so many kabupaten.
    pub(crate) fn new(phones: usize, partitions: usize, count: usize) -> Result<Field> {
        let form = potensi_desa()?;
        let questions = questions(&form);
        let phones = (0..phones).map(|index| {
            let regency = 1 + index % partitions;
            let first = index / partitions * count;
            let villages: Vec<RegionId> = (first..first + count)
                .map(|number| village(regency, number))
                .collect::<Result<_>>()?;
            let mut phone = Phone {
                account: AccountId(named(1, index)),
                device: DeviceId(named(2, index)),
                partition: PartitionId {
                    round: ROUND,
                    regency: villages[0].regency(),
                },
                villages,
                bodies: Vec::new(),
            };
            phone.bodies = phone.submissions(form.fingerprint(), &questions)?;
            Ok(phone)
        });
        let phones = phones.collect::<Result<_>>()?;
        Ok(Field { form, phones })
    }

    /// Every kabupaten, and how many ops its phones send.
    pub(crate) fn partitions(&self) -> BTreeMap<PartitionId, u64> {
        let mut partitions = BTreeMap::new();
        for phone in &self.phones {
            *partitions.entry(phone.partition.clone()).or_default() +=
                (OPS * phone.bodies.len()) as u64;
        }
        partitions
    }

    /// Makes accounts, round and assignments in a place without data, and enrols the phones; returns what each shows
    /// to be let in.
    pub(crate) async fn prepare(&self, place: &Place) -> Result<Vec<String>> {
        let now = Clock::default().now();
        let store = Store::open(place.clone(), now).await?;
        let act = Act::by_program(now);
        let account = |phone: &Phone| AccountDraft {
            id: phone.account,
            username: format!("petugas.{}", phone.account),
            name: "Petugas".to_owned(),
            role: Role::Enumerator,
            regions: vec![phone.partition.regency.clone()],
            language: Language::Id,
            password_hash: "none".to_owned(),
        };
        for some in self.phones.chunks(50) {
            store
                .make_accounts(some.iter().map(account).collect(), act)
                .await?;
        }
        store.put_questionnaire(draft(&self.form), act).await?;
        let round = RoundDraft {
            id: ROUND,
            name: "Bench".to_owned(),
            kind: RoundKind::Training,
            questionnaire: self.form.fingerprint(),
            regencies: self
                .partitions()
                .into_keys()
                .map(|partition| partition.regency)
                .collect(),
        };
        store.open_round(round, act).await?;
        let mut bearers = Vec::new();
        for phone in &self.phones {
            let work = AssignmentNew {
                round: ROUND,
                account: phone.account,
                villages: phone.villages.clone(),
                modules: vec![],
            };
            store.assign(work, act).await?;
            bearers.push(phone.enrol(&store, act).await?);
        }
        store.close().await;
        Ok(bearers)
    }
}

impl Phone {
    async fn enrol(&self, store: &Store, act: Act) -> Result<String> {
        let (token, hash) = new_token();
        let expires = Millis(act.at.0 + 1_000_000);
        store
            .offer_enrolment(self.account, hash, expires, act)
            .await?;
        let (secret, secret_hash) = new_token();
        let redemption = Redemption {
            account: None,
            token_hash: token_hash(&token),
            attempt_hash: String::new(),
            device: self.device,
            secret_hash,
            facts: DeviceFacts::default(),
            now: act.at,
        };
        let (device, _) = store.redeem_enrolment(redemption).await?;
        Ok(format!("{device}.{secret}"))
    }

    fn submissions(&self, form: QuestionnaireId, questions: &[Question]) -> Result<Vec<Vec<u8>>> {
        let mut previous: Option<OpId> = None;
        let mut bodies = Vec::with_capacity(self.villages.len());
        for (number, region) in self.villages.iter().enumerate() {
            let case = CaseId {
                round: ROUND,
                region: region.clone(),
            };
            let first = number * OPS;
            let ops: Vec<Op> = (0..OPS)
                .map(|index| self.op(form, &case, questions, first, index))
                .collect();
            let request = PushRequest {
                wire: WIRE_VERSION,
                partition: self.partition.clone(),
                lane: LaneId(self.device.0),
                from: Seq(first as u64 + 1),
                previous,
                ops: OpBatch::pack(ops.iter().map(|op| (op, None))),
            };
            previous = ops.last().map(Op::id);
            let mut packer = GzEncoder::new(Vec::new(), Compression::default());
            packer.write_all(&serde_json::to_vec(&request)?)?;
            bodies.push(packer.finish()?);
        }
        Ok(bodies)
    }

    fn op(
        &self,
        form: QuestionnaireId,
        case: &CaseId,
        questions: &[Question],
        first: usize,
        index: usize,
    ) -> Op {
        let counter = (first + index) as u64;
        let chance =
            mixed(counter ^ u64::from_be_bytes(self.device.0[8..].try_into().unwrap_or_default()));
        let (path, change) = match index {
            ANSWERS => (Path::root(), finished()),
            _ => {
                let question = &questions[index % questions.len()];
                (question.path.clone(), Change::Set(answer(question, chance)))
            }
        };
        // Ten to forty seconds for each answer.
        let at = counter as i64 * 25_000 + (chance % 15_000) as i64;
        Op::new(OpBody {
            case: case.clone(),
            path,
            change,
            source: None,
            seen: vec![],
            lamport: 1,
            written: Evidence {
                wall: Millis(1_795_000_000_000 + at),
                zone_minutes: 480,
                monotonic_ms: at as u64 + 7_777,
                boot: BootId(self.device.0),
                visit: VisitId(named(3, first)),
            },
            author: self.account,
            role: Role::Enumerator,
            device: self.device,
            counter,
            questionnaire: form,
            app_version: "0.1.0".to_owned(),
        })
    }
}

fn finished() -> Change {
    Change::Review(Review::Submit(Submission {
        digest: Digest([5; 16]),
        modules: vec![],
    }))
}

fn answer(question: &Question, chance: u64) -> Value {
    match question.kind {
        Kind::Integer => Value::Integer((chance >> 8) as i64 % 4_000),
        Kind::Decimal => {
            Decimal::parse(&format!("{}.{}", chance >> 8 & 255, 1 + (chance >> 16) % 9))
                .map_or(Value::Integer(1), Value::Decimal)
        }
        Kind::Text => Value::Text(format!(
            "Pasar mingguan di RT {} dekat balai desa",
            chance >> 8 & 31
        )),
        _ => {
            Value::Choice(question.choices[(chance >> 8) as usize % question.choices.len()].clone())
        }
    }
}

/// SplitMix64: the same numbers in every run, and nothing for a packer to find.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

fn named(kind: u64, index: usize) -> [u8; 16] {
    let (high, low) = (mixed(kind), mixed(kind << 32 | index as u64));
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&high.to_be_bytes());
    bytes[8..].copy_from_slice(&low.to_be_bytes());
    bytes
}

fn village(regency: usize, number: usize) -> Result<RegionId> {
    let code = format!(
        "53.{regency:02}.{:02}.{}",
        1 + number / VILLAGES,
        2001 + number % VILLAGES
    );
    Ok(code.parse()?)
}

fn potensi_desa() -> Result<Arc<Questionnaire>> {
    let sheets = Sheets {
        survey: include_str!("../../../shared/data/potensi-desa/survey.csv").to_owned(),
        choices: include_str!("../../../shared/data/potensi-desa/choices.csv").to_owned(),
        settings: include_str!("../../../shared/data/potensi-desa/settings.csv").to_owned(),
        files: BTreeMap::from([("wilayah.csv".to_owned(), "name,label\n".to_owned())]),
        ..Sheets::default()
    };
    let imported = import(&sheets);
    Ok(Arc::new(
        imported
            .questionnaire
            .context("the questionnaire imports")?,
    ))
}
fn draft(form: &Questionnaire) -> QuestionnaireDraft {
    QuestionnaireDraft {
        id: form.fingerprint(),
        form_id: form.form_id.clone(),
        title: form.title.clone(),
        version: form.version.clone(),
        questions: 0,
        compiled: form.to_bytes(),
        sheets: QuestionnaireSheets {
            survey: String::new(),
            choices: String::new(),
            settings: String::new(),
            entities: String::new(),
        },
        lists: Vec::new(),
    }
}

/// A question that the phones answer.
struct Question {
    path: Path,
    kind: Kind,
    choices: Vec<String>,
}

/// Those outside of repeats that a word, a number or a choice answers, so that the server's own checks have little to
/// find.
fn questions(form: &Questionnaire) -> Vec<Question> {
    let mut questions = Vec::new();
    for index in 1..form.nodes.len() as u32 {
        let node = form.node(index);
        let list = node.list.and_then(|list| form.lists.get(list as usize));
        let choices: Vec<String> = list.map_or(Vec::new(), |list| {
            list.choices
                .iter()
                .map(|choice| choice.name.clone())
                .collect()
        });
        let is_answered = match node.kind {
            Kind::Text | Kind::Integer | Kind::Decimal => true,
            Kind::SelectOne => !choices.is_empty(),
            _ => false,
        };
        if !is_answered || node.repeat.is_some() {
            continue;
        }
        let mut names = vec![node.name.clone()];
        let mut at = node.parent;
        while at != 0 {
            names.push(form.node(at).name.clone());
            at = form.node(at).parent;
        }
        let path = names
            .iter()
            .rev()
            .fold(Path::root(), |path, name| path.child(name));
        questions.push(Question {
            path,
            kind: node.kind,
            choices,
        });
    }
    questions
}

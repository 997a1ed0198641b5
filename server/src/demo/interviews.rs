//! Fills demo villages by walking the questionnaire as an enumerator would.
//!
//! Always: only relevant questions are answered, in the order of the pages, by ordinary ops of
//! real accounts; what comes out passes the same checks as what a phone brings.
//! Never: writes to the store; the caller pushes the ops as a phone does.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::answers::{Answer, Change, Evidence, Op, OpBody, Review, Submission};
use shared::ids::{AccountId, BootId, CaseId, DeviceId, Path, QuestionnaireId, Role, VisitId};
use shared::merge::{Case, Context};
use shared::questionnaire::interview::{Interview, PageKind, Surroundings, Village as Place};
use shared::questionnaire::model::Questionnaire;
use shared::sorted::Map;
use shared::time::{Millis, Moment};

use super::answers::Village;

/// Answers open further questions; no questionnaire nests deeper than this.
const PASSES_MAX: usize = 12;
/// Time between two answers of an invented interview.
const ANSWER_MS: i64 = 21_000;

/// Who writes, and on which device.
#[derive(Debug, Clone)]
pub struct Author {
    pub account: AccountId,
    pub role: Role,
    pub device: DeviceId,
}

/// One village to be filled.
#[derive(Debug)]
pub struct Work<'a> {
    pub case: CaseId,
    pub village_name: &'a str,
    pub form: &'a Arc<Questionnaire>,
    pub questionnaire: QuestionnaireId,
    pub enumerator: &'a Author,
    pub supervisor: &'a Author,
    /// When the invented interview began.
    pub begun: Moment,
}

/// The ops of an invented interview: first the enumerator's, then the supervisor's.
#[derive(Debug)]
pub struct Filled {
    pub answered: Vec<Op>,
    pub reviewed: Vec<Op>,
}

/// Answers everything that the village has an answer for, submits, and perhaps approves.
pub fn fill(work: &Work<'_>) -> Filled {
    let mut interview = Interviewer::new(work);
    interview.answer_all();
    interview.submit();
    let answered = std::mem::take(&mut interview.written);
    if interview.village.is_approved() {
        interview.approve();
    }
    Filled {
        answered,
        reviewed: interview.written,
    }
}

struct Interviewer<'a> {
    work: &'a Work<'a>,
    village: Village,
    case: Case,
    form: Interview,
    counters: BTreeMap<DeviceId, u64>,
    now_ms: i64,
    written: Vec<Op>,
}

impl<'a> Interviewer<'a> {
    fn new(work: &'a Work<'a>) -> Interviewer<'a> {
        let surroundings = Surroundings {
            moment: work.begun,
            village: Place {
                code: work.case.region.to_string(),
                name: work.village_name.to_owned(),
                kind: None,
            },
            facts: Map::new(),
            last_saved: Map::new(),
        };
        let case = Case::new(work.case.clone());
        Interviewer {
            work,
            village: Village::imagine(&work.case.region),
            form: Interview::new(Arc::clone(work.form), case.answers(), surroundings),
            case,
            counters: BTreeMap::new(),
            now_ms: 0,
            written: Vec::new(),
        }
    }

    fn answer_all(&mut self) {
        for _ in 0..PASSES_MAX {
            let before = self.written.len();
            self.add_rows();
            for page in self.form.pages("id") {
                for item in self.form.page(&page.id, "id") {
                    let open = item.kind.is_question() && !item.read_only && item.answer.is_none();
                    if open {
                        self.answer(&item.path, &item.name);
                    }
                }
            }
            if self.written.len() == before {
                return;
            }
        }
    }

    fn add_rows(&mut self) {
        for page in self.form.pages("id") {
            if page.kind != PageKind::Rows || !page.can_add {
                continue;
            }
            let repeat = page.id.0.clone();
            let wanted = self.village.rows(repeat.name());
            for _ in page.rows.len()..wanted {
                let row = self
                    .write(&repeat, Change::AddRow, self.work.enumerator)
                    .id();
                self.form.add_row(&repeat, row);
            }
        }
    }

    fn answer(&mut self, path: &Path, name: &str) {
        let row = path
            .rows()
            .last()
            .and_then(Path::as_row)
            .and_then(|(repeat, id)| self.case.rows(&repeat).iter().position(|row| *row == id))
            .unwrap_or(0);
        let Some(value) = self.village.answer(name, row) else {
            return;
        };
        self.write(path, Change::Set(value.clone()), self.work.enumerator);
        self.form.answer(path, Some(Answer::Value(value)));
    }

    fn submit(&mut self) {
        let modules = self
            .work
            .form
            .modules()
            .map(|node| node.name.clone())
            .collect();
        let digest = self.case.content_digest();
        let review = Review::Submit(Submission { digest, modules });
        self.write(&Path::root(), Change::Review(review), self.work.enumerator);
    }

    fn approve(&mut self) {
        let review = Review::Approve {
            digest: self.case.content_digest(),
        };
        self.now_ms += 86_400_000;
        self.write(&Path::root(), Change::Review(review), self.work.supervisor);
    }

    fn write(&mut self, path: &Path, change: Change, author: &Author) -> Op {
        let Context { seen, lamport } = self.case.context(path, &change, &[]);
        let counter = self.counters.entry(author.device).or_default();
        *counter += 1;
        self.now_ms += ANSWER_MS;
        // The region tells invented devices apart, so that two villages never share an op.
        let op = Op::new(OpBody {
            case: self.work.case.clone(),
            path: path.clone(),
            change,
            source: None,
            seen,
            lamport,
            written: Evidence {
                wall: Millis(self.work.begun.wall.0 + self.now_ms),
                zone_minutes: self.work.begun.zone_minutes,
                monotonic_ms: self.now_ms.unsigned_abs(),
                boot: BootId(author.device.0),
                visit: VisitId(self.work.enumerator.device.0),
            },
            author: author.account,
            role: author.role,
            device: author.device,
            counter: *counter,
            questionnaire: self.work.questionnaire,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
        });
        self.case.insert(op.clone());
        self.written.push(op.clone());
        op
    }
}

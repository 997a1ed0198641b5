//! One case as its screens show it: computed from its ops by the code that phone and server use.
//!
//! Always: findings are those of the server's queue: an empty answer is wrong only in a module that was sent.
//! Never: changes anything.

use std::sync::Arc;

use shared::answers::{Answer, Change, Op, Review, Value};
use shared::ids::{AccountId, BlobId, CaseId, OpId, Path};
use shared::merge::{Case, CaseState, Conflict, Kind as Register, Merged, answer_of};
use shared::questionnaire::interview::{
    Finding, FindingKind, Interview, ItemView, Surroundings, Village,
};
use shared::questionnaire::model::Kind;
use shared::questionnaire::typed::format_value;
use shared::questionnaire::versions::{self, Reason};
use shared::sorted::{Map, Set};
use shared::sync::phone::Mark;
use shared::wire::review::PersonView;

use super::super::desk::Opened;
use super::value;
use crate::driver::Driver;
use crate::i18n::texts;
use crate::platform;

/// A page of the questionnaire with its answers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sheet {
    pub module: String,
    pub module_label: String,
    /// From below the module down to the page; empty where the module has one page.
    pub title: String,
    pub items: Vec<ItemView>,
}

/// Everything that the tabs of a case show.
#[derive(Debug, Clone)]
pub(in crate::console) struct Shown {
    pub opened: Arc<Opened>,
    pub case: Case,
    /// What `case` holds of what others wrote.
    pub mark: Mark,
    pub interview: Interview,
    pub state: CaseState,
    pub conflicts: Vec<Conflict>,
    pub errors: Vec<Finding>,
    /// Doubts without a note.
    pub doubts: Vec<Finding>,
    /// Doubts that the enumerator answered with a note.
    pub noted: Vec<Finding>,
    pub sheets: Vec<Sheet>,
    /// Own ops that the server does not have yet.
    pub waiting: usize,
    /// The code of the language that labels are in.
    language: &'static str,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Shown) -> bool {
        self.case.len() == other.case.len()
            && self.case.sync_digest() == other.case.sync_digest()
            && self.waiting == other.waiting
            && self.opened == other.opened
    }
}

impl Shown {
    /// Answers that have no place in the case's version of the questionnaire: where, what, why.
    pub(super) fn parked(&self) -> Vec<(Path, String, Reason)> {
        let form = self.interview.questionnaire();
        let carried = versions::carry(form, form, self.interview.answers());
        let words = &texts().console.review;
        let line = |(path, answer, reason)| {
            let text = match &answer {
                Answer::Value(value) => format_value(value),
                Answer::Unknown => words.unknown.to_owned(),
                Answer::Refused => words.refused.to_owned(),
            };
            (path, text, reason)
        };
        carried.parked.into_iter().map(line).collect()
    }

    /// Merges what the journal holds of an opened case.
    pub(in crate::console) fn new(opened: Arc<Opened>, driver: &Driver) -> Shown {
        let id = opened.view.case.clone();
        let case = driver.with_case(&id, Case::clone);
        let mark = driver.mark(&id);
        let waiting = driver.with(|phone| phone.case_status(&id).ops_waiting);
        let modules: Set<String> = opened.view.modules.iter().cloned().collect();
        let mut state = case.state(&modules);
        let withheld = opened.view.withheld.as_ref();
        if let Some(withheld) = withheld {
            state.changed_since_approval = withheld.changed_since_approval;
        }
        // What was erased is laid over the rest as refused.
        let is_whole = withheld.is_none_or(|it| it.answers == it.erased.len() as u64);
        let language = texts().code;
        let interview = interview(&opened, &case);
        let findings = interview.findings();
        let of = |kind: FindingKind, noted: bool| -> Vec<Finding> {
            findings
                .iter()
                .filter(|f| f.kind == kind && f.settled_by_note == noted)
                .filter(|f| f.code != "required" || is_submitted(&state, &f.path))
                .filter(|f| f.code != "required" || !interview.is_excused())
                .filter(|f| f.code != "required" || is_whole)
                .cloned()
                .collect()
        };
        Shown {
            errors: of(FindingKind::Error, false),
            doubts: of(FindingKind::Doubt, false),
            noted: of(FindingKind::Doubt, true),
            conflicts: case.conflicts(),
            sheets: sheets(&interview, language),
            opened,
            case,
            mark,
            interview,
            state,
            waiting,
            language,
        }
    }

    pub(in crate::console) fn id(&self) -> &CaseId {
        self.case.id()
    }

    /// The name of whoever wrote something, with the role.
    pub(super) fn person(&self, id: AccountId) -> String {
        let known = |person: &&PersonView| person.id == id;
        let view = &self.opened.view;
        let found = view.people.iter().find(known);
        match found.or_else(|| view.assignees.iter().find(known)) {
            Some(person) => person.name.clone(),
            None => texts().console.review.you_or_unknown.to_owned(),
        }
    }

    /// Who wrote an op and when, on the clock of the writer's device.
    pub(super) fn byline(&self, op: &Op) -> String {
        let words = &texts().console;
        let when = crate::i18n::date_time_text(op.written.moment(), texts());
        let role = (words.role_name)(op.role);
        let mut line = format!("{} ({role}) · {when}", self.person(op.author));
        if let Some(source) = &op.source {
            line.push_str(&format!(" · {}: {source}", words.review.source));
        }
        line
    }

    pub(super) fn item(&self, path: &Path) -> Option<ItemView> {
        self.interview.item(path, self.language)
    }

    /// The label of a question, or its name where the questionnaire does not have it.
    pub(super) fn label(&self, path: &Path) -> String {
        if path.is_root() {
            return texts().console.review.whole_case.to_owned();
        }
        if let Some(item) = self.item(path) {
            return item.label;
        }
        let questionnaire = self.interview.questionnaire();
        let label = questionnaire.find(&path.template()).map(|node| {
            let language = questionnaire.language(self.language);
            questionnaire.node(node).label.plain(language)
        });
        match label {
            Some(label) if !label.is_empty() => label,
            _ => path.name().to_owned(),
        }
    }

    /// Whether others than its author and those who review are told nothing of the answer.
    pub(super) fn is_personal(&self, path: &Path) -> bool {
        let form = self.interview.questionnaire();
        let found = form.find(&path.template());
        found.is_some_and(|node| form.is_personal(node))
    }

    /// Where a question stands: module and page.
    pub(super) fn place(&self, path: &Path) -> String {
        let found = self
            .sheets
            .iter()
            .find(|sheet| sheet.items.iter().any(|item| item.path == *path));
        match found {
            Some(sheet) if sheet.title.is_empty() => sheet.module_label.clone(),
            Some(sheet) => format!("{} · {}", sheet.module_label, sheet.title),
            None => {
                let module = path.segments().next().map(|segment| segment.name);
                let sheet = self
                    .sheets
                    .iter()
                    .find(|s| Some(s.module.as_str()) == module);
                sheet.map(|s| s.module_label.clone()).unwrap_or_default()
            }
        }
    }

    /// An answer in words, with its unit.
    pub(super) fn answer_text(&self, path: &Path, answer: Option<&Answer>) -> String {
        value::answer_text(answer, self.item(path).as_ref())
    }

    /// What a change says, in words.
    pub(super) fn change_text(&self, op: &Op) -> String {
        self.stated(&op.path, &op.change)
    }

    /// What a change at a path says, in words.
    pub(super) fn stated(&self, path: &Path, change: &Change) -> String {
        let words = &texts().console.review;
        match change {
            Change::Set(_) | Change::Unset | Change::Unknown | Change::Refused => {
                self.answer_text(path, answer_of(change).as_ref())
            }
            Change::AddRow => words.row_added.to_owned(),
            Change::RemoveRow => words.row_removed.to_owned(),
            Change::Comment(text) => (words.commented)(text),
            Change::Review(review) => value::review_text(review),
        }
    }

    /// What stood at the path before an op, as its author saw it.
    pub(super) fn before(&self, op: &Op) -> Option<String> {
        let seen: Vec<String> = op
            .seen
            .iter()
            .filter_map(|id| self.case.get(*id))
            .filter(|seen| {
                seen.path == op.path && Register::of(&seen.change) == Some(Register::Value)
            })
            .map(|seen| self.change_text(seen))
            .collect();
        (!seen.is_empty() && Register::of(&op.change) == Some(Register::Value))
            .then(|| seen.join(" / "))
    }

    /// Photos and files that standing answers name, with their question.
    pub(super) fn files(&self) -> Vec<(Path, shared::answers::File)> {
        self.values(|value| match value {
            Value::File(file) => Some(file.clone()),
            _ => None,
        })
    }

    pub(super) fn points(&self) -> Vec<(Path, shared::answers::Point)> {
        self.values(|value| match value {
            Value::Point(point) => Some(*point),
            _ => None,
        })
    }

    fn values<T>(&self, wanted: impl Fn(&Value) -> Option<T>) -> Vec<(Path, T)> {
        let answers: &Map<Path, Answer> = &self.interview.answers().answers;
        answers
            .iter()
            .filter_map(|(path, answer)| Some((path.clone(), wanted(answer.value()?)?)))
            .collect()
    }

    pub(super) fn has_blob(&self, blob: BlobId) -> bool {
        self.opened.view.blobs.contains(&blob)
    }

    /// Answers that the approval was not given to.
    ///
    /// Where the server knows no state that it was given to, the clocks of the devices tell.
    pub(super) fn newer_than_approval(&self) -> Vec<&Op> {
        let decision = self.state.decision.as_ref();
        let approval = decision.and_then(|decision| self.case.get(decision.op));
        let Some(approval) = approval.filter(|_| self.state.changed_since_approval) else {
            return Vec::new();
        };
        let known = self.opened.view.approved.as_ref();
        let known = known.filter(|known| known.decision == approval.id());
        let known: Option<Set<OpId>> = known.map(|known| known.ops.iter().copied().collect());
        let is_newer = |op: &&Op| match &known {
            Some(known) => !known.contains(&op.id()),
            None => approval.written.wall < op.written.wall,
        };
        let answers = self
            .case
            .ops()
            .filter(|op| Register::of(&op.change).is_some_and(|kind| kind != Register::Review));
        answers.filter(is_newer).collect()
    }

    /// Who wrote what stands at a path, and when; none while several answers compete.
    pub(super) fn writer(&self, path: &Path) -> Option<String> {
        match self.case.merged(path) {
            Merged::One(op) => Some(self.byline(op)),
            _ => None,
        }
    }

    /// Who approved what stands at a path, or that it is newer than the approval; none while nobody has.
    pub(super) fn approval(&self, path: &Path) -> Option<String> {
        let words = &texts().console.review;
        let decision = self.state.decision.as_ref()?;
        let Review::Approve { .. } = decision.review else {
            return None;
        };
        let by = self.byline(self.case.get(decision.op)?);
        let newer = self.newer_than_approval();
        Some(match newer.iter().any(|op| op.path == *path) {
            true => (words.newer_than_approved)(&by),
            false => (words.approved_by)(&by),
        })
    }

    /// How many things need eyes.
    pub(super) fn to_look_at(&self) -> usize {
        self.conflicts.len()
            + self.errors.len()
            + self.doubts.len()
            + self.opened.view.quarantined.len()
    }
}

/// Is the item one that a person answers, or a value that is worth reading?
pub(super) fn is_listed(item: &ItemView) -> bool {
    match item.kind {
        Kind::Note | Kind::Hidden | Kind::Metadata => false,
        Kind::Calculate => item.calculated.is_some() && !item.label.is_empty(),
        _ => true,
    }
}

fn sheets(interview: &Interview, language: &str) -> Vec<Sheet> {
    interview
        .pages(language)
        .into_iter()
        .map(|page| Sheet {
            items: interview
                .page(&page.id, language)
                .into_iter()
                .filter(is_listed)
                .collect(),
            title: page.breadcrumb.get(1..).unwrap_or_default().join(" · "),
            module: page.module,
            module_label: page.module_label,
        })
        .filter(|sheet| !sheet.items.is_empty())
        .collect()
}

/// The questionnaire is told the moment of the newest answer, as on the server.
fn interview(opened: &Opened, case: &Case) -> Interview {
    let now = || platform::clock().moment;
    let moment = case.last_answered().unwrap_or_else(now);
    let surroundings = Surroundings {
        moment,
        village: Village {
            code: case.id().region.to_string(),
            name: opened.view.name.clone(),
            kind: None,
        },
        facts: Map::new(),
        last_saved: Map::new(),
    };
    let form = opened.questionnaire.clone();
    let mut answers = case.answers();
    let withheld = opened.view.withheld.iter();
    for erased in withheld.flat_map(|withheld| &withheld.erased) {
        if !answers.answers.contains_key(&erased.path) {
            answers.answers.insert(erased.path.clone(), Answer::Refused);
        }
    }
    let mut interview = Interview::new(form, answers, surroundings);
    for (name, list) in &opened.lists {
        interview.supply(name, list);
    }
    interview
}

fn is_submitted(state: &CaseState, path: &Path) -> bool {
    let module = path.segments().next();
    module.is_some_and(|module| state.submitted_modules.contains(module.name))
}

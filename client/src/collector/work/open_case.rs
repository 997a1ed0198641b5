//! One case that is being filled: its live interview, and which of its pages were seen.
//!
//! Always: after any change the interview holds what the case's ops merge to.
//! Never: writes; `Work` does.

use std::sync::Arc;

use shared::answers::{Answer, Change};
use shared::ids::{CaseId, Digest, OpId, Path, QuestionnaireId};
use shared::merge::{Case, Merged, answer_of};
use shared::questionnaire::interview::{Interview, PageId, PageView, Surroundings, Village};
use shared::questionnaire::model::Questionnaire;
use shared::sorted::{Map, Set};
use shared::sync::phone::Mark;
use shared::wire::v1::AssignmentView;

use super::case_of;
use super::versions::Others;
use crate::driver::Driver;
use crate::i18n::texts;
use crate::platform;

/// A language that was chosen for questionnaires alone.
const FORM_LANGUAGE_KEY: &str = "lumbung.form_language";

#[derive(Debug)]
pub(in crate::collector) struct OpenCase {
    pub(in crate::collector) id: CaseId,
    pub(in crate::collector) assignment: AssignmentView,
    pub(in crate::collector) questionnaire: QuestionnaireId,
    pub(in crate::collector) interview: Interview,
    /// Other versions of the questionnaire.
    pub(in crate::collector) others: Others,
    /// The code of a language that was chosen for questionnaires alone.
    spoken: Option<String>,
    /// The top groups that I am to fill, in order.
    pub(in crate::collector) modules: Vec<String>,
    /// Pages that were left once: there a missing answer is told.
    pub(in crate::collector) seen: Set<Path>,
    /// What the screens show of what others wrote.
    pub(super) mark: Mark,
    digest: Digest,
}

impl OpenCase {
    pub(super) fn new(
        driver: &Driver,
        assignment: AssignmentView,
        (questionnaire, form): (QuestionnaireId, Arc<Questionnaire>),
        others: Others,
        last_saved: Map<String, String>,
    ) -> OpenCase {
        let id = case_of(&assignment);
        let modules = assigned_modules(&assignment, Some(&form));
        let (answers, digest) = driver.with_case(&id, |case| (case.answers(), case.sync_digest()));
        let surroundings = Surroundings {
            last_saved,
            ..surroundings(driver, &assignment)
        };
        let interview = Interview::new(form, answers, surroundings);
        OpenCase {
            mark: driver.mark(&id),
            id,
            assignment,
            questionnaire,
            interview,
            others,
            spoken: platform::kept(FORM_LANGUAGE_KEY),
            modules,
            seen: Set::new(),
            digest,
        }
    }

    /// The code of the language in which the questionnaire speaks: one chosen for it, else that of the app.
    pub(in crate::collector) fn language(&self) -> String {
        let spoken = self.spoken.as_deref();
        spoken.unwrap_or_else(|| texts().code).to_owned()
    }

    /// The questionnaire speaks another language from now on; `None` is that of the app.
    pub(super) fn speak(&mut self, code: Option<&str>) {
        match code {
            Some(code) => platform::keep(FORM_LANGUAGE_KEY, code),
            None => platform::forget(FORM_LANGUAGE_KEY),
        }
        self.spoken = code.map(str::to_owned);
    }

    /// Shows a change that was journalled as `op`.
    pub(super) fn apply(&mut self, driver: &Driver, path: &Path, change: &Change, op: OpId) {
        self.digest = driver.with_case(&self.id, Case::sync_digest);
        match change {
            Change::Set(_) | Change::Unset | Change::Unknown | Change::Refused => {
                // What another wrote while this was typed may be the provisional answer of the two.
                let answer = driver.with_case(&self.id, |case| case.answer(path));
                self.interview.answer(path, answer);
                // A note counts for the answer that it was written at.
                if self.interview.answers().notes.contains_key(path) {
                    self.interview.set_note(path, "");
                }
            }
            Change::Comment(text) => {
                self.interview.set_note(path, text);
            }
            Change::AddRow if path.as_row().is_none() => {
                self.interview.add_row(path, op);
            }
            Change::AddRow => {
                let answers = driver.with_case(&self.id, Case::answers);
                self.interview.replace(answers);
            }
            Change::RemoveRow => {
                self.interview.remove_row(path);
            }
            Change::Review(_) => {}
        }
    }

    /// Whether a change says anything new: an equal answer would only take its note away.
    pub(super) fn needs(&self, driver: &Driver, path: &Path, change: &Change) -> bool {
        driver.with_case(&self.id, |case| match case.merged(path) {
            Merged::Conflict(_) => true,
            Merged::Empty => answer_of(change).is_some(),
            Merged::One(op) => answer_of(&op.change) != answer_of(change),
        })
    }

    /// Takes in what others wrote; `false` when there is nothing.
    pub(super) fn take_news(&mut self, driver: &Driver) -> bool {
        let now = driver.with_case(&self.id, Case::sync_digest);
        if now == self.digest {
            return false;
        }
        self.digest = now;
        self.mark = driver.mark(&self.id);
        let answers = driver.with_case(&self.id, Case::answers);
        self.interview.replace(answers);
        true
    }

    /// The pages that I walk: those of my modules.
    pub(in crate::collector) fn pages(&self, language: &str) -> Vec<PageView> {
        let mut pages = self.interview.pages(language);
        pages.retain(|page| self.modules.contains(&page.module));
        pages
    }

    /// Where work goes on: the page that was open last, else the next question without an answer.
    pub(in crate::collector) fn next_page(&self, language: &str) -> Option<PageView> {
        let pages = self.pages(language);
        let last = platform::kept(&page_key(&self.id));
        let is_last = |page: &&PageView| Some(page.id.0.as_str()) == last.as_deref();
        if let Some(page) = pages.iter().find(is_last) {
            return Some(page.clone());
        }
        let open = self
            .next_unanswered()
            .and_then(|path| self.interview.locate(&path));
        let found = open.and_then(|id| pages.iter().find(|page| page.id == id).cloned());
        found.or_else(|| pages.into_iter().next())
    }

    /// The next question of my modules without an answer.
    pub(in crate::collector) fn next_unanswered(&self) -> Option<Path> {
        let mut found = self.interview.next_unanswered(None);
        while let Some(path) = &found {
            if self.modules.iter().any(|module| module == module_of(path)) {
                break;
            }
            found = self.interview.next_unanswered(Some(path));
        }
        found
    }

    /// Remembers where this case stopped.
    pub(in crate::collector) fn stop_at(&self, page: &PageId) {
        platform::keep(&page_key(&self.id), page.0.as_str());
    }

    /// What a person answered at a path.
    pub(in crate::collector) fn answer(&self, path: &Path) -> Option<&Answer> {
        self.interview.answers().answers.get(path)
    }
}

fn page_key(case: &CaseId) -> String {
    format!("lumbung.page.{}.{}", case.round, case.region)
}

/// The top group that a path lies in.
pub(in crate::collector) fn module_of(path: &Path) -> &str {
    path.segments().next().map_or("", |segment| segment.name)
}

/// The top groups of an assignment; all of the questionnaire's where it names none.
pub(in crate::collector) fn assigned_modules(
    assignment: &AssignmentView,
    form: Option<&Questionnaire>,
) -> Vec<String> {
    match form {
        Some(form) if assignment.modules.is_empty() => {
            form.modules().map(|node| node.name.clone()).collect()
        }
        _ => assignment.modules.clone(),
    }
}

/// What an interview of this village learns from outside the answers.
pub(super) fn surroundings(driver: &Driver, assignment: &AssignmentView) -> Surroundings {
    let me = driver.me();
    let facts = Map::from([
        ("deviceid".to_owned(), me.device.to_string()),
        ("username".to_owned(), me.account.username),
    ]);
    Surroundings {
        moment: platform::clock().moment,
        village: Village {
            code: assignment.region.to_string(),
            name: assignment.name.clone(),
            kind: None,
        },
        facts,
        last_saved: Map::new(),
    }
}

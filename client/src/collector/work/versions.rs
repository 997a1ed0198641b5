//! Versions of the questionnaire: which one a case stands on, how it moves to the newest, and what has no place.
//!
//! Always: an answer stays, moves by an op, or is shown as having no place; nothing is dropped.
//! Never: moves a case by itself.

use std::sync::Arc;

use leptos::prelude::{Update as _, WithValue as _};
use shared::answers::{Answer, Change};
use shared::ids::{CaseId, Path, QuestionnaireId};
use shared::merge::Case;
use shared::questionnaire::model::Questionnaire;
use shared::questionnaire::versions::{self, Carried, Difference, Reason};
use shared::sorted::Map;
use shared::wire::v1::RoundView;

use super::{OpenError, Work};
use crate::driver::Driver;

/// The other versions that a round has had, as far as they are on this phone.
#[derive(Debug, Clone, Default)]
pub(in crate::collector) struct Others {
    /// The newest, where the case stands on an older one.
    pub(in crate::collector) newest: Option<(QuestionnaireId, Arc<Questionnaire>)>,
    /// The one before that of the case, for the words of questions that are gone.
    pub(super) before: Option<Arc<Questionnaire>>,
}

/// What moving to the newest version would do.
#[derive(Debug)]
pub(in crate::collector) struct Plan {
    pub(in crate::collector) to: Arc<Questionnaire>,
    pub(in crate::collector) differences: Vec<Difference>,
    pub(in crate::collector) carried: Carried,
    /// Whether an answer that would move is one of several that nobody has decided between.
    pub(in crate::collector) is_contested: bool,
    version: QuestionnaireId,
}

/// An answer that has no place in the version that the case stands on.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::collector) struct Parked {
    pub(in crate::collector) label: String,
    pub(in crate::collector) answer: Answer,
    pub(in crate::collector) reason: Reason,
}

impl Work {
    /// The version of the questionnaire that a case stands on.
    pub(super) fn version(self, case: &CaseId, round: &RoundView) -> QuestionnaireId {
        if round.earlier.is_empty() {
            return round.questionnaire;
        }
        let versions = round.versions();
        self.driver()
            .with_case(case, |case: &Case| case.version(&versions))
    }

    /// The open case, where somebody moved it to another version than the one that is shown.
    pub(super) fn moved_away(self) -> Option<CaseId> {
        let (case, shown) = self.open.with_value(|open| {
            let open = open.as_ref()?;
            Some((open.id.clone(), open.questionnaire))
        })?;
        let round = self.round(&case)?;
        (self.version(&case, &round) != shown).then_some(case)
    }

    /// Tells the open case of a version that came to this phone since it was opened.
    pub(super) fn look_for_newest(self) {
        let news = self.open.with_value(|open| {
            let open = open.as_ref()?;
            let round = self.round(&open.id)?;
            let known = open.others.newest.as_ref().map(|(id, _)| *id);
            let newest = round.questionnaire;
            let is_news = newest != open.questionnaire && known != Some(newest);
            (is_news && self.driver().is_whole(newest)).then(|| (open.id.clone(), newest))
        });
        let Some((case, newest)) = news else { return };
        leptos::task::spawn_local(async move {
            if let Some(form) = self.form_here(newest).await
                && self.has_open(&case)
            {
                self.note_down(|open| open.others.newest = Some((newest, form)));
                self.edition.update(|edition| *edition += 1);
            }
        });
    }

    /// A version that is on this phone; a case does not wait for one that is not.
    async fn form_here(self, id: QuestionnaireId) -> Option<Arc<Questionnaire>> {
        let here = self.forms.with_value(|forms| forms.contains_key(&id));
        if !here && !self.driver().has_questionnaire(id).await {
            return None;
        }
        self.form(id).await.ok()
    }

    pub(super) async fn other_versions(
        self,
        round: &RoundView,
        of_case: QuestionnaireId,
    ) -> Others {
        let mut others = Others::default();
        if of_case != round.questionnaire {
            let form = self.form_here(round.questionnaire).await;
            others.newest = form.map(|form| (round.questionnaire, form));
        }
        let versions = round.versions();
        let at = versions.iter().position(|id| *id == of_case).unwrap_or(0);
        if let Some(&before) = at.checked_sub(1).and_then(|at| versions.get(at)) {
            others.before = self.form_here(before).await;
        }
        others
    }

    /// What moving the open case to the newest version would do; nothing where it stands on it.
    pub(in crate::collector) fn plan(self) -> Option<Plan> {
        let conflicts = self.look_at_ops(Case::conflicts);
        self.look(|open| {
            let (version, to) = open.others.newest.clone()?;
            let from = open.interview.questionnaire();
            let carried = versions::carry(from, &to, open.interview.answers());
            let moves = |path: &Path| {
                carried
                    .moves
                    .iter()
                    .any(|(from, to, _)| from == path || to == path)
            };
            Some(Plan {
                differences: versions::outline(from, &to),
                is_contested: conflicts.iter().any(|conflict| moves(&conflict.path)),
                carried,
                version,
                to,
            })
        })
    }

    /// Moves the open case: answers whose question stands elsewhere are written there, and a note says so.
    pub(in crate::collector) async fn move_on(
        self,
        plan: Plan,
        note: String,
    ) -> Result<(), OpenError> {
        self.flush();
        let driver = self.driver();
        let (case, before, mark) =
            self.look(|open| (open.id.clone(), open.questionnaire, open.mark));
        for (from, to, answer) in plan.carried.moves {
            let change = match answer {
                Answer::Value(value) => Change::Set(value),
                Answer::Unknown => Change::Unknown,
                Answer::Refused => Change::Refused,
            };
            driver.write(&case, mark, &to, change, plan.version);
            if from != to {
                driver.write(&case, mark, &from, Change::Unset, before);
            }
        }
        for (_, to, text) in plan.carried.notes {
            driver.write(&case, mark, &to, Change::Comment(text), plan.version);
        }
        // The note is what moves a case of which nothing else does; it stands at the first part of the form.
        let first = plan
            .to
            .children(0)
            .next()
            .map(|index| &plan.to.node(index).name);
        let first = first.map_or_else(Path::root, |name| Path::root().child(name));
        driver.write(&case, mark, &first, Change::Comment(note), plan.version);
        self.open_case(&case).await
    }

    /// Answers of the open case that have no place in its version.
    pub(in crate::collector) fn parked(self) -> Vec<Parked> {
        self.look(|open| {
            let form = open.interview.questionnaire();
            let before = open.others.before.as_ref().unwrap_or(form);
            let carried = versions::carry(form, form, open.interview.answers());
            let language = open.language();
            let label = |path: &Path| {
                let template = path.template();
                let found = [form, before].into_iter().find_map(|form| {
                    let node = form.node(form.find(&template)?);
                    Some(node.label.plain(form.language(&language)))
                });
                found
                    .filter(|label| !label.is_empty())
                    .unwrap_or_else(|| path.name().to_owned())
            };
            let parked = carried.parked.into_iter();
            parked
                .map(|(path, answer, reason)| Parked {
                    label: label(&path),
                    answer,
                    reason,
                })
                .collect()
        })
    }

    /// Keeps the texts of the open case for the next one, where the questionnaire asks for them.
    pub(in crate::collector) fn keep_last_saved(self) {
        let (key, texts) = self.look(|open| {
            let form = open.interview.questionnaire();
            (saved_key(form, &open.id), open.interview.saved_texts())
        });
        if texts.is_empty() {
            return;
        }
        let mut text = String::new();
        for (path, value) in &texts {
            // A line each; what would break a line reads as a blank.
            let value: String = value
                .chars()
                .map(|l| if l.is_control() { ' ' } else { l })
                .collect();
            text.push_str(&format!("{path} {value}\n"));
        }
        let driver = self.driver();
        leptos::task::spawn_local(async move {
            let _ = driver.keep_note(&key, &text).await;
        });
    }
}

/// Of one round: a training leaves nothing to real villages.
fn saved_key(form: &Questionnaire, case: &CaseId) -> String {
    format!("saved/{}/{}", case.round, form.form_id)
}

/// What the case that was finished last said, by path.
pub(super) async fn last_saved(
    driver: &Driver,
    form: &Questionnaire,
    case: &CaseId,
) -> Map<String, String> {
    let kept = driver
        .note(&saved_key(form, case))
        .await
        .unwrap_or_default();
    let line = |line: &str| {
        let (path, value) = line.split_once(' ')?;
        Some((path.to_owned(), value.to_owned()))
    };
    kept.lines().filter_map(line).collect()
}

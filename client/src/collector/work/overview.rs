//! How far a village is, for the list of villages.
//!
//! Always: counted from the answers on this phone; counted again only where the case changed.
//! Never: holds an interview open.

use leptos::prelude::*;
use shared::ids::Path;
use shared::merge::Case;
use shared::questionnaire::interview::{Interview, ModuleState};
use shared::wire::v1::AssignmentView;

use super::open_case::surroundings;
use super::{Work, assigned_modules, case_of};

/// What a card shows besides the state of the case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::collector) struct Overview {
    pub(in crate::collector) answered: usize,
    pub(in crate::collector) relevant: usize,
    /// The first module that is not complete.
    pub(in crate::collector) here: Option<String>,
    /// Labels of the questions that were returned, in the order of the return.
    pub(in crate::collector) returned: Vec<(Path, String)>,
}

impl Overview {
    /// Whole per cent; 100 only when every question is answered.
    pub(in crate::collector) fn percent(&self) -> usize {
        (self.answered * 100)
            .checked_div(self.relevant)
            .unwrap_or(0)
    }
}

impl Work {
    /// Counts a village, or takes the count of last time. Nothing where the questionnaire is not here yet.
    pub(in crate::collector) async fn overview(
        self,
        assignment: &AssignmentView,
        language: &str,
    ) -> Option<Overview> {
        let id = case_of(assignment);
        let driver = self.driver();
        let digest = driver.with_case(&id, Case::sync_digest);
        let known = self.overviews.with_value(|all| all.get(&id).cloned());
        if let Some((_, overview)) = known.filter(|(at, _)| *at == digest) {
            return Some(overview);
        }
        let round = self.round(&id)?;
        let form = self.form(self.version(&id, &round)).await.ok()?;
        let modules = assigned_modules(assignment, Some(&form));
        let answers = driver.with_case(&id, Case::answers);
        let interview = Interview::new(form, answers, surroundings(&driver, assignment));
        let mut overview = Overview::default();
        for module in interview.progress(language) {
            if !modules.contains(&module.module) {
                continue;
            }
            overview.answered += module.answered;
            overview.relevant += module.relevant;
            let is_open = matches!(module.state, ModuleState::NotStarted | ModuleState::Started);
            if is_open && overview.here.is_none() {
                overview.here = Some(module.label);
            }
        }
        for question in self.state(assignment).returned {
            let label = interview
                .item(&question.path, language)
                .map_or_else(|| question.path.name().to_owned(), |item| item.label);
            overview.returned.push((question.path, label));
        }
        self.overviews.update_value(|all| {
            all.insert(id, (digest, overview.clone()));
        });
        Some(overview)
    }
}

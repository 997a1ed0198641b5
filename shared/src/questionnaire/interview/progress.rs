//! How far the work is, where it goes on, and where a word stands.
//!
//! Always: counts questions that a person answers; notes, calculated and fed values do not count.
//! Never: counts what is irrelevant.

use super::instances::InstanceIndex;
use super::{FindingKind, Interview, ModuleProgress, ModuleState, SEARCH_RESULTS_MAX};
use crate::ids::Path;
use crate::text::folded;

impl Interview {
    /// One line for each module, in order.
    pub fn progress(&self, language: &str) -> Vec<ModuleProgress> {
        let language = self.questionnaire.language(language);
        self.instances
            .children(0)
            .filter(|&module| self.node_of(module).kind.is_container())
            .map(|module| self.module_progress(module, language))
            .collect()
    }

    /// The next question that applies and has no answer, after the given one or from the start.
    pub fn next_unanswered(&self, after: Option<&Path>) -> Option<Path> {
        let start = after
            .and_then(|path| self.instances.find(path))
            .map_or(0, |index| index + 1);
        let mut rest = start..self.instances.all.len();
        let found = rest.find(|&index| self.is_asked(index) && self.given(index).is_none())?;
        Some(self.instances.all[found].path.clone())
    }

    /// Questions whose label, hint or name holds the text, without regard to case and accents.
    pub fn search(&self, text: &str, language: &str) -> Vec<(Path, String)> {
        let wanted = folded(text.trim());
        if wanted.is_empty() {
            return Vec::new();
        }
        let language = self.questionnaire.language(language);
        (0..self.instances.all.len())
            .filter(|&index| self.is_asked(index))
            .filter_map(|index| {
                let node = self.node_of(index);
                let label = self.words(&node.label, language, index);
                let hint = self.words(&node.hint, language, index);
                let all = folded(&format!("{label} {hint} {}", node.name));
                all.contains(&wanted)
                    .then(|| (self.instances.all[index].path.clone(), label))
            })
            .take(SEARCH_RESULTS_MAX)
            .collect()
    }

    /// Whether a person is to answer it now.
    fn is_asked(&self, index: InstanceIndex) -> bool {
        let state = &self.states[index];
        state.relevant && !state.read_only && self.node_of(index).kind.is_question()
    }

    fn module_progress(&self, module: InstanceIndex, language: usize) -> ModuleProgress {
        let node = self.node_of(module);
        let mut progress = ModuleProgress {
            module: node.name.clone(),
            label: self.words(&node.label, language, module),
            answered: 0,
            relevant: 0,
            missing: 0,
            errors: 0,
            doubts: 0,
            state: ModuleState::Skipped,
        };
        for index in module..self.instances.all[module].end {
            if self.is_asked(index) {
                progress.relevant += 1;
                progress.answered += usize::from(self.given(index).is_some());
            }
            for finding in self.findings_at(index) {
                match finding.kind {
                    FindingKind::Error if finding.code == "required" => progress.missing += 1,
                    FindingKind::Error => progress.errors += 1,
                    FindingKind::Doubt => {
                        progress.doubts += usize::from(!finding.settled_by_note);
                    }
                }
            }
        }
        let open = progress.missing + progress.errors + progress.doubts;
        progress.state = match (progress.relevant, progress.answered, open) {
            (0, _, 0) => ModuleState::Skipped,
            (_, 0, _) => ModuleState::NotStarted,
            (_, _, 0) => ModuleState::Complete,
            (_, _, 1..) => ModuleState::Started,
        };
        progress
    }
}

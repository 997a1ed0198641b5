//! What is wrong or doubtful, and whether the work can be called finished.
//!
//! Always: irrelevant questions have no findings; unknown and refused satisfy `required`; an empty
//! answer breaks no constraint.
//! Never: refuses an answer; a finding blocks "finish", not "save".

use super::instances::InstanceIndex;
use super::{Finding, FindingKind, Interview};
use crate::ids::Path;
use crate::questionnaire::model::{Kind, NodeIndex, Texts};
use crate::sorted::Map;

impl Interview {
    /// All findings in document order.
    pub fn findings(&self) -> Vec<Finding> {
        let mut all = Vec::new();
        for index in 0..self.instances.all.len() {
            all.append(&mut self.findings_at(index));
        }
        all
    }

    /// Whether these modules can be finished, or what stands against it: errors, and doubts that
    /// no note settles.
    ///
    /// Where the outcome of the visit excuses it (refused, out of reach, not found), required
    /// questions may stay empty, except those beside the question of the outcome.
    pub fn can_finish(&self, modules: &[String]) -> Result<(), Vec<Finding>> {
        let excused = self.is_excused();
        let beside_outcome = self.outcome_group();
        let mut against = Vec::new();
        for index in 0..self.instances.all.len() {
            let path = &self.instances.all[index].path;
            let module = path.segments().next().map_or("", |segment| segment.name);
            if !modules.iter().any(|each| each == module) {
                continue;
            }
            let is_beside = beside_outcome
                .as_ref()
                .is_some_and(|group| path.is_below(group));
            let may_be_empty = excused && !is_beside;
            let blocks = |finding: &Finding| match finding.kind {
                FindingKind::Error => finding.code != "required" || !may_be_empty,
                FindingKind::Doubt => !finding.settled_by_note,
            };
            against.extend(self.findings_at(index).into_iter().filter(blocks));
        }
        if against.is_empty() {
            Ok(())
        } else {
            Err(against)
        }
    }

    /// Whether the outcome of the visit lets required questions stay empty.
    pub fn is_excused(&self) -> bool {
        let Some(outcome) = &self.questionnaire.outcome else {
            return false;
        };
        let instances = &self.instances.of_node[outcome.question as usize];
        instances.iter().any(|&index| {
            let state = &self.states[index];
            state.relevant && outcome.excusing.contains(&state.text)
        })
    }

    fn outcome_group(&self) -> Option<Path> {
        let outcome = self.questionnaire.outcome.as_ref()?;
        let instance = *self.instances.of_node[outcome.question as usize].first()?;
        self.instances.all[instance].path.parent()
    }

    pub(super) fn findings_at(&self, index: InstanceIndex) -> Vec<Finding> {
        let state = &self.states[index];
        let instance = &self.instances.all[index];
        let node = self.node_of(index);
        let mut out = Vec::new();
        if !state.relevant {
            return out;
        }
        if instance.row_id.is_none() && node.kind == Kind::Repeat {
            if self.instances.cut.contains(&index) {
                out.push(self.finding(index, "too_many_rows", &Texts::default()));
            }
            self.duplicate_keys(index, instance.node, &mut out);
            return out;
        }
        let empty = state.text.is_empty() && self.given(index).is_none();
        let asked = node.kind.is_question() && !state.read_only;
        if state.required && empty && asked {
            out.push(self.finding(index, "required", &node.required_message));
        }
        if state.mistyped {
            out.push(self.finding(index, "type", &Texts::default()));
        }
        if state.breaks_constraint {
            out.push(self.finding(index, "constraint", &node.constraint_message));
        }
        if state.doubted {
            out.push(self.finding(index, "doubt", &node.doubt_message));
        }
        out
    }

    fn finding(&self, index: InstanceIndex, code: &'static str, message: &Texts) -> Finding {
        let path = self.instances.all[index].path.clone();
        let (standard_id, standard_en) = standard_message(code);
        let in_language = |code: &str, standard: &str| {
            let text = self.words(message, self.questionnaire.language(code), index);
            if text.is_empty() {
                standard.to_owned()
            } else {
                text
            }
        };
        Finding {
            message_id: in_language("id", standard_id),
            message_en: in_language("en", standard_en),
            settled_by_note: code == "doubt" && self.answers.notes.contains_key(&path),
            kind: match code {
                "doubt" => FindingKind::Doubt,
                _ => FindingKind::Error,
            },
            path,
            code,
        }
    }

    /// Rows of one repeat with the same key: found at the later row's key question.
    fn duplicate_keys(&self, holder: InstanceIndex, repeat: NodeIndex, out: &mut Vec<Finding>) {
        let Some(key) = self.questionnaire.node(repeat).key else {
            return;
        };
        let mut seen: Map<&str, InstanceIndex> = Map::new();
        for &index in &self.instances.of_node[key as usize] {
            let state = &self.states[index];
            let usable = state.relevant && !state.text.is_empty();
            if !usable || !self.instances.is_within(index, holder) {
                continue;
            }
            if seen.insert(&state.text, index).is_some() {
                out.push(self.finding(index, "duplicate_key", &Texts::default()));
            }
        }
    }
}

fn standard_message(code: &str) -> (&'static str, &'static str) {
    match code {
        "required" => (
            "Pertanyaan ini wajib diisi. Bila tidak diketahui, pilih \"Tidak tahu\".",
            "This question must be answered. If nobody knows, choose \"Don't know\".",
        ),
        "type" => (
            "Isian ini tidak cocok dengan jenis pertanyaannya. Isi kembali.",
            "This answer does not fit the type of the question. Answer again.",
        ),
        "duplicate_key" => (
            "Sudah ada baris lain dengan isian yang sama. Gabungkan keduanya.",
            "Another row has the same answer. Merge the two.",
        ),
        "too_many_rows" => (
            "Baris terlalu banyak: sebagian tidak ditampilkan, tetapi tetap tersimpan. Hapus baris yang tidak perlu.",
            "Too many rows: some are not shown, but they are kept. Remove rows that are not needed.",
        ),
        "doubt" => (
            "Isian ini tidak wajar. Periksa kembali, atau tulis catatan.",
            "This answer is unusual. Check it, or write a note.",
        ),
        _ => (
            "Isian ini tidak mungkin benar. Periksa kembali.",
            "This answer cannot be right. Check it.",
        ),
    }
}

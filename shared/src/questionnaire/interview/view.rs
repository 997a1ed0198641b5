//! What a screen shows: plain data.
//!
//! Always: everything here is computed; changing it changes nothing.
//! Never: knows a screen.

use crate::answers::Answer;
use crate::ids::Path;
use crate::questionnaire::model::{Kind, MediaKind};

/// The name of a page: the path of the group, row or repeat that it shows, or of its first
/// question where a group has questions between its subgroups.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageId(pub Path);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    Questions,
    /// The rows of a repeat, with the way to add and remove them.
    Rows,
}

/// One page, in the order in which a person walks them.
#[derive(Debug, Clone, PartialEq)]
pub struct PageView {
    pub id: PageId,
    pub kind: PageKind,
    /// The name of the top group.
    pub module: String,
    pub module_label: String,
    pub title: String,
    /// Labels from the module down to the page; the title is the last.
    pub breadcrumb: Vec<String>,
    /// Of a page of rows.
    pub rows: Vec<RowView>,
    /// Of a page of rows: whether a person may add one (not when an expression counts them).
    pub can_add: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RowView {
    pub path: Path,
    /// The first page inside the row.
    pub page: Option<PageId>,
    /// From the answers in the row; its number where there are none yet.
    pub title: String,
    pub findings: usize,
}

/// One question, note or calculated value on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemView {
    pub path: Path,
    pub name: String,
    pub kind: Kind,
    pub label: String,
    pub hint: String,
    pub guidance: String,
    /// Files beside the label, in the language asked for.
    pub media: Vec<MediaView>,
    pub unit: String,
    pub required: bool,
    pub read_only: bool,
    pub answer: Option<Answer>,
    /// The text where a calculation, a trigger or the system gives the value.
    pub calculated: Option<String>,
    /// All that pass the filter; of a list that is searched only what is chosen now.
    pub choices: Vec<ChoiceView>,
    /// Whether the list is too long to be shown: `Interview::search_choices` gives its choices.
    pub is_searched: bool,
    pub appearance: Vec<String>,
    pub parameters: Vec<(String, String)>,
    pub findings: Vec<Finding>,
    /// What persons wrote at this question, newest last.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceView {
    pub name: String,
    pub label: String,
    pub media: Vec<MediaView>,
}

/// A file beside a text; `Questionnaire::media_file` has its bytes, if it was supplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaView {
    pub kind: MediaKind,
    pub file: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// Cannot be true, or is missing: blocks "finish".
    Error,
    /// Implausible, but may be true: a note settles it.
    Doubt,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub path: Path,
    pub kind: FindingKind,
    /// `required`, `type`, `constraint`, `doubt`, `duplicate_key` or, at a repeat, `too_many_rows`.
    pub code: &'static str,
    pub message_id: String,
    pub message_en: String,
    pub settled_by_note: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleProgress {
    pub module: String,
    pub label: String,
    pub answered: usize,
    pub relevant: usize,
    /// Required questions without an answer.
    pub missing: usize,
    /// Errors other than missing answers.
    pub errors: usize,
    /// Doubts that no note has settled.
    pub doubts: usize,
    pub state: ModuleState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleState {
    /// No question of it applies.
    Skipped,
    NotStarted,
    Started,
    /// Nothing required is missing and nothing is wrong.
    Complete,
}

/// What a change did, for a screen that redraws only that.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// The questions and rows whose view changed; what vanished stands last.
    pub paths: Vec<Path>,
    /// Whether pages appeared, vanished or changed their rows.
    pub pages: bool,
}

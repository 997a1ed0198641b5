//! The compiled questionnaire: what an office publishes and a phone downloads.
//!
//! Always: nodes stand in document order, a parent before its children; equal sheets give equal
//! bytes; whatever `from_bytes` returns was checked, so that indexing by its numbers is safe.
//! Never: holds sheets, unparsed expressions or patterns.

mod check;
mod media;
mod read;

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::xpath::{Expression, Link};
use crate::ids::QuestionnaireId;
use crate::sorted::Set;

pub(super) use media::in_language;
pub use media::{
    MEDIA_BYTES_MAX, MEDIA_FILE_BYTES_MAX, MediaFile, MediaKind, MediaName, media_type_of,
};

/// The largest compiled questionnaire that a phone takes.
pub const QUESTIONNAIRE_BYTES_MAX: usize = 8_000_000;
/// How the bytes of a compiled questionnaire begin; the number of their format follows.
pub const QUESTIONNAIRE_MAGIC: [u8; 4] = *b"LBGQ";
/// The format that this build writes, and the only one that it reads.
pub const QUESTIONNAIRE_FORMAT: u8 = 1;
/// The most groups, repeats and questions of one questionnaire.
pub const NODES_MAX: usize = 20_000;
/// The most choices of all lists together.
pub const CHOICES_MAX: usize = 100_000;

/// The most groups and repeats around one question, the case itself counted.
pub const DEPTH_MAX: usize = 14;

/// The place of a node in `Questionnaire::nodes`; 0 is the case itself.
pub type NodeIndex = u32;
/// The place of a list in `Questionnaire::lists`.
pub type ListIndex = u32;

// What is read below here may hold structures, lists, tuples, options, texts, `bool`, `u8`, `u16`, `u32`, `f64` and
// enums, all by derived readers: `read` takes no maps or other numbers, and a reader that asks more of a value than
// its type, such as that of `Path`, would have no way to refuse it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Questionnaire {
    pub form_id: String,
    pub title: String,
    pub version: String,
    /// The first one is the default.
    pub languages: Vec<Language>,
    pub nodes: Vec<Node>,
    pub lists: Vec<ChoiceList>,
    pub graph: Graph,
    /// The question that says how the visit ended, with the answers that excuse empty ones.
    pub outcome: Option<Outcome>,
    /// The files beside texts that were supplied, in ascending order of their names.
    pub media: Vec<MediaFile>,
    /// What `jr:itext(…)` gives: expressions hold the place in this list.
    pub texts: Vec<Texts>,
    pub entities: Vec<Entity>,
}

/// A language of the texts: its name as authored, and the code in brackets if there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Language {
    pub name: String,
    pub code: String,
}

/// A group, a repeat or a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub name: String,
    pub parent: NodeIndex,
    /// One past the last node below this one.
    pub end: NodeIndex,
    /// The innermost repeat that this node lies in; itself not counted.
    pub repeat: Option<NodeIndex>,
    pub kind: Kind,
    pub list: Option<ListIndex>,
    pub label: Texts,
    pub hint: Texts,
    pub guidance: Texts,
    /// Files beside the label, in ascending order.
    pub media: Vec<MediaName>,
    pub required: Option<Expression>,
    pub required_message: Texts,
    pub relevant: Option<Expression>,
    pub constraint: Option<Expression>,
    pub constraint_message: Texts,
    pub calculation: Option<Expression>,
    /// A value that is set when certain questions are answered, and is an answer from then on.
    pub triggered: Option<Triggered>,
    pub default: Option<Expression>,
    pub read_only: Option<Expression>,
    pub choice_filter: Option<Expression>,
    /// Of a repeat: how many rows it has. Of a select in random order: the seed of the order.
    pub count: Option<Expression>,
    /// Of a repeat: the question in a row that must differ between rows.
    pub key: Option<NodeIndex>,
    pub doubt: Option<Expression>,
    pub doubt_message: Texts,
    pub appearance: Vec<String>,
    pub parameters: Vec<(String, String)>,
    pub unit: Option<Unit>,
    /// What the system knows and the person need not type.
    pub fed: Option<Fed>,
    pub personal: bool,
    pub source_note: String,
    /// The row of the sheet it was read from, counted as a spreadsheet shows it.
    pub sheet_row: u32,
}

/// Whether the node, or a group or repeat that it lies in, is marked `personal`.
pub(super) fn is_personal(nodes: &[Node], mut index: NodeIndex) -> bool {
    loop {
        let node = &nodes[index as usize];
        if node.personal || node.parent == index {
            return node.personal;
        }
        index = node.parent;
    }
}

/// What a node is; for questions, its data type and control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Group,
    Repeat,
    Text,
    Integer,
    Decimal,
    Range,
    SelectOne,
    SelectMultiple,
    Rank,
    Date,
    Time,
    DateTime,
    Geopoint,
    Geotrace,
    Geoshape,
    Image,
    Audio,
    Video,
    File,
    Barcode,
    Acknowledge,
    Note,
    Calculate,
    Hidden,
    /// Start, end, device and the like: of the visit, not of the case.
    Metadata,
}

/// What a finished form creates or changes in a list that outlives it, as ODK's entities.
///
/// Without an id it creates; with one it updates, and creates too where `create_if` says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    pub list: String,
    pub label: Option<Expression>,
    pub id: Option<Expression>,
    pub create_if: Option<Expression>,
    pub update_if: Option<Expression>,
    /// The repeat whose rows are one entity each; nothing: the form is one.
    pub repeat: Option<NodeIndex>,
    /// Questions and the properties that take their answers, in document order.
    pub saves: Vec<(NodeIndex, String)>,
}

/// What sets a value once, at the moment when another question is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Triggered {
    /// The questions that do; of one in the same row of a repeat, only that row's.
    pub by: Vec<Link>,
    /// Without one the value is taken away.
    pub value: Option<Expression>,
}

/// The unit that stands beside a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Unit {
    Text(String),
    /// The label of the choice that this question holds.
    LabelOf(NodeIndex),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fed {
    VillageCode,
    VillageName,
    VillageStatus,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub question: NodeIndex,
    /// With these choices, required questions elsewhere may stay empty.
    pub excusing: Vec<String>,
}

/// One text in each language, in the order of `Questionnaire::languages`; short lists end early.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Texts(pub Vec<Text>);

/// A text with the values of expressions in it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Text(pub Vec<Part>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Part {
    Words(String),
    Output(Expression),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChoiceList {
    pub name: String,
    /// Further columns of the sheet, by which choices are filtered.
    pub columns: Vec<String>,
    pub choices: Vec<Choice>,
    /// The file that holds the choices when they are too many to carry along: its name, `#`, and the
    /// hash of the packed list.
    pub file: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub name: String,
    pub label: Texts,
    /// Files beside the label, in ascending order.
    pub media: Vec<MediaName>,
    /// In the order of `ChoiceList::columns`; short lists end early.
    pub cells: Vec<String>,
}

/// Who reads whom, so that a change recomputes only what depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Graph {
    /// For each node its place in the order of computation; a node's readers come later.
    pub rank: Vec<u32>,
    /// For each node the nodes whose relevance or calculation reads it.
    pub feeds: Vec<Vec<Reader>>,
    /// For each node the nodes whose checks, texts or choices read it.
    pub checks: Vec<Vec<Reader>>,
}

/// A node that reads another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reader {
    pub node: NodeIndex,
    /// The repeat whose row the two share: only readers in the same row are concerned.
    pub within: Option<NodeIndex>,
}

/// Bytes that are not a compiled questionnaire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecodeError {
    /// More than `QUESTIONNAIRE_BYTES_MAX`.
    TooLarge { bytes: usize },
    /// Cut off, or not of this form.
    Malformed,
    /// Of a format that this build does not read.
    OtherFormat { format: u8 },
    /// Readable, but a number in it points nowhere; the text names what.
    Inconsistent(&'static str),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::TooLarge { bytes } => write!(
                f,
                "questionnaire of {bytes} bytes is larger than {QUESTIONNAIRE_BYTES_MAX}"
            ),
            DecodeError::Malformed => {
                f.write_str("these bytes are not a questionnaire; download it again")
            }
            DecodeError::OtherFormat { format } => write!(
                f,
                "questionnaire is of format {format}, this app reads {QUESTIONNAIRE_FORMAT}; \
                 update the app, answers are safe"
            ),
            DecodeError::Inconsistent(what) => {
                write!(f, "questionnaire is damaged at {what}; download it again")
            }
        }
    }
}

impl std::error::Error for DecodeError {}

impl Questionnaire {
    /// The id of this version: the first half of the SHA-256 of its bytes.
    pub fn fingerprint(&self) -> QuestionnaireId {
        let hash = Sha256::digest(self.to_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        QuestionnaireId(id)
    }

    /// The bytes that phones download.
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = postcard::to_allocvec(self).expect("plain data without maps always serialises");
        [&QUESTIONNAIRE_MAGIC, &[QUESTIONNAIRE_FORMAT][..], &body].concat()
    }

    /// Reads what `to_bytes` wrote, and checks it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Questionnaire, DecodeError> {
        if QUESTIONNAIRE_BYTES_MAX < bytes.len() {
            return Err(DecodeError::TooLarge { bytes: bytes.len() });
        }
        let body = match bytes.strip_prefix(&QUESTIONNAIRE_MAGIC) {
            Some([QUESTIONNAIRE_FORMAT, body @ ..]) => body,
            Some(&[format, ..]) => return Err(DecodeError::OtherFormat { format }),
            _ => return Err(DecodeError::Malformed),
        };
        let questionnaire: Questionnaire = read::read(body).ok_or(DecodeError::Malformed)?;
        check::check(&questionnaire).map_err(DecodeError::Inconsistent)?;
        Ok(questionnaire)
    }

    pub fn node(&self, index: NodeIndex) -> &Node {
        &self.nodes[index as usize]
    }

    /// The nodes directly below `index`, in document order.
    pub fn children(&self, index: NodeIndex) -> Children<'_> {
        Children {
            questionnaire: self,
            next: index + 1,
            end: self.node(index).end,
        }
    }

    /// The top groups: the modules of the questionnaire.
    pub fn modules(&self) -> impl Iterator<Item = &Node> {
        self.children(0)
            .map(|index| self.node(index))
            .filter(|node| node.kind == Kind::Group)
    }

    /// The questions whose answers the next form of this kind wants to read as last saved; none that
    /// are personal.
    pub fn saved_nodes(&self) -> Set<NodeIndex> {
        let mut saved: Set<NodeIndex> = Set::new();
        let mut add = |expression: &Expression| {
            for node in expression.saved() {
                if !self.is_personal(node) {
                    saved.insert(node);
                }
            }
        };
        for node in &self.nodes {
            node.expressions().for_each(&mut add);
        }
        for texts in &self.texts {
            texts.expressions().for_each(&mut add);
        }
        saved
    }

    /// Whether the node, or a group or repeat that it lies in, is marked `personal`.
    pub fn is_personal(&self, index: NodeIndex) -> bool {
        is_personal(&self.nodes, index)
    }

    /// Whether a message that tells what is wrong with an answer may quote a personal one.
    pub fn quotes_personal(&self) -> bool {
        let messages = self.nodes.iter().flat_map(|node| {
            [
                &node.required_message,
                &node.constraint_message,
                &node.doubt_message,
            ]
        });
        let mut reads = messages
            .flat_map(Texts::expressions)
            .flat_map(|expression| expression.reads());
        reads.any(|link| self.is_personal(link.node))
    }

    /// The node with these names from the top, such as `/c_tenun/c_rinci`.
    pub fn find(&self, template: &str) -> Option<NodeIndex> {
        let mut at = 0;
        for name in template.split('/').filter(|name| !name.is_empty()) {
            at = self
                .children(at)
                .find(|&child| self.node(child).name == name)?;
        }
        Some(at)
    }

    /// The place of a language by code or name; the default when there is no such language.
    pub fn language(&self, wanted: &str) -> usize {
        self.languages
            .iter()
            .position(|language| language.code == wanted || language.name == wanted)
            .unwrap_or(0)
    }
}

impl ChoiceList {
    /// Whether expressions mean this list by `instance('id')`: its name, or that of its file without
    /// the ending.
    pub fn is_instance(&self, id: &str) -> bool {
        let is_file = |name: &str| {
            let ending = name.strip_prefix(id);
            ending.is_some_and(|it| it.starts_with(".csv") || it.starts_with(".geojson"))
        };
        self.name == id || is_file(&self.name) || self.file.as_deref().is_some_and(is_file)
    }
}

/// Walks the nodes directly below one node.
#[derive(Debug, Clone)]
pub struct Children<'a> {
    questionnaire: &'a Questionnaire,
    next: NodeIndex,
    end: NodeIndex,
}

impl Iterator for Children<'_> {
    type Item = NodeIndex;

    fn next(&mut self) -> Option<NodeIndex> {
        if self.end <= self.next {
            return None;
        }
        let index = self.next;
        self.next = self.questionnaire.node(index).end;
        Some(index)
    }
}

impl Texts {
    /// The text of a language, or the first one that is not empty.
    pub fn get(&self, language: usize) -> Option<&Text> {
        self.0
            .get(language)
            .filter(|text| !text.0.is_empty())
            .or_else(|| self.0.iter().find(|text| !text.0.is_empty()))
    }

    pub fn is_empty(&self) -> bool {
        self.get(0).is_none()
    }

    /// The text with its expressions left out.
    pub fn plain(&self, language: usize) -> String {
        let words = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Output(_) => "…".to_owned(),
        };
        self.get(language)
            .map_or_else(String::new, |text| text.0.iter().map(words).collect())
    }
}

impl Kind {
    /// Whether a person answers it.
    pub fn is_question(self) -> bool {
        !matches!(
            self,
            Kind::Group
                | Kind::Repeat
                | Kind::Note
                | Kind::Calculate
                | Kind::Hidden
                | Kind::Metadata
        )
    }

    pub fn is_container(self) -> bool {
        matches!(self, Kind::Group | Kind::Repeat)
    }
}

impl Node {
    /// All expressions whose result decides what exists and what it is worth.
    pub fn feeding(&self) -> impl Iterator<Item = &Expression> {
        [&self.relevant, &self.calculation, &self.count]
            .into_iter()
            .flatten()
    }

    /// All expressions that only check or show.
    pub fn checking(&self) -> impl Iterator<Item = &Expression> {
        let texts = [
            &self.label,
            &self.hint,
            &self.guidance,
            &self.required_message,
            &self.constraint_message,
            &self.doubt_message,
        ];
        [
            &self.required,
            &self.constraint,
            &self.read_only,
            &self.choice_filter,
            &self.doubt,
        ]
        .into_iter()
        .flatten()
        .chain(texts.into_iter().flat_map(Texts::expressions))
    }

    /// All of them: those that feed, that check, and that the device evaluates once.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let set = self.triggered.iter().flat_map(|triggered| &triggered.value);
        let computed = self.feeding().chain(self.checking());
        computed.chain(&self.default).chain(set)
    }

    pub fn has_appearance(&self, word: &str) -> bool {
        self.appearance.iter().any(|each| each == word)
    }

    pub fn parameter(&self, key: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }
}

impl Texts {
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.0
            .iter()
            .flat_map(|text| &text.0)
            .filter_map(|part| match part {
                Part::Output(expression) => Some(expression),
                Part::Words(_) => None,
            })
    }
}

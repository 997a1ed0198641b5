//! The full path of a question, with its groups, and rows named by row id.
//!
//! Text form: `/e_tanaman_modul/e_tanaman[0123…]/e_komoditas`; the case itself is `/`.
//! Always: names are XML names without colons, at most `DEPTH_MAX` of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::RowId;

const DEPTH_MAX: usize = 16;
const NAME_BYTES_MAX: usize = 128;

/// Where an answer lives in a case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(String);

/// One step of a path: a name, and the row where the name is a repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a> {
    pub name: &'a str,
    pub row: Option<RowId>,
}

impl Path {
    /// The case as a whole: where reviews are written.
    pub fn root() -> Path {
        Path("/".to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_root(&self) -> bool {
        self.0 == "/"
    }

    /// The path of the group or question `name` below this one.
    ///
    /// # Panics
    /// When `name` is not a valid name; names come from a checked questionnaire.
    #[must_use]
    pub fn child(&self, name: &str) -> Path {
        assert!(Path::is_name(name), "{name:?} is not a name of a question");
        let base = if self.is_root() { "" } else { &self.0 };
        Path(format!("{base}/{name}"))
    }

    /// The path of one row, when this is the path of a repeat.
    #[must_use]
    pub fn row(&self, row: RowId) -> Path {
        assert!(
            !self.0.ends_with(']') && !self.is_root(),
            "{self} is not a repeat"
        );
        Path(format!("{}[{row}]", self.0))
    }

    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let steps = self.0.strip_prefix('/').unwrap_or(&self.0);
        steps
            .split('/')
            .filter(|step| !step.is_empty())
            .map(|step| {
                let (name, row) = step.split_once('[').unwrap_or((step, ""));
                Segment {
                    name,
                    row: row.strip_suffix(']').and_then(|row| row.parse().ok()),
                }
            })
    }

    /// The last name; empty for the root.
    pub fn name(&self) -> &str {
        self.segments().last().map_or("", |segment| segment.name)
    }

    /// The path one step up; a row's parent is what holds the repeat.
    pub fn parent(&self) -> Option<Path> {
        let (parent, last) = self.0.rsplit_once('/')?;
        match (parent, last) {
            ("", "") => None,
            ("", _) => Some(Path::root()),
            _ => Some(Path(parent.to_owned())),
        }
    }

    /// The repeat's path and the row id, when this is the path of a row.
    pub fn as_row(&self) -> Option<(Path, RowId)> {
        let (repeat, row) = self.0.strip_suffix(']')?.rsplit_once('[')?;
        Some((Path(repeat.to_owned()), row.parse().ok()?))
    }

    /// The paths of all rows that this path lies in, outermost first; itself included.
    pub fn rows(&self) -> Vec<Path> {
        self.0
            .match_indices(']')
            .map(|(end, _)| Path(self.0[..=end].to_owned()))
            .collect()
    }

    /// Whether `self` lies below `other` (or below one of its rows, when `other` is a repeat).
    pub fn is_below(&self, other: &Path) -> bool {
        if other.is_root() {
            return !self.is_root();
        }
        self.0
            .strip_prefix(other.as_str())
            .is_some_and(|rest| rest.starts_with('/') || rest.starts_with('['))
    }

    /// The path below `to` that this one is below `from`; itself where it is not below.
    #[must_use]
    pub fn moved(&self, from: &Path, to: &Path) -> Path {
        match self.0.strip_prefix(from.as_str()) {
            Some(rest) if self.is_below(from) => Path(format!("{to}{rest}")),
            _ => self.clone(),
        }
    }

    /// Whether a group or question can have this name: that of one step, without a row.
    pub fn is_name(name: &str) -> bool {
        let start = |c: char| c == '_' || c.is_alphabetic();
        name.len() <= NAME_BYTES_MAX
            && name.chars().next().is_some_and(start)
            && name
                .chars()
                .all(|c| start(c) || c.is_numeric() || c == '-' || c == '.')
    }

    /// The names alone, without rows: the question's place in the questionnaire.
    pub fn template(&self) -> String {
        let mut text = String::with_capacity(self.0.len());
        for segment in self.segments() {
            text.push('/');
            text.push_str(segment.name);
        }
        if text.is_empty() {
            "/".to_owned()
        } else {
            text
        }
    }
}

fn is_step(step: &str) -> bool {
    match step.split_once('[') {
        None => Path::is_name(step),
        Some((name, row)) => {
            Path::is_name(name)
                && row
                    .strip_suffix(']')
                    .is_some_and(|row| row.parse::<RowId>().is_ok())
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    pub text: String,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not the path of an answer", self.text)
    }
}

impl std::error::Error for PathError {}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        match text.strip_prefix('/').is_some_and(are_steps) {
            true => Ok(Path(text.to_owned())),
            false => Err(PathError::of(text)),
        }
    }
}

/// Whether this stands behind the first stroke of a path; nothing does at the root.
fn are_steps(steps: &str) -> bool {
    let mut all = steps.split('/');
    steps.is_empty() || (all.by_ref().take(DEPTH_MAX).all(is_step) && all.next().is_none())
}

impl PathError {
    fn of(text: &str) -> PathError {
        PathError {
            text: text.chars().take(80).collect(),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.strip_prefix('/').is_some_and(are_steps) {
            true => Ok(Path(text)),
            false => Err(serde::de::Error::custom(PathError::of(&text))),
        }
    }
}

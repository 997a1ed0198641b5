//! Region codes of the Kemendagri tree, and ids of places that have no code.
//!
//! Always: dotted `PP`, `PP.KK`, `PP.KK.CC` or `PP.KK.CC.DDDD`, or a local id `L-PP.KK-name`.
//! Never: guesses a code from ten bare digits; those may be a BPS code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::RoundId;

const LOCAL_NAME_BYTES_MAX: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionLevel {
    Province,
    Regency,
    District,
    Village,
}

/// A node of the Kemendagri tree, or a local id that an administrator gave.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(String);

impl RegionId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn level(&self) -> RegionLevel {
        match self.0.split('.').count() {
            _ if self.is_local() => RegionLevel::Village,
            1 => RegionLevel::Province,
            2 => RegionLevel::Regency,
            3 => RegionLevel::District,
            _ => RegionLevel::Village,
        }
    }

    /// Whether this is an id without a Kemendagri code, such as a transmigration settlement's.
    pub fn is_local(&self) -> bool {
        self.0.starts_with("L-")
    }

    /// The region one level up; none above a province.
    pub fn parent(&self) -> Option<RegionId> {
        if self.is_local() {
            return Some(self.regency());
        }
        let (parent, _) = self.0.rsplit_once('.')?;
        Some(RegionId(parent.to_owned()))
    }

    /// The code of the kabupaten or kota that this region is or lies in; a province is its own.
    pub fn regency(&self) -> RegionId {
        let digits = self.0.strip_prefix("L-").unwrap_or(&self.0);
        RegionId(digits[..digits.len().min(5)].to_owned())
    }

    /// Whether `self` is `other` or lies below it.
    pub fn is_within(&self, other: &RegionId) -> bool {
        if self == other {
            return true;
        }
        let code = if self.is_local() {
            self.regency()
        } else {
            self.clone()
        };
        code == *other
            || code
                .0
                .strip_prefix(other.as_str())
                .is_some_and(|rest| rest.starts_with('.'))
    }
}

impl FromStr for RegionId {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        let valid = match text.strip_prefix("L-") {
            Some(local) => is_local(local),
            None => is_code(text),
        };
        if !valid {
            return Err(RegionError {
                text: text.chars().take(60).collect(),
            });
        }
        Ok(RegionId(text.to_owned()))
    }
}

fn is_code(text: &str) -> bool {
    let mut parts = 0;
    for (part, width) in text.split('.').zip([2, 2, 2, 4, 0]) {
        if part.len() != width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
        parts += 1;
    }
    parts == text.split('.').count() && 0 < parts
}

fn is_local(text: &str) -> bool {
    let Some((regency, name)) = text.split_at_checked(5) else {
        return false;
    };
    let Some(name) = name.strip_prefix('-') else {
        return false;
    };
    is_code(regency)
        && !name.is_empty()
        && name.len() <= LOCAL_NAME_BYTES_MAX
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionError {
    pub text: String,
}

impl fmt::Display for RegionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a region code; write the Kemendagri code with dots, such as 53.21.03.2003",
            self.text
        )
    }
}

impl std::error::Error for RegionError {}

impl fmt::Display for RegionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RegionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for RegionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RegionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One kabupaten of one round: lanes, cursors, positions and stored case data live in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartitionId {
    pub round: RoundId,
    pub regency: RegionId,
}

impl fmt::Display for PartitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.round, self.regency)
    }
}

//! Names of things: 128-bit ids, region codes and paths of answers.
//!
//! Always: a value of these types was checked when it was made; its text form reads back equal.
//! Never: makes an id by itself. Random bytes are arguments.

mod path;
mod region;

pub use path::{Path, PathError, Segment};
pub use region::{PartitionId, RegionError, RegionId, RegionLevel};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text that is not the 32 hexadecimal digits of an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdError {
    pub text: String,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not an id of 32 hexadecimal digits", self.text)
    }
}

impl std::error::Error for IdError {}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex_text(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), &hex_text(&self.0)[..8])
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                hex_bytes(text).map(Self).ok_or_else(|| IdError { text: text.to_owned() })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&hex_text(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// Hash of the canonical body of an op: its identity everywhere.
    OpId;
    /// One incarnation of an installation's transport stream; never an identity.
    LaneId;
    /// An enrolled phone or a signed-in console.
    DeviceId;
    /// A person who may sign in.
    AccountId;
    /// A campaign.
    RoundId;
    /// A frozen ranking or selection of a round.
    DecisionId;
    /// One version of a questionnaire: the hash of its compiled form.
    QuestionnaireId;
    /// One visit of one enumerator to one village.
    VisitId;
    /// One run of a device between two starts; the monotonic clock is only comparable within it.
    BootId;
    /// One life of the server's data; a restore mints a new one.
    Epoch;
    /// The first half of the SHA-256 of a set of op ids: what a submission or review is pinned to.
    Digest;
}

/// A row of a repeat is named by the op that added it.
pub type RowId = OpId;

/// SHA-256 of a photo or file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(pub [u8; 32]);

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex_text(&self.0))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobId({})", &hex_text(&self.0)[..8])
    }
}

impl FromStr for BlobId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        hex_bytes(text).map(Self).ok_or_else(|| IdError {
            text: text.to_owned(),
        })
    }
}

impl Serialize for BlobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex_text(&self.0))
    }
}

impl<'de> Deserialize<'de> for BlobId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Lower-case hexadecimal digits of `bytes`.
pub fn hex_text(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Reads exactly `2 * N` hexadecimal digits; upper case is refused, so that text forms are unique.
pub fn hex_bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Some(bytes)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// A position in a lane or in a partition's log, counted from 1; 0 is "before the first".
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    pub const ZERO: Seq = Seq(0);

    #[must_use]
    pub fn plus(self, count: usize) -> Seq {
        Seq(self.0 + count as u64)
    }
}

/// The roles of `domain.md` 2.4; the order is that of the right to review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Pencacah, PPL.
    Enumerator,
    /// Pengawas, PML, Kortim.
    Supervisor,
    /// Kabupaten office.
    Regency,
    /// Provincial office.
    Province,
    /// Pusat.
    National,
    /// Reads approved cases and ranks; never answers or reviews.
    Analyst,
    /// Makes accounts, rounds and assignments.
    Administrator,
}

impl Role {
    /// The weight of this role's answers among those written without seeing each other.
    pub fn rank(self) -> u8 {
        match self {
            Role::Analyst | Role::Administrator => 0,
            Role::Enumerator => 1,
            Role::Supervisor => 2,
            Role::Regency => 3,
            Role::Province => 4,
            Role::National => 5,
        }
    }

    /// Whether this role decides about submissions.
    pub fn reviews(self) -> bool {
        Role::Supervisor <= self && self <= Role::National
    }
}

/// The merged answers of one village in one round. Two phones without signal name it equally.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CaseId {
    pub round: RoundId,
    pub region: RegionId,
}

impl CaseId {
    pub fn partition(&self) -> PartitionId {
        PartitionId {
            round: self.round,
            regency: self.region.regency(),
        }
    }
}

#[cfg(test)]
mod tests;

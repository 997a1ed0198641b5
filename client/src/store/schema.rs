//! The object stores, and the numbered steps by which they came to be.
//!
//! Always: a step, once shipped, is never edited; a new one is added at the end and only adds object stores.
//! Never: leaves a shipped name out, because the builder deletes stores that are not declared.

/// One step of the schema; its number is its place in the list, counted from 1.
#[derive(Debug)]
pub struct Step {
    pub adds: &'static [&'static str],
}

/// All steps. The number of steps is the version of the database.
pub static SCHEMA: &[Step] = &[Step {
    adds: &[
        "ops",
        "partitions",
        "meta",
        "cases",
        "questionnaires",
        "blobs",
        "regions",
        "ballast",
    ],
}];

/// An object store: texts as keys, plain values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StoreName {
    /// Every op that this device holds.
    Ops,
    /// Lanes, cursors and positions, per partition.
    Partitions,
    /// The device itself: account, keys, settings.
    Meta,
    /// What is shown of a case, computed from its ops.
    Cases,
    Questionnaires,
    /// Photos and other files, by digest.
    Blobs,
    Regions,
    /// Bytes that are given up when the device is full.
    Ballast,
}

impl StoreName {
    pub fn as_str(self) -> &'static str {
        match self {
            StoreName::Ops => "ops",
            StoreName::Partitions => "partitions",
            StoreName::Meta => "meta",
            StoreName::Cases => "cases",
            StoreName::Questionnaires => "questionnaires",
            StoreName::Blobs => "blobs",
            StoreName::Regions => "regions",
            StoreName::Ballast => "ballast",
        }
    }

    /// Was it there at the end of these steps?
    pub(super) fn is_in(self, steps: &[Step]) -> bool {
        steps.iter().any(|step| step.adds.contains(&self.as_str()))
    }
}

/// The version that a list of steps leads to.
pub(super) fn version(steps: &[Step]) -> u32 {
    u32::try_from(steps.len()).expect("a schema has few steps")
}

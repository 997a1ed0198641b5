//! The pure domain of Lumbung.
//!
//! Always: equal input gives equal output, byte for byte, on the phone and on the server.
//! Never: files, network, database, async, threads, clocks, randomness, environment. Time, seeds
//! and fresh ids are arguments.

pub mod answers;
pub mod ids;
pub mod json;
pub mod merge;
pub mod mutants;
pub mod number;
#[cfg(feature = "authoring")]
pub mod priority;
pub mod questionnaire;
pub mod sorted;
pub mod sync;
pub mod text;
pub mod time;
pub mod wire;

//! Messages between phones, consoles and the hub: a promise to programs that update months late.
//!
//! Always: a shipped version is frozen, with sample bytes that every later build reads.
//! Never: holds behaviour; the modules of the domain turn these forms into checked values.

pub mod bundle;
pub mod office;
mod plain;
#[cfg(feature = "authoring")]
pub mod priority;
pub mod review;
pub mod v1;

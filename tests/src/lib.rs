//! What the end-to-end tests and benches stand on.
//!
//! Always: a tool that is missing is an error that names it, never a reason to pass.
//! Never: used by client, server or shared.

pub mod harness;
pub mod office;
pub mod postgres;

//! Rules of the repository that a machine can see.
//!
//! Always: a broken rule names file, line and the rule with its reason.
//! Never: an exception that is not written down here, beside its rule.

mod dependencies;
mod purity;
mod shape;
mod sources;
mod sql;

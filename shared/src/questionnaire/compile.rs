//! From read nodes to a questionnaire that can be computed: links, dependencies, order.
//!
//! Always: every name in an expression was found, or a fault says which was not.
//! Never: needed on the phone.

mod graph;
mod link;

pub(super) use graph::{Cycle, graph};
pub(super) use link::{LAST_SAVED, Linker, Scope};

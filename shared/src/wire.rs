//! Stored and sent forms.
//!
//! Always: a type here is a promise to programs that update months late.
//! Never: behaviour; the modules of the domain turn these forms into checked values.

pub mod office;

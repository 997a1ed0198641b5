//! Placeholder until the crate has its first module.

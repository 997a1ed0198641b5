//! Sync as state machines without I/O, driven by phone, console, server and simulator alike.
//!
//! Always: the phone commits, then sends; the hub commits durably, then acknowledges.
//! Never: reads a clock, draws a random number, opens a socket. The driver does, and says so.

mod backoff;
pub mod bundle;
pub mod hub;
pub mod phone;

pub use backoff::{RETRY_MS_MAX, retry_delay};

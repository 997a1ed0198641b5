//! The Lumbung server: storage, HTTP and the chores of its command line.
//!
//! Always: what is acknowledged is durable; every limit has a name.
//! Never: logs answers, names, positions, passwords or tokens.

pub mod command;
pub mod config;
pub mod demo;
pub mod http;
pub mod import;
pub mod store;

pub mod auth;
pub mod backups;
pub mod bundle;
pub mod capacity;
pub mod cases;
pub mod checker;
pub mod clock;
pub mod decisions;
pub mod error;
pub mod exports;
pub mod forms;
pub mod ranking;

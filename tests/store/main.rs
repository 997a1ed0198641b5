//! One suite for both databases: every verb of the store, on SQLite and on PostgreSQL.
//!
//! Always: the same story on both; a verb that no story uses is a failure.
//! Never: skips PostgreSQL where it is missing.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod backups;
mod erased;
mod failover;
mod groups;
mod home;
mod office;
mod pairs;
mod photos;
mod push;
mod races;
mod revoked;
mod schedule;
mod tls;
mod verbs;
mod world;

//! The record of who did what to which object.
//!
//! Always: written in the transaction of the act itself.
//! Never: holds answers, names of persons, passwords or tokens.

use shared::ids::{AccountId, hex_text};
use shared::time::Millis;
use sqlx::sqlite::SqliteConnection;

use super::Result;
use crate::auth;

/// Who acts, and when: every verb that changes something takes one.
#[derive(Debug, Clone, Copy)]
pub struct Act {
    /// None for the program itself and its command line.
    pub who: Option<AccountId>,
    pub at: Millis,
}

impl Act {
    pub fn by(who: AccountId, at: Millis) -> Act {
        Act { who: Some(who), at }
    }

    pub fn by_program(at: Millis) -> Act {
        Act { who: None, at }
    }

    pub(crate) async fn record(
        self,
        connection: &mut SqliteConnection,
        what: &'static str,
        object: &str,
    ) -> Result<()> {
        let who = self
            .who
            .map_or(String::from("program"), |id| id.to_string());
        sqlx::query("INSERT INTO audit (at, id, who, what, object) VALUES ($1, $2, $3, $4, $5)")
            .bind(self.at.0)
            .bind(hex_text(&auth::random::<16>()))
            .bind(who)
            .bind(what)
            .bind(object)
            .execute(connection)
            .await?;
        Ok(())
    }
}

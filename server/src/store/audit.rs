//! The record of who did what to which object.
//!
//! Always: written in the transaction of the act itself.
//! Never: holds answers, names of persons, passwords or tokens.

use sha2::{Digest as _, Sha256};
use shared::ids::{AccountId, hex_text};
use shared::time::Millis;
use shared::wire::office::AuditView;

use super::sql::{Connection, query};
use super::{Result, Store, stored};

/// Who the program itself is in the record.
const PROGRAM: &str = "program";

/// A place in the record: acts of one millisecond are told apart by their id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPlace {
    pub at: Millis,
    pub id: String,
}

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
        connection: &mut Connection,
        what: &'static str,
        object: &str,
    ) -> Result<()> {
        let who = self
            .who
            .map_or_else(|| PROGRAM.to_owned(), |id| id.to_string());
        // Named by its content, so that a transaction that is repeated notes it once.
        let id = Sha256::digest(format!("{who}\n{what}\n{object}"));
        query(
            "INSERT INTO audit (at, id, who, what, object) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (at, id) DO NOTHING",
        )
        .bind(self.at.0)
        .bind(hex_text(&id[..16]))
        .bind(who)
        .bind(what)
        .bind(object)
        .execute(connection)
        .await?;
        Ok(())
    }
}

impl Store {
    /// Notes who brought a bundle that was taken in; `object` is its number and its author's device.
    pub async fn note_bundle(&self, act: Act, object: String) -> Result<()> {
        self.write(move |tx| Box::pin(async move { act.record(tx, "bundle.open", &object).await }))
            .await
    }

    /// At most `limit` acts before a place, or the newest ones; each with its own place.
    pub async fn acts(
        &self,
        before: Option<AuditPlace>,
        limit: u32,
    ) -> Result<Vec<(AuditPlace, AuditView)>> {
        let before = before.unwrap_or(AuditPlace {
            at: Millis(i64::MAX),
            id: String::new(),
        });
        let rows: Vec<(i64, String, String, String, String, String, String)> = query(
            "SELECT audit.at, audit.id, audit.who, audit.what, audit.object,
                 COALESCE(account.name, ''),
                 COALESCE(target.name, holder.name, round.name, questionnaire.title, '')
             FROM audit LEFT JOIN account ON account.id = audit.who
             LEFT JOIN account AS target ON target.id = audit.object
             LEFT JOIN device ON device.id = audit.object
             LEFT JOIN account AS holder ON holder.id = device.account_id
             LEFT JOIN round ON round.id = audit.object
             LEFT JOIN questionnaire ON questionnaire.id = audit.object
             WHERE audit.at < $1 OR (audit.at = $1 AND audit.id < $2)
             ORDER BY audit.at DESC, audit.id DESC LIMIT $3",
        )
        .bind(before.at.0)
        .bind(before.id)
        .bind(i64::from(limit))
        .fetch_all(&mut self.read().await?)
        .await?;
        rows.into_iter()
            .map(|(at, id, who, what, object, who_name, object_name)| {
                let who = match who.as_str() {
                    PROGRAM => None,
                    who => Some(stored(who, "account id")?),
                };
                let at = Millis(at);
                let view = AuditView {
                    at,
                    who,
                    who_name,
                    what,
                    object,
                    object_name,
                };
                Ok((AuditPlace { at, id }, view))
            })
            .collect()
    }
}

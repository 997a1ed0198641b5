//! Methods that were written here, as documents.
//!
//! Always: a version never changes; what is written otherwise is another version.
//! Never: reads a document; `shared::priority` does.

use shared::time::Millis;
use shared::wire::priority::{MethodView, StoredMethod};

use super::audit::Act;
use super::sql::query;
use super::{Result, Store, StoreError};

/// Versions of methods that are kept.
pub const METHODS_MAX: u32 = 500;

/// A method that was checked.
#[derive(Debug, Clone)]
pub struct MethodDraft {
    /// What a list shows of it; `stored` is filled in when it is read.
    pub view: MethodView,
    pub hash: String,
    pub document: String,
}

impl Store {
    /// Keeps a version of a method; the same one again changes nothing. `Refused("method_version")` if another
    /// content has this id and version, `Refused("methods_full")` beyond [`METHODS_MAX`].
    pub async fn put_method(&self, draft: MethodDraft, act: Act) -> Result<()> {
        let facts = serde_json::to_string(&draft.view)
            .map_err(|error| StoreError::Corrupt(error.to_string()))?;
        self.write(move |tx| {
            Box::pin(async move {
                let (id, version) = (&draft.view.id, &draft.view.version);
                let known: Option<(String,)> =
                    query("SELECT hash FROM method WHERE id = $1 AND version = $2")
                        .bind(id)
                        .bind(version)
                        .fetch_optional(&mut *tx)
                        .await?;
                if let Some((hash,)) = known {
                    return match hash == draft.hash {
                        true => Ok(()),
                        false => Err(StoreError::Refused("method_version")),
                    };
                }
                let (count,): (i64,) = query("SELECT COUNT(*) FROM method")
                    .fetch_one(&mut *tx)
                    .await?;
                if i64::from(METHODS_MAX) <= count {
                    return Err(StoreError::Refused("methods_full"));
                }
                query(
                    "INSERT INTO method (id, version, hash, facts, document, made_at, made_by)
                     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id, version) DO NOTHING",
                )
                .bind(id)
                .bind(version)
                .bind(&draft.hash)
                .bind(&facts)
                .bind(&draft.document)
                .bind(act.at.0)
                .bind(act.who.map_or(String::new(), |who| who.to_string()))
                .execute(&mut *tx)
                .await?;
                act.record(tx, "method.save", &format!("{id}@{version}"))
                    .await
            })
        })
        .await
    }

    /// Every version of every method that was written here, the newest first.
    pub async fn methods(&self) -> Result<Vec<MethodView>> {
        let rows: Vec<(String, String, i64, String)> = query(
            "SELECT m.facts, m.hash, m.made_at, COALESCE(a.name, '')
             FROM method m LEFT JOIN account a ON a.id = m.made_by
             ORDER BY m.made_at DESC, m.id, m.version",
        )
        .fetch_all(&mut self.read().await?)
        .await?;
        rows.into_iter()
            .map(|(facts, hash, made, made_by)| {
                let view: MethodView = serde_json::from_str(&facts).map_err(|_| {
                    StoreError::Corrupt("a stored method cannot be read".to_owned())
                })?;
                let stored = StoredMethod {
                    hash,
                    made: Millis(made),
                    made_by,
                };
                Ok(MethodView {
                    stored: Some(stored),
                    ..view
                })
            })
            .collect()
    }

    /// A version of a method, as it was written. `Missing("method")` if there is none of that name.
    pub async fn method_document(&self, id: &str, version: &str) -> Result<String> {
        let row: Option<(String,)> =
            query("SELECT document FROM method WHERE id = $1 AND version = $2")
                .bind(id)
                .bind(version)
                .fetch_optional(&mut self.read().await?)
                .await?;
        let (document,) = row.ok_or(StoreError::Missing("method"))?;
        Ok(document)
    }
}

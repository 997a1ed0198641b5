//! Frozen decisions: a record as it was written, and what a list shows of it.
//!
//! Always: kept as it came; what was decided later is another record.
//! Never: reads a record; `shared::priority` does.

use shared::ids::{DecisionId, RegionId, RoundId};
use shared::time::Millis;
use shared::wire::priority::{DecisionFacts, DecisionView};

use super::audit::Act;
use super::sql::{Row, query};
use super::{Result, Store, StoreError, list_text, stored, stored_list};

/// A decision that was made.
#[derive(Debug, Clone)]
pub struct DecisionDraft {
    pub id: DecisionId,
    pub round: RoundId,
    /// Codes whose villages were ranked.
    pub regions: Vec<RegionId>,
    pub facts: DecisionFacts,
    pub record: Vec<u8>,
}

impl Store {
    /// Keeps a decision; the same one again changes nothing. `Missing("round")` if there is none of that id.
    pub async fn put_decision(&self, draft: DecisionDraft, act: Act) -> Result<()> {
        let facts = serde_json::to_string(&draft.facts)
            .map_err(|error| StoreError::Corrupt(error.to_string()))?;
        self.write(move |tx| {
            Box::pin(async move {
                let round: Option<(String,)> = query("SELECT id FROM round WHERE id = $1")
                    .bind(draft.round.to_string())
                    .fetch_optional(&mut *tx)
                    .await?;
                round.ok_or(StoreError::Missing("round"))?;
                let kept = query(
                    "INSERT INTO decision (id, round_id, made_at, made_by, regions, facts, record)
                     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
                )
                .bind(draft.id.to_string())
                .bind(draft.round.to_string())
                .bind(act.at.0)
                .bind(act.who.map_or(String::new(), |who| who.to_string()))
                .bind(list_text(&draft.regions))
                .bind(&facts)
                .bind(&draft.record)
                .execute(&mut *tx)
                .await?;
                if kept == 0 {
                    return Ok(());
                }
                act.record(tx, "decision.freeze", &draft.id.to_string())
                    .await
            })
        })
        .await
    }

    /// The newest decisions of a round, at most `limit`, each with the regions that it ranked.
    pub async fn decisions(
        &self,
        round: RoundId,
        limit: u32,
    ) -> Result<Vec<(DecisionView, Vec<RegionId>)>> {
        let rows = query(
            "SELECT d.id, d.round_id, d.made_at, COALESCE(a.name, '') AS made_by, d.regions, d.facts
             FROM decision d LEFT JOIN account a ON a.id = d.made_by
             WHERE d.round_id = $1 ORDER BY d.made_at DESC, d.id LIMIT $2",
        )
        .bind(round.to_string())
        .bind(i64::from(limit))
        .rows(&mut self.read().await?)
        .await?;
        rows.iter().map(view_of).collect()
    }

    /// One decision, with the regions that it ranked. `Missing("decision")` if there is none of that id.
    pub async fn decision(&self, id: DecisionId) -> Result<(DecisionView, Vec<RegionId>)> {
        let rows = query(
            "SELECT d.id, d.round_id, d.made_at, COALESCE(a.name, '') AS made_by, d.regions, d.facts
             FROM decision d LEFT JOIN account a ON a.id = d.made_by WHERE d.id = $1",
        )
        .bind(id.to_string())
        .rows(&mut self.read().await?)
        .await?;
        let row = rows.first().ok_or(StoreError::Missing("decision"))?;
        view_of(row)
    }

    /// The record of a decision, byte for byte. `Missing("decision")` if there is none of that id.
    pub async fn decision_record(&self, id: DecisionId) -> Result<Vec<u8>> {
        let row: Option<(Vec<u8>,)> = query("SELECT record FROM decision WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(&mut self.read().await?)
            .await?;
        let (record,) = row.ok_or(StoreError::Missing("decision"))?;
        Ok(record)
    }
}

fn view_of(row: &Row) -> Result<(DecisionView, Vec<RegionId>)> {
    let facts: &str = row.get("facts")?;
    let facts: DecisionFacts = serde_json::from_str(facts)
        .map_err(|_| StoreError::Corrupt("a stored decision cannot be read".to_owned()))?;
    let view = DecisionView {
        id: stored(row.get("id")?, "decision id")?,
        round: stored(row.get("round_id")?, "round id")?,
        made: Millis(row.get("made_at")?),
        made_by: row.get("made_by")?,
        regions: Vec::new(),
        facts,
    };
    Ok((view, stored_list(row.get("regions")?, "region code")?))
}

//! Rounds, and who is to visit which village in them.
//!
//! Always: an assignment that ended is kept, because answers of anyone ever assigned are accepted.
//! Never: reopens a closed round.

use std::collections::BTreeSet;

use shared::ids::{AccountId, QuestionnaireId, RegionId, RoundId};
use shared::time::Millis;
use shared::wire::office::{
    AssignmentNew, AssignmentView, ForgottenRound, RegionName, RoundKind, RoundState, RoundView,
};

use super::audit::Act;
use super::sql::{Connection, Row, query};
use super::sync::partition_of;
use super::{Result, Store, StoreError, list_text, stored, stored_list};

/// A round to be opened.
#[derive(Debug, Clone)]
pub struct RoundDraft {
    pub id: RoundId,
    pub name: String,
    pub kind: RoundKind,
    pub questionnaire: QuestionnaireId,
    pub regencies: Vec<RegionId>,
}

/// Forgotten rounds that are named: each phone may name some, and nobody reads hundreds.
const FORGOTTEN_MAX: usize = 50;

impl Store {
    /// Opens a round. `Missing("questionnaire")` if there is none of that id.
    pub async fn open_round(&self, draft: RoundDraft, act: Act) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                let known: Option<(String,)> = query("SELECT id FROM questionnaire WHERE id = $1")
                    .bind(draft.questionnaire.to_string())
                    .fetch_optional(&mut *tx)
                    .await?;
                if known.is_none() {
                    return Err(StoreError::Missing("questionnaire"));
                }
                query(
                    "INSERT INTO round
                     (id, name, kind, questionnaire_id, regencies, state, created_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
                )
                .bind(draft.id.to_string())
                .bind(&draft.name)
                .bind(match draft.kind {
                    RoundKind::Real => "real",
                    RoundKind::Training => "training",
                })
                .bind(draft.questionnaire.to_string())
                .bind(list_text(&draft.regencies))
                .bind("open")
                .bind(act.at.0)
                .execute(&mut *tx)
                .await?;
                act.record(tx, "round.open", &draft.id.to_string()).await
            })
        })
        .await
    }

    /// Moves a round to a later version of its questionnaire; the one it has already changes nothing.
    /// `Missing("round")` and `Missing("questionnaire")` where there is none of that id.
    pub async fn move_round(
        &self,
        id: RoundId,
        questionnaire: QuestionnaireId,
        act: Act,
    ) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                let known: Option<(String,)> = query("SELECT id FROM questionnaire WHERE id = $1")
                    .bind(questionnaire.to_string())
                    .fetch_optional(&mut *tx)
                    .await?;
                known.ok_or(StoreError::Missing("questionnaire"))?;
                let round: Option<(String, String)> =
                    query("SELECT questionnaire_id, earlier FROM round WHERE id = $1")
                        .bind(id.to_string())
                        .fetch_optional(&mut *tx)
                        .await?;
                let (now, earlier) = round.ok_or(StoreError::Missing("round"))?;
                let mut versions: Vec<QuestionnaireId> = stored_list(&earlier, "questionnaire id")?;
                versions.push(stored(&now, "questionnaire id")?);
                if versions.last() == Some(&questionnaire) {
                    return Ok(());
                }
                if versions.contains(&questionnaire) {
                    return Err(StoreError::Refused("questionnaire_used_before"));
                }
                query("UPDATE round SET questionnaire_id = $1, earlier = $2 WHERE id = $3")
                    .bind(questionnaire.to_string())
                    .bind(list_text(&versions))
                    .bind(id.to_string())
                    .execute(&mut *tx)
                    .await?;
                let object = format!("{id} {questionnaire}");
                act.record(tx, "round.version", &object).await
            })
        })
        .await
    }

    /// Closes a round; closing it again changes nothing.
    pub async fn close_round(&self, id: RoundId, act: Act) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                let done = query("UPDATE round SET state = $1 WHERE id = $2")
                    .bind("closed")
                    .bind(id.to_string())
                    .execute(&mut *tx)
                    .await?;
                if done == 0 {
                    return Err(StoreError::Missing("round"));
                }
                act.record(tx, "round.close", &id.to_string()).await
            })
        })
        .await
    }

    /// Rounds that something came for and that this hub does not know: perhaps it was restored from before they were
    /// opened. At most [`FORGOTTEN_MAX`].
    pub async fn forgotten_rounds(&self) -> Result<Vec<ForgottenRound>> {
        let mut connection = self.read().await?;
        let known: Vec<(String,)> = query("SELECT id FROM round")
            .fetch_all(&mut connection)
            .await?;
        // A phone that asks by an empty push leaves a log without anything in it.
        let merged: Vec<(String,)> = query("SELECT partition_id FROM log WHERE 0 < position")
            .fetch_all(&mut connection)
            .await?;
        let aside: Vec<(String,)> = query("SELECT DISTINCT partition_id FROM quarantine")
            .fetch_all(&mut connection)
            .await?;
        let partitions: BTreeSet<(String,)> = merged.into_iter().chain(aside).collect();
        let known: BTreeSet<String> = known.into_iter().map(|(id,)| id).collect();
        let mut forgotten: Vec<ForgottenRound> = Vec::new();
        for (partition,) in partitions {
            let partition = partition_of(&partition)?;
            if known.contains(&partition.round.to_string()) {
                continue;
            }
            let is_full = forgotten.len() == FORGOTTEN_MAX;
            match forgotten.last_mut() {
                Some(last) if last.round == partition.round => {
                    last.regencies.push(partition.regency)
                }
                Some(_) | None if is_full => break,
                Some(_) | None => forgotten.push(ForgottenRound {
                    round: partition.round,
                    regencies: vec![partition.regency],
                }),
            }
        }
        Ok(forgotten)
    }

    /// All rounds, the newest first.
    pub async fn rounds(&self) -> Result<Vec<RoundView>> {
        let rows = query(
            "SELECT r.id, r.name, r.kind, r.questionnaire_id, q.title, q.version, r.earlier,
                    r.regencies, r.state, r.created_at,
                    (SELECT COUNT(DISTINCT a.region) FROM assignment a
                     WHERE a.round_id = r.id AND a.removed_at IS NULL) AS villages
             FROM round r JOIN questionnaire q ON q.id = r.questionnaire_id
             ORDER BY r.created_at DESC, r.id",
        )
        .rows(&mut self.read().await?)
        .await?;
        let mut rounds: Vec<RoundView> = rows.iter().map(round_of).collect::<Result<_>>()?;
        let codes = rounds.iter().flat_map(|round| &round.regencies);
        let codes: Vec<RegionId> = codes.map(|region| region.code.clone()).collect();
        let names = self.names_of(codes.into_iter()).await?;
        for region in rounds.iter_mut().flat_map(|round| &mut round.regencies) {
            region.name = names.get(&region.code).cloned().unwrap_or_default();
        }
        Ok(rounds)
    }

    pub async fn round(&self, id: RoundId) -> Result<RoundView> {
        let rounds = self.rounds().await?;
        rounds
            .into_iter()
            .find(|round| round.id == id)
            .ok_or(StoreError::Missing("round"))
    }

    /// Assigns villages; those assigned already take the modules given now. Returns how many.
    pub async fn assign(&self, new: AssignmentNew, act: Act) -> Result<u64> {
        self.write(move |tx| {
            Box::pin(async move {
                for village in &new.villages {
                    assign_one(tx, &new, village, act.at).await?;
                }
                let object = format!("{} {}", new.round, new.account);
                act.record(tx, "assignment.add", &object).await?;
                Ok(new.villages.len() as u64)
            })
        })
        .await
    }

    /// Ends assignments. Returns how many stood.
    pub async fn unassign(&self, gone: AssignmentNew, act: Act) -> Result<u64> {
        self.write(move |tx| {
            Box::pin(async move {
                let mut ended = 0;
                for village in &gone.villages {
                    let done = query(
                        "UPDATE assignment SET removed_at = $1
                         WHERE round_id = $2 AND account_id = $3 AND region = $4
                         AND (removed_at IS NULL OR removed_at = $1)",
                    )
                    .bind(act.at.0)
                    .bind(gone.round.to_string())
                    .bind(gone.account.to_string())
                    .bind(village.to_string())
                    .execute(&mut *tx)
                    .await?;
                    ended += done;
                }
                let object = format!("{} {}", gone.round, gone.account);
                act.record(tx, "assignment.remove", &object).await?;
                Ok(ended)
            })
        })
        .await
    }

    /// Assignments that stand, of one round or one account or both, by village.
    pub async fn assignments(
        &self,
        round: Option<RoundId>,
        account: Option<AccountId>,
    ) -> Result<Vec<AssignmentView>> {
        let rows = query(
            "SELECT s.round_id, s.account_id, a.name AS account_name, s.region,
                    COALESCE(g.name, '') AS village_name, s.modules, s.assigned_at
             FROM assignment s JOIN account a ON a.id = s.account_id
             LEFT JOIN region g ON g.code = s.region
             WHERE s.removed_at IS NULL AND ($1 = '' OR s.round_id = $1)
             AND ($2 = '' OR s.account_id = $2)
             ORDER BY s.round_id, s.region, a.username",
        )
        .bind(round.map_or(String::new(), |id| id.to_string()))
        .bind(account.map_or(String::new(), |id| id.to_string()))
        .rows(&mut self.read().await?)
        .await?;
        rows.iter().map(assignment_of).collect()
    }
}

async fn assign_one(
    tx: &mut Connection,
    new: &AssignmentNew,
    village: &RegionId,
    at: Millis,
) -> Result<()> {
    query(
        "INSERT INTO assignment (round_id, account_id, region, modules, assigned_at, removed_at)
         VALUES ($1, $2, $3, $4, $5, NULL)
         ON CONFLICT (round_id, account_id, region)
         DO UPDATE SET modules = excluded.modules, removed_at = NULL",
    )
    .bind(new.round.to_string())
    .bind(new.account.to_string())
    .bind(village.to_string())
    .bind(new.modules.join(" "))
    .bind(at.0)
    .execute(tx)
    .await?;
    Ok(())
}

fn round_of(row: &Row) -> Result<RoundView> {
    let id: &str = row.get("id")?;
    let questionnaire: &str = row.get("questionnaire_id")?;
    let regencies: Vec<RegionId> = stored_list(row.get("regencies")?, "region code")?;
    let kind: &str = row.get("kind")?;
    let state: &str = row.get("state")?;
    Ok(RoundView {
        id: stored(id, "round id")?,
        name: row.get("name")?,
        kind: if kind == "real" {
            RoundKind::Real
        } else {
            RoundKind::Training
        },
        questionnaire: stored(questionnaire, "questionnaire id")?,
        questionnaire_title: row.get("title")?,
        questionnaire_version: row.get("version")?,
        earlier: stored_list(row.get("earlier")?, "questionnaire id")?,
        regencies: regencies
            .into_iter()
            .map(|code| RegionName {
                code,
                name: String::new(),
            })
            .collect(),
        state: if state == "open" {
            RoundState::Open
        } else {
            RoundState::Closed
        },
        created: Millis(row.get("created_at")?),
        villages: u32::try_from(row.get::<i64>("villages")?).unwrap_or(0),
    })
}

fn assignment_of(row: &Row) -> Result<AssignmentView> {
    let round: &str = row.get("round_id")?;
    let account: &str = row.get("account_id")?;
    let village: &str = row.get("region")?;
    let modules: &str = row.get("modules")?;
    Ok(AssignmentView {
        round: stored(round, "round id")?,
        account: stored(account, "account id")?,
        account_name: row.get("account_name")?,
        village: stored(village, "region code")?,
        village_name: row.get("village_name")?,
        modules: modules.split_whitespace().map(str::to_owned).collect(),
        assigned: Millis(row.get("assigned_at")?),
    })
}

//! Versions of questionnaires, compiled and as they were written.
//!
//! Always: named by the fingerprint of the compiled form, so that a version never changes.
//! Never: reads a sheet; the engine did.

use shared::ids::QuestionnaireId;
use shared::time::Millis;
use shared::wire::office::{QuestionnaireSheets, QuestionnaireView};

use super::audit::Act;
use super::sql::{Row, query};
use super::{Result, Store, StoreError, stored};

/// A questionnaire that the engine accepted.
#[derive(Debug, Clone)]
pub struct QuestionnaireDraft {
    pub id: QuestionnaireId,
    pub form_id: String,
    pub title: String,
    pub version: String,
    pub questions: u32,
    pub compiled: Vec<u8>,
    pub sheets: QuestionnaireSheets,
    /// Packed lists by name, as `Imported::lists`.
    pub lists: Vec<(String, Vec<u8>)>,
}

impl Store {
    /// Keeps a questionnaire; the same one again changes nothing. `Refused("questionnaire_version")`
    /// if another content of that form has this version.
    pub async fn put_questionnaire(&self, draft: QuestionnaireDraft, act: Act) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                let other: Option<(String,)> = query(
                    "SELECT id FROM questionnaire WHERE form_id = $1 AND version = $2 AND id <> $3",
                )
                .bind(&draft.form_id)
                .bind(&draft.version)
                .bind(draft.id.to_string())
                .fetch_optional(&mut *tx)
                .await?;
                if other.is_some() {
                    return Err(StoreError::Refused("questionnaire_version"));
                }
                query(
                    "INSERT INTO questionnaire (id, form_id, title, version, questions, compiled,
                     survey, choices, settings, entities, imported_at, imported_by)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                     ON CONFLICT (id) DO NOTHING",
                )
                .bind(draft.id.to_string())
                .bind(&draft.form_id)
                .bind(&draft.title)
                .bind(&draft.version)
                .bind(i64::from(draft.questions))
                .bind(&draft.compiled)
                .bind(&draft.sheets.survey)
                .bind(&draft.sheets.choices)
                .bind(&draft.sheets.settings)
                .bind(&draft.sheets.entities)
                .bind(act.at.0)
                .bind(act.who.map_or(String::new(), |who| who.to_string()))
                .execute(&mut *tx)
                .await?;
                let id = draft.id.to_string();
                for (name, packed) in &draft.lists {
                    query(
                        "INSERT INTO questionnaire_list (questionnaire_id, name, packed)
                         VALUES ($1, $2, $3) ON CONFLICT (questionnaire_id, name) DO NOTHING",
                    )
                    .bind(&id)
                    .bind(name)
                    .bind(packed)
                    .execute(&mut *tx)
                    .await?;
                }
                act.record(tx, "questionnaire.import", &id).await
            })
        })
        .await
    }

    pub async fn questionnaires(&self) -> Result<Vec<QuestionnaireView>> {
        let rows = query(
            "SELECT q.id, q.form_id, q.title, q.version, q.questions,
                    CAST(LENGTH(q.compiled) AS BIGINT) AS compiled_bytes, q.imported_at,
                    COALESCE(a.name, '') AS imported_by,
                    (SELECT COUNT(*) FROM round r WHERE r.questionnaire_id = q.id) AS rounds
             FROM questionnaire q LEFT JOIN account a ON a.id = q.imported_by
             ORDER BY q.imported_at DESC, q.id",
        )
        .rows(&mut self.read().await?)
        .await?;
        rows.iter().map(view_of).collect()
    }

    /// The compiled form, as phones run it.
    pub async fn compiled_questionnaire(&self, id: QuestionnaireId) -> Result<Vec<u8>> {
        let row: Option<(Vec<u8>,)> = query("SELECT compiled FROM questionnaire WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(&mut self.read().await?)
            .await?;
        let (compiled,) = row.ok_or(StoreError::Missing("questionnaire"))?;
        Ok(compiled)
    }

    /// A long list of a questionnaire, packed. `Missing("questionnaire_list")` if it has none of
    /// that name.
    pub async fn questionnaire_list(&self, id: QuestionnaireId, name: &str) -> Result<Vec<u8>> {
        let row: Option<(Vec<u8>,)> = query(
            "SELECT packed FROM questionnaire_list WHERE questionnaire_id = $1 AND name = $2",
        )
        .bind(id.to_string())
        .bind(name)
        .fetch_optional(&mut self.read().await?)
        .await?;
        let (packed,) = row.ok_or(StoreError::Missing("questionnaire_list"))?;
        Ok(packed)
    }

    /// The sheets, as they were imported.
    pub async fn questionnaire_sheets(&self, id: QuestionnaireId) -> Result<QuestionnaireSheets> {
        let row: Option<(String, String, String, String)> =
            query("SELECT survey, choices, settings, entities FROM questionnaire WHERE id = $1")
                .bind(id.to_string())
                .fetch_optional(&mut self.read().await?)
                .await?;
        let (survey, choices, settings, entities) =
            row.ok_or(StoreError::Missing("questionnaire"))?;
        Ok(QuestionnaireSheets {
            survey,
            choices,
            settings,
            entities,
        })
    }
}

fn view_of(row: &Row) -> Result<QuestionnaireView> {
    let id: &str = row.get("id")?;
    Ok(QuestionnaireView {
        id: stored(id, "questionnaire id")?,
        form_id: row.get("form_id")?,
        title: row.get("title")?,
        version: row.get("version")?,
        questions: count_of(row.get("questions")?),
        compiled_bytes: row.get::<i64>("compiled_bytes")?.unsigned_abs(),
        imported: Millis(row.get("imported_at")?),
        imported_by: row.get("imported_by")?,
        rounds: count_of(row.get("rounds")?),
    })
}

fn count_of(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(0)
}

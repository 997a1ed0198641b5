//! Findings of the questionnaire's checks, kept beside the answers they are about.
//!
//! Always: replaced as a whole, with the batch that they were computed from.
//! Never: more than `FINDINGS_PER_CASE_MAX` of one case; the counts tell how many there were.

use shared::ids::{CaseId, PartitionId, Path, QuestionnaireId, RegionId, RoundId, Seq};
use shared::questionnaire::interview::{Finding, FindingKind};
use shared::time::Millis;
use shared::wire::review::{CaseFindings, FindingView};

use super::sql::{Connection, query};
use super::sync::{partition_of, signed, unsigned};
use super::{Result, Store, stored};

/// The most findings of one case that are kept.
pub const FINDINGS_PER_CASE_MAX: usize = 1_000;
/// The most findings of a round that are read at once.
const OPEN_FINDINGS_MAX: usize = 100_000;

/// What the checks said about one case.
#[derive(Debug, Clone)]
pub struct Checked {
    pub case: CaseId,
    pub newest: Seq,
    pub questionnaire: QuestionnaireId,
    pub findings: Vec<Finding>,
}

/// A finding of a round that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFinding {
    pub region: RegionId,
    /// The question without its rows.
    pub question: Path,
    pub code: String,
    pub is_error: bool,
}

impl Store {
    /// Replaces what is known about these cases.
    pub async fn keep_findings(&self, all: Vec<Checked>, at: Millis) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                for checked in &all {
                    keep(tx, checked, at).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Cases that changed since they were checked, at most so many, from behind one on.
    pub async fn unchecked_cases(
        &self,
        after: Option<&CaseId>,
        limit: usize,
    ) -> Result<Vec<CaseId>> {
        let (partition, region) = after.map_or((String::new(), String::new()), |after| {
            (after.partition().to_string(), after.region.to_string())
        });
        let rows: Vec<(String, String)> = query(
            "SELECT b.partition_id, b.region FROM case_batch b
             LEFT JOIN checked c ON c.partition_id = b.partition_id AND c.region = b.region
             WHERE b.partition_id > $1 OR (b.partition_id = $1 AND b.region > $2)
             GROUP BY b.partition_id, b.region
             HAVING MAX(b.position) > COALESCE(MAX(c.newest), 0)
             ORDER BY b.partition_id, b.region LIMIT $3",
        )
        .bind(partition)
        .bind(region)
        .bind(signed(limit as u64))
        .fetch_all(&mut self.read().await?)
        .await?;
        let case = |(partition, region): (String, String)| {
            Ok(CaseId {
                round: partition_of(&partition)?.round,
                region: stored(&region, "region")?,
            })
        };
        rows.into_iter().map(case).collect()
    }

    /// The newest batch of one case; zero where there is none.
    pub async fn newest_batch(&self, case: &CaseId) -> Result<Seq> {
        let newest: (Option<i64>,) =
            query("SELECT MAX(position) FROM case_batch WHERE partition_id = $1 AND region = $2")
                .bind(case.partition().to_string())
                .bind(case.region.to_string())
                .fetch_one(&mut self.read().await?)
                .await?;
        Ok(Seq(unsigned(newest.0.unwrap_or(0))))
    }

    /// The kept findings of one case; nothing where it was never checked.
    pub async fn findings(&self, case: &CaseId) -> Result<Option<CaseFindings>> {
        let partition = case.partition().to_string();
        let checked: Option<(i64, String, i64, i64, i64)> = query(
            "SELECT newest, questionnaire_id, errors, doubts, checked_at FROM checked
             WHERE partition_id = $1 AND region = $2",
        )
        .bind(&partition)
        .bind(case.region.to_string())
        .fetch_optional(&mut self.read().await?)
        .await?;
        let Some((newest, questionnaire, errors, doubts, checked_at)) = checked else {
            return Ok(None);
        };
        let rows: Vec<(String, String, String, String, String, i64)> = query(
            "SELECT path, kind, code, message_id, message_en, settled FROM finding
             WHERE partition_id = $1 AND region = $2 ORDER BY place",
        )
        .bind(&partition)
        .bind(case.region.to_string())
        .fetch_all(&mut self.read().await?)
        .await?;
        let view = |(path, kind, code, message_id, message_en, settled): (
            String,
            String,
            String,
            String,
            String,
            i64,
        )| {
            Ok(FindingView {
                path: stored(&path, "path")?,
                is_error: kind == "error",
                code,
                message_id,
                message_en,
                settled: settled != 0,
            })
        };
        Ok(Some(CaseFindings {
            newest: Seq(unsigned(newest)),
            questionnaire: stored(&questionnaire, "questionnaire id")?,
            errors: u32::try_from(errors).unwrap_or(u32::MAX),
            doubts: u32::try_from(doubts).unwrap_or(u32::MAX),
            checked: Millis(checked_at),
            findings: rows.into_iter().map(view).collect::<Result<_>>()?,
        }))
    }

    /// The questions of a round with a finding that no note settles, by village: what is wrong, not what is still
    /// missing. At most `OPEN_FINDINGS_MAX`.
    pub async fn open_findings(
        &self,
        round: RoundId,
        regencies: &[RegionId],
    ) -> Result<Vec<OpenFinding>> {
        let mut out = Vec::new();
        for regency in regencies {
            let partition = PartitionId {
                round,
                regency: regency.clone(),
            };
            let rows: Vec<(String, String, String, String)> = query(
                "SELECT DISTINCT region, question, code, kind FROM finding
                 WHERE partition_id = $1 AND settled = 0 AND code <> 'required'
                 ORDER BY region, question, code, kind LIMIT $2",
            )
            .bind(partition.to_string())
            .bind(signed((OPEN_FINDINGS_MAX - out.len()) as u64))
            .fetch_all(&mut self.read().await?)
            .await?;
            for (region, question, code, kind) in rows {
                out.push(OpenFinding {
                    region: stored(&region, "region")?,
                    question: stored(&question, "path")?,
                    code,
                    is_error: kind == "error",
                });
            }
        }
        Ok(out)
    }
}

async fn keep(tx: &mut Connection, checked: &Checked, at: Millis) -> Result<()> {
    let partition = checked.case.partition().to_string();
    let region = checked.case.region.to_string();
    let count = |kind: FindingKind| {
        let open = |each: &&Finding| each.kind == kind && !each.settled_by_note;
        signed(checked.findings.iter().filter(open).count() as u64)
    };
    query("DELETE FROM finding WHERE partition_id = $1 AND region = $2")
        .bind(&partition)
        .bind(&region)
        .execute(&mut *tx)
        .await?;
    query(
        "INSERT INTO checked
         (partition_id, region, newest, questionnaire_id, errors, doubts, checked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (partition_id, region) DO UPDATE SET newest = excluded.newest,
         questionnaire_id = excluded.questionnaire_id, errors = excluded.errors,
         doubts = excluded.doubts, checked_at = excluded.checked_at",
    )
    .bind(&partition)
    .bind(&region)
    .bind(signed(checked.newest.0))
    .bind(checked.questionnaire.to_string())
    .bind(count(FindingKind::Error))
    .bind(count(FindingKind::Doubt))
    .bind(at.0)
    .execute(&mut *tx)
    .await?;
    for (place, finding) in checked
        .findings
        .iter()
        .take(FINDINGS_PER_CASE_MAX)
        .enumerate()
    {
        query(
            "INSERT INTO finding
             (partition_id, region, place, path, question, kind, code, message_id, message_en,
              settled)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&partition)
        .bind(&region)
        .bind(signed(place as u64))
        .bind(finding.path.to_string())
        .bind(finding.path.template())
        .bind(match finding.kind {
            FindingKind::Error => "error",
            FindingKind::Doubt => "doubt",
        })
        .bind(finding.code)
        .bind(&finding.message_id)
        .bind(&finding.message_en)
        .bind(i64::from(finding.settled_by_note))
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

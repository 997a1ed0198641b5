//! From approved cases to a ranking and the chosen villages.
//!
//! Always: what is ranked are the answers that the last approval was given to; what came later is
//! a badge. A village with a conflict or an open error in what decides is shown, and held.
//! Never: ranks a village outside the reader's regions.

use std::collections::BTreeMap;

use shared::answers::{Op, Review};
use shared::ids::{CaseId, PartitionId, QuestionnaireId, RegionId, RoundId};
use shared::merge::{Case, Status as CaseStatus};
use shared::priority::{
    Area, CompiledMethod, Hold, HoldKind, Method, Problem, SHIPPED, Text, Unit, Village, parse,
    rank, select,
};
use shared::questionnaire::interview::FindingKind;
use shared::wire::priority::{MethodView, PriorityView};

use crate::cases::{Place, Team, Versions, approved, interview, places, teams, versions_of};
use crate::forms::Forms;
use crate::store::{Account, Store, StoreError};

/// Above this many villages a list travels without the details of indicators.
const DETAILED_UNITS_MAX: usize = 500;

/// Why there is no ranking.
#[derive(Debug)]
pub enum RankingError {
    Store(StoreError),
    /// No shipped method has that id.
    UnknownMethod,
    /// The method does not fit the round's questionnaire.
    Problems(Vec<Problem>),
}

impl From<StoreError> for RankingError {
    fn from(error: StoreError) -> Self {
        RankingError::Store(error)
    }
}

/// The methods that come with the program.
pub fn methods() -> Vec<MethodView> {
    shipped()
        .into_iter()
        .map(|method| MethodView {
            id: method.id,
            version: method.version,
            label: method.label,
            estimate: method.estimate,
            selects: method.programme.is_some(),
        })
        .collect()
}

fn shipped() -> Vec<Method> {
    SHIPPED
        .iter()
        .map(|shipped| parse(shipped.document).expect("shipped methods parse; a test reads each"))
        .collect()
}

/// What reads the answers for a method: one for each version of the questionnaire.
struct Readers {
    method: Method,
    versions: Versions,
    /// Of the versions before the newest; none where the method cannot read it.
    older: BTreeMap<QuestionnaireId, Option<CompiledMethod>>,
    newest: CompiledMethod,
}

/// One village on its way into the ranking.
struct Candidate {
    id: CaseId,
    place: Place,
    log: Vec<Op>,
    team: Team,
}

/// Ranks the villages of a round that the reader may see.
pub async fn priority(
    store: &Store,
    forms: &Forms,
    reader: &Account,
    round: RoundId,
    method_id: &str,
) -> Result<PriorityView, RankingError> {
    let method = shipped()
        .into_iter()
        .find(|method| method.id == method_id)
        .ok_or(RankingError::UnknownMethod)?;
    let view = store.round(round).await?;
    let versions = versions_of(store, forms, &view).await?;
    let newest = CompiledMethod::new(&method, &versions.newest().questionnaire)
        .map_err(RankingError::Problems)?;
    let older = versions.earlier().map(|(id, form)| {
        let compiled = CompiledMethod::new(&method, &form.questionnaire);
        (id, compiled.ok())
    });
    let readers = Readers {
        older: older.collect(),
        method,
        versions,
        newest,
    };
    let regencies: Vec<RegionId> = view
        .regencies
        .iter()
        .map(|name| name.code.clone())
        .collect();
    let candidates = candidates(store, reader, round, &regencies).await?;
    let ranked = tokio::task::spawn_blocking(move || {
        let mut units = Vec::new();
        let mut unapproved = 0_u32;
        for candidate in candidates {
            match unit(&candidate, &readers) {
                Some(unit) => units.push(unit),
                None => unapproved += 1,
            }
        }
        let method = readers.method;
        let seed = format!("{}@{}", method.id, round);
        let ranking = rank(&method, &units, &seed).map_err(RankingError::Problems)?;
        let selection = match &method.programme {
            Some(programme) => {
                Some(select(&method, &ranking, &programme.quota).map_err(RankingError::Problems)?)
            }
            None => None,
        };
        Ok::<_, RankingError>((units.len(), unapproved, ranking, selection))
    });
    let (approved, unapproved, ranking, selection) = ranked
        .await
        .map_err(|_| RankingError::Store(StoreError::Busy))??;
    let ranking = if DETAILED_UNITS_MAX < ranking.units.len() {
        ranking.without_details()
    } else {
        ranking
    };
    Ok(PriorityView {
        round,
        round_name: view.name,
        approved: u32::try_from(approved).unwrap_or(u32::MAX),
        unapproved,
        ranking,
        selection,
    })
}

async fn candidates(
    store: &Store,
    reader: &Account,
    round: RoundId,
    regencies: &[RegionId],
) -> Result<Vec<Candidate>, RankingError> {
    let teams = teams(store, round).await?;
    let mut regions = Vec::new();
    for regency in regencies {
        let partition = PartitionId {
            round,
            regency: regency.clone(),
        };
        regions.extend(
            store
                .touched_cases(&partition)
                .await?
                .into_iter()
                .map(|(id, _)| id),
        );
    }
    regions.retain(|region| reader.covers(region));
    let mut places: BTreeMap<RegionId, Place> = places(store, regions.iter()).await?;
    let mut candidates = Vec::with_capacity(regions.len());
    for region in regions {
        let id = CaseId { round, region };
        candidates.push(Candidate {
            log: store.case_log(&id).await?,
            place: places.remove(&id.region).unwrap_or_default(),
            team: teams.get(&id.region).cloned().unwrap_or_default(),
            id,
        });
    }
    Ok(candidates)
}

/// What the method sees of a village; none while nobody has approved it.
fn unit(candidate: &Candidate, readers: &Readers) -> Option<Unit> {
    let mut merged = Case::new(candidate.id.clone());
    candidate.log.iter().cloned().for_each(|op| {
        merged.insert(op);
    });
    let form = readers.versions.of(&merged);
    let state = merged.state(&candidate.team.modules_of(&form.questionnaire));
    if state.status != CaseStatus::Approved {
        return None;
    }
    let Some(Review::Approve { digest }) = state.decision.map(|decision| decision.review) else {
        return None;
    };
    let frozen = approved(&candidate.id, &candidate.log, digest);
    let mut holds = Vec::new();
    if frozen.is_none() {
        holds.push(Hold {
            kind: HoldKind::NotApproved,
            paths: Vec::new(),
            text: Text::new(
                "isian yang disetujui tidak sama dengan yang ada di peladen; setujui lagi"
                    .to_owned(),
                "what was approved is not what the server has; approve it again".to_owned(),
            ),
        });
    }
    let case = frozen.unwrap_or(merged);
    let village = &candidate.place.name;
    let (version, form) = readers.versions.of_case(&case);
    let (compiled, form) = match readers.older.get(&version) {
        None => (&readers.newest, form),
        Some(Some(compiled)) => (compiled, form),
        Some(None) => {
            holds.push(hold_version());
            (&readers.newest, readers.versions.newest())
        }
    };
    let interview = interview(&case, form, village);
    holds.extend(hold_conflicts(&case, compiled));
    let errors: Vec<String> = interview
        .findings()
        .into_iter()
        .filter(|finding| finding.kind == FindingKind::Error && finding.code != "required")
        .map(|finding| finding.path.to_string())
        .collect();
    if !errors.is_empty() {
        holds.push(Hold {
            kind: HoldKind::Finding,
            text: Text::new(
                format!("{} isian keliru belum diperbaiki", errors.len()),
                format!(
                    "{} answers that cannot be true are still open",
                    errors.len()
                ),
            ),
            paths: errors,
        });
    }
    let regency = candidate.id.region.regency();
    let village = Village {
        region: candidate.id.region.to_string(),
        name: candidate.place.name.clone(),
        group: Area {
            code: regency.to_string(),
            name: candidate.place.regency.clone(),
        },
        holds,
    };
    Some(compiled.observe(&readers.method, &interview, village))
}

/// The village stands on an older version, which lacks what the method reads.
fn hold_version() -> Hold {
    Hold {
        kind: HoldKind::Finding,
        paths: Vec::new(),
        text: Text::new(
            "dokumen memakai versi kuesioner lama yang tidak memuat yang dihitung metode ini; \
             pindahkan dahulu ke versi baru"
                .to_owned(),
            "the case stands on an older version of the questionnaire, which lacks what this \
             method reads; move it to the newest first"
                .to_owned(),
        ),
    }
}

/// Conflicts at questions that the method reads.
fn hold_conflicts(case: &Case, compiled: &CompiledMethod) -> Option<Hold> {
    let questions = compiled.questions();
    let paths: Vec<String> = case
        .conflicts()
        .into_iter()
        .filter(|conflict| questions.contains(&conflict.path.template()))
        .map(|conflict| conflict.path.to_string())
        .collect();
    if paths.is_empty() {
        return None;
    }
    Some(Hold {
        kind: HoldKind::Conflict,
        text: Text::new(
            format!("{} isian ganda belum diputuskan", paths.len()),
            format!("{} conflicts are not resolved yet", paths.len()),
        ),
        paths,
    })
}

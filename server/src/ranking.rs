//! From approved cases to a ranking and the chosen villages.
//!
//! Always: what is ranked are the answers that the last approval was given to; what came later is
//! a badge. A village with a conflict or an open error in what decides is shown, and held.
//! Never: ranks a village outside the reader's regions.

mod before;
mod photos;

use std::collections::{BTreeMap, BTreeSet};

use shared::answers::{Answer, Op, Review, Value};
use shared::ids::{CaseId, PartitionId, QuestionnaireId, RegionId, RoundId};
use shared::merge::{Case, Status as CaseStatus};
use shared::priority::{
    Area, CompiledMethod, Hold, HoldKind, Method, Places, Problem, SHIPPED, Text, Unit, Village,
    method_hash, parse, rank, select,
};
use shared::questionnaire::interview::{FindingKind, Interview};
use shared::wire::office::{RegionName, RoundView};
use shared::wire::priority::{FrozenView, MethodView, PriorityView};

use crate::cases::{Place, Team, Versions, approved, interview, places, teams, versions_of};
use crate::forms::Forms;
use crate::store::{Account, Act, MethodDraft, Store, StoreError};

pub use photos::photos;

/// Above this many villages a list travels without the details of indicators.
const DETAILED_UNITS_MAX: usize = 500;

/// The most villages that a console ranks by itself; a province has some 8,000.
const FROZEN_UNITS_MAX: usize = 20_000;

/// Cases whose answers are in memory together while they are read.
const CASES_AT_ONCE: usize = 200;

/// The question that holds the position of the village office, in the questionnaire that ships and in those that name
/// it so. A position by another name may be that of a house.
const OFFICE: &str = "a_koordinat_kantor";

/// Why there is no ranking.
#[derive(Debug)]
pub enum RankingError {
    Store(StoreError),
    /// No method has that name.
    UnknownMethod,
    /// More villages than one answer or record may hold.
    TooLarge,
    /// This program computes a decision otherwise than the one that froze it.
    Outdated,
    /// The method does not fit the round's questionnaire.
    Problems(Vec<Problem>),
}

impl From<StoreError> for RankingError {
    fn from(error: StoreError) -> Self {
        RankingError::Store(error)
    }
}

/// The methods that come with the program, then those that were written at this server.
pub async fn methods(store: &Store) -> Result<Vec<MethodView>, StoreError> {
    let mut views: Vec<MethodView> = shipped().iter().map(view_of).collect();
    views.extend(store.methods().await?);
    Ok(views)
}

fn view_of(method: &Method) -> MethodView {
    MethodView {
        id: method.id.clone(),
        version: method.version.clone(),
        label: method.label.clone(),
        estimate: method.estimate,
        selects: method.programme.is_some(),
        stored: None,
    }
}

/// Checks a method as it is written, and keeps it.
///
/// Errors: every fault of it; an id of a method that ships; another content under the same version.
pub async fn save_method(
    store: &Store,
    document: String,
    act: Act,
) -> Result<MethodView, RankingError> {
    let method = parse(&document).map_err(RankingError::Problems)?;
    if shipped().iter().any(|it| it.id == method.id) {
        let (id, en) = (
            format!(
                "id {} milik metode bawaan; beri id lain, misalnya {}_kita",
                method.id, method.id
            ),
            format!(
                "the id {} belongs to a method that ships; take another, such as {}_ours",
                method.id, method.id
            ),
        );
        return Err(RankingError::Problems(vec![Problem {
            place: "id".to_owned(),
            line: None,
            text: Text::new(id, en),
        }]));
    }
    let draft = MethodDraft {
        hash: method_hash(&method),
        view: view_of(&method),
        document,
    };
    let key = (draft.view.id.clone(), draft.view.version.clone());
    store.put_method(draft, act).await?;
    let mut saved = store.methods().await?;
    saved.retain(|it| (&it.id, &it.version) == (&key.0, &key.1));
    saved.pop().ok_or(RankingError::UnknownMethod)
}

/// A method as it is written, by its name in addresses.
pub async fn document_of(store: &Store, key: &str) -> Result<String, RankingError> {
    let shipped = shipped().iter().position(|it| it.id == key);
    if let Some(shipped) = shipped.and_then(|place| SHIPPED.get(place)) {
        return Ok(shipped.document.to_owned());
    }
    let (id, version) = key.split_once('@').ok_or(RankingError::UnknownMethod)?;
    match store.method_document(id, version).await {
        Err(StoreError::Missing(_)) => Err(RankingError::UnknownMethod),
        document => Ok(document?),
    }
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
#[derive(Debug)]
struct Candidate {
    id: CaseId,
    place: Place,
    /// Empty until it is read; see [`fold`].
    log: Vec<Op>,
    team: Team,
}

/// Which villages are read.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// None for all.
    regions: Option<&'a [RegionId]>,
}

impl<'a> Reach<'a> {
    /// What the account oversees.
    pub fn of(reader: &'a Account) -> Reach<'a> {
        let everywhere = reader.sees_everywhere();
        Reach {
            regions: (!everywhere).then_some(reader.regions.as_slice()),
        }
    }

    pub fn regions(regions: &'a [RegionId]) -> Reach<'a> {
        Reach {
            regions: Some(regions),
        }
    }

    /// Whether anything of a kabupaten is in reach.
    pub fn meets(self, regency: &RegionId) -> bool {
        let meets = |own: &RegionId| own.is_within(regency) || regency.is_within(own);
        self.regions.is_none_or(|own| own.iter().any(meets))
    }

    fn covers(self, region: &RegionId) -> bool {
        let within = |own: &[RegionId]| own.iter().any(|own| region.is_within(own));
        self.regions.is_none_or(within)
    }
}

/// The villages of a round as one method sees them.
#[derive(Debug)]
pub struct Frozen {
    pub method: Method,
    /// The method, as it is written.
    pub document: String,
    pub view: RoundView,
    /// Cases that nobody approved yet.
    pub unapproved: u32,
    /// Villages that are assigned or have a case, but no approved answers; those cases are among them.
    pub unvisited: u32,
    /// The villages with approved answers and, where the method counts them, those without.
    pub units: Vec<Unit>,
    /// Where their offices are.
    pub places: Places,
    /// Names of the rounds that fill gaps, the latest first, where the method asks for them and there is one.
    pub last_round: Option<String>,
}

impl Frozen {
    /// Seed of the lottery where people agreed on none.
    pub fn usual_seed(&self) -> String {
        format!("{}@{}", self.method.id, self.view.id)
    }
}

/// Reads the approved answers of a round for a method of that id.
pub async fn frozen(
    store: &Store,
    forms: &Forms,
    reach: Reach<'_>,
    round: RoundId,
    method_id: &str,
) -> Result<Frozen, RankingError> {
    let document = document_of(store, method_id).await?;
    frozen_by(store, forms, reach, round, &document).await
}

/// Reads the approved answers of a round for a method as it is written.
pub async fn frozen_by(
    store: &Store,
    forms: &Forms,
    reach: Reach<'_>,
    round: RoundId,
    document: &str,
) -> Result<Frozen, RankingError> {
    let method = parse(document).map_err(RankingError::Problems)?;
    let view = store.round(round).await?;
    let readers = readers(store, forms, &view, &method).await?;
    let teams = teams(store, round).await?;
    let candidates = candidates(store, reach, &view, &teams).await?;
    let untouched = untouched(store, reach, &view, teams, &candidates).await?;
    let read = fold(
        store,
        candidates,
        Read::default(),
        move |read, candidate| {
            let Some((unit, place)) = unit(candidate, &readers) else {
                read.unapproved += 1;
                read.count_unvisited(candidate, &readers.method);
                return;
            };
            read.places
                .extend(place.map(|it| (unit.region.clone(), it)));
            read.units.push(unit);
        },
    );
    let mut read = read.await?;
    for candidate in &untouched {
        read.count_unvisited(candidate, &method);
    }
    let (mut units, mut last_round) = (read.units, None);
    if before::is_asked(&method) {
        let asked = (&view, &method);
        let (filled, rounds) = before::remember(store, forms, reach, asked, units).await?;
        (units, last_round) = (filled, (!rounds.is_empty()).then(|| rounds.join(", ")));
    }
    Ok(Frozen {
        method,
        document: document.to_owned(),
        view,
        unapproved: read.unapproved,
        unvisited: read.unvisited,
        units,
        places: read.places,
        last_round,
    })
}

/// Compiles a method for all versions of a round's questionnaire.
///
/// Errors: what does not fit the newest of them.
async fn readers(
    store: &Store,
    forms: &Forms,
    view: &RoundView,
    method: &Method,
) -> Result<Readers, RankingError> {
    let versions = versions_of(store, forms, view).await?;
    let newest = CompiledMethod::new(method, &versions.newest().questionnaire)
        .map_err(RankingError::Problems)?;
    let older = versions.earlier().map(|(id, form)| {
        let compiled = CompiledMethod::new(method, &form.questionnaire);
        (id, compiled.ok())
    });
    Ok(Readers {
        older: older.collect(),
        method: method.clone(),
        versions,
        newest,
    })
}

/// What was read of the villages of a round.
#[derive(Debug, Default)]
struct Read {
    units: Vec<Unit>,
    places: Places,
    unapproved: u32,
    unvisited: u32,
}

impl Read {
    /// Names a village without approved answers where the method counts those; else it is only a number.
    fn count_unvisited(&mut self, candidate: &Candidate, method: &Method) {
        self.unvisited += 1;
        if method.counts_unvisited() {
            let village = village_of(candidate, vec![Hold::unvisited()]);
            self.units.push(Unit {
                region: village.region,
                name: village.name,
                group: village.group,
                holds: village.holds,
                ..Unit::without_values(method)
            });
        }
    }
}

/// Where the offices of a round's villages are, by the approved answers.
pub async fn offices(
    store: &Store,
    forms: &Forms,
    reach: Reach<'_>,
    round: RoundId,
) -> Result<Places, RankingError> {
    let (_, cases) = approved_interviews(store, forms, reach, round).await?;
    let take = |places: &mut Places, village: Village, interview: &Interview| {
        places.extend(office(interview).map(|it| (village.region, it)));
    };
    cases.fold(store, Places::new(), take).await
}

/// Latitude and longitude of the village office, in degrees. No other position is one of the village.
fn office(interview: &Interview) -> Option<(f64, f64)> {
    let form = interview.questionnaire();
    let mut places = form.nodes.iter().zip(0..);
    if places.any(|(node, index)| node.name == OFFICE && form.is_personal(index)) {
        return None;
    }
    let answers = interview.counted_answers();
    let mut answers = answers.iter();
    let (_, answer) = answers.find(|(path, _)| path.name() == OFFICE)?;
    let Answer::Value(Value::Point(point)) = answer else {
        return None;
    };
    let degrees = |e7: i64| e7 as f64 / 1e7;
    Some((degrees(point.latitude_e7), degrees(point.longitude_e7)))
}

/// What a console ranks by itself.
///
/// Errors: also more villages than a console takes at once.
pub async fn frozen_view(
    store: &Store,
    forms: &Forms,
    reader: &Account,
    round: RoundId,
    method_id: &str,
) -> Result<FrozenView, RankingError> {
    let mut frozen = frozen(store, forms, Reach::of(reader), round, method_id).await?;
    if FROZEN_UNITS_MAX < frozen.units.len() {
        // Of villages without answers only the number travels, rather than nothing at all.
        frozen.units.retain(|unit| !unit.is_unvisited());
    }
    if FROZEN_UNITS_MAX < frozen.units.len() {
        return Err(RankingError::TooLarge);
    }
    Ok(FrozenView {
        round,
        overseen: overseen(store, reader).await?,
        seed: frozen.usual_seed(),
        round_name: frozen.view.name,
        approved: visited(&frozen.units),
        unapproved: frozen.unapproved,
        unvisited: frozen.unvisited,
        document: frozen.document,
        units: frozen.units,
        places: frozen.places,
        last_round: frozen.last_round,
    })
}

/// The regions of an account that does not see everything, with their names.
async fn overseen(store: &Store, reader: &Account) -> Result<Vec<RegionName>, StoreError> {
    if reader.sees_everywhere() {
        return Ok(Vec::new());
    }
    let mut names = store.names_of(reader.regions.iter().cloned()).await?;
    let named = reader.regions.iter().map(|code| RegionName {
        code: code.clone(),
        name: names.remove(code).unwrap_or_else(|| code.to_string()),
    });
    Ok(named.collect())
}

/// Ranks the villages of a round that the reader may see.
pub async fn priority(
    store: &Store,
    forms: &Forms,
    reader: &Account,
    round: RoundId,
    method_id: &str,
) -> Result<PriorityView, RankingError> {
    let frozen = frozen(store, forms, Reach::of(reader), round, method_id).await?;
    let seed = frozen.usual_seed();
    let approved = visited(&frozen.units);
    let Frozen {
        method,
        units,
        view,
        unapproved,
        unvisited,
        ..
    } = frozen;
    let ranked = tokio::task::spawn_blocking(move || {
        let ranking = rank(&method, &units, &seed)?;
        let selection = match &method.programme {
            Some(programme) => Some(select(&method, &ranking, &programme.quota)?),
            None => None,
        };
        Ok((ranking, selection))
    });
    let (ranking, selection) = ranked
        .await
        .map_err(|_| RankingError::Store(StoreError::Busy))?
        .map_err(RankingError::Problems)?;
    let ranking = if DETAILED_UNITS_MAX < ranking.units.len() {
        ranking.without_details()
    } else {
        ranking
    };
    Ok(PriorityView {
        round,
        round_name: view.name,
        approved,
        unapproved,
        unvisited,
        ranking,
        selection,
    })
}

/// How many villages have approved answers.
fn visited(units: &[Unit]) -> u32 {
    let visited = units.iter().filter(|unit| !unit.is_unvisited());
    u32::try_from(visited.count()).unwrap_or(u32::MAX)
}

/// Villages of the round that somebody was sent to, but of which nothing was written yet.
async fn untouched(
    store: &Store,
    reach: Reach<'_>,
    view: &RoundView,
    mut teams: BTreeMap<RegionId, Team>,
    touched: &[Candidate],
) -> Result<Vec<Candidate>, RankingError> {
    let touched: BTreeSet<&RegionId> = touched.iter().map(|it| &it.id.region).collect();
    let is_of_round = |region: &RegionId| {
        let mut regencies = view.regencies.iter();
        regencies.any(|it| region.is_within(&it.code)) && reach.covers(region)
    };
    teams.retain(|region, _| is_of_round(region) && !touched.contains(region));
    let mut places = places(store, teams.keys()).await?;
    let idle = teams.into_iter().map(|(region, team)| Candidate {
        place: places.remove(&region).unwrap_or_default(),
        log: Vec::new(),
        team,
        id: CaseId {
            round: view.id,
            region,
        },
    });
    Ok(idle.collect())
}

async fn candidates(
    store: &Store,
    reach: Reach<'_>,
    view: &RoundView,
    teams: &BTreeMap<RegionId, Team>,
) -> Result<Vec<Candidate>, RankingError> {
    let round = view.id;
    let mut regions = Vec::new();
    for regency in view.regencies.iter().filter(|it| reach.meets(&it.code)) {
        let partition = PartitionId {
            round,
            regency: regency.code.clone(),
        };
        regions.extend(
            store
                .touched_cases(&partition)
                .await?
                .into_iter()
                .map(|(id, _)| id),
        );
    }
    regions.retain(|region| reach.covers(region));
    let mut places: BTreeMap<RegionId, Place> = places(store, regions.iter()).await?;
    let candidate = |region| Candidate {
        place: places.remove(&region).unwrap_or_default(),
        log: Vec::new(),
        team: teams.get(&region).cloned().unwrap_or_default(),
        id: CaseId { round, region },
    };
    Ok(regions.into_iter().map(candidate).collect())
}

/// Reads the logs of candidates a few at a time and takes each: the answers of a nation do not fit into memory, what a
/// method sees of them does.
async fn fold<S: Send + 'static>(
    store: &Store,
    candidates: Vec<Candidate>,
    mut state: S,
    mut take: impl FnMut(&mut S, &Candidate) + Send + 'static,
) -> Result<S, RankingError> {
    let mut rest = candidates.into_iter();
    loop {
        let mut some: Vec<Candidate> = rest.by_ref().take(CASES_AT_ONCE).collect();
        if some.is_empty() {
            return Ok(state);
        }
        for candidate in &mut some {
            candidate.log = store.case_log(&candidate.id).await?;
        }
        let taken = tokio::task::spawn_blocking(move || {
            for candidate in &some {
                take(&mut state, candidate);
            }
            (state, take)
        });
        (state, take) = taken
            .await
            .map_err(|_| RankingError::Store(StoreError::Busy))?;
    }
}

/// Approved cases of a round, to be read one by one.
#[derive(Debug)]
pub struct ApprovedCases {
    candidates: Vec<Candidate>,
    versions: Versions,
}

/// The approved cases of a round, as far as they are in reach.
pub async fn approved_interviews(
    store: &Store,
    forms: &Forms,
    reach: Reach<'_>,
    round: RoundId,
) -> Result<(RoundView, ApprovedCases), RankingError> {
    let view = store.round(round).await?;
    let versions = versions_of(store, forms, &view).await?;
    let teams = teams(store, round).await?;
    let candidates = candidates(store, reach, &view, &teams).await?;
    let cases = ApprovedCases {
        candidates,
        versions,
    };
    Ok((view, cases))
}

impl ApprovedCases {
    /// Takes every approved case, as it was when it was approved; none that cannot be had so, since nobody approved
    /// what stands there now.
    pub async fn fold<S: Send + 'static>(
        self,
        store: &Store,
        state: S,
        mut take: impl FnMut(&mut S, Village, &Interview) + Send + 'static,
    ) -> Result<S, RankingError> {
        let ApprovedCases {
            candidates,
            versions,
        } = self;
        let take = move |state: &mut S, candidate: &Candidate| {
            let Some((case, true)) = approved_case(candidate, &versions) else {
                return;
            };
            let form = versions.of(&case);
            let interview = interview(&case, form, &candidate.place.name);
            take(state, village_of(candidate, Vec::new()), &interview);
        };
        fold(store, candidates, state, take).await
    }
}

fn village_of(candidate: &Candidate, holds: Vec<Hold>) -> Village {
    Village {
        region: candidate.id.region.to_string(),
        name: candidate.place.name.clone(),
        group: Area {
            code: candidate.id.region.regency().to_string(),
            name: candidate.place.regency.clone(),
        },
        holds,
    }
}

/// The case as it was approved, or as it is now where that cannot be had; none while nobody has approved it.
fn approved_case(candidate: &Candidate, versions: &Versions) -> Option<(Case, bool)> {
    let mut merged = Case::new(candidate.id.clone());
    candidate.log.iter().cloned().for_each(|op| {
        merged.insert(op);
    });
    let form = versions.of(&merged);
    let state = merged.state(&candidate.team.modules_of(&form.questionnaire));
    if state.status != CaseStatus::Approved {
        return None;
    }
    let Some(Review::Approve { digest }) = state.decision.map(|decision| decision.review) else {
        return None;
    };
    Some(match approved(&candidate.id, &candidate.log, digest) {
        Some(case) => (case, true),
        None => (merged, false),
    })
}

/// What the method sees of a village, and where its office is; none while nobody has approved it.
fn unit(candidate: &Candidate, readers: &Readers) -> Option<(Unit, Option<(f64, f64)>)> {
    let (case, is_exact) = approved_case(candidate, &readers.versions)?;
    let mut holds = Vec::new();
    if !is_exact {
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
    let village = village_of(candidate, holds);
    let unit = compiled.observe(&readers.method, &interview, village);
    let place = is_exact.then(|| office(&interview)).flatten();
    Some((unit, place))
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

#[cfg(test)]
mod tests;

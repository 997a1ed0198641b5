//! Cases as the office reads them: merged, checked by the questionnaire, ordered by doubt.
//!
//! Always: computed from the ops by the same code as on the phone; a kept result is only used
//! while the case's newest batch is the one it was computed from.
//! Never: shows a case outside the reader's regions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use shared::answers::{Answer, Change, Op, Review, Value};
use shared::ids::{
    BlobId, CaseId, Digest, PartitionId, Path, QuestionnaireId, RegionId, RoundId, Seq,
};
use shared::merge::{Case, CaseState, Conflict, Status};
use shared::questionnaire::interview::{Finding, FindingKind, Interview, Surroundings, Village};
use shared::questionnaire::model::Questionnaire;
use shared::sorted::{Map, Set};
use shared::time::{Millis, Moment};
use shared::wire::office::RoundView;
use shared::wire::review::{CaseSummary, PersonView, QUEUE_CASES_MAX, QueueView, Reason};

use crate::forms::{Form, Forms};
use crate::store::{Account, Result, Store};

/// A position worse than this says little about where the office is.
const ACCURACY_CM_MAX: i64 = 10_000;
/// An interview of ninety minutes is not done in less.
const VISIT_MINUTES_MIN: u32 = 15;
/// Cases whose reading is kept.
const READINGS_MAX: usize = 20_000;

/// A cache of readings before the store. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    readings: Arc<Mutex<BTreeMap<CaseId, Kept>>>,
}

/// By this it is known whether a reading is still true: the newest batch, and what is kept aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    pub newest: Seq,
    pub aside: u32,
}

#[derive(Debug)]
struct Kept {
    mark: Mark,
    /// The version that it was read by, and the top groups that somebody had.
    form: Arc<Form>,
    modules: Set<String>,
    reading: Arc<Reading>,
}

/// What a case says, once merged and checked.
#[derive(Debug, Clone)]
pub struct Reading {
    pub state: CaseState,
    pub answered: u32,
    pub relevant: u32,
    pub last_written: Option<Millis>,
    pub reasons: Vec<Reason>,
    pub photos: Vec<BlobId>,
    /// Paths of open errors and conflicts: a village with one is not fit to be ranked.
    pub error_paths: Vec<Path>,
    pub conflict_paths: Vec<Path>,
}

/// Instead of a message that an analyst may not read, in Indonesian and in English.
pub const HIDDEN: [&str; 2] = ["tidak ditampilkan", "not shown"];

/// Where a village stands in the tree, by name.
#[derive(Debug, Clone, Default)]
pub struct Place {
    pub name: String,
    pub district: String,
    pub regency: String,
    pub province: String,
}

/// Who works on a village.
#[derive(Debug, Clone, Default)]
pub struct Team {
    pub assignees: Vec<PersonView>,
    /// Top groups that somebody was given by name.
    pub modules: Set<String>,
    /// Whether somebody has all of them, whatever the version calls them.
    pub has_all: bool,
}

impl Team {
    /// The top groups that somebody has, in a version of the questionnaire.
    pub fn modules_of(&self, form: &Questionnaire) -> Set<String> {
        let mut modules = self.modules.clone();
        if self.has_all {
            modules.extend(form.modules().map(|node| node.name.clone()));
        }
        modules
    }
}

/// The versions of a round's questionnaire, the oldest first.
#[derive(Debug, Clone)]
pub struct Versions(Vec<(QuestionnaireId, Arc<Form>)>);

/// Fetches all versions that cases of a round may stand on.
///
/// # Errors
/// When the store cannot be read, or one of them is damaged.
pub async fn versions_of(store: &Store, forms: &Forms, round: &RoundView) -> Result<Versions> {
    let mut versions = Vec::new();
    for id in round.versions() {
        versions.push((id, forms.whole(store, id).await?));
    }
    Ok(Versions(versions))
}

impl Versions {
    /// Whether one of them is so.
    pub fn any(&self, is: impl Fn(&Questionnaire) -> bool) -> bool {
        self.0.iter().any(|(_, form)| is(&form.questionnaire))
    }

    /// The one that cases begin with.
    ///
    /// # Panics
    /// Never: a round has at least one.
    pub fn newest(&self) -> &Arc<Form> {
        let (_, form) = self.0.last().expect("a round has a questionnaire");
        form
    }

    /// Those before the newest.
    pub fn earlier(&self) -> impl Iterator<Item = (QuestionnaireId, &Arc<Form>)> {
        let (_, earlier) = self.0.split_last().expect("a round has a questionnaire");
        earlier.iter().map(|(id, form)| (*id, form))
    }

    /// The one that a case stands on.
    pub fn of(&self, case: &Case) -> &Arc<Form> {
        self.of_case(case).1
    }

    /// The one that a case stands on, with its id.
    pub fn of_case(&self, case: &Case) -> (QuestionnaireId, &Arc<Form>) {
        let ids: Vec<QuestionnaireId> = self.0.iter().map(|(id, _)| *id).collect();
        let version = case.version(&ids);
        let found = self.0.iter().find(|(id, _)| *id == version);
        (
            version,
            found.map_or_else(|| self.newest(), |(_, form)| form),
        )
    }
}

impl Cases {
    /// The cases of a round that the reader oversees, the most doubtful first.
    pub async fn queue(
        &self,
        store: &Store,
        forms: &Forms,
        reader: &Account,
        round: RoundId,
    ) -> Result<QueueView> {
        let view = store.round(round).await?;
        let forms = versions_of(store, forms, &view).await?;
        let teams = teams(store, round).await?;
        let mut regions: BTreeMap<RegionId, Mark> = teams
            .keys()
            .map(|region| (region.clone(), Mark::default()))
            .collect();
        for regency in &view.regencies {
            let partition = PartitionId {
                round,
                regency: regency.code.clone(),
            };
            for (region, newest) in store.touched_cases(&partition).await? {
                regions.entry(region).or_default().newest = newest;
            }
            // Also of villages that nobody has: there it says what came from whom by mistake.
            for (region, aside) in store.asides(&partition).await? {
                regions.entry(region).or_default().aside = aside;
            }
        }
        regions.retain(|region, _| reader.covers(region));
        let cut_off = QUEUE_CASES_MAX < regions.len();
        let regions: Vec<(RegionId, Mark)> = regions.into_iter().take(QUEUE_CASES_MAX).collect();
        let places = places(store, regions.iter().map(|(region, _)| region)).await?;
        let nobody = Team::default();
        let mut cases = Vec::with_capacity(regions.len());
        for (region, mark) in regions {
            let team = teams.get(&region).unwrap_or(&nobody);
            let place = places.get(&region).cloned().unwrap_or_default();
            let id = CaseId { round, region };
            let reading = self
                .reading(store, &forms, &id, mark, &place.name, team)
                .await?;
            cases.push(summary(id.region, place, team, &reading));
        }
        if !reader.role.reviews() && forms.any(|form| form.quotes_personal()) {
            cases.iter_mut().for_each(hide_messages);
        }
        let received = received_photos(store, self, round, &cases).await?;
        for case in &mut cases {
            case.photos_received = received.get(&case.region).copied().unwrap_or(0);
        }
        cases.sort_by_key(|case| {
            let weight: u32 = case.reasons.iter().map(Reason::weight).sum();
            (std::cmp::Reverse(weight), case.region.clone())
        });
        Ok(QueueView {
            round,
            cases,
            cut_off,
        })
    }

    /// The reading of one case, from the cache where nothing new came since.
    pub async fn reading(
        &self,
        store: &Store,
        forms: &Versions,
        id: &CaseId,
        mark: Mark,
        village: &str,
        team: &Team,
    ) -> Result<Arc<Reading>> {
        if let Some(reading) = self.kept(id, mark, team) {
            return Ok(reading);
        }
        let case = store.case(id).await?;
        let aside = mark.aside as usize;
        let form = forms.of(&case);
        let modules = team.modules_of(&form.questionnaire);
        let reading = Arc::new(read(&case, form, village, &modules, aside));
        let mut readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if READINGS_MAX <= readings.len() {
            readings.pop_first();
        }
        let kept = Kept {
            mark,
            form: Arc::clone(form),
            modules,
            reading: Arc::clone(&reading),
        };
        readings.insert(id.clone(), kept);
        Ok(reading)
    }

    /// Reads a case anew when it is asked for next, since what it said was taken away without a batch.
    pub fn forget(&self, id: &CaseId) {
        let mut readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        readings.remove(id);
    }

    fn kept(&self, id: &CaseId, mark: Mark, team: &Team) -> Option<Arc<Reading>> {
        let readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = readings.get(id)?;
        // Assignments change without a batch; they are looked at when they matter.
        let is_settled = team.modules_of(&kept.form.questionnaire) == kept.modules
            && kept
                .modules
                .is_subset(&kept.reading.state.submitted_modules);
        let is_true = kept.mark == mark && mark.newest != Seq::ZERO && is_settled;
        is_true.then(|| Arc::clone(&kept.reading))
    }
}

async fn received_photos(
    store: &Store,
    cases: &Cases,
    round: RoundId,
    summaries: &[CaseSummary],
) -> Result<BTreeMap<RegionId, u32>> {
    let mut received = BTreeMap::new();
    for summary in summaries.iter().filter(|summary| summary.photos != 0) {
        let id = CaseId {
            round,
            region: summary.region.clone(),
        };
        let photos = {
            let readings = cases
                .readings
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            readings
                .get(&id)
                .map(|kept| kept.reading.photos.clone())
                .unwrap_or_default()
        };
        let present = store.blobs_present(&photos).await?.len();
        received.insert(
            summary.region.clone(),
            u32::try_from(present).unwrap_or(u32::MAX),
        );
    }
    Ok(received)
}

/// The people of each village of a round; without named modules, somebody has them all.
pub async fn teams(store: &Store, round: RoundId) -> Result<BTreeMap<RegionId, Team>> {
    let mut teams: BTreeMap<RegionId, Team> = BTreeMap::new();
    for work in store.assignments(Some(round), None).await? {
        let team = teams.entry(work.village).or_default();
        team.assignees.push(PersonView {
            id: work.account,
            name: work.account_name,
            role: shared::ids::Role::Enumerator,
        });
        team.has_all |= work.modules.is_empty();
        team.modules.extend(work.modules);
    }
    Ok(teams)
}

/// Names of villages with the levels above them.
pub async fn places<'a>(
    store: &Store,
    regions: impl Iterator<Item = &'a RegionId>,
) -> Result<BTreeMap<RegionId, Place>> {
    let regions: Vec<RegionId> = regions.cloned().collect();
    let above = |region: &RegionId| std::iter::successors(Some(region.clone()), RegionId::parent);
    let names = store.names_of(regions.iter().flat_map(above)).await?;
    let name = |region: Option<RegionId>| {
        region
            .and_then(|region| names.get(&region).cloned())
            .unwrap_or_default()
    };
    let place = |region: RegionId| {
        let district = region.parent();
        let regency = district.as_ref().and_then(RegionId::parent);
        let province = regency.as_ref().and_then(RegionId::parent);
        let own = names
            .get(&region)
            .cloned()
            .unwrap_or_else(|| region.to_string());
        let place = Place {
            name: own,
            district: name(district),
            regency: name(regency),
            province: name(province),
        };
        (region, place)
    };
    Ok(regions.into_iter().map(place).collect())
}

/// What the questionnaire is told about a case: its village, and the moment of its newest answer.
pub fn interview(case: &Case, form: &Form, village: &str) -> Interview {
    let never = Moment {
        wall: Millis(0),
        zone_minutes: 0,
    };
    let moment = case.last_answered().unwrap_or(never);
    let surroundings = Surroundings {
        moment,
        village: Village {
            code: case.id().region.to_string(),
            name: village.to_owned(),
            kind: None,
        },
        facts: Map::new(),
        last_saved: Map::new(),
    };
    form.interview(case.answers(), surroundings)
}

fn read(case: &Case, form: &Form, village: &str, modules: &Set<String>, aside: usize) -> Reading {
    let interview = interview(case, form, village);
    let state = state_of(case, modules);
    let findings = interview.findings();
    let progress = interview.progress("id");
    let conflicts = conflicts(case);
    let errors: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::Error)
        .filter(|finding| finding.code != "required" || is_submitted(&state, &finding.path))
        .collect();
    let mut reasons = reasons(case, &state, &findings, &errors, aside);
    if !conflicts.is_empty() {
        let count = count(conflicts.len());
        reasons.push(Reason::Conflicts { count });
    }
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.weight()));
    Reading {
        answered: count(progress.iter().map(|module| module.answered).sum()),
        relevant: count(progress.iter().map(|module| module.relevant).sum()),
        last_written: case.ops().map(|op| op.written.wall).max(),
        photos: photos(case),
        error_paths: errors.iter().map(|finding| finding.path.clone()).collect(),
        conflict_paths: conflicts
            .into_iter()
            .map(|conflict| conflict.path)
            .collect(),
        state,
        reasons,
    }
}

/// A message may quote an answer that is personal.
fn hide_messages(case: &mut CaseSummary) {
    for reason in &mut case.reasons {
        if let Reason::Errors {
            first_id, first_en, ..
        }
        | Reason::Doubts {
            first_id, first_en, ..
        } = reason
        {
            HIDDEN[0].clone_into(first_id);
            HIDDEN[1].clone_into(first_en);
        }
    }
}

/// An empty answer is only wrong in a module that somebody called finished.
fn is_submitted(state: &CaseState, path: &Path) -> bool {
    path.segments()
        .next()
        .is_some_and(|segment| state.submitted_modules.contains(segment.name))
}

fn reasons(
    case: &Case,
    state: &CaseState,
    findings: &[Finding],
    errors: &[&Finding],
    aside: usize,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let is_doubt = |finding: &&Finding| finding.kind == FindingKind::Doubt;
    let (noted, open): (Vec<&Finding>, Vec<&Finding>) = findings
        .iter()
        .filter(is_doubt)
        .partition(|finding| finding.settled_by_note);
    if let Some(first) = errors.first() {
        reasons.push(Reason::Errors {
            count: count(errors.len()),
            first_id: first.message_id.clone(),
            first_en: first.message_en.clone(),
        });
    }
    if let Some(first) = open.first() {
        reasons.push(Reason::Doubts {
            count: count(open.len()),
            first_id: first.message_id.clone(),
            first_en: first.message_en.clone(),
        });
    }
    if !noted.is_empty() {
        reasons.push(Reason::Noted {
            count: count(noted.len()),
        });
    }
    if state.changed_since_approval {
        reasons.push(Reason::ChangedSinceApproval);
    }
    if aside != 0 {
        reasons.push(Reason::Quarantined {
            count: count(aside),
        });
    }
    let returned_before = case
        .history(&Path::root())
        .iter()
        .any(|op| matches!(op.change, Change::Review(Review::Return { .. })));
    if returned_before && state.status == Status::Submitted {
        reasons.push(Reason::Resubmitted);
    }
    reasons.extend(coarse_position(case));
    if !state.submitted_modules.is_empty() {
        reasons.extend(short_visit(case));
    }
    reasons
}

fn coarse_position(case: &Case) -> Option<Reason> {
    let worst = case
        .answers()
        .answers
        .values()
        .filter_map(|answer| match answer {
            Answer::Value(Value::Point(point)) => Some(point.accuracy_cm),
            _ => None,
        })
        .max()?;
    let metres = u32::try_from(worst / 100).unwrap_or(u32::MAX);
    (ACCURACY_CM_MAX < worst).then_some(Reason::CoarsePosition { metres })
}

/// Time between the first and the last answer within one run of the phone, summed over runs.
fn short_visit(case: &Case) -> Option<Reason> {
    let mut runs: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for op in case
        .ops()
        .filter(|op| op.role == shared::ids::Role::Enumerator)
    {
        let at = op.written.monotonic_ms;
        let run = runs.entry(op.written.boot).or_insert((at, at));
        *run = (run.0.min(at), run.1.max(at));
    }
    if runs.is_empty() {
        return None;
    }
    let total: u64 = runs.values().map(|(first, last)| last - first).sum();
    let minutes = u32::try_from(total / 60_000).unwrap_or(u32::MAX);
    (minutes < VISIT_MINUTES_MIN).then_some(Reason::ShortVisit { minutes })
}

/// The photos and files that standing answers name.
pub fn photos(case: &Case) -> Vec<BlobId> {
    let answers = case.answers();
    let blobs: BTreeSet<BlobId> = answers
        .answers
        .values()
        .filter_map(|answer| match answer {
            Answer::Value(Value::File(file)) => Some(file.blob),
            _ => None,
        })
        .collect();
    blobs.into_iter().collect()
}

/// Where a case stands. Whoever approves after an erasure sees nothing of what was erased, whoever approved before it saw
/// all: either is what is there now.
pub fn state_of(case: &Case, modules: &Set<String>) -> CaseState {
    let mut state = case.state(modules);
    if state.changed_since_approval
        && let Some(rest) = without_erased(case.id(), case.ops())
    {
        state.changed_since_approval = rest.state(modules).changed_since_approval;
    }
    state
}

/// The case without what is left of erased answers; none where nothing was erased.
fn without_erased<'o>(id: &CaseId, ops: impl Iterator<Item = &'o Op>) -> Option<Case> {
    let mut rest = Case::new(id.clone());
    let mut has_erased = false;
    for op in ops {
        match op.is_erased() {
            true => has_erased = true,
            false => {
                rest.insert(op.clone());
            }
        }
    }
    has_erased.then_some(rest)
}

/// What waits for a decision. An erased answer competes with nothing: whoever answers after it does not see it.
fn conflicts(case: &Case) -> Vec<Conflict> {
    let mut conflicts = case.conflicts();
    conflicts.retain(|conflict| {
        let heads = conflict.heads.iter().filter_map(|id| case.get(*id));
        1 < heads.filter(|op| !op.is_erased()).count()
    });
    conflicts
}

/// The answers that the last approval was given to, out of the ops in the order they came.
///
/// `None` when no state that the server ever had is the one that the reviewer saw.
pub fn approved(id: &CaseId, log: &[Op], digest: Digest) -> Option<Case> {
    let mut case = Case::new(id.clone());
    for op in log {
        case.insert(op.clone());
    }
    if case.content_digest() == digest {
        return Some(case);
    }
    let mut case = Case::new(id.clone());
    let mut found = None;
    for op in log {
        case.insert(op.clone());
        if case.content_digest() == digest {
            found = Some(case.clone());
        }
    }
    if found.is_none() && log.iter().any(Op::is_erased) {
        let seen = log.iter().filter(|op| !op.is_erased());
        let seen: Vec<Op> = seen.cloned().collect();
        return approved(id, &seen, digest);
    }
    found
}

fn summary(region: RegionId, place: Place, team: &Team, reading: &Reading) -> CaseSummary {
    CaseSummary {
        region,
        name: place.name,
        district: place.district,
        regency: place.regency,
        status: reading.state.status,
        changed_since_approval: reading.state.changed_since_approval,
        answered: reading.answered,
        relevant: reading.relevant,
        assignees: team.assignees.clone(),
        last_written: reading.last_written,
        reasons: reading.reasons.clone(),
        photos: count(reading.photos.len()),
        photos_received: 0,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

//! The questionnaire's checks on what arrives, run here as well, with the same engine as on the phone.
//!
//! Always: a case that was touched is checked soon after, and what was found is kept beside it; what was not
//! checked when the server ended is found again at the next start.
//! Never: delays an acknowledgement; takes more than its share of the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::ids::{CaseId, RoundId, Seq};
use shared::merge::Case;

use crate::cases::{Versions, interview, places, versions_of};
use crate::error::Problem;
use crate::http::App;
use crate::store::Checked;

/// Cases of one turn: one transaction.
const TURN_CASES_MAX: usize = 32;
/// Rest between two turns; phones are answered meanwhile.
const REST: Duration = Duration::from_millis(250);
/// Cases that wait in memory; further ones are found in the store once these are done.
const WAITING_MAX: usize = 10_000;

/// Cases that wait to be checked. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Checker {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    waiting: BTreeSet<CaseId>,
    is_running: bool,
    /// More than fits came: the store knows which.
    is_behind: bool,
    /// The last case that the store named; those that cannot be checked are not asked for again.
    after: Option<CaseId>,
}

impl Checker {
    /// Checks these cases soon, without waiting for it.
    pub fn touch(&self, app: &Arc<App>, cases: impl IntoIterator<Item = CaseId>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for case in cases {
            if WAITING_MAX <= state.waiting.len() {
                state.is_behind = true;
                break;
            }
            state.waiting.insert(case);
        }
        if !state.is_running {
            state.is_running = true;
            tokio::spawn(run(Arc::clone(app)));
        }
    }

    /// Checks what was left when the server ended last.
    pub fn catch_up(&self, app: &Arc<App>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_behind = true;
        drop(state);
        self.touch(app, []);
    }

    /// The cases of the next turn; none when all is done, and then nobody runs.
    fn next(&self) -> Turn {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut cases = Vec::new();
        while cases.len() < TURN_CASES_MAX
            && let Some(case) = state.waiting.pop_first()
        {
            cases.push(case);
        }
        if !cases.is_empty() {
            return Turn::Check(cases);
        }
        if state.is_behind {
            return Turn::LookInStore(state.after.clone());
        }
        state.after = None;
        state.is_running = false;
        Turn::Rest
    }
}

enum Turn {
    Check(Vec<CaseId>),
    LookInStore(Option<CaseId>),
    Rest,
}

async fn run(app: Arc<App>) {
    loop {
        let outcome = match app.checker.next() {
            Turn::Rest => return,
            Turn::Check(cases) => check(&app, cases).await,
            Turn::LookInStore(after) => look_in_store(&app, after).await,
        };
        if let Err(problem) = outcome {
            // The next batch of the case, or the next start, tries again.
            tracing::error!(code = %problem.code(), "checker.failed");
        }
        tokio::time::sleep(REST).await;
    }
}

async fn look_in_store(app: &Arc<App>, after: Option<CaseId>) -> Result<(), Problem> {
    let found = app.store.unchecked_cases(after.as_ref(), WAITING_MAX).await;
    let mut state = app
        .checker
        .state
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    // Without an answer nobody asks again until the next case is touched.
    let cases = found.inspect_err(|_| state.is_behind = false)?;
    state.is_behind = cases.len() == WAITING_MAX;
    state.after = cases.last().cloned();
    state.waiting.extend(cases);
    Ok(())
}

/// A case on its way to be checked.
struct Work {
    versions: Versions,
    newest: Seq,
    case: Case,
    village: String,
}

async fn check(app: &App, cases: Vec<CaseId>) -> Result<(), Problem> {
    let mut rounds: BTreeMap<RoundId, Versions> = BTreeMap::new();
    let places = places(&app.store, cases.iter().map(|case| &case.region)).await?;
    let mut work = Vec::new();
    for id in cases {
        let village = places
            .get(&id.region)
            .map_or("", |place| place.name.as_str());
        match prepare(app, &mut rounds, &id, village).await {
            Ok(prepared) => work.extend(prepared),
            // One that cannot be read holds up no other.
            Err(problem) => tracing::error!(code = %problem.code(), "checker.case"),
        }
    }
    let checked = tokio::task::spawn_blocking(move || {
        let one = |work: Work| {
            let (questionnaire, form) = work.versions.of_case(&work.case);
            Checked {
                newest: work.newest,
                questionnaire,
                findings: interview(&work.case, form, &work.village).findings(),
                case: work.case.id().clone(),
            }
        };
        work.into_iter().map(one).collect::<Vec<Checked>>()
    });
    let checked = checked.await.map_err(|error| Problem::internal(&error))?;
    app.store.keep_findings(checked, app.clock.now()).await?;
    Ok(())
}

/// Reads what a check needs; nothing where nothing of the case was merged.
async fn prepare(
    app: &App,
    rounds: &mut BTreeMap<RoundId, Versions>,
    id: &CaseId,
    village: &str,
) -> Result<Option<Work>, Problem> {
    // The mark before the answers: what comes in between is checked again.
    let newest = app.store.newest_batch(id).await?;
    if newest == Seq::ZERO {
        return Ok(None);
    }
    let versions = match rounds.get(&id.round) {
        Some(versions) => versions.clone(),
        None => {
            let round = app.store.round(id.round).await?;
            let versions = versions_of(&app.store, &app.forms, &round).await?;
            rounds.insert(id.round, versions.clone());
            versions
        }
    };
    Ok(Some(Work {
        versions,
        newest,
        case: app.store.case(id).await?,
        village: village.to_owned(),
    }))
}

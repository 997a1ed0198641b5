//! Freezing a ranking or selection, and telling later what newer answers would change.
//!
//! Always: a record is made from the answers that the last approval was given to, as the ranking is; it is stored as
//! the bytes that anybody may download and compute again.
//! Never: changes a record; what people decide later is another one.

use sha2::{Digest as _, Sha256};
use shared::ids::{DecisionId, RegionId, Role, RoundId, hex_text};
use shared::priority::{
    Method, MethodRef, Overseen, Problem, Record, TOLD_MAX, Text, Unit, differences, head,
};
use shared::time::Millis;
use shared::wire::priority::{
    DecisionFacts, DecisionNew, DecisionView, Despite, DifferenceView, DifferencesView, Minutes,
};

use crate::auth;
use crate::forms::Forms;
use crate::ranking::{Frozen, RankingError, Reach, frozen};
use crate::store::{Account, Act, DecisionDraft, Store, StoreError};

/// What results name as their program.
pub const SOFTWARE: &str = concat!("lumbung ", env!("CARGO_PKG_VERSION"));
/// A nation's record is about 40 MB.
pub const RECORD_BYTES_MAX: usize = 64 << 20;
/// Decisions that a list of one round shows.
pub const DECISIONS_SHOWN_MAX: u32 = 200;

/// Whether this account may freeze decisions: analysts and the offices above a supervisor.
pub fn may_freeze(account: &Account) -> bool {
    account.role == Role::Analyst || Role::Supervisor < account.role && account.role.reviews()
}

/// Whether this account oversees everything that a decision ranked.
pub fn may_read(account: &Account, regions: &[RegionId]) -> bool {
    account.sees_everywhere() || regions.iter().all(|region| account.covers(region))
}

/// Ranks what the account oversees in a round, and keeps the record of it.
pub async fn freeze(
    store: &Store,
    forms: &Forms,
    account: &Account,
    (round, method): (RoundId, &str),
    new: DecisionNew,
    now: Millis,
) -> Result<DecisionView, RankingError> {
    let Frozen {
        units,
        document,
        view,
        last_round,
        ..
    } = frozen(store, forms, Reach::of(account), round, method).await?;
    let regions = match account.sees_everywhere() {
        true => view.regencies.iter().map(|it| it.code.clone()).collect(),
        false => account.regions.clone(),
    };
    let overseen: Vec<String> = match account.sees_everywhere() {
        true => Vec::new(),
        false => regions.iter().map(ToString::to_string).collect(),
    };
    let id = DecisionId(auth::random());
    let minutes = new.minutes;
    let decided = tokio::task::spawn_blocking(move || {
        let record = Record::decide(SOFTWARE, &new.seed, &document, &units, &new.changes)?;
        answered_for(&record, &minutes, Overseen::of(&overseen))?;
        let facts = facts(&record, minutes, last_round);
        Ok((facts, record.write().into_bytes()))
    });
    let (facts, record) = decided
        .await
        .map_err(|_| RankingError::Store(StoreError::Busy))?
        .map_err(RankingError::Problems)?;
    if RECORD_BYTES_MAX < record.len() {
        return Err(RankingError::TooLarge);
    }
    let draft = DecisionDraft {
        id,
        round,
        regions,
        facts,
        record,
    };
    store.put_decision(draft, Act::by(account.id, now)).await?;
    Ok(store.decision(id).await?.0)
}

/// A method with something to be looked at decides only where somebody answers for it.
///
/// Errors: what is to be looked at, and that nobody does.
fn answered_for(
    record: &Record,
    minutes: &Minutes,
    overseen: Overseen,
) -> Result<(), Vec<Problem>> {
    let mut cautions = record.cautions_of(overseen);
    if cautions.is_empty() || minutes.despite.as_ref().is_some_and(Despite::is_given) {
        return Ok(());
    }
    cautions.truncate(TOLD_MAX);
    cautions.push(Problem {
        place: "despite".to_owned(),
        line: None,
        text: Text::new(
            "perbaiki metodenya, atau isi nama dan alasan orang yang memutuskan meskipun demikian",
            "mend the method, or give the name and the reason of who decides all the same",
        ),
    });
    Err(cautions)
}

fn facts(record: &Record, minutes: Minutes, last_round: Option<String>) -> DecisionFacts {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let chosen = record.result().iter().filter(|it| it.finally == "chosen");
    DecisionFacts {
        method: reference(record.method()),
        software: record.software().to_owned(),
        seed: record.seed().to_owned(),
        digest: hex_text(&Sha256::digest(record.write().as_bytes())),
        data_digest: record.data_digest(),
        villages: count(
            record
                .units()
                .iter()
                .filter(|it| !it.is_unvisited())
                .count(),
        ),
        chosen: count(chosen.count()),
        changed: count(record.changes().len()),
        last_round,
        minutes,
    }
}

fn reference(method: &Method) -> MethodRef {
    head(method).method
}

/// What is otherwise by the answers of today, under the record's own method, seed and program.
///
/// Errors: also where the round's questionnaire no longer fits the method.
pub async fn compare(
    store: &Store,
    forms: &Forms,
    decision: (RoundId, Vec<RegionId>),
    record: Vec<u8>,
) -> Result<DifferencesView, RankingError> {
    let (round, regions) = decision;
    let before = Record::read(&record).map_err(RankingError::Problems)?;
    let reach = Reach::regions(&regions);
    let frozen = crate::ranking::frozen_by(store, forms, reach, round, before.document()).await?;
    let compared = tokio::task::spawn_blocking(move || compare_with(&before, &frozen.units));
    compared
        .await
        .map_err(|_| RankingError::Store(StoreError::Busy))?
        .map_err(RankingError::Problems)
}

fn compare_with(before: &Record, units: &[Unit]) -> Result<DifferencesView, Vec<Problem>> {
    // A change by hand to a village that is gone has nothing to change any more.
    let there = |region: &str| units.iter().any(|unit| unit.region == region);
    let changes = before.changes().iter();
    let changes: Vec<_> = changes.filter(|it| there(&it.region)).cloned().collect();
    // Newer answers may leave somebody to wait for: they are compared all the same.
    let after = before.draft_again(units, &changes)?;
    let found = differences(before, &after);
    Ok(DifferencesView {
        count: u32::try_from(found.len()).unwrap_or(u32::MAX),
        differences: found
            .into_iter()
            .take(TOLD_MAX)
            .map(|it| DifferenceView {
                region: it.region,
                text: it.text,
            })
            .collect(),
    })
}

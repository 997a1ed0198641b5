//! The demo round: invented answers for real villages, through the same doors as real ones.
//!
//! Always: equal on every machine; what is pushed was decided about by the hub.
//! Never: touches a data folder that holds a round of another name.

pub mod people;
pub mod villages;

mod fill;

pub mod answers;
pub mod interviews;

pub use fill::fill_villages;

use anyhow::{Context as _, Result};
use shared::ids::{QuestionnaireId, RegionId, RoundId};
use shared::time::Millis;
use shared::wire::office::{RoundKind, RoundView};

use crate::auth::Passwords;
use crate::error::Problem;
use crate::http::{Refused, builtin_regions, import_questionnaire, import_regions};
use crate::import::{Beside, builtin_sheets};
use crate::store::{Act, RoundDraft, Store, StoreError};

use people::{Person, ROUND_NAME, Work};

/// What a demo stands on, before anything was answered.
#[derive(Debug)]
pub struct Demo {
    pub round: RoundId,
    pub questionnaire: QuestionnaireId,
    pub people: Vec<Person>,
    /// Every assigned village, with who answers and who reviews.
    pub work: Vec<Work>,
    /// Whether this start made the round.
    pub is_new: bool,
}

/// Brings regions, questionnaire, accounts, round and assignments to where a demo needs them.
/// What is there already stays as it is.
pub async fn prepare(store: &Store, now: Millis) -> Result<Demo> {
    let id = RoundId(people::fixed_id("round"));
    if let Some(other) = foreign_round(store, id).await? {
        anyhow::bail!(
            "this data holds the round {:?}, which is no demo; choose another folder with --data",
            other.name
        );
    }
    let act = Act::by_program(now);
    bring_regions(store, act).await?;
    let questionnaire = import_questionnaire(store, builtin_sheets(), Beside::default(), act)
        .await
        .map_err(readable)?
        .questionnaire
        .id;
    let people = people::make(store, &Passwords::default(), act).await?;
    let chosen = villages::villages(store).await?;
    let work = people::divide(&people, &chosen);
    let is_new = match store.round(id).await {
        Ok(_) => false,
        Err(StoreError::Missing(_)) => {
            open(store, id, questionnaire, &work, act).await?;
            true
        }
        Err(error) => return Err(error.into()),
    };
    let round = store.round(id).await?;
    if round.villages == 0 {
        people::assign(store, id, &work, act).await?;
    }
    Ok(Demo {
        round: id,
        questionnaire: round.questionnaire,
        people,
        work,
        is_new,
    })
}

async fn foreign_round(store: &Store, demo: RoundId) -> Result<Option<RoundView>> {
    let rounds = store.rounds().await?;
    let is_demo = rounds.iter().any(|round| round.id == demo);
    Ok(rounds.into_iter().find(|_| !is_demo))
}

async fn bring_regions(store: &Store, act: Act) -> Result<()> {
    let [.., villages] = store.region_counts().await?;
    if 0 < villages {
        return Ok(());
    }
    let bytes = builtin_regions()
        .context("this build has no list of regions; run cargo xtask build first")?;
    println!("Importing the regions of Indonesia …");
    import_regions(store, &bytes, Refused::SaveNothing, act)
        .await
        .map_err(readable)?;
    Ok(())
}

async fn open(
    store: &Store,
    id: RoundId,
    questionnaire: QuestionnaireId,
    work: &[Work],
    act: Act,
) -> Result<()> {
    let mut regencies: Vec<RegionId> = work.iter().map(|item| item.village.regency()).collect();
    regencies.sort();
    regencies.dedup();
    let draft = RoundDraft {
        id,
        name: ROUND_NAME.to_owned(),
        kind: RoundKind::Real,
        questionnaire,
        regencies,
    };
    store.open_round(draft, act).await?;
    Ok(())
}

fn readable(problem: Problem) -> anyhow::Error {
    anyhow::Error::msg(problem.view().detail_en)
}

#[cfg(test)]
mod tests;

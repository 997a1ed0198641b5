//! Backups that the server makes by itself, each as `lumbung backup create` makes one.
//!
//! Always: read back before it counts; a failure is on record as any other, and is tried again within the hour.
//! Never: makes two at a time; removes one before a newer one was found whole.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use shared::sync::hub::backup_age_max_ms;
use shared::time::{DAY_MS, Millis};

use crate::clock::Clock;
use crate::store::{Store, StoreError, newest_backup, prune_backups};

const HOUR_MS: i64 = 3_600_000;
/// Between two tries, where the one before failed.
const RETRY_MS: i64 = HOUR_MS;
/// Between two looks at the clock, which a person may set.
const LOOK_MS_MAX: i64 = 10 * 60_000;
/// A year; whoever wants less often wants none.
const EVERY_HOURS_MAX: u32 = 366 * 24;
const EVERY_HOURS_DEFAULT: u32 = 24;
const KEEP_MAX: usize = 10_000;
const KEEP_DEFAULT: usize = 14;

/// When backups are made, where, and how many are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    folder: PathBuf,
    /// Milliseconds.
    every: i64,
    keep: usize,
}

impl Schedule {
    /// What was asked for; nothing where no folder was named.
    ///
    /// # Errors
    /// Where a bound is passed, or the rest stands without a folder.
    pub fn new(
        folder: Option<PathBuf>,
        every_hours: Option<u32>,
        keep: Option<usize>,
    ) -> Result<Option<Schedule>> {
        let Some(folder) = folder else {
            ensure!(
                every_hours.is_none() && keep.is_none(),
                "backups need a folder too: --backup-folder, or backup_folder in the configuration"
            );
            return Ok(None);
        };
        let hours = every_hours.unwrap_or(EVERY_HOURS_DEFAULT);
        ensure!(
            (1..=EVERY_HOURS_MAX).contains(&hours),
            "backups every {hours} hours: name 1 to {EVERY_HOURS_MAX}"
        );
        let keep = keep.unwrap_or(KEEP_DEFAULT);
        ensure!(
            (1..=KEEP_MAX).contains(&keep),
            "keeping {keep} backups: name 1 to {KEEP_MAX}"
        );
        Ok(Some(Schedule {
            folder,
            every: i64::from(hours) * HOUR_MS,
            keep,
        }))
    }

    /// Whether the folder can be used at all, so that a mistake is told at the start and not at night.
    ///
    /// # Errors
    /// Where it lies in the data folder or cannot be made.
    pub fn check(&self, store: &Store) -> Result<()> {
        let shown = self.folder.display();
        ensure!(
            !store.contains(&self.folder)?,
            "{shown} is in the data folder, and would be lost together with it; name a folder elsewhere"
        );
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("cannot make the folder of backups {shown}"))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What to say where it keeps backups that are too old to be put back without loss.
    pub fn caution(&self) -> Option<String> {
        let kept_ms = self
            .every
            .saturating_mul(i64::try_from(self.keep).unwrap_or(i64::MAX));
        let (kept, useful) = (kept_ms / DAY_MS, backup_age_max_ms() / DAY_MS);
        (backup_age_max_ms() < kept_ms).then(|| {
            format!(
                "backups: the oldest of {} gets {kept} days old, and phones give up what the server has had for {useful} \
                 days; put back only one that is younger, or make --backup-every times --backup-keep {useful} days at \
                 most",
                self.keep
            )
        })
    }

    /// How long to wait after a failure, in milliseconds. One that is written and does not count, since photos are
    /// missing, takes as much room as any other: those come as often as good ones.
    fn wait_after(&self, error: &StoreError) -> i64 {
        match error {
            StoreError::Corrupt(_) => self.every,
            _ => RETRY_MS.min(self.every),
        }
    }

    /// How long until the next one, in milliseconds; zero or less: now. `again` is when one that failed is tried anew.
    fn rest(&self, newest: Option<Millis>, again: Option<Millis>, now: Millis) -> i64 {
        let due = newest.map_or(now.0, |made| made.0 + self.every);
        let again = again.map_or(i64::MIN, |at| at.0.min(now.0 + self.every));
        due.max(again) - now.0
    }
}

/// Makes backups as long as the server runs.
pub async fn run(store: Store, clock: Clock, schedule: Schedule) {
    let mut again = None;
    loop {
        // Where the folder cannot be read, making one fails too and says why.
        let newest = newest_backup(&schedule.folder, clock.now()).await;
        let newest = newest.unwrap_or_default();
        let rest = schedule.rest(newest, again, clock.now());
        if 0 < rest {
            let look = rest.min(LOOK_MS_MAX).unsigned_abs();
            tokio::time::sleep(Duration::from_millis(look)).await;
            continue;
        }
        again = match make(&store, &clock, &schedule).await {
            Ok(()) => None,
            Err(error) => {
                tracing::error!(%error, "backups.failed");
                Some(Millis(clock.now().0 + schedule.wait_after(&error)))
            }
        };
    }
}

async fn make(store: &Store, clock: &Clock, schedule: &Schedule) -> Result<(), StoreError> {
    // What is revoked now is so in the backup; what comes later must find the notes whole.
    store.complete_notes(clock.now()).await?;
    let backup = store.back_up(&schedule.folder, clock.now()).await?;
    tracing::info!(backup.name = backup.name, "backups.made");
    for name in prune_backups(&schedule.folder, schedule.keep, &backup.name).await? {
        tracing::info!(backup.name = name, "backups.removed");
    }
    Ok(())
}

#[cfg(test)]
mod tests;

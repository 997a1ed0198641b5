//! The folder of backups: their names and manifests, and what those that were cut off left there.
//!
//! Always: a backup is what has the name of one and a manifest.
//! Never: takes for cut off what may be under way.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{self, Path, PathBuf};

use serde::{Deserialize, Serialize};
use shared::ids::{BlobId, Epoch};
use shared::time::{DAY_MS, Date, Millis};
use tokio::fs;

use crate::store::blobs::PARTIAL;
use crate::store::{Result, StoreError};

pub(super) const MANIFEST: &str = "manifest.json";
/// The form of the manifest and of what lies beside it.
pub(super) const FORM: u32 = 1;
/// The ending of a backup that is being made.
pub(super) const UNFINISHED: &str = ".partial";
/// What is unfinished for so long was cut off: no backup takes a day.
const UNFINISHED_MS_MAX: u128 = 24 * 3_600_000;

/// What a backup says of itself; it exists only where the backup is complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub form: u32,
    pub made: Millis,
    pub epoch: Epoch,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// Of the file with the rows, as lower-case hexadecimal.
    pub sha256: String,
    /// Photos and files that the rows name and that were there.
    pub blobs: u64,
    pub blob_bytes: u64,
    /// Those that the rows name and that were nowhere whole.
    #[serde(default)]
    pub lost: BTreeSet<BlobId>,
    /// Whether an administrator accepted, this time or before, that those are lost.
    #[serde(default)]
    pub is_loss_accepted: bool,
}

impl Manifest {
    /// Whether phones may rely on it.
    pub(super) fn counts(&self) -> bool {
        self.lost.is_empty() || self.is_loss_accepted
    }
}

/// A backup that was looked for.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) manifest: Manifest,
    /// Later ones by their name, which were left alone.
    pub(super) passed_over: Vec<String>,
}

/// The newest backup below `target`, or the named one.
///
/// One that is later than `now` was made by a clock that ran ahead: its name says nothing of how old it is, and it is
/// passed over. Where all are later it is `now` that is wrong, as on a machine that lost its clock, and the last counts.
pub(super) async fn find_backup(target: &Path, name: Option<&str>, now: Millis) -> Result<Found> {
    if let Some(name) = name {
        let manifest = manifest_of(target, name).await?;
        let (name, passed_over) = (name.to_owned(), Vec::new());
        return Ok(Found {
            name,
            manifest,
            passed_over,
        });
    }
    let names = names(target).await?;
    let by_now = name_of(now);
    let (past, ahead): (Vec<String>, Vec<String>) =
        names.into_iter().partition(|name| *name <= by_now);
    let (mut past, passed_over) = match past.is_empty() {
        true => (ahead, Vec::new()),
        false => (past, ahead),
    };
    let name = past.pop().ok_or(StoreError::Missing("backup"))?;
    let manifest = manifest_of(target, &name).await?;
    Ok(Found {
        name,
        manifest,
        passed_over,
    })
}

async fn manifest_of(target: &Path, name: &str) -> Result<Manifest> {
    let text = fs::read(target.join(name).join(MANIFEST)).await;
    let text = text.map_err(|_| StoreError::Missing("backup"))?;
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|error| StoreError::Corrupt(format!("the manifest of backup {name}: {error}")))?;
    if manifest.form != FORM {
        return Err(StoreError::Schema(format!(
            "backup {name} has form {}, which this program does not know; use a newer lumbung",
            manifest.form
        )));
    }
    Ok(manifest)
}

/// Names of the complete backups below `target`. Names are times, so that the last one is the newest.
async fn names(target: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut entries = fs::read_dir(target).await?;
    while let Some(entry) = entries.next_entry().await? {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_name(&name) && fs::try_exists(entry.path().join(MANIFEST)).await? {
            names.insert(name);
        }
    }
    Ok(names)
}

/// When the newest backup below `target` that counts was made; none where there is none, or no folder yet. One that is
/// later than `now` was made by a clock that was wrong, and says nothing.
///
/// # Errors
/// `Io` where the folder cannot be read.
pub async fn newest_backup(target: &Path, now: Millis) -> Result<Option<Millis>> {
    if !fs::try_exists(target).await? {
        return Ok(None);
    }
    for name in names(target).await?.iter().rev() {
        if let Ok(manifest) = manifest_of(target, name).await
            && manifest.counts()
            && manifest.made <= now
        {
            return Ok(Some(manifest.made));
        }
    }
    Ok(None)
}

/// Removes what is older than the newest `keep` backups below `target` that count, `made` and those before it, one at
/// least; returns the names. Photos stay, since the backups of a folder share them. What bears a later name than the one
/// that was just made is of a clock that was wrong; it neither counts nor goes.
///
/// # Errors
/// `Io` where the folder cannot be read, or something in it cannot be removed.
pub async fn prune_backups(target: &Path, keep: usize, made: &str) -> Result<Vec<String>> {
    let (mut kept, mut removed) = (0, Vec::new());
    let names = names(target).await?;
    for name in names.into_iter().rev().filter(|name| name.as_str() <= made) {
        if kept < keep.max(1) {
            let manifest = manifest_of(target, &name).await;
            kept += usize::from(manifest.is_ok_and(|manifest| manifest.counts()));
            continue;
        }
        // Under the name of an unfinished one first: what is half removed is no backup, and is swept away.
        let ending = target.join(format!("{name}{UNFINISHED}"));
        fs::rename(target.join(&name), &ending).await?;
        fs::remove_dir_all(&ending).await?;
        removed.push(name);
    }
    Ok(removed)
}

/// What the newest backup that counts lacked. One that cannot be read says nothing, nor does one that is later than
/// `now`.
pub(super) async fn known_lost(target: &Path, now: Millis) -> Result<BTreeSet<BlobId>> {
    for name in names(target).await?.iter().rev() {
        if let Ok(manifest) = manifest_of(target, name).await
            && manifest.counts()
            && manifest.made <= now
        {
            return Ok(manifest.lost);
        }
    }
    Ok(BTreeSet::new())
}

/// The time as a name that sorts by time: `20261126-204500-123`.
pub(super) fn name_of(now: Millis) -> String {
    let (year, month, day) = Date::from_days(now.0.div_euclid(DAY_MS)).calendar();
    let ms = now.0.rem_euclid(DAY_MS);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    format!(
        "{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}-{:03}",
        ms % 1_000
    )
}

pub(super) fn is_name(name: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 15 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    name.len() == name_of(Millis(0)).len() && name.bytes().enumerate().all(fits)
}

/// The path without links, also where its end does not exist yet.
pub(super) fn on_disk(path: &Path) -> io::Result<PathBuf> {
    let path = path::absolute(path)?;
    for above in path.ancestors() {
        if let Ok(real) = above.canonicalize() {
            let below = path.strip_prefix(above).unwrap_or(Path::new(""));
            return Ok(real.join(below));
        }
    }
    Ok(path)
}

/// Removes what backups that were cut off left below `target`; a younger one may be under way.
pub(super) fn sweep(target: &Path) -> io::Result<()> {
    let is_old = |entry: &std::fs::DirEntry| -> io::Result<bool> {
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        Ok(UNFINISHED_MS_MAX < age.as_millis())
    };
    for entry in std::fs::read_dir(target)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.strip_suffix(UNFINISHED).is_some_and(is_name) && is_old(&entry)? {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    let photos = target.join(PARTIAL);
    if photos.try_exists()? {
        for entry in std::fs::read_dir(photos)? {
            let entry = entry?;
            if is_old(&entry)? {
                std::fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

//! Photos and files of a backup, copied by their content, to it and back from it.
//!
//! Always: what counts as copied was read back and has the hash that names it; it is on the disk when a copy returns.
//! Never: stands half under the name by which it is looked for; stops at one that is lost or damaged.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process;

use shared::ids::BlobId;
use tokio::fs;

use super::sync_folder;
use crate::store::Result;
use crate::store::blobs::PARTIAL;
use crate::store::check::{CheckView, Found, find};
use crate::store::private;

const SHELVES: &str = "blobs";

/// Copies these from one folder to another, unless they are there whole. Notes in `view` which are there in the end,
/// and which of the others were damaged or lost; returns the bytes of the whole ones.
pub(super) async fn copy(
    ids: &[BlobId],
    from: &Path,
    to: &Path,
    view: &mut CheckView,
) -> Result<u64> {
    private::folder(&to.join(SHELVES))?;
    private::folder(&to.join(PARTIAL))?;
    let mut bytes = 0;
    let mut shelves = BTreeSet::new();
    for id in ids {
        let found = copy_one(*id, from, to).await?;
        view.note(*id, found);
        if let Found::Whole(size) = found {
            bytes += size;
            shelves.insert(shelf(to, *id));
        }
    }
    for shelf in &shelves {
        sync_folder(shelf).await?;
    }
    sync_folder(&to.join(SHELVES)).await?;
    sync_folder(to).await?;
    Ok(bytes)
}

/// Copies what else lies there: answers that are newer than the rows of a backup may name it.
pub(super) async fn copy_others(from: &Path, to: &Path) -> Result<()> {
    let shelves = from.join(SHELVES);
    if !fs::try_exists(&shelves).await? {
        return Ok(());
    }
    let mut shelves = fs::read_dir(shelves).await?;
    while let Some(shelf) = shelves.next_entry().await? {
        if !shelf.file_type().await?.is_dir() {
            continue;
        }
        let mut files = fs::read_dir(shelf.path()).await?;
        while let Some(file) = files.next_entry().await? {
            let name = file.file_name();
            let id = name.to_str().and_then(|name| name.parse().ok());
            if let Some(id) = id
                && !fs::try_exists(place(to, id)).await?
            {
                copy_one(id, from, to).await?;
            }
        }
    }
    Ok(())
}

/// Says what is at the second place in the end or, where it is not whole there, what was at the first.
async fn copy_one(id: BlobId, from: &Path, to: &Path) -> Result<Found> {
    let place_to = place(to, id);
    let there = find(&place_to, id).await;
    if let Found::Whole(_) = there {
        return Ok(there);
    }
    let place_from = place(from, id);
    let source = find(&place_from, id).await;
    let Found::Whole(_) = source else {
        return Ok(source);
    };
    // Named by process, so that two backups at once do not write one file.
    let partial = to.join(PARTIAL).join(format!("{id}.{}", process::id()));
    let copied = private::copy(&place_from, &partial).await;
    let read_back = find(&partial, id).await;
    if copied.is_err() || !matches!(read_back, Found::Whole(_)) {
        // The disk is full or bad; the cause says more than that this could not be removed.
        let _ = fs::remove_file(&partial).await;
        copied?;
        let text = format!("{} cannot be read back", partial.display());
        return Err(io::Error::other(text).into());
    }
    fs::create_dir_all(shelf(to, id)).await?;
    fs::rename(&partial, &place_to).await?;
    Ok(read_back)
}

fn shelf(folder: &Path, id: BlobId) -> PathBuf {
    folder.join(SHELVES).join(&id.to_string()[..2])
}

fn place(folder: &Path, id: BlobId) -> PathBuf {
    shelf(folder, id).join(id.to_string())
}

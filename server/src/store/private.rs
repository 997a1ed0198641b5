//! Folders and files that nobody else on this machine may read: answers, password hashes, the hub's key.
//!
//! Always: made closed, not closed afterwards.
//! Never: fails because a disk knows no owners, as a memory stick's.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tokio::task;

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// The rights of everybody else.
const OTHERS: u32 = 0o077;

/// Makes the folder, and those above it that are missing. One that was open to others is closed, where that is allowed.
pub(super) fn folder(path: &Path) -> io::Result<()> {
    let mut closed = DirBuilder::new();
    closed.recursive(true).mode(FOLDER_MODE).create(path)?;
    let is_open = fs::metadata(path)?.permissions().mode() & OTHERS != 0;
    if is_open && let Err(error) = fs::set_permissions(path, Permissions::from_mode(FOLDER_MODE)) {
        tracing::warn!(%error, folder = %path.display(), "store.folder_open_to_others");
    }
    Ok(())
}

/// Makes an empty file, or empties the one that is there.
pub(super) fn file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(FILE_MODE)
        .open(path)
}

/// Copies what a file holds, and returns once it is on the disk.
pub(super) async fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (from.to_owned(), to.to_owned());
    let copied = task::spawn_blocking(move || {
        let mut to = file(&to)?;
        io::copy(&mut File::open(from)?, &mut to)?;
        to.sync_all()
    });
    copied.await.map_err(io::Error::other)?
}

/// A folder for something under way. It goes with this value, unless it was renamed by then.
#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Makes it anew, without what an earlier try left there.
    pub(super) fn new(path: PathBuf) -> io::Result<Scratch> {
        remove(&path)?;
        folder(&path)?;
        Ok(Scratch(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "store.scratch_left");
        }
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

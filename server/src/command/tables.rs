//! What the verbs over tables share: bounded reading, all faults at once, a folder of files.
//!
//! Always: a fault names the file and the place.
//! Never: reads a file without a bound.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use shared::priority::{Problem, TABLE_BYTES_MAX};

/// What results name as their program.
pub(super) use crate::decisions::SOFTWARE;

pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    let size = std::fs::metadata(path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .len();
    if TABLE_BYTES_MAX as u64 <= size {
        bail!(
            "{} exceeds {TABLE_BYTES_MAX} bytes; split it",
            path.display()
        );
    }
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

pub(super) fn refuse(what: &str, problems: Vec<Problem>) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    told(Path::new(what), problems)
}

/// Ends with all problems, one line each.
pub(super) fn told<T>(what: &Path, problems: Vec<Problem>) -> Result<T> {
    let mut text = format!(
        "{} is refused for {} problems:",
        what.display(),
        problems.len()
    );
    for problem in problems {
        let _ = write!(text, "\n  {problem}");
    }
    bail!(text)
}

/// Where the files go.
pub(super) struct Folder {
    path: PathBuf,
    written: std::cell::Cell<usize>,
}

impl Folder {
    pub(super) fn make(path: &Path) -> Result<Folder> {
        std::fs::create_dir_all(path)
            .with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Folder {
            path: path.to_owned(),
            written: std::cell::Cell::new(0),
        })
    }

    pub(super) fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.path.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        self.written.set(self.written.get() + 1);
        Ok(())
    }

    /// A file that is written piece by piece.
    pub(super) fn make_file(
        &self,
        name: &str,
        write: impl FnOnce(&std::fs::File) -> std::io::Result<()>,
    ) -> Result<()> {
        let path = self.path.join(name);
        std::fs::File::create(&path)
            .and_then(|file| write(&file))
            .with_context(|| format!("cannot write {}", path.display()))?;
        self.written.set(self.written.get() + 1);
        Ok(())
    }

    /// How many files.
    pub(super) fn written(&self) -> usize {
        self.written.get()
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

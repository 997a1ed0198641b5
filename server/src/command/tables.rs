//! What the verbs over tables share: bounded reading, all faults at once, a folder of files.
//!
//! Always: a fault names the file and the place.
//! Never: reads a file without a bound.

use std::fmt::{Display, Write as _};
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
    bail!(in_words(&what.display(), &problems))
}

fn in_words(what: &dyn Display, problems: &[Problem]) -> String {
    let mut text = format!("{what} is refused for {} problems:", problems.len());
    for problem in problems {
        let _ = write!(text, "\n  {problem}");
    }
    text
}

/// Everything that a run is refused for, file by file, so that it is told at once.
#[derive(Debug, Default)]
pub(super) struct Refused(Vec<String>);

impl Refused {
    pub(super) fn add(&mut self, what: impl Display, problems: Vec<Problem>) {
        if !problems.is_empty() {
            self.0.push(in_words(&what, &problems));
        }
    }

    /// What was read, unless it is refused.
    pub(super) fn take<T>(
        &mut self,
        what: impl Display,
        read: Result<T, Vec<Problem>>,
    ) -> Option<T> {
        match read {
            Ok(read) => Some(read),
            Err(problems) => {
                self.add(what, problems);
                None
            }
        }
    }

    /// Errors: all of it, where there is any.
    pub(super) fn finish(self) -> Result<()> {
        match self.0.is_empty() {
            true => Ok(()),
            false => bail!(self.0.join("\n")),
        }
    }
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

    /// Takes away a file of an earlier run, if there is one.
    pub(super) fn remove(&self, name: &str) -> Result<()> {
        let path = self.path.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", path.display()))
            }
            _ => Ok(()),
        }
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

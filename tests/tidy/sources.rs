//! The files of the repository, as git knows them, and the reporting of what is wrong in them.
//!
//! Always: the same order; files that git ignores are not read.
//! Never: judges; the rules stand in the other modules.

use std::path::PathBuf;
use std::process::Command;
use tests::harness::workspace;

/// A text file of the repository.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the workspace's folder, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every text file that is tracked, or new and not ignored, whose path ends with `ending`.
pub(crate) fn sources(ending: &str) -> Vec<Source> {
    let listed = Command::new("git")
        .current_dir(workspace())
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .output()
        .expect("git lists the repository's files");
    assert!(listed.status.success(), "git ls-files failed");
    let listed = String::from_utf8(listed.stdout).expect("paths are UTF-8");
    let mut paths: Vec<&str> = listed
        .lines()
        .filter(|path| path.ends_with(ending))
        .collect();
    paths.sort_unstable();
    paths.dedup();
    let found: Vec<Source> = paths.into_iter().filter_map(read).collect();
    assert!(
        !found.is_empty(),
        "no file ends with {ending}; a rule that sees nothing checks nothing"
    );
    found
}

fn read(path: &str) -> Option<Source> {
    let full: PathBuf = workspace().join(path);
    // A file that was deleted but not yet committed is still listed.
    let text = std::fs::read_to_string(full).ok()?;
    Some(Source {
        path: path.to_owned(),
        text,
    })
}

impl Source {
    /// Lines of code with their numbers, without comments.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines
            .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()))
            .filter(|(_, line)| !line.trim().is_empty())
    }

    /// True for tests and what only tests use.
    pub(crate) fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.ends_with("/tests.rs")
            || self.path.contains("/tests/")
    }
}

/// Fails with every line that broke a rule.
pub(crate) fn report(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}\n  {}\n", broken.join("\n  "));
}

//! Looks for inputs that hurt: `fuzz [TARGET] [--minutes N] [--seed N] [--input FILE]`.
//!
//! Always: runs the targets of `tests/fuzz`, the same code as in `test`, from a new seed; a failure
//! ends with the path of the input that caused it.
//! Never: needs a nightly toolchain.

use crate::process::{cargo, root, run as run_program};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const USAGE: &str = "usage: cargo xtask fuzz [TARGET] [--minutes N] [--seed N] [--input FILE]";

const TARGETS: [&str; 14] = [
    "expression",
    "pattern",
    "sheets",
    "choices",
    "xform",
    "workbook",
    "compiled",
    "json",
    "message",
    "bundle_file",
    "method",
    "rank_table",
    "capacity_table",
    "record",
];

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    targets: Vec<&'static str>,
    /// For each target.
    minutes: u64,
    seed: Option<u64>,
    /// An input to run again, alone.
    input: Option<PathBuf>,
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let wish = read(arguments)?;
    let seed = match wish.seed {
        Some(seed) => seed,
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
    };
    for target in &wish.targets {
        eprintln!("{target}: seed {seed}, {} minutes", wish.minutes);
        run_target(target, &wish, seed)?;
    }
    Ok(())
}

fn run_target(target: &str, wish: &Wish, seed: u64) -> Result<()> {
    let folder = root().join("target/fuzz").join(target);
    let before = failed(&folder);
    let filter = format!("{target}::");
    let mut command = cargo(&["test", "--quiet", "--package", "tests", "--test", "fuzz"]);
    command.args(["--", &filter, "--nocapture"]);
    command.env("LUMBUNG_FUZZ_MINUTES", wish.minutes.to_string());
    command.env("LUMBUNG_FUZZ_SEED", seed.to_string());
    if let Some(input) = &wish.input {
        command.env("LUMBUNG_FUZZ_INPUT", input);
    }
    let Err(error) = run_program(&mut command) else {
        return Ok(());
    };
    let new = failed(&folder).difference(&before).next().cloned();
    // After an abort nobody was left to keep the input.
    let running = folder.join("running");
    match new.or_else(|| running.exists().then_some(running)) {
        Some(file) => Err(error).context(format!(
            "{target} fails with {}; copy it to tests/fuzz/corpus/{target}",
            file.display()
        )),
        None => Err(error),
    }
}

/// The inputs that were kept because they failed.
fn failed(folder: &Path) -> BTreeSet<PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = files.map(|file| file.path());
    let is_failed = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("failed"))
    };
    paths.filter(is_failed).collect()
}

fn read(arguments: &[String]) -> Result<Wish> {
    let mut wish = Wish {
        targets: TARGETS.to_vec(),
        minutes: 2,
        seed: None,
        input: None,
    };
    let mut left = arguments.iter();
    while let Some(argument) = left.next() {
        let mut value = || {
            left.next()
                .with_context(|| format!("{argument} needs a value\n{USAGE}"))
        };
        match argument.as_str() {
            "--minutes" => wish.minutes = value()?.parse().context(USAGE)?,
            "--seed" => wish.seed = Some(value()?.parse().context(USAGE)?),
            "--input" => wish.input = Some(std::path::absolute(value()?)?),
            name => {
                let Some(target) = TARGETS.iter().find(|target| **target == name) else {
                    bail!("no target `{name}`; there are: {}", TARGETS.join(", "));
                };
                wish.targets = vec![target];
            }
        }
    }
    if wish.input.is_some() && wish.targets.len() != 1 {
        bail!("--input needs the target that it is for\n{USAGE}");
    }
    Ok(wish)
}

#[cfg(test)]
mod tests;

//! Tests and lints: `test` runs every test there is, `ci` also what a machine can see before that.
//!
//! Always: `test` ends with `N passed, N failed`; anything that could not run counts as failed.
//! Never: reports success for a test that was skipped.

use crate::process::{cargo, cargo_target, run};
use crate::{build, setup};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[derive(Debug, Default)]
struct Count {
    passed: u64,
    failed: u64,
    ignored: u64,
}

/// Formatting, lints as errors for every target that ships, then every test.
pub(crate) fn ci() -> Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"])).context("run `cargo fmt --all`")?;
    setup::for_build()?;
    let native = [
        "clippy",
        "--workspace",
        "--exclude",
        "client",
        "--all-targets",
    ];
    run(cargo(&native).args(["--", "-D", "warnings"]))?;
    for app in ["collector", "console"] {
        let wasm = [
            "clippy",
            "--package",
            "client",
            "--target",
            "wasm32-unknown-unknown",
        ];
        let mut command = cargo(&wasm);
        command.args(["--bin", app, "--features", app, "--", "-D", "warnings"]);
        run(&mut command)?;
    }
    test()
}

/// Every test, the browser ones included.
pub(crate) fn test() -> Result<()> {
    let mut count = Count::default();
    let outcome = run_tests(&mut count);
    if let Err(error) = &outcome {
        eprintln!("{error:#}");
        // What could not run is not a success, even if no single test reported a failure.
        count.failed = count.failed.max(1);
    }
    println!("{} passed, {} failed", count.passed, count.failed);
    if 0 < count.failed {
        std::process::exit(1);
    }
    Ok(())
}

fn run_tests(count: &mut Count) -> Result<()> {
    setup::everything()?;
    build::run()?;
    build::probe()?;
    run(&mut cargo(&["build", "--package", "server"]))?;
    // The apps run in a browser only; `tests` drives them there, and `tests/tidy` refuses tests inside of them.
    let arguments = [
        "test",
        "--workspace",
        "--exclude",
        "client",
        "--no-fail-fast",
    ];
    let mut command = cargo(&arguments);
    command.env("LUMBUNG_BIN", cargo_target().join("debug/lumbung"));
    // Browsers, servers and a cold machine share two cores; one story at a time keeps its deadlines.
    command.env("RUST_TEST_THREADS", "1");
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo test")?;
    let output = child.stdout.take().context("cargo test has no output")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        count.add(&line);
    }
    let status = child.wait()?;
    if 0 < count.ignored {
        bail!(
            "{} tests were ignored; a skipped test is no success",
            count.ignored
        );
    }
    if count.passed == 0 {
        bail!("no test ran");
    }
    if !status.success() {
        bail!("cargo test failed; the failing tests are named above");
    }
    Ok(())
}

impl Count {
    /// Reads `test result: ok. 12 passed; 0 failed; 0 ignored; …`; other lines say nothing.
    fn add(&mut self, line: &str) {
        let Some((_, figures)) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for figure in figures.split("; ") {
            let Some((number, name)) = figure.split_once(' ') else {
                continue;
            };
            let number = number.parse().unwrap_or(0);
            match name {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! Holds the questionnaire engine against other engines.
//!
//! Always: `xpath FILE` runs a table of expressions, `pyxform [CASES]` sheets made by chance;
//! both print passed, total and each difference. `test` holds a sample of the same sheets against
//! pyxform (`tests/conformance`); here run as many as one likes.
//! Never: part of `test`: the table of expressions, which is a file of another project.

use crate::process::{cargo, run as run_program};
use crate::setup;
use anyhow::{Context, Result, bail};

const USAGE: &str = "usage: cargo xtask conformance xpath FILE | pyxform [CASES]";

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["xpath", file] => {
            let file = std::path::absolute(file).context("no folder to start from")?;
            example(&["xpath", &file.to_string_lossy()])
        }
        ["pyxform"] => example(&["pyxform", &setup::pyxform()?, "500"]),
        ["pyxform", cases] => example(&["pyxform", &setup::pyxform()?, cases]),
        _ => bail!("{USAGE}"),
    }
}

fn example(arguments: &[&str]) -> Result<()> {
    let mut all = vec![
        "run",
        "--quiet",
        "--package",
        "shared",
        "--features",
        "authoring",
    ];
    all.extend(["--example", "conformance", "--"]);
    all.extend(arguments);
    run_program(&mut cargo(&all))
}

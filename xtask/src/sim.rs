//! Lives through simulated worlds: `sim [--seeds N] [--seed S]`; see `tests/sim`.
//!
//! Always: the machines that ship, built for speed; a failure names its seed and tells its story.
//! Never: builds the server: phone and hub decide in `shared`.

use crate::process::{cargo, run as run_program};
use anyhow::Result;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let program = ["run", "--quiet", "--release", "--package", "tests"];
    let mut command = cargo(&program);
    command.args(["--features", "sim", "--bin", "sim", "--"]);
    run_program(command.args(arguments))
}

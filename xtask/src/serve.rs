//! Builds everything into the one server binary and becomes that server.
//!
//! Always: the server runs the apps of this very tree.
//! Never: invents arguments that were given.

use crate::process::{cargo, cargo_target, root, run};
use crate::{build, setup};
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Starts `lumbung demo` or `lumbung serve`; returns only when that failed.
pub(crate) fn run_server(verb: &str, arguments: &[String]) -> Result<()> {
    setup::for_build()?;
    build::run()?;
    run(&mut cargo(&["build", "--release", "--package", "server"]))?;
    let binary = cargo_target().join("release/lumbung");
    let mut command = Command::new(&binary);
    command.current_dir(root()).arg(verb).args(arguments);
    let given = |name: &str| arguments.iter().any(|word| word.starts_with(name));
    if !given("--data") {
        command.args(["--data", "data"]);
    }
    if !given("--listen") {
        command.args(["--listen", "127.0.0.1:8080"]);
    }
    // Becoming the server instead of starting it leaves Ctrl-C and signals to it alone.
    Err(command.exec()).with_context(|| format!("cannot start {}", binary.display()))
}

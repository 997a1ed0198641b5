//! What the tests do a few times, many times: `kills [N]`, `failover [N]` and `sim --store`.
//!
//! Always: runs the very test of the suite, told by its environment how often.

use crate::process::{cargo, cargo_target, run};
use crate::{build, setup};
use anyhow::{Context, Result, bail};

/// Where nobody says how many.
const KILLS: u32 = 1_000;
const FAILOVERS: u32 = 30;
const STORE_WORLDS: u32 = 1_000;

/// Kills a browser while a script types, and prints what was lost.
pub(crate) fn kills(arguments: &[String]) -> Result<()> {
    let kills = how_many("kills", arguments, KILLS)?;
    setup::for_browser_tests()?;
    build::run()?;
    run(&mut cargo(&["build", "--package", "server"]))?;
    let name = "kills_while_somebody_types_lose_nothing_that_was_called_saved";
    repeat("e2e", name, &[("LUMBUNG_KILLS", kills)])
}

/// Kills the primary of a PostgreSQL under load and lets its standby take over.
pub(crate) fn failover(arguments: &[String]) -> Result<()> {
    let failovers = how_many("failover", arguments, FAILOVERS)?;
    setup::everything()?;
    run(&mut cargo(&["build", "--package", "server"]))?;
    let name = "a_primary_that_dies_under_load_loses_nothing_that_was_acknowledged";
    repeat("store", name, &[("LUMBUNG_FAILOVERS", failovers)])
}

/// Lives through simulated worlds with the real store beside the model.
pub(crate) fn store_worlds(arguments: &[String]) -> Result<()> {
    let (mut worlds, mut seed) = (STORE_WORLDS, 1);
    for pair in arguments.chunks(2) {
        match pair {
            [name, number] if name == "--seeds" => worlds = number_in(number)?,
            [name, number] if name == "--seed" => seed = number_in(number)?,
            _ => bail!("usage: cargo xtask sim --store [--seeds N] [--seed S]"),
        }
    }
    let name = "the_real_store_says_in_each_world_what_the_model_says";
    let wanted = [
        ("LUMBUNG_STORE_WORLDS", worlds),
        ("LUMBUNG_STORE_SEED", seed),
    ];
    repeat("sim", name, &wanted)
}

fn how_many(verb: &str, arguments: &[String], usual: u32) -> Result<u32> {
    match arguments {
        [] => Ok(usual),
        [number] => number_in(number),
        _ => bail!("usage: cargo xtask {verb} [N]"),
    }
}

fn number_in(text: &str) -> Result<u32> {
    let number = text.parse();
    number.with_context(|| format!("`{text}` is no number"))
}

fn repeat(target: &str, name: &str, wanted: &[(&str, u32)]) -> Result<()> {
    let arguments = [
        "test",
        "--package",
        "tests",
        "--test",
        target,
        "--",
        name,
        "--nocapture",
    ];
    let mut command = cargo(&arguments);
    command.env("LUMBUNG_BIN", cargo_target().join("debug/lumbung"));
    for (variable, number) in wanted {
        command.env(variable, number.to_string());
    }
    run(&mut command)
}

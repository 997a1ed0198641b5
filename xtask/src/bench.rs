//! Figures, one line of JSON each: `{"bench":…,"figure":…,"value":…,"unit":…}`.
//!
//! Always: a figure over its limit makes the verb fail, after all figures were printed.
//! Never: prints a number that was not measured in this run.

use crate::process::{cargo, cargo_target, root, run as run_program};
use crate::{build, long, setup};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::Path;

/// Everything that a phone loads before it works without network, compressed, without the list of regions and what the
/// service worker fetches after that (printed as `later`): 350 KB of 1,024 bytes.
/// The complete engine alone stays below 350,000 bytes; comparing with the hub village by village came after it.
const FIRST_VISIT_BYTES_MAX: u64 = 350 * 1_024;

/// Benches that are programs of the `tests` crate.
const PROGRAMS: [&str; 11] = [
    "push",
    "pull",
    "resume",
    "screen",
    "console",
    "engine_native",
    "engine_wasm",
    "village_search",
    "priority",
    "priority_wasm",
    "merge",
];

/// Runs the named benches, or all.
pub(crate) fn run(names: &[String]) -> Result<()> {
    let known = || ["bundle", "kill"].into_iter().chain(PROGRAMS);
    if let Some(unknown) = names.iter().find(|name| !known().any(|it| it == *name)) {
        let known: Vec<&str> = known().collect();
        bail!("no bench `{unknown}`; there are: {}", known.join(", "));
    }
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|it| it == name);
    for program in PROGRAMS.into_iter().filter(|name| is_wanted(name)) {
        run_bench(program)?;
    }
    if is_wanted("kill") {
        long::kills(&[])?;
    }
    if is_wanted("bundle") {
        bundle(&build::run()?)?;
    }
    Ok(())
}

fn run_bench(program: &str) -> Result<()> {
    match program {
        "engine_native" | "priority" | "merge" => {}
        "engine_wasm" | "village_search" | "priority_wasm" => build::probe()?,
        "push" => setup::for_store_tests()?,
        "pull" | "resume" => {}
        // The server carries the apps.
        _ => drop(build::run()?),
    }
    let in_browser = [
        "screen",
        "console",
        "engine_wasm",
        "village_search",
        "priority_wasm",
    ];
    if in_browser.contains(&program) {
        setup::for_browser_tests()?;
    }
    if ["push", "pull", "resume", "screen", "console"].contains(&program) {
        run_program(&mut cargo(&[
            "build",
            "--quiet",
            "--release",
            "--package",
            "server",
        ]))?;
    }
    let bench = ["bench", "--quiet", "--package", "tests", "--bench", program];
    let mut command = cargo(&bench);
    if program == "merge" {
        command.args(["--features", "peers"]);
    }
    command.env("LUMBUNG_BIN", cargo_target().join("release/lumbung"));
    if program != "village_search" {
        return run_program(&mut command);
    }
    let regions = root().join("target/regions.csv");
    let list = root().join("target/villages.list");
    fs::write(&regions, build::regions()?)?;
    command.env("LUMBUNG_REGIONS", regions);
    run_program(command.env("LUMBUNG_LIST", &list))?;
    let compressed = build::brotli(&fs::read(&list)?)?;
    print(program, "packed_brotli", compressed.len() as u64);
    Ok(())
}

fn bundle(web: &Path) -> Result<()> {
    let list = fs::read_to_string(web.join("first-visit.txt"))
        .context("target/web is incomplete; remove it and run cargo xtask build")?;
    let mut total = 0;
    for path in list.lines() {
        let bytes = fs::metadata(web.join(format!("{path}.br")))?.len();
        total += bytes;
        print("bundle", &plain_name(path), bytes);
    }
    print(
        "bundle",
        "regions.csv",
        fs::metadata(web.join("regions.csv.br"))?.len(),
    );
    print("bundle", "first_visit", total);
    let list = fs::read_to_string(web.join("later.txt"))?;
    let later = list
        .lines()
        .map(|path| fs::metadata(web.join(format!("{path}.br"))));
    let later: u64 = later.map(|file| file.map_or(0, |file| file.len())).sum();
    print("bundle", "later", later);
    ensure!(
        total <= FIRST_VISIT_BYTES_MAX,
        "the first visit loads {total} bytes, over the limit of {FIRST_VISIT_BYTES_MAX}"
    );
    Ok(())
}

/// The name without its hash, so that a figure keeps its name from build to build.
fn plain_name(path: &str) -> String {
    let name = path.strip_prefix("assets/").unwrap_or(path);
    match (name.rsplit_once('-'), name.rsplit_once('.')) {
        (Some((stem, _)), Some((_, extension))) if path.starts_with("assets/") => {
            format!("{stem}.{extension}")
        }
        _ => name.to_owned(),
    }
}

fn print(bench: &str, figure: &str, bytes: u64) {
    let line = serde_json::json!({
        "bench": bench, "figure": figure, "value": bytes, "unit": "bytes",
    });
    println!("{line}");
}

//! Builds the two apps into `target/web`, the folder that the server embeds.
//!
//! ```text
//! target/web/collector/{index.html, sw.js, manifest.webmanifest}   served under /app/
//! target/web/console/index.html                                    served at /
//! target/web/assets/NAME-HASH.EXT                                  served under /assets/, immutable
//! target/web/regions.csv.br                                        the list of regions
//! target/web/later.txt                                             what the service worker fetches after that
//! target/web/first-visit.txt                                       what a phone loads first, one path per line
//! target/web/SHA256SUMS                                            digest of every file above
//! ```
//! Every file but the list of regions lies there twice: plain, and as `.br` (brotli 11).
//!
//! Always: the folder is replaced as a whole, after everything in it was made.
//! Never: does work again when no input changed.

mod assets;
mod digest;
mod pages;
mod regions;
mod wasm;

pub(crate) use assets::brotli;

use crate::process::{output, program, root};
use crate::setup;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What an app is built from, besides the toolchain.
const APP_INPUTS: [&str; 7] = [
    "Cargo.lock",
    "Cargo.toml",
    "client",
    "shared/Cargo.toml",
    "shared/src",
    "shared/data",
    "xtask/src/build",
];

/// Builds what changed and returns the folder.
pub(crate) fn run() -> Result<PathBuf> {
    setup::for_build()?;
    let folder = root().join("target/web");
    let stamp = root().join("target/web.inputs");
    let inputs = format!("{}\n{}\n", app_inputs()?, regions::inputs()?);
    if fs::read_to_string(&stamp).is_ok_and(|built| built == inputs) && folder.is_dir() {
        eprintln!("target/web is up to date");
        return Ok(folder);
    }
    let regions = regions::list(&root().join("target"))?;
    let mut files = pages::files()?;
    files.insert("regions.csv.br".to_owned(), regions);
    let sums: String = files
        .iter()
        .map(|(path, bytes)| format!("{}  {path}\n", digest::hex(bytes)))
        .collect();
    files.insert("SHA256SUMS".to_owned(), sums.into_bytes());
    replace(&folder, &files)?;
    fs::write(&stamp, inputs)?;
    eprintln!("target/web holds {} files", files.len());
    Ok(folder)
}

/// The list of regions as plain CSV.
pub(crate) fn regions() -> Result<String> {
    regions::merged()
}

/// Builds the app that lets browser tests drive the phone's store, beside the apps and not among them.
pub(crate) fn probe() -> Result<()> {
    if !root().join("client/src/bin/probe.rs").exists() {
        return Ok(());
    }
    let stamp = root().join("target/probe.inputs");
    let inputs = app_inputs()?;
    let folder = root().join("target/probe");
    if fs::read_to_string(&stamp).is_ok_and(|built| built == inputs) && folder.is_dir() {
        return Ok(());
    }
    let app = wasm::build_for_tests("probe")?;
    let mut files = BTreeMap::new();
    files.insert("probe.js".to_owned(), app.script);
    files.insert("probe.wasm".to_owned(), app.module);
    replace(&folder, &files)?;
    fs::write(&stamp, inputs)?;
    Ok(())
}

fn app_inputs() -> Result<String> {
    let toolchain = output(&mut program("rustc", &["--version"]))?;
    let files = digest::of_paths(root(), &APP_INPUTS)?;
    let packages = digest::hex(&fs::read(root().join("xtask/package-lock.json"))?);
    Ok(format!("apps {files} {packages} {}", toolchain.trim()))
}

/// Writes beside the old folder, then swaps: a reader sees all old or all new.
fn replace(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let next = folder.with_extension("next");
    if next.exists() {
        fs::remove_dir_all(&next)?;
    }
    for (path, bytes) in files {
        let path = next.join(path);
        let parent = path.parent().expect("a joined path has a parent");
        fs::create_dir_all(parent)?;
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::rename(&next, folder).with_context(|| format!("cannot replace {}", folder.display()))
}

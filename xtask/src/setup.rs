//! Installs what the other verbs need: the wasm target, four npm packages, Chromium, PostgreSQL,
//! pyxform, readers of spreadsheets and maps.
//!
//! Always: quick when nothing is missing; what it may not install it names, with the command.
//! Never: runs an npm install script; installs outside `target/` except by rustup and apt-get.

use crate::process::{output, program, root, run};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The reference for XLSForm, at the version whose behaviour is compared.
const PYXFORM: [&str; 1] = ["pyxform==4.5.0"];

/// What reads back the files of a ranking: XLSX, Parquet, GeoJSON.
const READERS: [&str; 3] = ["openpyxl==3.1.5", "pyarrow==26.0.1", "geojson==3.3.0"];

/// A Debian package and the file by which its presence is seen.
const BROWSER_PACKAGES: [(&str, &str); 3] = [
    ("chromium", "/usr/bin/chromium"),
    ("chromium-driver", "/usr/bin/chromedriver"),
    // The screen font of Android: without it screenshots have other widths than the phone.
    ("fonts-roboto-unhinted", "/usr/share/fonts/truetype/roboto"),
];

/// Tests start clusters of their own; `lumbung` itself needs none.
const STORE_PACKAGES: [(&str, &str); 1] = [("postgresql", "/usr/lib/postgresql/15/bin/initdb")];

/// Installs everything, for a person who works offline afterwards.
pub(crate) fn everything() -> Result<()> {
    for_build()?;
    for_browser_tests()?;
    for_store_tests()?;
    pyxform()?;
    python("readers", &READERS).map(|_| ())
}

/// What `build` needs.
pub(crate) fn for_build() -> Result<()> {
    wasm_target()?;
    npm_packages()
}

/// What the browser tests need.
pub(crate) fn for_browser_tests() -> Result<()> {
    debian_packages("the browser tests", &BROWSER_PACKAGES)
}

/// What the tests of the store need.
pub(crate) fn for_store_tests() -> Result<()> {
    debian_packages("the tests of the store", &STORE_PACKAGES)
}

fn debian_packages(who: &str, packages: &[(&'static str, &str)]) -> Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .filter(|(_, file)| !Path::new(file).exists())
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    let root_user = output(&mut program("id", &["-u"]))?.trim() == "0";
    if !root_user || !Path::new("/usr/bin/apt-get").exists() {
        bail!("{who} need {names}; run `sudo apt-get install {names}` and try again");
    }
    let environment = ("DEBIAN_FRONTEND", "noninteractive");
    run(program("apt-get", &["update", "-qq"]).env(environment.0, environment.1))?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(&missing);
    run(program("apt-get", &install).env(environment.0, environment.1))
}

/// The Python in which pyxform is installed.
pub(crate) fn pyxform() -> Result<String> {
    python("pyxform", &PYXFORM)
}

/// A Python of its own below `target/`, with these packages.
fn python(name: &str, packages: &[&str]) -> Result<String> {
    let folder = root().join("target").join(name);
    let python = folder.join("bin/python").to_string_lossy().into_owned();
    let stamp = folder.join("installed");
    let wanted = packages.join(" ");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let place = folder.to_string_lossy();
    run(&mut program("python3", &["-m", "venv", &place])).with_context(|| {
        format!("{name} needs python3 with venv; run `sudo apt-get install python3-venv`")
    })?;
    let mut install = vec!["-m", "pip", "install", "--quiet"];
    install.extend(packages);
    run(&mut program(&python, &install))
        .with_context(|| format!("pip could not install {wanted}; it needs, once, the network"))?;
    fs::write(&stamp, wanted)?;
    Ok(python)
}

/// The folder of an installed npm package.
pub(crate) fn npm_package(name: &str) -> PathBuf {
    npm_folder().join("node_modules").join(name)
}

fn npm_folder() -> PathBuf {
    root().join("target/npm")
}

fn wasm_target() -> Result<()> {
    let arguments = ["--print", "target-libdir", "--target", WASM_TARGET];
    let library = output(&mut program("rustc", &arguments))?;
    if Path::new(library.trim()).exists() {
        return Ok(());
    }
    run(&mut program("rustup", &["target", "add", WASM_TARGET]))
        .with_context(|| format!("rust has no target {WASM_TARGET}; install rustup, then retry"))
}

/// Installs `xtask/package-lock.json` under `target/`, so that the tree of sources stays clean.
fn npm_packages() -> Result<()> {
    let folder = npm_folder();
    let lock = fs::read(root().join("xtask/package-lock.json"))?;
    let stamp = folder.join("installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(root().join("xtask").join(name), folder.join(name))?;
    }
    let arguments = [
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ];
    run(program("npm", &arguments).current_dir(&folder))
        .context("npm could not install; it needs Node.js 20 or newer and, once, the network")?;
    fs::write(&stamp, lock)?;
    Ok(())
}

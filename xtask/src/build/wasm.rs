//! From Rust to the wasm module and its JavaScript: cargo, wasm-bindgen, wasm-opt, terser.
//!
//! Always: each app is built with its own feature alone, so that the phone never pays for the office.
//! Never: `wasm-opt --all-features`; it writes sections that browsers refuse.

mod lighten;
mod order;
mod slim;

use crate::process::{cargo, cargo_home, cargo_target, output, program, root, run};
use crate::setup::npm_package;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// What rustc's wasm target uses, and no more: browsers from 2020 on have all of it.
const WASM_FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// What brotli packs best, which is not what is smallest before: `-Oz` makes a module that is shorter and packs worse.
/// A function that is called once stays a function unless it is tiny, for the same reason.
const OPTIMISE: [&str; 9] = [
    "-O2",
    "--shrink-level=2",
    "--optimize-level=2",
    "--always-inline-max-function-size=0",
    "--one-caller-inline-max-function-size=50",
    "--partial-inlining-ifs=0",
    "--strip-producers",
    "--strip-target-features",
    "--debuginfo",
];

/// Functions stand in the order of the names that [`order`] gave them.
const SORT_AND_STRIP: [&str; 3] = [
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
];

/// What rustc is told for every app.
///
/// `erase_components` lets leptos compile one view type in place of one per tree of elements: a tenth less to load.
/// SHA-256 in a loop is an eighth of the code; ops are small, and photos are hashed by the browser.
/// Folders of the machine that builds stay out of the app, which also makes it the same on every machine.
fn compiler_flags() -> Result<String> {
    let registry = cargo_home()?.join("registry/src");
    let sysroot = output(&mut program("rustc", &["--print", "sysroot"]))?;
    let flags = [
        "--cfg".to_owned(),
        "erase_components".to_owned(),
        "--cfg".to_owned(),
        "sha2_backend=\"soft\"".to_owned(),
        "--cfg".to_owned(),
        "sha2_backend_soft=\"compact\"".to_owned(),
        // Two kilobytes: what is inlined but for its own sake packs worse than a call.
        "-Cllvm-args=-inline-threshold=0".to_owned(),
        format!("--remap-path-prefix={}=.", registry.display()),
        format!("--remap-path-prefix={}=.", sysroot.trim()),
        format!("--remap-path-prefix={}=.", root().display()),
    ];
    Ok(flags.join("\x1f"))
}

/// The version that `xtask/Cargo.toml` pins.
const BINDGEN_VERSION: &str = "0.2.130";

/// An app as the browser loads it.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) script: Vec<u8>,
    pub(crate) module: Vec<u8>,
}

/// Builds an app small: profile `wasm`, what can be spared taken out, then wasm-opt, the order of functions, and terser.
pub(crate) fn build(app: &str) -> Result<App> {
    let compiled = compile(app)?;
    let folder = bind(app, &compiled)?;
    let bound = read(app, &folder)?;
    let script = std::str::from_utf8(&bound.script)?;
    let slim = slim::slim(app, script, &bound.module)?;
    let (script_path, module_path) = paths(app, &folder);
    fs::write(&script_path, slim.script)?;
    fs::write(&module_path, slim.module)?;
    optimise(&module_path, &OPTIMISE)?;
    let names = order::number(&module_path, &slim.texts)?;
    optimise(&module_path, &SORT_AND_STRIP)?;
    write_symbols(app, &names)?;
    minify(&script_path)?;
    read(app, &folder)
}

/// Builds an app for tests that drive a part of it: without wasm-opt.
pub(crate) fn build_for_tests(app: &str) -> Result<App> {
    let compiled = compile(app)?;
    let folder = bind(app, &compiled)?;
    read(app, &folder)
}

fn compile(app: &str) -> Result<PathBuf> {
    let target = "wasm32-unknown-unknown";
    let arguments = [
        "build",
        "--package",
        "client",
        "--bin",
        app,
        "--features",
        app,
        "--target",
        target,
        "--profile",
        "wasm",
    ];
    let mut command = cargo(&arguments);
    command.env("CARGO_ENCODED_RUSTFLAGS", compiler_flags()?);
    run(&mut command)?;
    let folder = cargo_target().join(target).join("wasm");
    Ok(folder.join(format!("{app}.wasm")))
}

fn bind(app: &str, compiled: &Path) -> Result<PathBuf> {
    check_bindgen_version()?;
    let folder = root().join("target/bindgen").join(app);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen
        .input_path(compiled)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_producers_section(true);
    bindgen
        .generate(&folder)
        .with_context(|| format!("wasm-bindgen could not read {}", compiled.display()))?;
    ensure!(
        !folder.join("snippets").exists(),
        "{app} links JavaScript snippets, which the service worker would not know; \
         use web-sys or a file of client/web instead"
    );
    Ok(folder)
}

/// Library and command line of wasm-bindgen understand only their own version.
fn check_bindgen_version() -> Result<()> {
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let entry = "name = \"wasm-bindgen\"\nversion = \"";
    let Some((_, rest)) = lock.split_once(entry) else {
        bail!("Cargo.lock holds no wasm-bindgen; does client depend on it?");
    };
    let locked = rest.split('"').next().unwrap_or_default();
    ensure!(
        locked == BINDGEN_VERSION,
        "Cargo.lock holds wasm-bindgen {locked}, xtask the library {BINDGEN_VERSION}; \
         make xtask/Cargo.toml and xtask/src/build/wasm.rs say {locked}"
    );
    Ok(())
}

/// The names that stand in the browser's stack after a crash: `wasm-function[N]` is line N of the file, from 0.
fn write_symbols(app: &str, names: &[String]) -> Result<()> {
    let folder = root().join("target/symbols");
    fs::create_dir_all(&folder)?;
    let (_, module) = paths(app, &root().join("target/bindgen").join(app));
    let imports = order::imported_functions(&fs::read(module)?)?;
    let imported = std::iter::repeat_n("(import)", imports);
    let lines: Vec<&str> = imported.chain(names.iter().map(String::as_str)).collect();
    fs::write(folder.join(format!("{app}.txt")), lines.join("\n"))?;
    Ok(())
}

fn optimise(module: &Path, passes: &[&str]) -> Result<()> {
    let tool = npm_package("binaryen").join("bin/wasm-opt");
    let small = module.with_extension("small.wasm");
    let mut command = program("node", &[]);
    command.arg(&tool).args(WASM_FEATURES).args(passes);
    command.arg(module).arg("-o").arg(&small);
    run(&mut command).context("wasm-opt failed; run `cargo xtask setup` if it is missing")?;
    fs::rename(&small, module)?;
    Ok(())
}

/// A script without what only its readers need. The names of its own are kept short, its strings as they are.
pub(crate) fn minified(name: &str, script: &str) -> Result<Vec<u8>> {
    let folder = root().join("target/bindgen");
    fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    fs::write(&path, script)?;
    minify(&path)?;
    Ok(fs::read(&path)?)
}

fn minify(script: &Path) -> Result<()> {
    let tool = npm_package("terser").join("bin/terser");
    let small = script.with_extension("small.js");
    let mut command = program("node", &[]);
    command.arg(&tool).arg(script).arg("-o").arg(&small);
    command.args(["--module", "--mangle", "--compress", "passes=2"]);
    run(&mut command).context("terser failed; run `cargo xtask setup` if it is missing")?;
    fs::rename(&small, script)?;
    Ok(())
}

/// Where wasm-bindgen puts the script and the module.
fn paths(app: &str, folder: &Path) -> (PathBuf, PathBuf) {
    (
        folder.join(format!("{app}.js")),
        folder.join(format!("{app}_bg.wasm")),
    )
}

fn read(app: &str, folder: &Path) -> Result<App> {
    let (script, module) = paths(app, folder);
    Ok(App {
        script: fs::read(script)?,
        module: fs::read(module)?,
    })
}

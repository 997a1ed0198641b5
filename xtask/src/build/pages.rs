//! Puts pages, scripts, styles, icons and wasm together into the files of `target/web`.
//!
//! Always: the service worker's list holds every file that the collector needs without network.
//! Never: leaves a placeholder unfilled.

use super::assets::Assets;
use super::{digest, wasm};
use crate::process::root;
use crate::setup::npm_package;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;

/// Styles of each app in the order in which they are joined; the phone does not load the office's.
const COLLECTOR_STYLES: &[&str] = &["boot.css", "style.css"];
const CONSOLE_STYLES: &[&str] = &["boot.css", "style.css", "desk.css"];

const ICON: &str = "icon.svg";

/// For the home screen, once somebody installs the app: the picture fills its square, with its content within the circle
/// that a mask leaves.
const INSTALL_ICON: &str = "icon-512.png";

const VERSION_CHARS: usize = 16;

/// Every file of the two apps, by its path in `target/web`.
pub(crate) fn files() -> Result<BTreeMap<String, Vec<u8>>> {
    let mut assets = Assets::default();
    let mut offline = Vec::new();
    offline.push(assets.add_hashed(ICON, source(ICON)?)?);
    let boot = String::from_utf8(source("boot.js")?)?;
    offline.push(assets.add_hashed("boot.js", wasm::minified("boot.js", &boot)?)?);
    let bundle = String::from_utf8(source("bundle.js")?)?;
    let mut later = vec![
        assets.add_hashed("bundle.js", wasm::minified("bundle.js", &bundle)?)?,
        assets.add_hashed(INSTALL_ICON, source(INSTALL_ICON)?)?,
    ];
    later.extend(add_words(&mut assets)?);
    offline.push(assets.add_hashed("collector.css", styles(COLLECTOR_STYLES)?)?);
    assets.add_hashed("console.css", styles(CONSOLE_STYLES)?)?;
    offline.extend(add_app(&mut assets, "collector")?);
    add_app(&mut assets, "console")?;
    assets.add_hashed("plots.js", plots()?)?;

    add_page(&mut assets, "console.html", "console/index.html")?;
    add_page(&mut assets, "collector.html", "collector/index.html")?;
    let manifest = "manifest.webmanifest";
    add_page(&mut assets, manifest, &format!("collector/{manifest}"))?;
    add_worker(&mut assets, &offline, &later)?;
    Ok(assets.files)
}

/// The library of charts, with its licence, and behind it what draws by it: one file, which the office loads when a plot
/// is opened, and loads again where it did not come.
fn plots() -> Result<Vec<u8>> {
    let library = npm_package("echarts").join("dist/echarts.min.js");
    let mut script = fs::read(&library)
        .with_context(|| format!("cannot read {}; run cargo xtask setup", library.display()))?;
    let own = String::from_utf8(source("plots.js")?)?;
    script.push(b'\n');
    script.extend(wasm::minified("plots.js", &own)?);
    Ok(script)
}

fn add_app(assets: &mut Assets, app: &str) -> Result<[String; 2]> {
    let built = wasm::build(app)?;
    Ok([
        assets.add_hashed(&format!("{app}.js"), built.script)?,
        assets.add_hashed(&format!("{app}.wasm"), built.module)?,
    ])
}

/// The words of each language but the first, which is the app's own. The page names them all, so that an app never reads
/// those of another build.
fn add_words(assets: &mut Assets) -> Result<Vec<String>> {
    let page = String::from_utf8(source("collector.html")?)?;
    let mut added = Vec::new();
    for (position, whole) in texts::LANGUAGES.iter().enumerate().skip(1) {
        let name = format!("{}.txt", whole.code);
        let file = texts::packed(whole);
        ensure!(
            texts::read(position, file.clone()).is_some(),
            "a text of {name} holds the end of a line"
        );
        ensure!(
            page.contains(&format!("{{{{{name}}}}}")),
            "client/web/collector.html lacks {name} in data-words"
        );
        added.push(assets.add_hashed(&name, file.into_bytes())?);
    }
    Ok(added)
}

fn add_page(assets: &mut Assets, name: &str, path: &str) -> Result<()> {
    let template = String::from_utf8(source(name)?)?;
    let page = assets
        .fill(&template)
        .with_context(|| format!("in client/web/{name}"))?;
    assets.add(path, page.into_bytes())
}

/// Gives the worker its lists: address and digest of everything, and a version that names them.
fn add_worker(assets: &mut Assets, offline: &[String], later: &[String]) -> Result<()> {
    let pages = [
        ("/app/", "collector/index.html"),
        (
            "/app/manifest.webmanifest",
            "collector/manifest.webmanifest",
        ),
    ];
    let hashed = offline
        .iter()
        .map(|address| (address.as_str(), &address[1..]));
    let all: Vec<(&str, &str)> = pages.into_iter().chain(hashed).collect();
    let files = list_of(assets, &all)?;
    let later: Vec<(&str, &str)> = later
        .iter()
        .map(|address| (address.as_str(), &address[1..]))
        .collect();
    let later_paths: Vec<&str> = later.iter().map(|(_, path)| *path).collect();
    let later = list_of(assets, &later)?;
    let both = files.clone() + &later;
    let version = digest::hex(both.as_bytes())[..VERSION_CHARS].to_owned();
    let template = String::from_utf8(source("sw.js")?)?;
    for slot in ["\"{{version}}\"", "\"{{files}}\"", "\"{{later}}\""] {
        ensure!(template.contains(slot), "client/web/sw.js lacks {slot}");
    }
    let worker = template
        .replace("{{version}}", &version)
        .replace("\"{{files}}\"", &files)
        .replace("\"{{later}}\"", &later);
    assets.add("collector/sw.js", wasm::minified("sw.js", &worker)?)?;

    let mut paths: Vec<&str> = all.iter().map(|(_, path)| *path).collect();
    paths.push("collector/sw.js");
    let lines = paths.join("\n") + "\n";
    let of_later = later_paths.join("\n") + "\n";
    assets
        .files
        .insert("later.txt".to_owned(), of_later.into_bytes());
    assets
        .files
        .insert("first-visit.txt".to_owned(), lines.into_bytes());
    Ok(())
}

/// Address and digest of each file, as the worker reads them.
fn list_of(assets: &Assets, files: &[(&str, &str)]) -> Result<String> {
    let mut list: BTreeMap<&str, String> = BTreeMap::new();
    for (address, path) in files {
        let bytes = assets.files.get(*path).context("a listed file was built")?;
        list.insert(address, digest::hex(bytes));
    }
    Ok(serde_json::to_string_pretty(&list)?)
}

fn styles(names: &[&str]) -> Result<Vec<u8>> {
    let parts: Vec<Vec<u8>> = names
        .iter()
        .map(|name| source(name))
        .collect::<Result<_>>()?;
    Ok(without_comments(&String::from_utf8(parts.concat())?).into_bytes())
}

/// Styles without what only their readers need: comments, indentation, empty lines. No string in them holds a comment.
fn without_comments(styles: &str) -> String {
    let mut kept = String::with_capacity(styles.len());
    let mut rest = styles;
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    let lines = kept.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut styles = lines.collect::<Vec<_>>().join("\n");
    // Blanks that only a reader needs: no selector has one after a colon, no string one beside these.
    for (wide, narrow) in [
        (": ", ":"),
        ("; ", ";"),
        (" { ", "{"),
        ("; }", "}"),
        (";}", "}"),
        (", ", ","),
    ] {
        styles = styles.replace(wide, narrow);
    }
    styles
}

fn source(name: &str) -> Result<Vec<u8>> {
    let path = root().join("client/web").join(name);
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

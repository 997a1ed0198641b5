//! The built apps: they start, and the collector starts again without signal.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use tests::harness::{Browser, File, Screen, Signal, Site, Weather, workspace};

/// The files of `target/web` under the addresses that the server gives them.
pub(crate) fn built() -> Result<BTreeMap<String, File>> {
    let web = workspace().join("target/web");
    let mut files = BTreeMap::new();
    let sums =
        std::fs::read_to_string(web.join("SHA256SUMS")).context("run `cargo xtask build`")?;
    for path in sums
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
    {
        let (name, extension) = path.rsplit_once('.').context("a file has an extension")?;
        let media = match extension {
            "html" => "text/html",
            "js" => "text/javascript",
            "css" => "text/css",
            "wasm" => "application/wasm",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "txt" => "text/plain",
            "webmanifest" => "application/manifest+json",
            _ => continue,
        };
        let address = match (name.split_once('/'), path) {
            (_, "console/index.html") => "/".to_owned(),
            (_, "collector/index.html") => "/app/".to_owned(),
            (Some(("collector", _)), _) => path.replacen("collector", "/app", 1),
            _ => format!("/{path}"),
        };
        files.insert(address, File::new(media, std::fs::read(web.join(path))?));
    }
    Ok(files)
}

#[test]
fn the_collector_is_installable_and_starts_again_without_signal() -> Result<()> {
    let site = Site::start(built()?)?;
    let signal = Signal::start()?;
    signal.lead_to(site.address());
    let mut phone = Browser::start(Screen::Phone)?;
    phone.page().open(&format!("{}/app/", signal.origin()))?;
    phone.page().wait_for("!document.getElementById('boot')")?;
    phone.page().screenshot("collector-first")?;
    phone.page().wait_for(
        "navigator.serviceWorker.getRegistration('/app/').then((r) => r?.active?.state === 'activated')",
    )?;
    assert_eq!(phone.page().install_problems()?, Vec::<String>::new());

    signal.set(Weather::Cut);
    phone.relaunch()?;
    phone.page().open(&format!("{}/app/", signal.origin()))?;
    phone.page().wait_for("!document.getElementById('boot')")?;
    phone
        .page()
        .wait_for("document.body.innerText.trim() !== ''")?;
    phone
        .page()
        .screenshot("collector-cold-start-without-signal")?;
    Ok(())
}

#[test]
fn the_console_starts() -> Result<()> {
    let site = Site::start(built()?)?;
    let desk = Browser::start(Screen::Desk)?;
    desk.page().open(&format!("http://{}/", site.address()))?;
    desk.page().wait_for("!document.getElementById('boot')")?;
    desk.page()
        .wait_for("document.body.innerText.trim() !== ''")?;
    desk.page().screenshot("console-first")?;
    Ok(())
}

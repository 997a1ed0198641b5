//! One ranking, computed natively and in a real browser.
//!
//! Always: every step, score, rank and interval has the same digits on both.
//! Never: the apps; what the console shows is `priority`'s to test.

#[path = "../../client/src/bin/probe/ranking.rs"]
#[expect(dead_code, reason = "what is only timed, a bench asks for")]
mod province;

use anyhow::{Context as _, Result};
use serde_json::json;
use std::collections::BTreeMap;
use tests::harness::{Browser, File, Screen, Site, workspace};

const PAGE: &str = "<!doctype html><meta charset=utf-8><title>ranking</title>
<link rel=icon href=/icon.svg><script type=module src=/start.js></script>";

const ICON: &str = "<svg xmlns='http://www.w3.org/2000/svg'/>";

const START: &str = "import start, { Province } from '/probe.js';
await start({ module_or_path: '/probe.wasm' });
window.written = (...of) => Province.open(of[0], of[1]).written(of[2]);";

#[test]
fn a_browser_ranks_to_the_last_digit_as_the_server_does() -> Result<()> {
    const VILLAGES: usize = 300;
    const DRAWS: u32 = 20;
    let read = |name: &str| {
        let path = workspace().join("target/probe").join(name);
        std::fs::read(path).with_context(|| format!("target/probe/{name}; run `cargo xtask probe`"))
    };
    let site = Site::start(BTreeMap::from([
        ("/".to_owned(), File::new("text/html", PAGE)),
        ("/start.js".to_owned(), File::new("text/javascript", START)),
        // Without one the browser asks for it, and the page logs that it got none.
        ("/icon.svg".to_owned(), File::new("image/svg+xml", ICON)),
        (
            "/probe.js".to_owned(),
            File::new("text/javascript", read("probe.js")?),
        ),
        (
            "/probe.wasm".to_owned(),
            File::new("application/wasm", read("probe.wasm")?),
        ),
    ]))?;
    let browser = Browser::start(Screen::Desk)?;
    let page = browser.page();
    page.open(&format!("http://{}/", site.address()))?;
    page.wait_for("window.written")?;
    for method in ["arithmetic", "geometric", "mixed", "learnt", "unvisited"] {
        let native = province::Province::new(method, VILLAGES).written(DRAWS);
        let arguments = json!([method, VILLAGES, DRAWS]);
        let seen = page.evaluate(&format!("written(...{arguments})"))?;
        let seen = seen.as_str().context("the page gives a text")?;
        for (number, (here, there)) in native.lines().zip(seen.lines()).enumerate() {
            assert_eq!(here, there, "{method}, line {number}");
        }
        assert_eq!(native.len(), seen.len(), "{method}");
    }
    Ok(())
}

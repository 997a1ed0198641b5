//! What stands on the screen before the app runs, and when it cannot run.

use anyhow::Result;
use std::collections::BTreeMap;
use tests::harness::{Browser, File, Screen, Site, workspace};

/// A page of `client/web` with its placeholders replaced, and an app of one line of JavaScript.
fn site(page: &str, program: &str) -> Result<Site> {
    let web = workspace().join("client/web");
    let template = std::fs::read_to_string(web.join(page))?;
    let html = template.replace("{{", "/assets/").replace("}}", "");
    let mut files = BTreeMap::from([("/app/".to_owned(), File::new("text/html", html))]);
    let boot = std::fs::read(web.join("boot.js"))?;
    files.insert(
        "/assets/boot.js".to_owned(),
        File::new("text/javascript", boot),
    );
    let styles = std::fs::read(web.join("boot.css"))?;
    let icon = std::fs::read(web.join("icon.svg"))?;
    files.insert(
        "/assets/icon.svg".to_owned(),
        File::new("image/svg+xml", icon),
    );
    for app in ["collector", "console"] {
        let styles = File::new("text/css", styles.clone());
        files.insert(format!("/assets/{app}.css"), styles);
        let script = File::new("text/javascript", program);
        files.insert(format!("/assets/{app}.js"), script);
        let module = File::new("application/wasm", *b"\0asm");
        files.insert(format!("/assets/{app}.wasm"), module);
    }
    Site::start(files)
}

fn check_failure(page_name: &str, program: &str, expect: &str) -> Result<()> {
    let site = site(page_name, program)?;
    let phone = Browser::start(Screen::Phone)?;
    let page = phone.page();
    page.open(&format!("http://{}/app/", site.address()))?;
    page.see(expect)?;
    page.see("Coba lagi")?;
    page.see_no("Menyiapkan")?;
    page.screenshot(&format!(
        "boot-failed-{}",
        page_name.trim_end_matches(".html")
    ))?;
    page.take_errors();
    // Trying again is a fresh start of the same page.
    page.evaluate("window.beforeRetry = true")?;
    page.click("Coba lagi")?;
    page.wait_for("!window.beforeRetry")?;
    page.see(expect)?;
    page.take_errors();
    Ok(())
}

#[test]
fn an_app_that_has_stopped_says_so_and_what_is_safe() -> Result<()> {
    // What a panic becomes in the apps: the end of the program, inside whatever the browser called.
    let stops = "export default () => { setTimeout(() => {
        throw new WebAssembly.RuntimeError('unreachable'); }, 10); };";
    for (page_name, expect) in [
        (
            "collector.html",
            "Aplikasi terhenti. Isian yang sudah tersimpan tetap aman di ponsel.",
        ),
        (
            "console.html",
            "Aplikasi terhenti. Keputusan yang sudah tersimpan tetap aman.",
        ),
    ] {
        let site = site(page_name, stops)?;
        let phone = Browser::start(Screen::Phone)?;
        phone
            .page()
            .open(&format!("http://{}/app/", site.address()))?;
        phone.page().see(expect)?;
        let told = phone.page().take_errors();
        assert!(
            told.iter().any(|text| text.contains("unreachable")),
            "{told:?}"
        );
    }
    Ok(())
}

#[test]
fn an_app_that_does_not_arrive_says_what_is_safe_and_what_to_do() -> Result<()> {
    check_failure(
        "collector.html",
        "throw new Error('rusak di jalan')",
        "tetap aman",
    )?;
    check_failure(
        "console.html",
        "throw new Error('rusak di jalan')",
        "Periksa sambungan",
    )
}

#[test]
fn a_browser_that_cannot_read_the_module_is_told_to_update() -> Result<()> {
    let program = "export default async () => WebAssembly.compile(new Uint8Array([0, 1, 2, 3]))";
    check_failure("collector.html", program, "Perbarui Chrome")
}

#[test]
fn an_app_that_starts_replaces_the_waiting_screen() -> Result<()> {
    let program = "export default async () => document.body.append('Desa saya')";
    let site = site("console.html", program)?;
    let desk = Browser::start(Screen::Desk)?;
    let page = desk.page();
    page.open(&format!("http://{}/app/", site.address()))?;
    page.see("Desa saya")?;
    page.see_no("Menyiapkan")?;
    page.wait_for("window.lumbung.installPrompt === null")
}

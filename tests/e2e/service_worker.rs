//! The service worker: complete or not used, resumable, switched only when the page says so.

use anyhow::Result;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use tests::harness::{Browser, File, Page, Screen, Signal, Site, Weather, workspace};

const ACTIVE: &str = "navigator.serviceWorker.getRegistration('/app/')\
    .then((r) => !r?.installing && !r?.waiting && r?.active?.state === 'activated')";
const ACTIVATE: &str = "navigator.serviceWorker.getRegistration('/app/')\
    .then((r) => r.waiting.postMessage('activate-now'))";

type Files = BTreeMap<String, File>;

/// A version of a small app: its page, a script that does not change between versions, and what is fetched later.
fn version(name: &str) -> Result<Files> {
    let page = format!(
        "<!doctype html><html lang=id><title>Uji</title><p>Versi {name}</p>\
         <script src=\"/assets/same-1.js\"></script>"
    );
    let own = format!("/assets/own-{name}.js");
    let mut files = BTreeMap::from([
        ("/app/".to_owned(), File::new("text/html", page)),
        (own, File::new("text/javascript", format!("// {name}"))),
        (
            "/assets/same-1.js".to_owned(),
            File::new("text/javascript", "document.body.append('skrip jalan')"),
        ),
    ]);
    let list = digests(&files);
    let later = BTreeMap::from([(later(name), File::new("text/plain", name))]);
    let template = std::fs::read_to_string(workspace().join("client/web/sw.js"))?;
    let worker = template
        .replace("{{version}}", name)
        .replace("\"{{files}}\"", &json!(list).to_string())
        .replace("\"{{later}}\"", &json!(digests(&later)).to_string());
    files.extend(later);
    files.insert(
        "/app/sw.js".to_owned(),
        File::new("text/javascript", worker),
    );
    Ok(files)
}

fn digests(files: &Files) -> BTreeMap<&str, String> {
    let digest = |file: &File| {
        let digest = Sha256::digest(&file.body);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let listed = files.iter();
    listed
        .map(|(path, file)| (path.as_str(), digest(file)))
        .collect()
}

/// What that version fetches when everything else is there.
fn later(name: &str) -> String {
    format!("/assets/later-{name}.txt")
}

struct World {
    site: Site,
    signal: Signal,
    phone: Browser,
}

impl World {
    /// A phone on which version `a` is installed and complete.
    fn installed() -> Result<World> {
        let site = Site::start(version("a")?)?;
        let signal = Signal::start()?;
        signal.lead_to(site.address());
        let phone = Browser::start(Screen::Phone)?;
        let page = phone.page();
        page.open(&format!("{}/app/", signal.origin()))?;
        page.evaluate(
            "navigator.serviceWorker.register('/app/sw.js', { scope: '/app/' }).then(() => 0)",
        )?;
        page.wait_for(ACTIVE)?;
        // A page that was there before its worker is not controlled by it; a worker without pages never waits.
        page.reload()?;
        page.wait_for("navigator.serviceWorker.controller")?;
        assert!(!site.take_asked().contains(&later("a")));
        Ok(World {
            site,
            signal,
            phone,
        })
    }

    fn page(&self) -> &Page {
        self.phone.page()
    }

    fn url(&self) -> String {
        format!("{}/app/", self.signal.origin())
    }

    /// Asks for an update and waits until it has been installed or given up.
    fn update(&self) -> Result<String> {
        let outcome = self.page().evaluate(
            "navigator.serviceWorker.getRegistration('/app/').then(async (registration) => {
               await registration.update();
               const worker = registration.installing;
               if (worker) await new Promise((done) => worker.addEventListener('statechange', done, { once: true }));
               return registration.waiting ? 'waiting' : (worker?.state ?? 'same');
             })",
        )?;
        Ok(outcome.as_str().unwrap_or_default().to_owned())
    }
}

#[test]
fn a_cold_start_without_signal_shows_the_installed_version() -> Result<()> {
    let mut world = World::installed()?;
    world.signal.set(Weather::Cut);
    world.phone.relaunch()?;
    world.page().open(&world.url())?;
    world.page().see("Versi a")?;
    world.page().see("skrip jalan")?;
    // A deeper address of the app is the same shell.
    world.page().open(&format!("{}desa/53.03", world.url()))?;
    world.page().see("Versi a")
}

#[test]
fn neither_the_api_nor_a_missing_file_is_answered_by_the_worker() -> Result<()> {
    let world = World::installed()?;
    world.page().reload()?;
    world
        .page()
        .wait_for("navigator.serviceWorker.controller")?;
    let status =
        |path: &str| format!("fetch('{path}').then((r) => r.status, () => 'tanpa sinyal')");
    assert_eq!(world.page().evaluate(&status("/api/v1/hello"))?, 404);
    assert_eq!(world.page().evaluate(&status("/assets/gone-9.js"))?, 404);
    world.signal.set(Weather::Cut);
    assert_eq!(
        world.page().evaluate(&status("/api/v1/hello"))?,
        "tanpa sinyal"
    );
    assert_eq!(
        world.page().evaluate(&status("/assets/gone-9.js"))?,
        "tanpa sinyal"
    );
    assert_eq!(world.page().evaluate(&status("/assets/same-1.js"))?, 200);
    Ok(())
}

#[test]
fn an_update_waits_for_the_page_and_loads_only_what_changed() -> Result<()> {
    let world = World::installed()?;
    world.site.deploy(version("b")?);
    assert_eq!(world.update()?, "waiting");
    let asked = world.site.take_asked();
    assert!(
        !asked.contains(&"/assets/same-1.js".to_owned()),
        "{asked:?}"
    );
    assert!(asked.contains(&"/assets/own-b.js".to_owned()), "{asked:?}");
    world.page().reload()?;
    world.page().see("Versi a")?;

    world.page().evaluate(ACTIVATE)?;
    world.page().wait_for(ACTIVE)?;
    world.signal.set(Weather::Cut);
    world.page().reload()?;
    world.page().see("Versi b")
}

#[test]
fn an_interrupted_update_leaves_the_old_version_and_goes_on_later() -> Result<()> {
    let mut world = World::installed()?;
    let mut broken = version("b")?;
    // As a captive portal would: status 200, but not the file. It is the last of the list.
    let good = broken.insert(
        "/assets/own-b.js".to_owned(),
        File::new("text/html", "WiFi Gratis"),
    );
    world.site.deploy(broken.clone());
    assert_eq!(world.update()?, "redundant");
    world.signal.set(Weather::Cut);
    world.phone.relaunch()?;
    world.page().open(&world.url())?;
    world.page().see("Versi a")?;

    world.signal.set(Weather::Fair);
    broken.extend(good.map(|file| ("/assets/own-b.js".to_owned(), file)));
    world.site.deploy(broken);
    world.site.take_asked();
    assert_eq!(world.update()?, "waiting");
    let asked = world.site.take_asked();
    let pages = asked.iter().filter(|path| *path == "/app/").count();
    assert_eq!(
        pages, 0,
        "the page was verified before the interruption: {asked:?}"
    );
    Ok(())
}

#[test]
fn an_update_brings_what_a_first_visit_leaves_for_later() -> Result<()> {
    let world = World::installed()?;
    let page = world.page();
    let status =
        |path: &str| format!("fetch('{path}').then((r) => r.status, () => 'tanpa sinyal')");
    page.evaluate("void navigator.serviceWorker.controller.postMessage('fetch-later')")?;
    page.wait_for(&format!("caches.match('{}').then(Boolean)", later("a")))?;

    // Without it an update is as incomplete as without its page.
    let mut broken = version("b")?;
    broken.remove(&later("b"));
    world.site.deploy(broken);
    assert_eq!(world.update()?, "redundant");
    world.site.deploy(version("b")?);
    assert_eq!(world.update()?, "waiting");
    page.evaluate(ACTIVATE)?;
    page.wait_for(ACTIVE)?;
    world.signal.set(Weather::Cut);
    page.reload()?;
    page.see("Versi b")?;
    assert_eq!(page.evaluate(&status(&later("b")))?, 200);
    // A tab that still runs the version before has its own.
    assert_eq!(page.evaluate(&status(&later("a")))?, 200);
    Ok(())
}

#[test]
fn the_version_before_is_kept_and_older_ones_go() -> Result<()> {
    let world = World::installed()?;
    for name in ["b", "c"] {
        world.site.deploy(version(name)?);
        assert_eq!(world.update()?, "waiting");
        world.page().evaluate(ACTIVATE)?;
        world.page().wait_for(ACTIVE)?;
    }
    let kept = world
        .page()
        .evaluate("caches.keys().then((names) => names.sort().join(' '))")?;
    assert_eq!(kept, "lumbung-b lumbung-c");
    Ok(())
}

//! Languages of the phone's app: the first is part of it, the words of the others come once the phone is ready.
//!
//! Always: a language that was chosen once stays, with or without signal; one that cannot be had is told in both.
//! Never: a screen without words.

use anyhow::{Context, Result};
use serde_json::json;
use std::collections::BTreeMap;
use tests::harness::{Browser, File, Page, Screen, Signal, Site, Weather, workspace};
use tests::office::{BARENE, Office};

use crate::apps::built;
use crate::phone::{cut, open_module, see_saved};

const INDONESIAN: &str = "Ponsel ini belum terdaftar";
const ENGLISH: &str = "This phone is not enrolled yet";
/// In both, so that who reads only one of them knows.
const MISSING: [&str; 2] = [
    "English belum ada di ponsel ini",
    "is not on this phone yet",
];
const ACTIVE: &str = "navigator.serviceWorker.getRegistration('/app/')\
    .then((r) => r?.active?.state === 'activated')";
const KEPT: &str = "localStorage.getItem('lumbung.language')";
/// Holds the words back until `release()`.
const HOLD: &str = "{ const real = window.fetch; window.fetch = (address, ...more) =>
    String(address).startsWith('/assets/en-')
      ? new Promise((done) => { window.release = done; }).then(() => real(address, ...more))
      : real(address, ...more); }";

type Files = BTreeMap<String, File>;

/// The address of the English words of this build.
fn words_of(files: &Files) -> Result<String> {
    let mut addresses = files.keys();
    let found = addresses.find(|address| address.starts_with("/assets/en-"));
    found.cloned().context("the build made English words")
}

struct World {
    files: Files,
    words: String,
    site: Site,
    signal: Signal,
    phone: Browser,
}

impl World {
    /// A phone that opens the app for the first time, from a server that gives `words` for the English ones.
    fn open(words: Option<File>) -> Result<World> {
        let mut files = built()?;
        let words_at = words_of(&files)?;
        let whole = files.clone();
        files.remove(&words_at);
        files.extend(words.map(|file| (words_at.clone(), file)));
        let site = Site::start(files)?;
        let signal = Signal::start()?;
        signal.lead_to(site.address());
        let world = World {
            files: whole,
            words: words_at,
            site,
            signal,
            phone: Browser::start(Screen::Phone)?,
        };
        world.start()?;
        world.page().see(INDONESIAN)?;
        Ok(world)
    }

    /// The same from a server that has everything, until the phone has everything too.
    fn ready() -> Result<World> {
        let whole = built()?;
        let words = whole.get(&words_of(&whole)?).cloned();
        let world = World::open(words)?;
        world.wait_for_words()?;
        Ok(world)
    }

    fn page(&self) -> &Page {
        self.phone.page()
    }

    /// A page of its own; the browser goes on, since it writes what is kept to the disk seconds later only.
    fn start(&self) -> Result<()> {
        self.page().open("about:blank")?;
        self.page().open(&format!("{}/app/", self.signal.origin()))
    }

    /// After the battery died.
    fn restart(&mut self) -> Result<()> {
        self.phone.relaunch()?;
        self.start()
    }

    /// Until the service worker has put the words by.
    fn wait_for_words(&self) -> Result<()> {
        self.page().wait_for(ACTIVE)?;
        let put_by = format!("caches.match({}).then(Boolean)", json!(self.words));
        self.page().wait_for(&put_by)
    }

    /// The screen speaks that language, and the list of languages says so.
    fn speaks(&self, code: &str, sentence: &str) -> Result<()> {
        self.page().see(sentence)?;
        self.page().wait_for(&format!(
            "document.documentElement.lang === '{code}'
               && document.querySelector('[data-test=language]')?.value === '{code}'"
        ))
    }

    fn is_told_that_it_is_missing(&self) -> Result<()> {
        MISSING.iter().try_for_each(|told| self.page().see(told))?;
        self.speaks("id", INDONESIAN)
    }
}

#[test]
fn a_language_that_was_chosen_stays_without_signal_from_the_first_screen_on() -> Result<()> {
    let world = World::ready()?;
    world.page().choose("language", "English")?;
    world.speaks("en", ENGLISH)?;
    world.page().screenshot("collector-english")?;

    world.signal.set(Weather::Cut);
    world.page().before_scripts(&format!(
        "new MutationObserver(() => {{
           if (document.body?.innerText.includes('{INDONESIAN}')) window.flashed = true;
         }}).observe(document, {{ subtree: true, childList: true }})"
    ))?;
    world.start()?;
    world.speaks("en", ENGLISH)?;
    assert_eq!(world.page().evaluate("window.flashed ?? false")?, false);

    world.page().choose("language", "Bahasa Indonesia")?;
    world.speaks("id", INDONESIAN)?;
    world.start()?;
    world.speaks("id", INDONESIAN)
}

#[test]
fn a_phone_that_is_ready_learns_a_language_without_signal() -> Result<()> {
    let mut world = World::ready()?;
    world.signal.set(Weather::Cut);
    world.restart()?;
    world.speaks("id", INDONESIAN)?;
    world.page().choose("language", "English")?;
    world.speaks("en", ENGLISH)
}

#[test]
fn a_language_that_never_came_is_told_and_can_be_chosen_again() -> Result<()> {
    let mut world = World::open(None)?;
    world.page().wait_for(ACTIVE)?;
    world.signal.set(Weather::Cut);
    world.page().choose("language", "English")?;
    world.is_told_that_it_is_missing()?;
    world.page().screenshot("collector-language-missing")?;
    let width = world
        .page()
        .evaluate("document.documentElement.scrollWidth <= innerWidth")?;
    assert_eq!(width, true);
    // What was not to be had was not chosen.
    assert_eq!(world.page().evaluate(KEPT)?, json!(null));
    world.restart()?;
    world.speaks("id", INDONESIAN)?;
    assert!(!world.page().has("toast")?);

    world.site.deploy(world.files.clone());
    world.signal.set(Weather::Fair);
    world.page().choose("language", "English")?;
    world.speaks("en", ENGLISH)
}

#[test]
fn a_choice_whose_words_are_gone_is_not_lost() -> Result<()> {
    let world = World::open(None)?;
    world.page().wait_for(ACTIVE)?;
    world
        .page()
        .evaluate("void localStorage.setItem('lumbung.language', 'en')")?;
    world.signal.set(Weather::Cut);
    world.start()?;
    world.is_told_that_it_is_missing()?;
    assert_eq!(world.page().evaluate(KEPT)?, "en");

    world.site.deploy(world.files.clone());
    world.signal.set(Weather::Fair);
    world.start()?;
    world.speaks("en", ENGLISH)
}

#[test]
fn words_of_a_stranger_or_of_other_keys_are_not_shown() -> Result<()> {
    let files = built()?;
    let whole = files[&words_of(&files)?].body.clone();
    let whole = String::from_utf8(whole)?;
    let (head, lines) = whole.split_once('\n').context("a head and texts")?;
    let (first, others) = lines.split_once('\n').context("several texts")?;
    for wrong in [
        "<!doctype html><title>WiFi Gratis</title>".to_owned(),
        // One text fewer, one more, and as many for other keys.
        format!("{head}\n{others}"),
        format!("{head}\n{first}\n{lines}"),
        format!("{head}1\n{lines}"),
    ] {
        let world = World::open(Some(File::new("text/plain", wrong)))?;
        world.page().choose("language", "English")?;
        world.is_told_that_it_is_missing()?;
    }
    Ok(())
}

#[test]
fn the_last_wish_counts_whatever_comes_late() -> Result<()> {
    let world = World::ready()?;
    world.page().before_scripts(HOLD)?;
    world.start()?;
    world.speaks("id", INDONESIAN)?;
    world.page().choose("language", "English")?;
    world.page().wait_for("Boolean(window.release)")?;
    world.page().choose("language", "Bahasa Indonesia")?;
    let settled = "(async () => { window.release();
        for (let turn = 0; turn < 20; turn++) await new Promise((done) => setTimeout(done));
        return document.documentElement.lang; })()";
    assert_eq!(world.page().evaluate(settled)?, "id");
    world.speaks("id", INDONESIAN)?;
    world.page().choose("language", "English")?;
    world.page().evaluate("window.release()")?;
    world.speaks("en", ENGLISH)
}

#[test]
fn an_interview_in_the_field_changes_its_language_and_keeps_what_was_typed() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &["b_penduduk"])?;
    let phone = office.enrolled_phone(&ani)?;
    let page = phone.page();
    page.wait_for("caches.match(document.documentElement.dataset.words).then(Boolean)")?;
    open_module(page, BARENE, "b_penduduk")?;
    cut(&office, &phone)?;
    page.fill("input-b_penduduk_l", "1404")?;
    page.click("switch-language")?;
    page.wait_for("document.documentElement.lang === 'en'")?;
    page.wait_for("document.querySelector('#input-b_penduduk_l').value === '1.404'")?;
    see_saved(page)?;
    // A sentence with its value in it.
    page.wait_for("/^Stored on the phone [0-9.]+$/.test(document.querySelector('[data-test=saved]').innerText.trim())")?;
    page.screenshot("collector-question-english")?;
    page.evaluate("void (location.hash = '#/')")?;
    page.see("My villages")?;
    page.see_no("{")
}

#[test]
fn the_first_visit_loads_no_words_of_another_language() -> Result<()> {
    let list = |name: &str| std::fs::read_to_string(workspace().join("target/web").join(name));
    let words = words_of(&built()?)?;
    let words = words.trim_start_matches('/');
    assert!(!list("first-visit.txt")?.contains(words));
    assert!(list("later.txt")?.contains(words));
    // And they are nowhere else in it.
    for path in list("first-visit.txt")?.lines() {
        let bytes = std::fs::read(workspace().join("target/web").join(path))?;
        let found = bytes
            .windows(ENGLISH.len())
            .any(|part| part == ENGLISH.as_bytes());
        assert!(!found, "{path} holds English words");
    }
    Ok(())
}

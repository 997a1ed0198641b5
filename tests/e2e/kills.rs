//! The battery dies while somebody types: what the screen called saved is there afterwards, keystroke by keystroke.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tests::harness::{Backing, Browser, Page};
use tests::office::{BARENE, Office};

use crate::phone::{cut, open_module, see_saved};

/// A sample; `LUMBUNG_KILLS` asks for more, as `cargo xtask kills` does.
const KILLS: u64 = 4;
/// After so many kills a long run says how far it is: a run that is cut short has then seen something too.
const KILLS_TOLD: u64 = 50;
const FIELD: &str = "input-a_narasumber_nama";
/// Keys until the battery dies, at most.
const KEYS_MAX: u64 = 40;
/// A text that grew this long is begun anew.
const LETTERS_MAX: usize = 120;

/// What stands in the field, and whether the screen calls it saved. The screen is asked first: what it says is about
/// no later text than the one that is read.
const LOOK: &str = "(() => {
    const saved = document.querySelector('[data-test=saved]')?.dataset.state === 'saved';
    return { saved, text: document.querySelector('[data-test=input-a_narasumber_nama]').value }; })()";

/// What the kills of one phone came to.
#[derive(Debug, Default)]
struct Toll {
    kills: u64,
    lost: u64,
    /// Keys whose commit the battery did not wait for: in all, and of one kill at most.
    keys: u64,
    keys_most: u64,
}

#[test]
fn kills_while_somebody_types_lose_nothing_that_was_called_saved() -> Result<()> {
    let kills = std::env::var("LUMBUNG_KILLS").map_or(Ok(KILLS), |kills| kills.parse())?;
    let mut chance = Chance(20_261_127);
    let mut sum = Toll::default();
    // Half of them on each way in which Chromium keeps a database.
    for (backing, share) in Backing::ALL.into_iter().zip([kills.div_ceil(2), kills / 2]) {
        let toll = kill_often(backing, share, &mut chance)?;
        eprintln!("{backing:?}: {toll:?}");
        sum.kills += toll.kills;
        sum.lost += toll.lost;
        sum.keys += toll.keys;
        sum.keys_most = sum.keys_most.max(toll.keys_most);
    }
    for (figure, value) in [
        ("kills", sum.kills),
        ("answers_lost", sum.lost),
        ("keys_not_committed", sum.keys),
        ("keys_not_committed_most", sum.keys_most),
    ] {
        println!(
            "{}",
            json!({"bench": "kill", "figure": figure, "value": value, "unit": "count"})
        );
    }
    assert_eq!(sum.lost, 0, "of {kills} kills");
    Ok(())
}

/// The life of one phone whose browser, or tab, is killed so often.
fn kill_often(backing: Backing, kills: u64, chance: &mut Chance) -> Result<Toll> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &["a_identitas"])?;
    let mut phone = office.enrolled_phone_on(&ani, backing)?;
    open_module(phone.page(), BARENE, "a_identitas")?;
    while !phone.page().has(FIELD)? {
        let hash = phone.page().evaluate("location.hash")?;
        phone.page().click("next")?;
        phone
            .page()
            .wait_for(&format!("location.hash !== {hash}"))?;
        phone.page().read("page")?;
    }
    let here = phone.page().evaluate("location.href")?;
    let here = here.as_str().context("an address")?.to_owned();
    cut(&office, &phone)?;

    let mut toll = Toll::default();
    while toll.kills < kills {
        begin_anew_if_long(phone.page())?;
        let (typed, saved) = type_for_a_while(&phone, chance)?;
        // By turns the battery dies, and the phone is short of memory.
        match toll.kills.is_multiple_of(2) {
            true => phone.relaunch()?,
            false => phone.kill_tab()?,
        }
        phone.page().set_online(false)?;
        phone.page().open(&here)?;
        phone.page().read("page")?;
        phone
            .page()
            .wait_for(&format!("document.querySelector('[data-test={FIELD}]')"))?;
        let found = text_of(&phone.page().evaluate(LOOK)?);
        // The text only grew: what was called saved is how it begins.
        if !found.starts_with(&saved) || !typed.starts_with(&found) {
            toll.lost += 1;
            eprintln!("called saved: {saved:?}; typed: {typed:?}; found: {found:?}");
        }
        let keys = (typed.len() - found.len().min(typed.len())) as u64;
        toll.kills += 1;
        toll.keys += keys;
        toll.keys_most = toll.keys_most.max(keys);
        if toll.kills.is_multiple_of(KILLS_TOLD) {
            eprintln!("{backing:?}, of {kills} kills: {toll:?}");
        }
    }
    assert_eq!(phone.backing_in_use()?, Some(backing));
    Ok(toll)
}

fn begin_anew_if_long(page: &Page) -> Result<()> {
    if LETTERS_MAX < text_of(&page.evaluate(LOOK)?).len() {
        page.fill(FIELD, "abc")?;
        see_saved(page)?;
    }
    Ok(())
}

/// What was typed in all, and the longest text that the screen called saved.
fn type_for_a_while(phone: &Browser, chance: &mut Chance) -> Result<(String, String)> {
    let page = phone.page();
    page.click(FIELD)?;
    page.evaluate(
        "(() => { const field = document.activeElement;
            field.setSelectionRange(field.value.length, field.value.length); })()",
    )?;
    let mut typed = text_of(&page.evaluate(LOOK)?);
    let mut saved = typed.clone();
    for _ in 0..=chance.below(KEYS_MAX) {
        let letter = char::from(b'a' + chance.below(26) as u8);
        page.type_text(&letter.to_string())?;
        typed.push(letter);
        let look = page.evaluate(LOOK)?;
        if look["saved"] == json!(true) {
            saved = text_of(&look);
        }
        if chance.below(3) == 0 {
            // People are slower than machines; the app writes in such pauses.
            let pause = chance.below(120);
            page.evaluate(&format!("new Promise((go) => setTimeout(go, {pause}))"))?;
        }
    }
    Ok((typed, saved))
}

fn text_of(look: &Value) -> String {
    look["text"].as_str().unwrap_or_default().to_owned()
}

/// A tiny generator: the same kills in every run, but for what the machine is doing.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

//! An enumerator with a phone, and the answers that the village gives.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use server::demo::answers::Village;
use shared::answers::Value;
use tests::harness::{Browser, Page, Screen, wait_until};

/// Pages of one interview, rows included; more is a circle.
const PAGES_MAX: usize = 120;

pub(crate) struct Enumerator {
    browser: Browser,
    origin: String,
    /// Rows of repeats in the order in which they were entered.
    rows: Vec<String>,
}

impl Enumerator {
    pub(crate) fn with_phone(origin: String) -> Result<Enumerator> {
        Ok(Enumerator {
            browser: Browser::start(Screen::Phone)?,
            origin,
            rows: Vec::new(),
        })
    }

    pub(crate) fn page(&self) -> &Page {
        self.browser.page()
    }

    /// Opens the link and taps once.
    pub(crate) fn enrol(&self, link: &str) -> Result<()> {
        let page = self.page();
        page.set_position(-9.57, 124.81, 6.0)?;
        page.open(link)?;
        page.screenshot("collector-enrol")?;
        page.click("enrol")?;
        page.read("home")?;
        Ok(())
    }

    /// Looks into the village once, so that its questionnaire is on the phone.
    pub(crate) fn look_into(&self, code: &str) -> Result<()> {
        self.open_village(code)?;
        self.page().read("go-on")?;
        self.home()
    }

    /// The battery dies; the app is opened again from the home screen.
    pub(crate) fn battery_dies(&mut self) -> Result<()> {
        self.browser.relaunch()?;
        let page = self.browser.page();
        page.set_position(-9.57, 124.81, 6.0)?;
        page.open(&format!("{}/app/", self.origin))?;
        page.read("home")?;
        Ok(())
    }

    /// Until the worker holds everything that a cold start without signal needs.
    pub(crate) fn wait_until_installed(&self) -> Result<()> {
        self.page()
            .wait_for("navigator.serviceWorker.ready.then((r) => Boolean(r.active))")
    }

    /// The three numbers: on this phone, received, waiting.
    pub(crate) fn numbers(&self) -> Result<[String; 3]> {
        let page = self.page();
        Ok([
            page.read("numbers-on-phone")?,
            page.read("numbers-received")?,
            page.read("numbers-waiting")?,
        ])
    }

    /// Waits until the three numbers are these.
    pub(crate) fn see_numbers(&self, wanted: [&str; 3]) -> Result<()> {
        let seen = wait_until("the three numbers", || {
            // Between two documents there is nothing to read yet.
            Ok(self
                .numbers()
                .is_ok_and(|seen| seen == wanted)
                .then_some(()))
        });
        seen.with_context(|| format!("wanted {wanted:?}, seen {:?}", self.numbers()))
    }

    /// Presses "send now" until the hub's news are on the screen.
    pub(crate) fn send_until_seen(&self, text: &str) -> Result<()> {
        let quoted = serde_json::to_string(text)?;
        wait_until(&format!("news: {text}"), || {
            let seen = self
                .page()
                .evaluate(&format!("document.body.innerText.includes({quoted})"))?;
            if seen == serde_json::json!(true) {
                return Ok(Some(()));
            }
            self.page().click("send-now")?;
            Ok(None)
        })
    }

    pub(crate) fn home(&self) -> Result<()> {
        self.page().evaluate("void (location.hash = '#/')")?;
        self.page().read("home")?;
        Ok(())
    }

    pub(crate) fn open_village(&self, code: &str) -> Result<()> {
        self.home()?;
        let page = self.page();
        page.click(&format!("village-{code}"))?;
        page.read("village")?;
        Ok(())
    }

    /// Answers what can be seen on this page as the village would; returns how many.
    fn answer_page(&mut self, village: &Village, skip: &BTreeSet<&str>) -> Result<usize> {
        let row = self.row()?;
        let mut answered = BTreeSet::new();
        // Answers open further questions of the same page.
        for _ in 0..40 {
            let is_next = |name: &String| !answered.contains(name) && !skip.contains(name.as_str());
            let mut next = self.open_questions()?.into_iter().find(is_next);
            if next.is_none() {
                // What was typed last may open a question once it is journalled.
                self.see_saved()?;
                next = self.open_questions()?.into_iter().find(is_next);
            }
            let Some(name) = next else { break };
            answered.insert(name.clone());
            if let Some(value) = village.answer(&name, row) {
                self.answer(&name, &value)
                    .with_context(|| format!("answering {name}"))?;
            }
        }
        Ok(answered.len())
    }

    /// Which row of its repeat this page is in, counted from 0.
    fn row(&mut self) -> Result<usize> {
        let hash = self.page().evaluate("decodeURIComponent(location.hash)")?;
        let hash = hash.as_str().unwrap_or_default();
        let Some((_, row)) = hash.split_once('[') else {
            return Ok(0);
        };
        let repeat = hash
            .split_once('[')
            .map_or("", |(before, _)| before)
            .to_owned();
        let row = format!("{repeat} {}", row.split(']').next().unwrap_or_default());
        if !self.rows.contains(&row) {
            self.rows.push(row.clone());
        }
        let mut same = self
            .rows
            .iter()
            .filter(|known| known.starts_with(&format!("{repeat} ")));
        same.position(|known| *known == row)
            .context("the row was just noted")
    }

    /// Questions on the screen that nobody answered yet, from the top.
    fn open_questions(&self) -> Result<Vec<String>> {
        let names = self.page().evaluate(
            "Array.from(document.querySelectorAll('section.question'))
                .filter((section) => section.querySelector('input, [data-test=take-position], textarea'))
                .filter((section) => !section.querySelector('input:checked, [data-test=position], [data-test=photo]'))
                .filter((section) => !Array.from(section.querySelectorAll('input:not([type=radio]):not([type=checkbox]):not([type=search]):not([type=file])')).some((input) => input.value))
                .filter((section) => !section.querySelector('[aria-pressed=true]'))
                .map((section) => section.dataset.test.replace('question-', ''))",
        )?;
        let names = names.as_array().cloned().unwrap_or_default();
        Ok(names
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect())
    }

    /// Answers one question on the screen.
    pub(crate) fn answer(&self, name: &str, value: &Value) -> Result<()> {
        let page = self.page();
        match value {
            Value::Choice(choice) => self.tick(name, choice)?,
            Value::Choices(choices) => {
                for choice in choices {
                    self.tick(name, choice)?;
                }
            }
            Value::Integer(number) => page.fill(&format!("input-{name}"), &number.to_string())?,
            Value::Decimal(number) => {
                let typed = number.as_str().replace('.', ",");
                page.fill(&format!("input-{name}"), &typed)?;
            }
            Value::Text(text) => page.fill(&format!("input-{name}"), text)?,
            Value::Date(date) => self.pick_date(name, &date.to_string())?,
            Value::Point(_) => {
                page.click("take-position")?;
                page.read("position")?;
            }
            other => bail!("no hand for {other:?}"),
        }
        Ok(())
    }

    /// Taps a choice; once more where the page moved under the finger.
    fn tick(&self, name: &str, choice: &str) -> Result<()> {
        let option = format!("option-{name}-{choice}");
        let is_on =
            format!("document.querySelector('[data-test=\"{option}\"] input')?.checked === true");
        wait_until(&format!("{option} to be chosen"), || {
            self.page().click(&option)?;
            let is_on = self.page().evaluate(&is_on)?;
            Ok((is_on == serde_json::json!(true)).then_some(()))
        })
    }

    /// The browser's own date picker has no keyboard without a screen.
    fn pick_date(&self, name: &str, date: &str) -> Result<()> {
        self.page().evaluate(&format!(
            "(() => {{ const input = document.querySelector('[data-test=\"input-{name}\"]');
                input.value = '{date}';
                for (const kind of ['input', 'change', 'blur'])
                    input.dispatchEvent(new Event(kind, {{ bubbles: true }})); }})()"
        ))?;
        Ok(())
    }

    /// Walks all pages from the first one and answers everything, but what is to be skipped.
    pub(crate) fn interview(&mut self, village: &Village, skip: &BTreeSet<&str>) -> Result<usize> {
        let mut answered = 0;
        let mut pages = BTreeSet::new();
        for _ in 0..PAGES_MAX {
            let page = self.page();
            page.wait_for(
                "Boolean(document.querySelector('[data-test=page], [data-test=finish-screen]'))",
            )?;
            if page.has("finish-screen")? {
                return Ok(answered);
            }
            let hash = page.evaluate("decodeURIComponent(location.hash)")?;
            let hash = hash.as_str().unwrap_or_default().to_owned();
            if self.wants_row(village, &hash)? {
                continue;
            }
            answered += self.answer_page(village, skip)?;
            self.see_saved()?;
            pages.insert(hash.clone());
            let page = self.page();
            page.click("next")?;
            page.wait_for(&format!(
                "decodeURIComponent(location.hash) !== {}",
                serde_json::to_string(&hash)?
            ))?;
        }
        bail!("the interview does not end: {pages:?}")
    }

    /// On a page of rows, adds one if the village has more than stand there.
    fn wants_row(&mut self, village: &Village, hash: &str) -> Result<bool> {
        let page = self.page();
        let name = page.evaluate(
            "document.querySelector('[data-test^=\"rows-\"]')?.dataset.test.replace('rows-', '') ?? ''",
        )?;
        let name = name.as_str().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Ok(false);
        }
        let there = page.evaluate("document.querySelectorAll('[data-test=row]').length")?;
        let there = there.as_u64().unwrap_or(0) as usize;
        if village.rows(&name) <= there {
            return Ok(false);
        }
        let rows_hash = page.evaluate("location.hash")?;
        page.click(&format!("add-row-{name}"))?;
        page.wait_for(&format!(
            "decodeURIComponent(location.hash) !== {}",
            serde_json::to_string(hash)?
        ))?;
        // The first page of the row is filled by the walk; its last `next` leads on, so come back.
        let inside =
            page.evaluate("location.hash.includes('[') || location.hash.includes('%5B')")?;
        if inside == serde_json::json!(true) {
            self.fill_row(village, &rows_hash)?;
        }
        Ok(true)
    }

    /// Answers the pages of the row that was just added, then goes back to the list of rows.
    fn fill_row(&mut self, village: &Village, rows_hash: &serde_json::Value) -> Result<()> {
        let row = self.row_name()?;
        for _ in 0..PAGES_MAX {
            self.answer_page(village, &BTreeSet::new())?;
            self.see_saved()?;
            let before = self.page().evaluate("location.hash")?;
            self.page().click("next")?;
            self.page()
                .wait_for(&format!("location.hash !== {before}"))?;
            if self.row_name()? != row {
                break;
            }
        }
        self.page()
            .evaluate(&format!("void (location.hash = {rows_hash})"))?;
        self.page()
            .wait_for("Boolean(document.querySelector('[data-test^=\"rows-\"]'))")
    }

    fn row_name(&self) -> Result<String> {
        let hash = self.page().evaluate("decodeURIComponent(location.hash)")?;
        let hash = hash.as_str().unwrap_or_default();
        let row = hash
            .split_once('[')
            .and_then(|(_, rest)| rest.split(']').next());
        Ok(row.unwrap_or_default().to_owned())
    }

    /// Opens the village's first page of questions.
    pub(crate) fn begin(&self, code: &str) -> Result<()> {
        self.open_village(code)?;
        self.page().click("go-on")?;
        self.page().read("page")?;
        Ok(())
    }

    /// Until the line at the bottom says that everything is on the disk.
    pub(crate) fn see_saved(&self) -> Result<()> {
        self.page().wait_for(
            "['saved', 'untouched'].includes(document.querySelector('[data-test=saved]')?.dataset.state)",
        )
    }

    /// Finishes the case that is open and sends it.
    pub(crate) fn finish(&self) -> Result<()> {
        self.page().click("finish")?;
        self.page().wait_for(
            "Boolean(document.querySelector('[data-test=sent-waiting], [data-test=sent-received]'))",
        )
    }
}

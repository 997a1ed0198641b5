//! A desk with a console: administrator, supervisor or analyst.

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tests::harness::{Browser, Page, Screen, Server, Signal};

/// A server with the signal before it.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) signal: Signal,
}

impl World {
    /// Starts `lumbung serve` for the address that browsers will know.
    pub(crate) fn start() -> Result<World> {
        World::start_as("serve")
    }

    /// Starts `lumbung demo`, with its round, people and answers.
    pub(crate) fn start_demo() -> Result<World> {
        World::start_as("demo")
    }

    /// Starts `lumbung serve` on a folder whose round is answered already.
    pub(crate) fn start_on(data: TempDir) -> Result<World> {
        let signal = Signal::start()?;
        let origin = signal.origin();
        let server = Server::start_on(data, &["serve", "--origin", &origin])?;
        signal.lead_to(server.address());
        Ok(World { server, signal })
    }

    fn start_as(verb: &str) -> Result<World> {
        let signal = Signal::start()?;
        let origin = signal.origin();
        let server = Server::start(&[verb, "--origin", &origin])?;
        signal.lead_to(server.address());
        Ok(World { server, signal })
    }

    /// The link that the first start printed.
    pub(crate) fn setup_link(&self) -> Result<String> {
        self.server.wait_for_line(|line| {
            let line = line.trim();
            line.contains("/#/mulai/").then(|| line.to_owned())
        })
    }
}

pub(crate) struct Office {
    browser: Browser,
    origin: String,
}

impl Office {
    /// Sits down at a desk; nobody is signed in.
    pub(crate) fn at(world: &World) -> Result<Office> {
        Ok(Office {
            browser: Browser::start(Screen::Desk)?,
            origin: world.signal.origin(),
        })
    }

    pub(crate) fn page(&self) -> &Page {
        self.browser.page()
    }

    /// Opens a place of the console by its address, such as `ronde`.
    pub(crate) fn go(&self, place: &str) -> Result<()> {
        // A dialog that was just closed still takes its layer out of the history.
        self.page()
            .wait_for("!document.querySelector('dialog[open]') && history.state !== 'layer'")?;
        self.page().open(&format!("{}/#/{place}", self.origin))
    }

    /// Makes the first administrator by the printed link.
    pub(crate) fn set_up(&self, link: &str, username: &str, password: &str) -> Result<()> {
        let page = self.page();
        page.open(link)?;
        page.fill("username", username)?;
        page.fill("name", "Wayan Sudira")?;
        page.fill("password", password)?;
        page.fill("password-again", password)?;
        page.screenshot("console-set-up")?;
        page.click("set-up")?;
        page.wait_for("Boolean(document.querySelector('[data-test=signed-in-as]'))")
    }

    pub(crate) fn sign_in(&self, username: &str, password: &str) -> Result<()> {
        let page = self.page();
        page.open(&format!("{}/", self.origin))?;
        page.fill("username", username)?;
        page.fill("password", password)?;
        page.click("sign-in")?;
        page.wait_for("Boolean(document.querySelector('[data-test=signed-in-as]'))")
    }

    pub(crate) fn import_regions(&self) -> Result<()> {
        let page = self.page();
        self.go("wilayah")?;
        page.click("import-regions")?;
        page.read("import-result")?;
        page.fill("region-search", "webriamata")?;
        page.read("region-row-53.21.03.2003")?;
        page.screenshot("console-regions")?;
        Ok(())
    }

    pub(crate) fn import_questionnaire(&self) -> Result<()> {
        let page = self.page();
        self.go("kuesioner")?;
        page.read("no-questionnaires")?;
        page.click("import-questionnaire")?;
        page.see("siap dipakai")?;
        page.screenshot("console-questionnaires")?;
        Ok(())
    }

    /// Opens a round for a kabupaten.
    pub(crate) fn open_round(&self, name: &str, regency: (&str, &str)) -> Result<()> {
        let page = self.page();
        self.go("ronde")?;
        page.click("new-round")?;
        page.fill("round-name", name)?;
        if page.has("round-questionnaire")? {
            page.evaluate(
                "(() => { const s = document.querySelector('[data-test=round-questionnaire]');
                   if (s && s.options && !s.value) { s.selectedIndex = s.options.length - 1;
                     s.dispatchEvent(new Event('change', { bubbles: true })); } })()",
            )?;
        }
        let (word, code) = regency;
        page.fill("round-regencies", word)?;
        page.click(&format!("round-regencies-option-{code}"))?;
        page.screenshot("console-new-round")?;
        page.click("save-round")?;
        page.see(name)
    }

    /// Makes an account and returns its generated password.
    pub(crate) fn make_account(
        &self,
        username: &str,
        name: &str,
        role: &str,
        region: (&str, &str),
    ) -> Result<String> {
        let page = self.page();
        self.go("akun")?;
        page.click("new-account")?;
        page.fill("account-name", name)?;
        page.fill("account-username", username)?;
        page.choose("account-role", role)?;
        let (word, code) = region;
        if !word.is_empty() {
            page.fill("account-regions", word)?;
            page.click(&format!("account-regions-option-{code}"))?;
        }
        page.click("save-account")?;
        let password = page.read("new-password")?;
        page.screenshot("console-new-password")?;
        page.click("password-seen")?;
        Ok(password)
    }

    /// Assigns villages of the round's first kabupaten to an enumerator.
    pub(crate) fn assign(&self, round: &str, enumerator: &str, villages: &[&str]) -> Result<()> {
        let page = self.page();
        self.go("ronde")?;
        page.click(round)?;
        page.click("assign")?;
        page.wait_for(&format!(
            "Array.from(document.querySelector('[data-test=assign-enumerator]')?.options ?? [])
                .some((option) => option.text.includes('{enumerator}'))"
        ))?;
        page.evaluate(&format!(
            "(() => {{ const s = document.querySelector('[data-test=assign-enumerator]');
                s.value = Array.from(s.options).find((o) => o.text.includes('{enumerator}')).value;
                s.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
        ))?;
        for village in villages {
            page.click(&format!("village-{village}"))?;
        }
        page.screenshot("console-assign")?;
        page.click("save-assignment")?;
        page.wait_for("!document.querySelector('dialog[open]')")
    }

    /// The link that enrols one phone of an account.
    pub(crate) fn enrol(&self, username: &str) -> Result<String> {
        let page = self.page();
        self.go("akun")?;
        page.click(&format!("enrol-{username}"))?;
        let made =
            page.wait_for("Boolean(document.querySelector('[data-test=enrol-link]')?.value)");
        if made.is_err() {
            // Some offices ask once more before a link is made.
            page.click("Buat tautan")?;
        }
        let link = page.read("enrol-link")?;
        page.screenshot("console-enrol")?;
        page.click("enrol-done")?;
        link.contains("/app/#/daftar/")
            .then_some(link)
            .context("the link leads to the app")
    }
}

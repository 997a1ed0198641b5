//! A Chromium with a profile of its own: one person's phone or desk.
//!
//! Always: the profile outlives a kill, so that a relaunch finds what was stored;
//! an error that a page logged and no test expected fails the test.
//! Never: shares a profile, or leaves a process behind.

use super::devtools::Devtools;
use super::page::Page;
use anyhow::{Context, Result, bail};
use std::fs::OpenOptions;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

const CHROMIUM: &str = "/usr/bin/chromium";

const FLAGS: [&str; 13] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    // A microphone and a camera that hum and blink.
    "--use-fake-device-for-media-stream",
    "--lang=id",
    "--remote-debugging-pipe",
    "about:blank",
];

/// The two sizes in which every screen is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 360×740, as a cheap Android phone.
    Phone,
    /// 1280×800, as a small laptop.
    Desk,
}

/// How Chromium keeps IndexedDB on the disk; a phone in the field may have either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backing {
    /// LevelDB: what Chromium has used since 2013, and still does by itself.
    LevelDb,
    /// SQLite: what Chromium is moving to.
    Sqlite,
}

impl Backing {
    /// Both, for tests that hold on each.
    pub const ALL: [Backing; 2] = [Backing::LevelDb, Backing::Sqlite];

    const FEATURE: &str = "IdbSqliteBackingStore";

    fn flag(self) -> String {
        match self {
            Backing::LevelDb => format!("--disable-features={}", Backing::FEATURE),
            Backing::Sqlite => format!("--enable-features={}", Backing::FEATURE),
        }
    }
}

/// A running browser and the page that its person looks at.
#[derive(Debug)]
pub struct Browser {
    profile: TempDir,
    screen: Screen,
    backing: Backing,
    process: Option<Child>,
    page: Page,
}

impl Browser {
    /// Starts with an empty profile.
    ///
    /// # Errors
    /// When Chromium is missing or does not start.
    pub fn start(screen: Screen) -> Result<Browser> {
        Browser::start_on(screen, Backing::LevelDb)
    }

    /// Starts with an empty profile, whose IndexedDB is kept as `backing` says.
    ///
    /// # Errors
    /// When Chromium is missing or does not start.
    pub fn start_on(screen: Screen, backing: Backing) -> Result<Browser> {
        if !Path::new(CHROMIUM).exists() {
            bail!("{CHROMIUM} is missing; run `cargo xtask setup`");
        }
        let profile = tempfile::Builder::new()
            .prefix("lumbung-phone-")
            .tempdir()?;
        let (process, page) = launch(profile.path(), screen, backing)?;
        Ok(Browser {
            profile,
            screen,
            backing,
            process: Some(process),
            page,
        })
    }

    /// The page of this browser.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// How the databases of this profile are kept, read off its files; none where there is no database yet.
    ///
    /// # Errors
    /// When the profile cannot be read.
    pub fn backing_in_use(&self) -> Result<Option<Backing>> {
        let folder = self.profile.path().join("Default/IndexedDB");
        if !folder.exists() {
            return Ok(None);
        }
        let mut seen = None;
        for entry in std::fs::read_dir(folder)? {
            let name = entry?.file_name();
            // `….indexeddb.leveldb`, and `….indexeddb.blob` beside it.
            seen = Some(match name.to_string_lossy().contains(".indexeddb.") {
                true => Backing::LevelDb,
                false => Backing::Sqlite,
            });
        }
        Ok(seen)
    }

    /// Opens one more tab.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn new_page(&self) -> Result<Page> {
        Page::open_tab(self.page.devtools(), self.screen)
    }

    /// Ends the browser as an empty battery does: at once, nothing is tidied up.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            kill_group(&mut process);
        }
    }

    /// Ends the tab as a phone does that is short of memory: its process dies at once and the browser lives. A new tab
    /// takes its place.
    ///
    /// # Errors
    /// When the tab does not die, or no other opens.
    pub fn kill_tab(&mut self) -> Result<()> {
        self.page.crash()?;
        self.page = self.new_page()?;
        Ok(())
    }

    /// Kills the browser if it runs, and starts it again with what the profile holds.
    ///
    /// # Errors
    /// When Chromium does not start.
    pub fn relaunch(&mut self) -> Result<()> {
        self.kill();
        let (process, page) = launch(self.profile.path(), self.screen, self.backing)?;
        self.process = Some(process);
        self.page = page;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let errors = match self.process {
            Some(_) => self.page.take_errors(),
            None => Vec::new(),
        };
        self.kill();
        // While a test already fails, a second panic would hide the first.
        if !std::thread::panicking() {
            assert!(errors.is_empty(), "the page logged errors: {errors:#?}");
        }
    }
}

fn launch(profile: &Path, screen: Screen, backing: Backing) -> Result<(Child, Page)> {
    let pipes = tempfile::Builder::new()
        .prefix("lumbung-pipes-")
        .tempdir()?;
    let (to, from) = (pipes.path().join("to"), pipes.path().join("from"));
    let made = Command::new("mkfifo").arg(&to).arg(&from).status()?;
    if !made.success() {
        bail!("mkfifo failed with {made}");
    }
    let mut process = Command::new("sh")
        .args(["-c", "exec \"$@\" 3<\"$TO\" 4>\"$FROM\"", "sh", CHROMIUM])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(FLAGS)
        .arg(backing.flag())
        .env("TO", &to)
        .env("FROM", &from)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .context("cannot start a shell")?;
    let page = open_page(&to, &from, screen);
    if page.is_err() {
        kill_group(&mut process);
    }
    Ok((process, page?))
}

fn open_page(to: &Path, from: &Path, screen: Screen) -> Result<Page> {
    // The shell opens in this order too; each open waits for its other end.
    let to_browser = OpenOptions::new().write(true).open(to)?;
    let from_browser = OpenOptions::new().read(true).open(from)?;
    let devtools = Arc::new(Devtools::new(to_browser, from_browser));
    Page::open_tab(devtools, screen)
}

/// Ends the browser and the processes that it started: they are one process group.
fn kill_group(process: &mut Child) {
    let group = format!("-{}", process.id());
    let killed = Command::new("kill")
        .args(["-9", "--", &group])
        .stderr(Stdio::null())
        .status();
    if !killed.is_ok_and(|status| status.success()) {
        drop(process.kill());
    }
    drop(process.wait());
}

//! One page, used as a person uses it: by what is written on the screen.
//!
//! Always: things are found by `data-test`, label or visible text, and only when they can be reached;
//! an action waits until its thing is there.
//! Never: calls into the app; clicks through what covers a thing.

use super::devtools::{Devtools, Event};
use super::{DEADLINE, Screen, wait_until, workspace};
use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Finds a thing by the name a person would use; see the file for the order.
const FIND: &str = include_str!("page/find.js");

/// A page of a running browser.
#[derive(Debug)]
pub struct Page {
    devtools: Arc<Devtools>,
    session: String,
}

/// Tries to hit what the page moves.
const CLICKS_MAX: u32 = 5;

impl Page {
    pub(crate) fn open_tab(devtools: Arc<Devtools>, screen: Screen) -> Result<Page> {
        let made = devtools.call("", "Target.createTarget", json!({ "url": "about:blank" }))?;
        let target = made["targetId"].as_str().context("no target")?;
        let params = json!({ "targetId": target, "flatten": true });
        let attached = devtools.call("", "Target.attachToTarget", params)?;
        let session = attached["sessionId"].as_str().context("no session")?;
        let page = Page {
            session: session.to_owned(),
            devtools,
        };
        for domain in ["Page", "Runtime", "Log"] {
            page.call(&format!("{domain}.enable"), json!({}))?;
        }
        match screen {
            Screen::Phone => page.set_viewport(360, 740, true)?,
            Screen::Desk => page.set_viewport(1280, 800, false)?,
        }
        Ok(page)
    }

    pub(crate) fn devtools(&self) -> Arc<Devtools> {
        Arc::clone(&self.devtools)
    }

    /// Closes this tab.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn close(&self) -> Result<()> {
        self.call("Page.close", json!({}))?;
        Ok(())
    }

    /// Kills the process of this tab, and returns when it is dead.
    pub(crate) fn crash(&self) -> Result<()> {
        self.call("Inspector.enable", json!({}))?;
        // Nobody is left to answer.
        self.devtools.send(&self.session, "Page.crash", json!({}))?;
        wait_until("the tab to die", || {
            let is_crash = |event: &Event| {
                event.session == self.session && event.method == "Inspector.targetCrashed"
            };
            Ok((!self.devtools.take_events(is_crash).is_empty()).then_some(()))
        })
    }

    /// Opens an address; returns when the document has been read.
    ///
    /// # Errors
    /// When nothing answers there.
    pub fn open(&self, url: &str) -> Result<()> {
        let answer = self.call("Page.navigate", json!({ "url": url }))?;
        if let Some(error) = answer["errorText"].as_str() {
            bail!("{url} does not open: {error}");
        }
        self.wait_for("document.readyState === 'complete'")
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn reload(&self) -> Result<()> {
        self.evaluate("window.beforeReload = true")?;
        self.call("Page.reload", json!({}))?;
        self.wait_for("!window.beforeReload && document.readyState === 'complete'")
    }

    /// The value of a JavaScript expression; a promise is awaited.
    ///
    /// # Errors
    /// When it throws.
    pub fn evaluate(&self, expression: &str) -> Result<Value> {
        let params = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true,
            "userGesture": true,
        });
        let answer = self.call("Runtime.evaluate", params)?;
        if let Some(thrown) = answer.get("exceptionDetails") {
            let text = &thrown["exception"]["description"];
            bail!(
                "{expression} threw {}",
                text.as_str().unwrap_or("something")
            );
        }
        Ok(answer["result"]["value"].clone())
    }

    /// Waits until a JavaScript expression is true.
    ///
    /// # Errors
    /// After `DEADLINE`, with what is on the screen instead.
    pub fn wait_for(&self, expression: &str) -> Result<()> {
        let seen = wait_until(expression, || {
            // Between two documents there is nothing to ask; that is "not yet".
            let value = self.evaluate(&format!("(async () => Boolean(await ({expression})))()"));
            Ok(value.is_ok_and(|value| value == json!(true)).then_some(()))
        });
        let seen = seen.with_context(|| self.describe());
        if let Err(error) = &seen {
            // Said at once: errors that the page logged end the test before its result is shown.
            eprintln!("{error:#}");
        }
        seen
    }

    /// Waits until this text can be read on the screen.
    ///
    /// # Errors
    /// After `DEADLINE`.
    pub fn see(&self, text: &str) -> Result<()> {
        let quoted = json!(text);
        self.wait_for(&format!("document.body.innerText.includes({quoted})"))
    }

    /// Waits until this text can no longer be read on the screen.
    ///
    /// # Errors
    /// After `DEADLINE`.
    pub fn see_no(&self, text: &str) -> Result<()> {
        let quoted = json!(text);
        self.wait_for(&format!("!document.body.innerText.includes({quoted})"))
    }

    /// Waits for a thing and returns its text, or the value if it is a field.
    ///
    /// # Errors
    /// After `DEADLINE`.
    pub fn read(&self, name: &str) -> Result<String> {
        self.wait_for_thing(name)?;
        let value = self.on_thing(
            name,
            "return 'value' in thing ? thing.value : thing.innerText",
        )?;
        Ok(value.as_str().unwrap_or_default().trim().to_owned())
    }

    /// True if the thing can be seen now.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn has(&self, name: &str) -> Result<bool> {
        Ok(self.on_thing(name, "return true")? == json!(true))
    }

    /// Waits for a thing that nothing covers, and clicks it.
    ///
    /// # Errors
    /// After `DEADLINE`.
    pub fn click(&self, name: &str) -> Result<()> {
        for _ in 0..CLICKS_MAX {
            let [x, y] = self.reach(name)?;
            for kind in ["mousePressed", "mouseReleased"] {
                let params =
                    json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
                self.call("Input.dispatchMouseEvent", params)?;
            }
            // A page that has gone elsewhere was hit.
            if self.evaluate("window.isHit").unwrap_or_default() != json!(false) {
                return Ok(());
            }
        }
        bail!("«{name}» moved away under {CLICKS_MAX} clicks");
    }

    /// Replaces what stands in a field, as a keyboard would; the field keeps the focus.
    ///
    /// # Errors
    /// After `DEADLINE`.
    pub fn fill(&self, name: &str, text: &str) -> Result<()> {
        self.click(name)?;
        self.on_thing(name, "thing.select?.(); return true")?;
        if text.is_empty() {
            return self.press("Backspace");
        }
        self.type_text(text)
    }

    /// Types into what has the focus.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn type_text(&self, text: &str) -> Result<()> {
        self.call("Input.insertText", json!({ "text": text }))?;
        Ok(())
    }

    /// Chooses an option of a `<select>` by its text.
    ///
    /// # Errors
    /// When there is no such option.
    pub fn choose(&self, name: &str, option: &str) -> Result<()> {
        self.wait_for_thing(name)?;
        let body = format!(
            "const option = Array.from(thing.options).find((o) => o.text.trim() === {});
             if (!option) return false;
             thing.value = option.value;
             for (const kind of ['input', 'change']) thing.dispatchEvent(new Event(kind, {{ bubbles: true }}));
             return true",
            json!(option)
        );
        if self.on_thing(name, &body)? != json!(true) {
            bail!("{name} offers no «{option}»");
        }
        Ok(())
    }

    /// Presses one key, such as `Enter`, `Tab`, `Escape`, or a character.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn press(&self, key: &str) -> Result<()> {
        let (code, number) = match key {
            "Enter" => ("Enter", 13),
            "Tab" => ("Tab", 9),
            "Escape" => ("Escape", 27),
            "Backspace" => ("Backspace", 8),
            "ArrowDown" => ("ArrowDown", 40),
            "ArrowUp" => ("ArrowUp", 38),
            other => (other, 0),
        };
        let text = match key {
            "Enter" => "\r",
            _ if key.chars().count() == 1 => key,
            _ => "",
        };
        for kind in ["keyDown", "keyUp"] {
            let params = json!({
                "type": kind, "key": key, "code": code, "text": text,
                "windowsVirtualKeyCode": number,
            });
            self.call("Input.dispatchKeyEvent", params)?;
        }
        Ok(())
    }

    /// Gives a file to an `<input type=file>`.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn upload(&self, name: &str, file: &Path) -> Result<()> {
        let expression = format!("({FIND})({}, true)", json!(name));
        let object = wait_until(&format!("the field {name}"), || {
            let answer = self.call("Runtime.evaluate", json!({ "expression": expression }))?;
            Ok(answer["result"]["objectId"].as_str().map(str::to_owned))
        })?;
        let params = json!({ "objectId": object, "files": [file] });
        self.call("DOM.setFileInputFiles", params)?;
        Ok(())
    }

    /// Clicks a link to a file and returns what it saved, once it is whole.
    ///
    /// # Errors
    /// When nothing is saved within `DEADLINE`.
    pub fn download(&self, name: &str) -> Result<Vec<u8>> {
        let folder = tempfile::Builder::new()
            .prefix("lumbung-download-")
            .tempdir()?;
        let params = json!({ "behavior": "allow", "downloadPath": folder.path() });
        self.devtools
            .call("", "Browser.setDownloadBehavior", params)?;
        self.click(name)?;
        let saved = wait_until(&format!("the file behind «{name}»"), || {
            let mut files = Vec::new();
            for entry in std::fs::read_dir(folder.path())? {
                files.push(entry?.path());
            }
            // Chromium writes under another name until the file is whole.
            let is_whole = |path: &&PathBuf| path.extension().is_none_or(|end| end != "crdownload");
            Ok(files
                .iter()
                .find(is_whole)
                .cloned()
                .filter(|_| files.len() == 1))
        })?;
        Ok(std::fs::read(saved)?)
    }

    /// Says where the phone is; accuracy in metres.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn set_position(&self, latitude: f64, longitude: f64, accuracy: f64) -> Result<()> {
        self.grant("geolocation")?;
        let params = json!({ "latitude": latitude, "longitude": longitude, "accuracy": accuracy });
        self.call("Emulation.setGeolocationOverride", params)?;
        Ok(())
    }

    /// Grants a permission such as `geolocation` or `durableStorage` to every origin.
    ///
    /// # Errors
    /// When the browser does not know it.
    pub fn grant(&self, permission: &str) -> Result<()> {
        let params = json!({ "permissions": [permission] });
        self.devtools.call("", "Browser.grantPermissions", params)?;
        Ok(())
    }

    /// Limits what an origin may store, in bytes; must come before the origin's first use of storage.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn set_quota(&self, origin: &str, bytes: u64) -> Result<()> {
        let params = json!({ "origin": origin, "quotaSize": bytes });
        self.call("Storage.overrideQuotaForOrigin", params)?;
        Ok(())
    }

    /// Frees every object that no script holds any more, as the browser may at any moment.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn collect_garbage(&self) -> Result<()> {
        self.call("HeapProfiler.collectGarbage", json!({}))?;
        Ok(())
    }

    /// Makes the processor slower by this factor; 1 is its own speed.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn slow_down(&self, factor: u32) -> Result<()> {
        self.call("Emulation.setCPUThrottlingRate", json!({ "rate": factor }))?;
        Ok(())
    }

    /// Sets what `navigator.onLine` says, with its event; the network itself is `Signal`'s.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn set_online(&self, online: bool) -> Result<()> {
        let params = json!({
            "offline": !online, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.call("Network.emulateNetworkConditions", params)?;
        Ok(())
    }

    /// Runs a script before any script of every document that is opened from now on.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn before_scripts(&self, source: &str) -> Result<()> {
        let params = json!({ "source": source });
        self.call("Page.addScriptToEvaluateOnNewDocument", params)?;
        Ok(())
    }

    /// Sets light or dark.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn set_dark(&self, dark: bool) -> Result<()> {
        let value = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": value }]);
        self.call(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )?;
        Ok(())
    }

    /// Changes the size of the window, in CSS pixels.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn set_viewport(&self, width: u32, height: u32, mobile: bool) -> Result<()> {
        let params = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile,
        });
        self.call("Emulation.setDeviceMetricsOverride", params)?;
        self.call(
            "Emulation.setTouchEmulationEnabled",
            json!({ "enabled": mobile }),
        )?;
        Ok(())
    }

    /// Writes what is on the screen to `tests/screenshots/NAME-WIDTHxHEIGHT.png`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let size = self.evaluate("`${innerWidth}x${innerHeight}`")?;
        let answer = self.call("Page.captureScreenshot", json!({ "format": "png" }))?;
        let picture = STANDARD.decode(answer["data"].as_str().unwrap_or_default())?;
        let folder = workspace().join("tests/screenshots");
        std::fs::create_dir_all(&folder)?;
        let size = size.as_str().unwrap_or_default();
        let path = folder.join(format!("{name}-{size}.png"));
        std::fs::write(&path, picture)?;
        Ok(path)
    }

    /// Prints the page as a person would, into `tests/screenshots/NAME.pdf`; the page itself says the size of paper.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn print(&self, name: &str) -> Result<Vec<u8>> {
        let params = json!({ "preferCSSPageSize": true, "printBackground": false });
        let answer = self.call("Page.printToPDF", params)?;
        let paper = STANDARD.decode(answer["data"].as_str().unwrap_or_default())?;
        let folder = workspace().join("tests/screenshots");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("{name}.pdf")), &paper)?;
        Ok(paper)
    }

    /// What keeps the browser from offering to install this page as an app; empty is good.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn install_problems(&self) -> Result<Vec<String>> {
        let answer = self.call("Page.getInstallabilityErrors", json!({}))?;
        let problems = answer["installabilityErrors"].as_array().cloned();
        let texts = problems.unwrap_or_default().into_iter();
        Ok(texts.map(|problem| problem.to_string()).collect())
    }

    /// Takes the errors that the page has logged; a test that expects some calls this.
    pub fn take_errors(&self) -> Vec<String> {
        let events = self
            .devtools
            .take_events(|event| event.session == self.session && logged_error(event).is_some());
        events.iter().filter_map(logged_error).collect()
    }

    fn wait_for_thing(&self, name: &str) -> Result<()> {
        self.wait_for(&format!("({FIND})({}, false)", json!(name)))
            .with_context(|| format!("looking for «{name}»"))
    }

    /// Scrolls a thing into view and returns its middle, once nothing covers it.
    fn reach(&self, name: &str) -> Result<[f64; 2]> {
        let body = "thing.scrollIntoView({ block: 'center', behavior: 'instant' });
            const box = thing.getBoundingClientRect();
            const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
            const top = document.elementFromPoint(x, y);
            const isOf = (top) => thing.contains(top) || top.contains(thing) || top.closest('label')?.control === thing;
            if (!top || !isOf(top) || thing.disabled) return null;
            // What comes in between may push it away or draw it anew between press and release: then the click went
            // elsewhere or nowhere, and is made again, as a person would.
            window.isHit = false;
            const note = ({ target }) => { window.isHit = target === top || thing.contains(target); };
            document.addEventListener('click', note, { capture: true, once: true });
            return [x, y]";
        let place = wait_until(&format!("«{name}» to be reachable"), || {
            let found = self.on_thing(name, body).unwrap_or_default();
            Ok(found.as_array().cloned())
        });
        let place = place.with_context(|| self.describe())?;
        let number = |index: usize| place.get(index).and_then(Value::as_f64).unwrap_or(0.0);
        Ok([number(0), number(1)])
    }

    /// Runs the body of a function of `thing`; null if there is no such thing now.
    fn on_thing(&self, name: &str, body: &str) -> Result<Value> {
        self.evaluate(&format!(
            "(() => {{ const thing = ({FIND})({}, false); if (!thing) return null; {body} }})()",
            json!(name)
        ))
    }

    fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.devtools.call(&self.session, method, params)
    }

    /// What a person would tell us over the telephone.
    fn describe(&self) -> String {
        let text = self.evaluate("location.href + '\\n' + document.body.innerText.slice(0, 1500)");
        let text = text.unwrap_or_default();
        let errors = self.take_errors();
        format!(
            "after {DEADLINE:?} the screen shows: {}\nerrors: {errors:#?}",
            text.as_str().unwrap_or("nothing")
        )
    }
}

/// The text if an event is an error; a request that failed is none, apps live without network.
fn logged_error(event: &Event) -> Option<String> {
    let params = &event.params;
    match event.method.as_str() {
        "Runtime.exceptionThrown" => {
            let details = &params["exceptionDetails"];
            let thrown = &details["exception"]["description"];
            let text = thrown.as_str().or(details["text"].as_str());
            Some(text.unwrap_or("an exception").to_owned())
        }
        "Runtime.consoleAPICalled" if params["type"] == "error" => {
            let parts = params["args"].as_array().cloned().unwrap_or_default();
            let text = |part: &Value| {
                let value = part["value"].as_str().or(part["description"].as_str());
                value.unwrap_or_default().to_owned()
            };
            Some(parts.iter().map(text).collect::<Vec<_>>().join(" "))
        }
        "Log.entryAdded" => {
            let entry = &params["entry"];
            let counts = entry["level"] == "error" && entry["source"] != "network";
            counts.then(|| entry["text"].as_str().unwrap_or_default().to_owned())
        }
        _ => None,
    }
}

//! The device around the page: position, sharing, persistence, installation.
//!
//! Always: what a person must allow is asked for by a tap; a refusal is an answer like any other.
//! Never: takes a position or opens a file by itself.

use js_sys::{Array, Function, Promise, Reflect};
use shared::answers::Point;
use shared::time::Millis;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, FilePropertyBag, HtmlAnchorElement, Url};

use super::crypto::array;
use super::page::{document, navigator, window};

/// Milliseconds between two looks for a better fix that the browser may let pass before it says "timeout".
const FIX_TIMEOUT_MS: u32 = 60_000;
/// How long a downloaded file's address stays valid.
const DOWNLOAD_URL_MS: u32 = 60_000;

#[wasm_bindgen]
extern "C" {
    // `web_sys` is changing these types, so the few calls stand here.
    type Geolocation;
    #[wasm_bindgen(method, js_name = watchPosition)]
    fn watch_position(
        this: &Geolocation,
        found: &Function,
        failed: &Function,
        options: &JsValue,
    ) -> i32;
    #[wasm_bindgen(method, js_name = clearWatch)]
    fn clear_watch(this: &Geolocation, id: i32);

    type Position;
    #[wasm_bindgen(method, getter)]
    fn coords(this: &Position) -> Coords;
    #[wasm_bindgen(method, getter)]
    fn timestamp(this: &Position) -> f64;

    type Coords;
    #[wasm_bindgen(method, getter)]
    fn latitude(this: &Coords) -> f64;
    #[wasm_bindgen(method, getter)]
    fn longitude(this: &Coords) -> f64;
    #[wasm_bindgen(method, getter)]
    fn altitude(this: &Coords) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn accuracy(this: &Coords) -> f64;

    type PositionError;
    #[wasm_bindgen(method, getter)]
    fn code(this: &PositionError) -> u16;
}

/// One reading of the position; later ones are usually better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub point: Point,
    pub taken: Millis,
}

/// Why there is no position yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PositionProblem {
    /// The person or the phone's settings do not allow it.
    Denied,
    /// No satellites, or the receiver is switched off.
    Unavailable,
    /// None in a minute; it goes on trying.
    Slow,
    /// This browser has no receiver.
    Unsupported,
}

/// Readings go on until this is dropped.
#[derive(Debug)]
pub struct PositionWatch {
    id: Option<i32>,
    _found: Closure<dyn FnMut(JsValue)>,
    _failed: Closure<dyn FnMut(JsValue)>,
}

impl Drop for PositionWatch {
    fn drop(&mut self) {
        if let (Some(id), Some(receiver)) = (self.id, geolocation()) {
            receiver.clear_watch(id);
        }
    }
}

/// Calls with every reading, or why there is none, until the watch is dropped. Works without signal.
pub fn watch_position(
    call: impl FnMut(Result<Fix, PositionProblem>) + Clone + 'static,
) -> PositionWatch {
    let (mut on_fix, mut on_problem) = (call.clone(), call);
    let receiver = geolocation();
    if receiver.is_none() {
        on_problem(Err(PositionProblem::Unsupported));
    }
    let found = Closure::<dyn FnMut(JsValue)>::new(move |position: JsValue| {
        on_fix(Ok(fix(position.unchecked_ref())));
    });
    let failed = Closure::<dyn FnMut(JsValue)>::new(move |error: JsValue| {
        let error: &PositionError = error.unchecked_ref();
        on_problem(Err(match error.code() {
            1 => PositionProblem::Denied,
            3 => PositionProblem::Slow,
            _ => PositionProblem::Unavailable,
        }));
    });
    let options = js_sys::Object::new();
    let _ = Reflect::set(&options, &"enableHighAccuracy".into(), &true.into());
    let _ = Reflect::set(&options, &"maximumAge".into(), &0.into());
    let _ = Reflect::set(&options, &"timeout".into(), &FIX_TIMEOUT_MS.into());
    let id = receiver.map(|receiver| {
        receiver.watch_position(
            found.as_ref().unchecked_ref(),
            failed.as_ref().unchecked_ref(),
            &options,
        )
    });
    PositionWatch {
        id,
        _found: found,
        _failed: failed,
    }
}

fn fix(position: &Position) -> Fix {
    let coords = position.coords();
    Fix {
        point: Point {
            latitude_e7: (coords.latitude() * 1e7).round() as i64,
            longitude_e7: (coords.longitude() * 1e7).round() as i64,
            altitude_cm: (coords.altitude().unwrap_or(0.0) * 100.0).round() as i64,
            accuracy_cm: (coords.accuracy() * 100.0).round() as i64,
        },
        taken: Millis(position.timestamp() as i64),
    }
}

fn geolocation() -> Option<Geolocation> {
    let found = Reflect::get(&navigator(), &"geolocation".into()).ok()?;
    found.is_object().then(|| found.unchecked_into())
}

/// Keeps the screen on while somebody records or walks; a phone that may not do that goes dark as always.
#[derive(Debug)]
pub struct Awake(Option<JsValue>);

impl Awake {
    /// Asks for it; until this is dropped.
    pub fn keep() -> Awake {
        Awake(call_boot("stayAwake"))
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        let release = self
            .0
            .take()
            .and_then(|release| release.dyn_into::<Function>().ok());
        if let Some(release) = release {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

/// What became of a file that was to leave the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    Shared,
    /// The person closed the list of apps.
    Cancelled,
    /// The browser cannot share files; it was downloaded instead.
    Downloaded,
}

/// Offers a file to other apps (messages, Bluetooth, storage card), or downloads it where that is not possible.
pub async fn deliver(name: &str, content: &Blob) -> Sharing {
    let options = FilePropertyBag::new();
    options.set_type(&content.type_());
    let Ok(file) = File::new_with_blob_sequence_and_options(&array([content]), name, &options)
    else {
        download(name, content);
        return Sharing::Downloaded;
    };
    let data = js_sys::Object::new();
    let _ = Reflect::set(&data, &"files".into(), &array([&file]));
    let allowed = call_navigator("canShare", &data).is_some_and(|answer| answer.is_truthy());
    let Some(sharing) = allowed.then(|| call_navigator("share", &data)).flatten() else {
        download(name, content);
        return Sharing::Downloaded;
    };
    match JsFuture::from(Promise::resolve(&sharing)).await {
        Ok(_) => Sharing::Shared,
        Err(_) => Sharing::Cancelled,
    }
}

/// Saves a file among the person's downloads.
pub fn download(name: &str, content: &Blob) {
    let Ok(url) = Url::create_object_url_with_blob(content) else {
        return;
    };
    if let Ok(element) = document().create_element("a") {
        let link: HtmlAnchorElement = element.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    wasm_bindgen_futures::spawn_local(async move {
        super::clock::sleep(DOWNLOAD_URL_MS).await;
        let _ = Url::revoke_object_url(&url);
    });
}

/// Saves a text file among the person's downloads.
#[cfg(feature = "console")]
pub fn download_text(name: &str, text: &str) {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    let parts = js_sys::Array::of1(&text.into());
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &options) {
        download(name, &blob);
    }
}

fn call_navigator(method: &str, argument: &JsValue) -> Option<JsValue> {
    let navigator = navigator();
    let function = Reflect::get(&navigator, &method.into()).ok()?;
    let function: Function = function.dyn_into().ok()?;
    function.call1(&navigator, argument).ok()
}

/// Asks the browser never to clear this app's storage by itself. Chrome says yes once the app is installed.
pub async fn storage_persist() -> bool {
    let promise = navigator().storage().persist();
    is_true(promise).await
}

/// Has the browser promised that already?
pub async fn storage_persisted() -> bool {
    let promise = navigator().storage().persisted();
    is_true(promise).await
}

async fn is_true(promise: Result<Promise, JsValue>) -> bool {
    let Ok(promise) = promise else { return false };
    JsFuture::from(promise)
        .await
        .is_ok_and(|answer| answer.is_truthy())
}

/// Was the app started from the home screen?
pub fn is_installed() -> bool {
    let query = window().match_media("(display-mode: standalone)");
    query.is_ok_and(|list| list.is_some_and(|list| list.matches()))
}

/// Would the browser install the app now? `lumbung:install` on the window says that this has changed.
pub fn can_install() -> bool {
    boot_field("installPrompt").is_some_and(|prompt| prompt.is_truthy())
}

/// Asks the person to install, and says whether they agreed. Call it from a tap.
pub async fn install() -> bool {
    match call_boot("install") {
        Some(answer) => is_true(Ok(Promise::resolve(&answer))).await,
        None => false,
    }
}

/// Does a new complete version wait? `lumbung:update` on the window says that this has changed.
pub fn update_is_ready() -> bool {
    boot_field("updateReady").is_some_and(|ready| ready.is_truthy())
}

/// Switches to the waiting version and loads the page anew. Call it between interviews only.
pub fn activate_update() -> bool {
    call_boot("activateUpdate").is_some_and(|answer| answer.is_truthy())
}

#[cfg(feature = "collector")]
/// Opens what is handed from phone to phone; `hand` answers its script.
pub fn open_bundles(hand: &Function) {
    call_boot_with("bundles", &Array::of1(hand));
}

#[cfg(feature = "collector")]
/// Tells the boot script that the engine is awake.
pub fn announce_awake(hand: &Function) {
    call_boot_with("awake", &Array::of1(hand));
}

#[cfg(feature = "collector")]
/// The words of another language that the boot script has fetched.
pub fn fetched_words() -> Option<String> {
    boot_field("words")?.as_string()
}

#[cfg(feature = "collector")]
/// Has the words of that language fetched, from this phone or the network; `lumbung:words` on the window says when it is
/// clear whether they come.
pub fn fetch_words(code: &str) {
    call_boot_with("fetchWords", &Array::of1(&code.into()));
}

fn boot_field(name: &str) -> Option<JsValue> {
    let boot = Reflect::get(&window(), &"lumbung".into()).ok()?;
    Reflect::get(&boot, &name.into()).ok()
}

fn call_boot(name: &str) -> Option<JsValue> {
    call_boot_with(name, &Array::new())
}

fn call_boot_with(name: &str, given: &Array) -> Option<JsValue> {
    let boot = Reflect::get(&window(), &"lumbung".into()).ok()?;
    let function: Function = Reflect::get(&boot, &name.into()).ok()?.dyn_into().ok()?;
    function.apply(&boot, given).ok()
}

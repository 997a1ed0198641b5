//! The page: its window, events, address and the small memory beside IndexedDB.
//!
//! Always: a [`Listener`] that is dropped hears nothing more.
//! Never: trusts that local storage is there; private windows may refuse it.

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Event, EventTarget, History, HtmlElement, Navigator, Window};

/// Ten years: browsers shorten it to what they allow.
const COOKIE_SECONDS: u32 = 10 * 365 * 24 * 3600;

/// # Panics
/// Outside a page, where the apps never run.
pub fn window() -> Window {
    web_sys::window().expect("the apps run in a page")
}

/// # Panics
/// Outside a page.
pub fn document() -> Document {
    window()
        .document()
        .expect("a window of a page has a document")
}

pub fn navigator() -> Navigator {
    window().navigator()
}

/// # Panics
/// In a sandboxed frame, where the apps never run.
pub fn history() -> History {
    window()
        .history()
        .expect("the page is not a sandboxed frame")
}

/// The address from `#` on.
pub fn address_hash() -> String {
    window().location().hash().unwrap_or_default()
}

pub fn scroll_to_top() {
    window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Moves the keyboard to the element with that id.
pub fn focus(id: &str) {
    let found = document().get_element_by_id(id);
    if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// An event handler that ends when it is dropped.
#[derive(Debug)]
pub struct Listener {
    target: EventTarget,
    event: &'static str,
    call: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Hears `event` on `target` from now on.
    pub fn new(
        target: EventTarget,
        event: &'static str,
        call: impl FnMut(Event) + 'static,
    ) -> Listener {
        let call = Closure::<dyn FnMut(Event)>::new(call);
        let _ = target.add_event_listener_with_callback(event, call.as_ref().unchecked_ref());
        Listener {
            target,
            event,
            call,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let call = self.call.as_ref().unchecked_ref();
        let _ = self
            .target
            .remove_event_listener_with_callback(self.event, call);
    }
}

/// Hears an event of the window for as long as the page lives.
pub fn on_window(event: &'static str, call: impl FnMut(Event) + 'static) {
    std::mem::forget(Listener::new(window().into(), event, call));
}

/// Calls when the page is hidden: the last moment that is certain, before a phone may end it.
pub fn on_hidden(mut call: impl FnMut() + 'static) -> Listener {
    Listener::new(document().into(), "visibilitychange", move |_| {
        if !is_visible() {
            call();
        }
    })
}

/// Calls whenever the browser believes that the network came or went, with what it believes.
pub fn on_network(call: impl FnMut(bool) + Clone + 'static) -> [Listener; 2] {
    let (mut came, mut went) = (call.clone(), call);
    [
        Listener::new(window().into(), "online", move |_| came(true)),
        Listener::new(window().into(), "offline", move |_| went(false)),
    ]
}

/// What the browser believes; `true` may still mean that no server answers.
pub fn is_online() -> bool {
    navigator().on_line()
}

pub fn is_visible() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

/// Keeps a small setting in local storage.
pub fn keep(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}

/// A setting that was kept.
pub fn kept(key: &str) -> Option<String> {
    let storage = window().local_storage().ok().flatten()?;
    storage.get_item(key).ok().flatten()
}

/// Forgets what was kept, also what was kept for years.
pub fn forget(key: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.remove_item(key);
    }
    set_cookie(key, "", 0);
}

/// Keeps a mark in two places outside IndexedDB: local storage and a long-lived cookie.
pub fn keep_for_years(key: &str, value: &str) {
    keep(key, value);
    set_cookie(key, value, COOKIE_SECONDS);
}

/// A mark from either place.
pub fn kept_for_years(key: &str) -> Option<String> {
    kept(key).or_else(|| cookie(key))
}

fn cookie(key: &str) -> Option<String> {
    let all = js_sys::Reflect::get(&document(), &JsValue::from_str("cookie"))
        .ok()?
        .as_string()?;
    let mut pairs = all.split("; ").filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value.to_owned())
}

fn set_cookie(key: &str, value: &str, seconds: u32) {
    let text = format!("{key}={value}; max-age={seconds}; path=/; samesite=strict");
    let _ = js_sys::Reflect::set(
        &document(),
        &JsValue::from_str("cookie"),
        &JsValue::from_str(&text),
    );
}

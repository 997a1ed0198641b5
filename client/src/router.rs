//! Where in the app a person is: the part of the address after `#`.
//!
//! Always: one history entry per screen, so Back goes to the screen before; a route is `#/words/…?key=value`.
//! Never: loads anything, or leaves the app by itself.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::platform;

/// What stands in `history.state` while a layer (a dialog) is open above a screen.
const LAYER_STATE: &str = "layer";

/// A screen's address, taken apart and decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    pub segments: Vec<String>,
    pub query: Vec<(String, String)>,
}

impl Route {
    /// Reads `#/desa/53.21?q=jagung`; anything that does not begin with `#/` is the first screen.
    pub fn parse(hash: &str) -> Route {
        let Some(rest) = hash.strip_prefix("#/") else {
            return Route::default();
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(key), decoded(value))
        };
        Route {
            segments: path
                .split('/')
                .filter(|s| !s.is_empty())
                .map(decoded)
                .collect(),
            query: query
                .split('&')
                .filter(|p| !p.is_empty())
                .map(pair)
                .collect(),
        }
    }

    /// The segments as a matcher wants them: `match route.parts().as_slice() { ["desa", id] => … }`.
    pub fn parts(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The value of a query key, if it is there.
    pub fn value(&self, key: &str) -> Option<&str> {
        let found = self.query.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// The same screen with one query key set, or removed where the value is empty.
    pub fn with(&self, key: &str, value: &str) -> Route {
        let mut query = self.query.clone();
        query.retain(|(name, _)| name != key);
        if !value.is_empty() {
            query.push((key.to_owned(), value.to_owned()));
        }
        Route {
            segments: self.segments.clone(),
            query,
        }
    }

    /// The address, beginning with `#/`.
    pub fn href(&self) -> String {
        let segments: Vec<String> = self.segments.iter().map(|s| encoded(s)).collect();
        let pairs: Vec<String> = self
            .query
            .iter()
            .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)))
            .collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("#/{}{mark}{}", segments.join("/"), pairs.join("&"))
    }
}

/// The address as a signal; copy it freely.
#[derive(Debug, Clone, Copy)]
pub struct Router {
    route: RwSignal<Route>,
    /// How many screens of this app lie below the present one; it also stands in `history.state`.
    depth: StoredValue<u32>,
}

impl Router {
    /// Starts to follow the address and puts the router into the context of an app.
    pub fn provide() -> Router {
        let router = Router {
            route: RwSignal::new(Route::parse(&platform::address_hash())),
            depth: StoredValue::new(0),
        };
        router.depth.set_value(depth_of_entry().unwrap_or(0));
        router.replace_entry(None);
        provide_context(router);
        for event in ["hashchange", "popstate"] {
            platform::on_window(event, move |_| router.reread());
        }
        router
    }

    /// The present route; a reader inside a view follows it.
    pub fn get(self) -> Route {
        self.route.get()
    }

    pub fn get_untracked(self) -> Route {
        self.route.get_untracked()
    }

    /// Goes to another screen (`#/…`). A layer's history entry becomes that of the screen.
    pub fn go(self, href: &str) {
        let depth = self.depth.get_value() + 1;
        self.depth.set_value(depth);
        if layer_is_open() {
            self.replace_entry(Some(href));
        } else {
            let _ = platform::history().push_state_with_url(&depth.into(), "", Some(href));
        }
        self.reread();
        platform::scroll_to_top();
    }

    /// Changes the address of the same screen, so that Back does not step through it.
    pub fn replace(self, href: &str) {
        self.replace_entry(Some(href));
        self.reread();
    }

    /// Goes to the screen before, or to `otherwise` where this one was opened directly.
    pub fn back(self, otherwise: &str) {
        if 0 < self.depth.get_value() {
            let _ = platform::history().back();
        } else {
            self.replace(otherwise);
        }
    }

    fn replace_entry(self, href: Option<&str>) {
        let depth = self.depth.get_value();
        let _ = platform::history().replace_state_with_url(&depth.into(), "", href);
    }

    fn reread(self) {
        match depth_of_entry() {
            Some(depth) => self.depth.set_value(depth),
            None if layer_is_open() => {}
            // A link was followed: its entry lies above the one before.
            None => {
                self.depth.update_value(|depth| *depth += 1);
                self.replace_entry(None);
            }
        }
        let now = Route::parse(&platform::address_hash());
        if self.route.with_untracked(|route| *route != now) {
            self.route.set(now);
        }
    }
}

fn depth_of_entry() -> Option<u32> {
    platform::history()
        .state()
        .ok()?
        .as_f64()
        .map(|depth| depth as u32)
}

/// The router of this app.
pub fn use_router() -> Router {
    expect_context::<Router>()
}

/// Adds a history entry for a layer above the screen, so that Back closes the layer.
pub fn open_layer() {
    let _ = platform::history().push_state(&JsValue::from_str(LAYER_STATE), "");
}

/// Takes the layer's entry away again, unless Back or another screen already did; the browser does so a moment later.
pub fn close_layer() -> bool {
    let is_open = layer_is_open();
    if is_open {
        let _ = platform::history().back();
    }
    is_open
}

/// Is the present history entry that of a layer?
pub fn layer_is_open() -> bool {
    let state = platform::history().state();
    state.is_ok_and(|state| state.as_string().as_deref() == Some(LAYER_STATE))
}

fn decoded(text: &str) -> String {
    match js_sys::decode_uri_component(text) {
        Ok(plain) => plain.into(),
        Err(_) => text.to_owned(),
    }
}

fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

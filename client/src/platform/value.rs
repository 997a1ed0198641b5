//! What is stored in the browser: JSON text.
//!
//! Always: a record of an older app, which stored objects, is read like the text of today's.
//! Never: stores anything but text; photos have their own way.

use serde::Serialize;
use shared::json::{self, FromJson, Unreadable};
use wasm_bindgen::JsValue;

/// The value as it is stored.
pub fn to_stored<T: Serialize + ?Sized>(value: &T) -> JsValue {
    json::to_text(value).into()
}

/// The value that was stored.
///
/// # Errors
/// What was expected, and where the text says otherwise.
pub fn from_stored<T: FromJson>(value: &JsValue) -> Result<T, Unreadable> {
    let text = value.as_string();
    let text = text.or_else(|| js_sys::JSON::stringify(value).ok()?.as_string());
    json::read(&text.unwrap_or_default())
}

//! Between Rust values, JavaScript values and JSON text, by the browser's own `JSON`.
//!
//! Always: maps become plain objects, so that what is stored or sent is ordinary JSON.
//! Never: brings a JSON parser of its own.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// A stored or received value does not have the expected form: what the reader said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

/// The value as JavaScript has it.
///
/// # Panics
/// For a type that JSON cannot hold: an integer beyond 2^53, or a map whose keys are not texts.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    value
        .serialize(&Serializer::json_compatible())
        .expect("stored and sent types are plain JSON")
}

/// The value that a JavaScript value stands for.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Unreadable> {
    serde_wasm_bindgen::from_value(value).map_err(|error| Unreadable(error.to_string()))
}

/// JSON text of a JavaScript value that [`to_js`] made.
pub fn json_text(value: &JsValue) -> String {
    match js_sys::JSON::stringify(value) {
        Ok(text) => text.into(),
        Err(_) => String::new(),
    }
}

/// The JavaScript value that a JSON text stands for.
pub fn parse_json(text: &str) -> Result<JsValue, Unreadable> {
    js_sys::JSON::parse(text).map_err(|error| {
        let error = js_sys::Error::from(error);
        Unreadable(error.message().into())
    })
}

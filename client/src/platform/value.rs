//! What is stored in the browser: JSON text.
//!
//! Always: a record of an older app, which stored objects, is read like the text of today's.
//! Never: stores anything but text; photos have their own way.

use serde::Serialize;
use shared::json::{self, FromJson, Unreadable};
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url};

/// An address under which the page can show these bytes; it stays until it is revoked.
pub fn address_of(bytes: &[u8], media_type: &str) -> Option<String> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

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

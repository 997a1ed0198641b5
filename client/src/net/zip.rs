//! Compression of what is sent, by the browser.
//!
//! Always: gzip, the only form that every browser writes.
//! Never: fails; a browser that cannot compress sends the text as it is.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

use crate::platform;

#[wasm_bindgen]
extern "C" {
    // Stable since 2023; `web_sys` still asks for a compiler flag.
    type CompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;

    type Stream;
    #[wasm_bindgen(method, catch, js_name = pipeThrough)]
    fn pipe_through(this: &Stream, through: &CompressionStream) -> Result<JsValue, JsValue>;
}

/// The text compressed, or nothing where the browser cannot.
pub(super) async fn gzip(text: &str) -> Option<Uint8Array> {
    let known = js_sys::Reflect::has(&platform::window(), &"CompressionStream".into());
    if !known.unwrap_or(false) {
        return None;
    }
    let parts = js_sys::Array::of1(&text.into());
    let stream: Stream = Blob::new_with_str_sequence(&parts)
        .ok()?
        .stream()
        .unchecked_into();
    let zipped = stream
        .pipe_through(&CompressionStream::new("gzip").ok()?)
        .ok()?;
    let response = Response::new_with_opt_readable_stream(Some(zipped.unchecked_ref())).ok()?;
    let buffer: Promise = response.array_buffer().ok()?;
    let buffer = JsFuture::from(buffer).await.ok()?;
    Some(Uint8Array::new(&buffer))
}

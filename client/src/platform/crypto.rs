//! Randomness, digests and text normalisation, all by the browser.
//!
//! Always: random bytes come from the browser's cryptographic source.
//! Never: keeps a key.

use js_sys::{Array, JsString, Uint8Array};
use wasm_bindgen_futures::JsFuture;

use super::page::window;

/// What `getRandomValues` gives in one call.
const RANDOM_BYTES_PER_CALL_MAX: usize = 65_536;

/// Sixteen random bytes: an id or a nonce.
///
/// # Panics
/// Without a cryptographic source, which every browser that runs wasm has.
pub fn random_16() -> [u8; 16] {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    bytes
}

/// That many random bytes, which nothing can compress.
pub fn random_bytes(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    bytes.chunks_mut(RANDOM_BYTES_PER_CALL_MAX).for_each(fill);
    bytes
}

fn fill(bytes: &mut [u8]) {
    let crypto = window()
        .crypto()
        .expect("a browser that runs wasm has crypto");
    crypto
        .get_random_values_with_u8_array(bytes)
        .expect("at most 65,536 bytes are asked for at once");
}

/// Text as it is stored: Unicode NFC.
pub fn nfc(text: &str) -> String {
    // ASCII is its own normal form, and most of what is typed.
    if text.is_ascii() {
        return text.to_owned();
    }
    JsString::from(text).normalize("NFC").into()
}

/// The browser would not hash: the page does not stand on https or loopback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotHashed;

/// SHA-256 by the browser, for what is too large for our own.
pub async fn sha256(bytes: &Uint8Array) -> Result<[u8; 32], NotHashed> {
    let subtle = window().crypto().map_err(|_| NotHashed)?.subtle();
    let promise = subtle
        .digest_with_str_and_buffer_source("SHA-256", bytes)
        .map_err(|_| NotHashed)?;
    let digest = JsFuture::from(promise).await.map_err(|_| NotHashed)?;
    let digest = Uint8Array::new(&digest).to_vec();
    <[u8; 32]>::try_from(digest).map_err(|_| NotHashed)
}

/// An array of JavaScript values, for calls that want one.
pub(super) fn array<const N: usize>(items: [&wasm_bindgen::JsValue; N]) -> Array {
    items.into_iter().collect()
}

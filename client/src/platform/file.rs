//! Files that a person chooses, and the clipboard: what the office needs of them.
//!
//! Always: a refusal of the browser is `None` or `false`.
//! Never: keeps a file.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Event, File, HtmlInputElement};

use super::page::navigator;

/// The file that was just chosen in an input of type `file`.
pub fn chosen_file(event: &Event) -> Option<File> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    input.files()?.get(0)
}

/// All files that were just chosen in an input of type `file`.
pub fn chosen_files(event: &Event) -> Vec<File> {
    let input = event
        .target()
        .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
    let files = input.and_then(|input| input.files());
    files.map_or_else(Vec::new, |files| {
        (0..files.length()).filter_map(|at| files.get(at)).collect()
    })
}

/// The content as base64, as JSON carries files.
pub async fn file_base64(file: &File) -> Option<String> {
    let bytes = file_bytes(file).await?.to_vec();
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = letters[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= three.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    Some(text)
}

/// The same, for an input that takes a file at once and is empty again: the same file may be chosen once more, mended.
pub fn taken_file(event: &Event) -> Option<File> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = input.files()?.get(0);
    input.set_value("");
    file
}

/// Empties an input of type `file` that is about to be asked: a browser does not tell that the same file was chosen
/// again, and the one that it holds cannot be read once it was mended.
pub fn forget_file(event: &Event) {
    if let Some(input) = event
        .target()
        .and_then(|it| it.dyn_into::<HtmlInputElement>().ok())
    {
        input.set_value("");
    }
}

pub async fn file_bytes(file: &Blob) -> Option<Uint8Array> {
    let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer))
}

/// The file as UTF-8 text, without the mark that spreadsheets write at its beginning.
pub async fn file_text(file: &Blob) -> Option<String> {
    let text = JsFuture::from(file.text()).await.ok()?.as_string()?;
    Some(text.trim_start_matches('\u{feff}').to_owned())
}

/// Puts `text` on the clipboard; `false` where the page may not, as over plain HTTP.
pub async fn copy_text(text: &str) -> bool {
    let found = Reflect::get(&navigator(), &JsValue::from_str("clipboard"));
    let Some(clipboard) = found.ok().filter(|clipboard| !clipboard.is_undefined()) else {
        return false;
    };
    let clipboard: web_sys::Clipboard = clipboard.unchecked_into();
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

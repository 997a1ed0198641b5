//! Codes in front of the camera, where the browser can read them.
//!
//! Always: the camera is let go when the scanner is dropped.
//! Never: on a browser without `BarcodeDetector`; there the code is typed.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlMediaElement, MediaStream, MediaStreamConstraints, MediaStreamTrack};

use super::page::{navigator, window};

/// Can this browser read codes?
pub fn can_scan() -> bool {
    constructor().is_some()
}

fn constructor() -> Option<Function> {
    let found = Reflect::get(&window(), &"BarcodeDetector".into()).ok()?;
    found.dyn_into().ok()
}

/// A camera that looks for codes.
#[derive(Debug)]
pub struct CodeScanner {
    stream: MediaStream,
    detector: JsValue,
}

impl CodeScanner {
    /// Opens the camera at the back; `None` where it may not or cannot.
    pub async fn open() -> Option<CodeScanner> {
        let detector = Reflect::construct(&constructor()?, &Array::new()).ok()?;
        let wanted = MediaStreamConstraints::new();
        let video = js_sys::Object::new();
        Reflect::set(&video, &"facingMode".into(), &"environment".into()).ok()?;
        wanted.set_video(&video);
        let devices = navigator().media_devices().ok()?;
        let asking = devices.get_user_media_with_constraints(&wanted).ok()?;
        let stream = JsFuture::from(asking).await.ok()?.unchecked_into();
        Some(CodeScanner { stream, detector })
    }

    /// Shows what the camera sees.
    pub fn show_in(&self, video: &HtmlMediaElement) {
        video.set_src_object(Some(&self.stream));
        let _ = video.play();
    }

    /// The text of a code in the picture now, if there is one.
    pub async fn look(&self, video: &HtmlMediaElement) -> Option<String> {
        let detect: Function = Reflect::get(&self.detector, &"detect".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let looking = detect.call1(&self.detector, video).ok()?;
        let found = JsFuture::from(Promise::resolve(&looking)).await.ok()?;
        let first = Reflect::get_u32(&found, 0).ok()?;
        Reflect::get(&first, &"rawValue".into()).ok()?.as_string()
    }
}

impl Drop for CodeScanner {
    fn drop(&mut self) {
        for track in self.stream.get_tracks() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
    }
}

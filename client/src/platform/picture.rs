//! Photos made small enough for a weak phone and a weak signal.
//!
//! Always: one picture at a time; its bitmap is closed before the call returns.
//! Never: keeps what a camera wrote into the file beside the picture.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap};

use super::page::{document, window};

/// Longest edge of a stored photo, in pixels; a question may ask for less.
pub const PICTURE_EDGE_MAX: u32 = 1600;
const JPEG_QUALITY: f64 = 0.7;

/// The browser could not read the file as a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPicture;

/// The picture as a JPEG whose edges are at most that many pixels, and never more than [`PICTURE_EDGE_MAX`], turned
/// upright.
pub async fn capped_jpeg(picture: &Blob, edge_max: u32) -> Result<Blob, NotAPicture> {
    let bitmap = bitmap(picture).await.ok_or(NotAPicture)?;
    let drawn = draw(&bitmap, edge_max.clamp(1, PICTURE_EDGE_MAX));
    bitmap.close();
    let canvas = drawn.ok_or(NotAPicture)?;
    let blob = encoded(&canvas, "image/jpeg").await;
    // A canvas of no size lets its memory go at once.
    canvas.set_width(0);
    blob
}

/// What was drawn, without loss.
pub async fn png(canvas: &HtmlCanvasElement) -> Result<Blob, NotAPicture> {
    encoded(canvas, "image/png").await
}

async fn encoded(canvas: &HtmlCanvasElement, media_type: &str) -> Result<Blob, NotAPicture> {
    let promise = Promise::new(&mut |resolve, reject| {
        let quality = JPEG_QUALITY.into();
        let written = canvas.to_blob_with_type_and_encoder_options(&resolve, media_type, &quality);
        if let Err(error) = written {
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    let blob = JsFuture::from(promise).await.map_err(|_| NotAPicture)?;
    blob.dyn_into().map_err(|_| NotAPicture)
}

async fn bitmap(picture: &Blob) -> Option<ImageBitmap> {
    let options = js_sys::Object::new();
    Reflect::set(&options, &"imageOrientation".into(), &"from-image".into()).ok()?;
    let window = window();
    let make: Function = Reflect::get(&window, &"createImageBitmap".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let promise = make.call2(&window, picture, &options).ok()?;
    JsFuture::from(Promise::resolve(&promise))
        .await
        .ok()?
        .dyn_into()
        .ok()
}

fn draw(bitmap: &ImageBitmap, edge_max: u32) -> Option<HtmlCanvasElement> {
    let (width, height) = capped(bitmap.width(), bitmap.height(), edge_max);
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.unchecked_into();
    canvas.set_width(width);
    canvas.set_height(height);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.unchecked_into();
    context
        .draw_image_with_image_bitmap_and_dw_and_dh(bitmap, 0.0, 0.0, width.into(), height.into())
        .ok()?;
    Some(canvas)
}

/// The same shape within the cap; never larger than it was.
fn capped(width: u32, height: u32, edge_max: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= edge_max {
        return (width, height);
    }
    let scaled = |edge: u32| {
        let pixels = u64::from(edge) * u64::from(edge_max) / u64::from(longest);
        u32::try_from(pixels).unwrap_or(edge_max).max(1)
    };
    (scaled(width), scaled(height))
}

//! A signature or a drawing by finger.
//!
//! Always: what is drawn is stored as a picture when "save" is tapped; until then nothing is called saved.
//! Never: larger than the box that it was drawn in.

use leptos::ev::PointerEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::file::{Late, Way, answered, captured};
use super::{Asked, Head, heading};
use crate::i18n::texts;
use crate::platform;
use crate::ui::{Button, ButtonKind, live, view};

/// The box in pixels of the stored picture; on the screen it is as wide as its column.
const WIDTH: u32 = 640;
const HEIGHT: u32 = 320;
const PEN: f64 = 4.0;

pub(super) fn control(asked: Asked, head: Head) -> AnyView {
    let way = Way::new();
    let is_open = RwSignal::new(false);
    let body = move || {
        let words = &texts().collector.controls;
        let file = answered(asked);
        if is_open.get() {
            return pad(asked, way, is_open);
        }
        let text = match (&file, asked.has_appearance("signature")) {
            (Some(_), _) => words.sign_again(),
            (None, true) => words.sign(),
            (None, false) => words.draw(),
        };
        let kept = file.map(|file| captured(asked, &file));
        let open = move |_| {
            asked.work.enter_field(&asked.path());
            is_open.set(true);
        };
        view! { {kept} <Button full=true test="draw" on_press=open>{text}</Button> }
    };
    view! {
        <div class="q">
            {heading(&head)} {live(body)} {way.told(texts().collector.controls.file_saving())}
        </div>
    }
}

fn pad(asked: Asked, way: Way, is_open: RwSignal<bool>) -> AnyView {
    let words = &texts().collector.controls;
    let canvas = NodeRef::<html::Canvas>::new();
    let is_empty = RwSignal::new(true);
    let is_down = RwSignal::new(false);
    let clear = move || {
        if let Some(canvas) = canvas.get_untracked() {
            blank(&canvas);
            is_empty.set(true);
        }
    };
    crate::ui::effect(move |_| {
        if let Some(canvas) = canvas.get() {
            blank(&canvas);
        }
    });
    let down = move |event: PointerEvent| {
        let Some(canvas) = canvas.get_untracked() else {
            return;
        };
        let _ = canvas.set_pointer_capture(event.pointer_id());
        if let Some(context) = pen(&canvas) {
            let (x, y) = place(&canvas, &event);
            context.begin_path();
            context.move_to(x, y);
            context.line_to(x, y);
            context.stroke();
            is_down.set(true);
            is_empty.set(false);
        }
    };
    let moved = move |event: PointerEvent| {
        if let (true, Some(canvas)) = (is_down.get_untracked(), canvas.get_untracked())
            && let Some(context) = pen(&canvas)
        {
            let (x, y) = place(&canvas, &event);
            context.line_to(x, y);
            context.stroke();
        }
    };
    let up = move |_: PointerEvent| is_down.set(false);
    let save = move |_| {
        let Some(canvas) = canvas.get_untracked() else {
            return;
        };
        let late = Late::of(asked);
        let name = format!("{}.png", asked.name());
        way.walk(Box::pin(async move {
            let picture = platform::png(&canvas).await;
            let picture = picture.map_err(|_| texts().collector.not_a_picture().to_owned())?;
            late.keep(&picture, &name).await?;
            is_open.try_set(false);
            Ok(())
        }));
    };
    let cancel = move |_| {
        asked.work.stop_showing(&asked.path());
        is_open.set(false);
    };
    view! {
        <div class="captured" data-test="drawing">
            <p class="small muted">{words.sign_hint()}</p>
            <canvas
                class="pad"
                node_ref=canvas
                width=WIDTH
                height=HEIGHT
                data-test="pad"
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
                on:pointercancel=up
            ></canvas>
            <div class="row">
                <Button
                    kind=ButtonKind::Primary
                    test="save-drawing"
                    disabled=Signal::derive(move || is_empty.get())
                    busy=way.busy
                    on_press=save
                >
                    {words.sign_save()}
                </Button>
                <Button test="clear-drawing" on_press=move |_| clear()>{words.sign_clear()}</Button>
                <Button kind=ButtonKind::Quiet test="cancel-drawing" on_press=cancel>{texts().common.cancel}</Button>
            </div>
        </div>
    }
}

fn pen(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    let context = canvas.get_context("2d").ok()??;
    Some(context.unchecked_into())
}

/// White paper, so that the picture is readable on every ground, and a round dark pen.
fn blank(canvas: &HtmlCanvasElement) {
    if let Some(context) = pen(canvas) {
        context.set_fill_style_str("#ffffff");
        context.fill_rect(0.0, 0.0, f64::from(WIDTH), f64::from(HEIGHT));
        context.set_stroke_style_str("#1d1a17");
        context.set_line_width(PEN);
        context.set_line_cap("round");
        context.set_line_join("round");
    }
}

/// Where a finger is, in pixels of the picture.
fn place(canvas: &HtmlCanvasElement, event: &PointerEvent) -> (f64, f64) {
    let shown = canvas.get_bounding_client_rect();
    let scaled = |at: i32, from: f64, size: f64, pixels: u32| {
        (f64::from(at) - from) * f64::from(pixels) / size.max(1.0)
    };
    (
        scaled(event.client_x(), shown.left(), shown.width(), WIDTH),
        scaled(event.client_y(), shown.top(), shown.height(), HEIGHT),
    )
}

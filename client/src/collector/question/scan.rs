//! A code read by the camera, where the browser can; otherwise it is typed.
//!
//! Always: what was read is journalled at once and stands in the field to be corrected.
//! Never: keeps the camera open when the question is left.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::answers::{Change, Value};

use super::Asked;
use crate::i18n::texts;
use crate::platform::{self, CodeScanner};
use crate::ui::{Button, Message, MessageKind, live, view};

/// Rest between two looks.
const LOOK_MS: u32 = 250;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Still,
    Looking,
    NoCamera,
}

pub(super) fn button(asked: Asked) -> AnyView {
    if !platform::can_scan() {
        return ().into_any();
    }
    let stand = RwSignal::new(Stand::Still);
    let video = NodeRef::<html::Video>::new();
    let start = move |_| {
        asked.work.enter_field(&asked.path());
        stand.set(Stand::Looking);
        spawn_local(async move {
            if !scan(asked, stand, video).await {
                stand.try_set(Stand::NoCamera);
            }
        });
    };
    let body = move || {
        let words = &texts().collector.controls;
        if stand.get() == Stand::Looking {
            return view! {
                <div class="captured" data-test="scanning">
                    <p class="small muted">{words.scan_hint()}</p>
                    <video class="thumb" node_ref=video playsinline="true" muted=true></video>
                    <Button full=true test="stop-scanning" on_press=move |_| stand.set(Stand::Still)>
                        {texts().common.cancel}
                    </Button>
                </div>
            };
        }
        let problem = (stand.get() == Stand::NoCamera).then(|| {
            view! { <Message kind=MessageKind::Error>{words.scan_denied()}</Message> }
        });
        view! { {problem} <Button full=true test="scan" on_press=start>{words.scan()}</Button> }
    };
    live(body)
}

/// Looks until a code is found or nobody looks any more; `false` without a camera.
async fn scan(asked: Asked, stand: RwSignal<Stand>, video: NodeRef<html::Video>) -> bool {
    let Some(scanner) = CodeScanner::open().await else {
        return false;
    };
    let scanner = Rc::new(scanner);
    let goes_on = move || stand.try_get_untracked() == Some(Stand::Looking);
    let mut shows = false;
    while goes_on() {
        if let Some(Some(element)) = video.try_get_untracked() {
            if !shows {
                scanner.show_in(&element);
                shows = true;
            }
            if let Some(code) = scanner.look(&element).await
                && goes_on()
            {
                asked.write(Change::Set(Value::Text(platform::nfc(code.trim()))));
                asked.work.stop_showing(&asked.path());
                stand.try_set(Stand::Still);
            }
        }
        platform::sleep(LOOK_MS).await;
    }
    true
}

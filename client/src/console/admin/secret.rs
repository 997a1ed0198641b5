//! A text that must leave the screen: a link or a password, to be copied.
//!
//! Always: can be selected by hand where the browser refuses the clipboard.
//! Never: is kept after its dialog is closed.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::load::Work;
use crate::i18n::texts;
use crate::platform;
use crate::ui::{Button, view};

/// A read-only box with the text, and a button that copies it.
#[component]
pub fn CopyBox(
    #[prop(into)] label: String,
    #[prop(into)] text: String,
    work: Work,
    test: &'static str,
) -> AnyView {
    let admin = &texts().console.admin;
    let node = NodeRef::<html::Input>::new();
    let value = text.clone();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            if platform::copy_text(&text).await {
                work.toasts.say(work.words.console.admin.copied);
                return;
            }
            work.toasts.say(work.words.console.admin.copy_failed);
            if let Some(Some(input)) = node.try_get_untracked() {
                input.select();
            }
        });
    };
    view! {
        <div class="q plain">
            <label class="label" for=test>{label}</label>
            <div class="copybox">
                <span class="field readonly">
                    <input id=test node_ref=node type="text" readonly=true prop:value=value data-test=test/>
                </span>
                <Button small=true test="copy" on_press=copy>{admin.copy}</Button>
            </div>
        </div>
    }
}

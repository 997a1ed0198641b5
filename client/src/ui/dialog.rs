//! A question above the screen, in the browser's own dialog element.
//!
//! Always: the keyboard stays inside while it is open and returns after; Escape and Back close it.
//! Never: stands above another dialog.

use leptos::html;
use leptos::prelude::*;

use crate::platform::Listener;
use crate::router;

use super::{effect, live, view};

/// What became of the history entry of a dialog.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    None,
    Above,
    /// The browser was asked to step back, and has not yet.
    Leaving,
}

/// A dialog that is open while `open` is true; its content is built anew each time.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: String,
    #[prop(optional)] test: &'static str,
    children: ChildrenFn,
) -> AnyView {
    let node = NodeRef::<html::Dialog>::new();
    let entry = StoredValue::new(Entry::None);
    effect(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                if entry.get_value() == Entry::None {
                    router::open_layer();
                    entry.set_value(Entry::Above);
                }
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            (true, true) | (false, false) => {}
        }
    });
    let back = Listener::new(crate::platform::window().into(), "popstate", move |_| {
        if router::layer_is_open() {
            return;
        }
        let was = entry.try_get_value();
        entry.try_update_value(|entry| *entry = Entry::None);
        match (open.try_get_untracked(), was) {
            // Opened again while the entry of the time before was on its way out.
            (Some(true), Some(Entry::Leaving)) => {
                router::open_layer();
                entry.set_value(Entry::Above);
            }
            (Some(true), _) => open.set(false),
            (_, _) => {}
        }
    });
    let back = StoredValue::new_local(Some(back));
    on_cleanup(move || {
        back.try_update_value(Option::take);
    });
    let title_id = format!("dialog-{test}");
    let labelled_by = title_id.clone();
    // The browser tells this a moment after closing, when a handler that went to another screen has done so.
    let closed = move |_| {
        if node.get_untracked().is_some_and(|dialog| dialog.open()) {
            return;
        }
        open.set(false);
        let is_leaving = router::close_layer();
        entry.set_value(if is_leaving {
            Entry::Leaving
        } else {
            Entry::None
        });
    };
    view! {
        <dialog node_ref=node aria-labelledby=labelled_by data-test=test on:close=closed>
            <div class="box">
                <h2 id=title_id>{title}</h2>
                {live(move || open.get().then(|| children()))}
            </div>
        </dialog>
    }
}

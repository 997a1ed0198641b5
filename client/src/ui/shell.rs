//! The frame of the office: where to go on the left, on a phone behind a button.
//!
//! Always: the present place is marked for eyes and for screen readers.
//! Never: knows which places there are.

use leptos::prelude::*;

use super::frame::{Brand, Woven};
use super::{live, view};
use crate::i18n::texts;
use crate::router::use_router;

/// One place to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavItem {
    /// The first word of its address: `review` for `#/review`. The first item is also the place of an empty address.
    pub key: String,
    pub label: String,
    /// How many things wait there, if any.
    pub count: Option<usize>,
}

/// The frame around every screen of the office.
#[component]
pub fn NavShell(
    #[prop(into)] items: Signal<Vec<NavItem>>,
    /// Who is signed in, and the way out.
    foot: Children,
    children: Children,
) -> AnyView {
    let router = use_router();
    let is_open = RwSignal::new(false);
    Effect::new(move |_| {
        let _ = router.get();
        is_open.set(false);
    });
    let place = Memo::new(move |_| {
        let first = items.with(|items| items.first().map(|item| item.key.clone()));
        let place = router.get().segments.first().cloned();
        place.or(first).unwrap_or_default()
    });
    let item = move |item: NavItem| {
        let key = item.key.clone();
        let current = move || place.with(|place| *place == key).then_some("page");
        view! {
            <a class="item" href=format!("#/{}", item.key) aria-current=current data-test=format!("nav-{}", item.key)>
                {item.label}
                {item.count.map(|count| view! { <span class="num">{count.to_string()}</span> })}
            </a>
        }
    };
    view! {
        <div class="shell">
            <div class="menu">
                <button
                    type="button"
                    class="icon"
                    aria-expanded=move || is_open.get().to_string()
                    aria-controls="places"
                    data-test="menu"
                    on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
                >
                    "☰ "{texts().common.menu}
                </button>
                <span class="sp"></span>
                <a class="brand" href="#/"><Brand/></a>
            </div>
            <nav id="places" aria-label=texts().common.menu class:open=move || is_open.get()>
                <a class="brand" href="#/"><Brand/></a>
                {live(move || items.get().into_iter().map(item).collect_view())}
                <span class="sp"></span>
                <div class="who">{foot()}</div>
            </nav>
            <div class="page">
                <Woven/>
                {children()}
            </div>
        </div>
    }
}

//! The small parts: buttons, chips, cards, messages, progress, the three numbers, tabs.
//!
//! Always: a kind is told by shape and word as well as by colour.
//! Never: holds state.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use crate::i18n::{integer_text, texts};

use super::{live, view};

/// What a press does, which decides how loud the button is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// The one main action of a screen.
    Primary,
    #[default]
    Plain,
    /// Approves or finishes.
    Good,
    /// Returns, rejects, removes.
    Danger,
    /// An action beside the text, without a border.
    Quiet,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            ButtonKind::Primary => "btn primary",
            ButtonKind::Plain => "btn",
            ButtonKind::Good => "btn good",
            ButtonKind::Danger => "btn danger",
            ButtonKind::Quiet => "btn quiet",
        }
    }
}

/// A button; while `busy` it turns, says so to screen readers and takes no press.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// 48 px high instead of 56, for the office.
    #[prop(optional)]
    small: bool,
    /// As wide as its column.
    #[prop(optional)]
    full: bool,
    /// `submit` within a form; then no `on_press` is needed.
    #[prop(optional)]
    submit: bool,
    #[prop(optional)] test: &'static str,
    #[prop(optional, into)] on_press: Option<Callback<MouseEvent>>,
    children: Children,
) -> AnyView {
    let press = move |event: MouseEvent| {
        if let Some(on_press) = on_press
            && !busy.get_untracked()
        {
            on_press.run(event);
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=kind.class()
            class:small=small
            class:full=full
            disabled=move || disabled.get() || busy.get()
            aria-busy=move || busy.get().then_some("true")
            data-test=(!test.is_empty()).then_some(test)
            on:click=press
        >
            {children()}
        </button>
    }
}

/// What a chip says about its thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChipKind {
    /// Safe.
    Ok,
    /// Look again, or waits.
    Wait,
    /// Act.
    Bad,
    #[default]
    Info,
    Plain,
}

impl ChipKind {
    pub fn class(self) -> &'static str {
        match self {
            ChipKind::Ok => "chip ok",
            ChipKind::Wait => "chip wait",
            ChipKind::Bad => "chip bad",
            ChipKind::Info => "chip info",
            ChipKind::Plain => "chip plain",
        }
    }
}

/// A word or two about a thing, with a mark of its kind.
#[component]
pub fn Chip(#[prop(optional)] kind: ChipKind, #[prop(into)] text: Signal<String>) -> AnyView {
    view! { <span class=kind.class()>{live(move || text.get())}</span> }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CardKind {
    #[default]
    Plain,
    /// Something must be done here.
    Act,
    /// Something should be looked at here.
    Look,
}

/// A framed part of a screen; with `href` the whole card is a link.
#[component]
pub fn Card(
    #[prop(optional)] kind: CardKind,
    #[prop(optional, into)] href: Option<String>,
    #[prop(optional)] test: &'static str,
    children: Children,
) -> AnyView {
    let class = match kind {
        CardKind::Plain => "card",
        CardKind::Act => "card act",
        CardKind::Look => "card look",
    };
    let test = (!test.is_empty()).then_some(test);
    match href {
        Some(href) => view! { <a class=class href=href data-test=test>{children()}</a> },
        None => view! { <section class=class data-test=test>{children()}</section> },
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MessageKind {
    /// Cannot be true, or did not work.
    Error,
    /// May be true with a note.
    Doubt,
    #[default]
    Info,
    Ok,
}

impl MessageKind {
    fn class(self) -> &'static str {
        match self {
            MessageKind::Error => "msg error",
            MessageKind::Doubt => "msg doubt",
            MessageKind::Info => "msg",
            MessageKind::Ok => "msg ok",
        }
    }
}

/// A sentence that stands where the decision is made; errors are read out at once.
#[component]
pub fn Message(
    #[prop(optional)] kind: MessageKind,
    #[prop(optional)] test: &'static str,
    children: Children,
) -> AnyView {
    let role = if kind == MessageKind::Error {
        "alert"
    } else {
        "status"
    };
    view! {
        <div class=kind.class() role=role data-test=(!test.is_empty()).then_some(test)>
            <div class="body">{children()}</div>
        </div>
    }
}

/// How much of something is done, in numbers that are also words.
#[component]
pub fn ProgressBar(
    #[prop(into)] done: Signal<usize>,
    #[prop(into)] of: Signal<usize>,
    /// What is counted; screen readers say it.
    #[prop(into)]
    label: String,
) -> AnyView {
    view! {
        <progress
            aria-label=label
            class:done=move || of.get() <= done.get()
            value=move || done.get().to_string()
            max=move || of.get().max(1).to_string()
        ></progress>
    }
}

/// On this phone, received by the server, waiting for signal: counted in cases, never estimates.
#[component]
pub fn ThreeNumbers(
    #[prop(into)] on_phone: Signal<usize>,
    #[prop(into)] received: Signal<usize>,
    #[prop(into)] waiting: Signal<usize>,
) -> AnyView {
    let common = &texts().common;
    let count = |number: Signal<usize>| move || integer_text(number.get() as i64);
    view! {
        <dl class="three" aria-label=common.three_numbers data-test="three-numbers">
            <div class="phone">
                <dt>{common.on_phone}</dt>
                <dd data-test="numbers-on-phone">{count(on_phone)}</dd>
            </div>
            <div class="received">
                <dt>{common.received}</dt>
                <dd data-test="numbers-received">{count(received)}</dd>
            </div>
            <div class="waiting" class:some=move || 0 < waiting.get()>
                <dt>{common.waiting}</dt>
                <dd data-test="numbers-waiting">{count(waiting)}</dd>
            </div>
        </dl>
    }
}

/// Views of one thing, each with its own address; the caller shows the chosen one below.
#[component]
pub fn Tabs(
    /// Key, title and address of each.
    items: Vec<(String, String, String)>,
    #[prop(into)] chosen: Signal<String>,
    #[prop(into)] label: String,
) -> AnyView {
    let item = move |(key, title, href): (String, String, String)| {
        let test = format!("tab-{key}");
        let is_chosen = move || chosen.with(|chosen| *chosen == key);
        view! {
            <a
                role="tab"
                href=href
                aria-selected=move || if is_chosen() { "true" } else { "false" }
                data-test=test
            >
                {title}
            </a>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=label>
            {items.into_iter().map(item).collect_view()}
        </div>
    }
}

//! Plots of a ranking: where the villages lie, how their scores are spread, what goes together with what.
//!
//! Always: a plot says in words what it shows, and has its numbers in a table behind it; its library is loaded when the
//! first plot is opened, and asked for again where it did not come.
//! Never: computes a number; `shared::priority` does.

mod map;
mod related;
mod spread;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Work;
use crate::i18n::texts;
use crate::platform::{self, Listener};
use crate::ui::{ErrorState, Loading, effect, live, view};

pub use spread::PlaceInSpread;

#[component]
pub fn PlotsPage(work: Work) -> AnyView {
    work.engine.relate();
    let library = Library::load();
    view! {
        {map::section(work, library)}
        {spread::section(work, library)}
        {related::section(work, library)}
    }
}

/// Whether the library is here; copy it freely.
#[derive(Debug, Clone, Copy)]
struct Library(RwSignal<Option<bool>>);

impl Library {
    fn load() -> Library {
        let library = Library(RwSignal::new(None));
        library.ask();
        library
    }

    fn ask(self) {
        self.0.set(None);
        spawn_local(async move {
            let came = platform::load_plots().await;
            self.0.try_set(Some(came));
        });
    }
}

/// What a plot is drawn from, and what is said of it.
struct Drawn {
    library: Library,
    /// For `client/web/plots.js`; the plot is drawn again when it changes.
    spec: Signal<String>,
    /// What there is to see, for those who cannot.
    label: Signal<String>,
    test: &'static str,
    class: &'static str,
    node: NodeRef<html::Div>,
}

/// The place of a plot: waiting for the library, drawn, or why it is not.
fn plot(drawn: Drawn) -> AnyView {
    let Drawn {
        library,
        spec,
        label,
        test,
        class,
        node,
    } = drawn;
    let refused = RwSignal::new(false);
    let unplotted = StoredValue::new_local(None::<Listener>);
    effect(move |_| {
        let Some(element) = node.get() else {
            return;
        };
        let hears = Listener::new(element.clone().into(), platform::UNPLOTTED, move |_| {
            refused.try_set(true);
        });
        unplotted.set_value(Some(hears));
        if !platform::draw_plot(&element, &spec.get()) {
            refused.set(true);
        }
    });
    on_cleanup(move || {
        if let Some(Some(element)) = node.try_get_untracked() {
            platform::drop_plot(&element);
        }
    });
    let again = Callback::new(move |()| {
        refused.set(false);
        library.ask();
    });
    let content = move || {
        let words = &texts().console.plots;
        match library.0.get() {
            None => view! { <Loading text=words.loading/> },
            Some(false) => view! { <ErrorState text=words.not_loaded on_retry=again/> },
            Some(true) if refused.get() => {
                view! { <ErrorState text=words.not_drawn on_retry=again/> }
            }
            Some(_) => {
                view! { <div class=class role="img" aria-label=move || label.get() data-test=test node_ref=node></div> }
            }
        }
    };
    live(content)
}

/// The numbers behind a plot, made when somebody opens them; `is_open` outlives the plot, as the fold itself does.
fn behind(
    test: &'static str,
    is_open: RwSignal<bool>,
    table: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let content = move || is_open.get().then(&table);
    view! {
        <details class="behind" data-test=test on:toggle=move |_| is_open.set(true)>
            <summary>{texts().console.plots.behind}</summary>
            {live(content)}
        </details>
    }
}

//! Pemeriksaan: the queue on the left, one case on the right; on a phone two pages.
//!
//! Always: round, filters, search, case and tab are in the address; J and K move through what is shown.
//! Never: hides a case that the filters would show.

mod queue;
mod words;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::{RegionId, RoundId};
use shared::merge::Status;
use shared::wire::office::{RoundState, RoundView};
use shared::wire::review::{CaseSummary, QueueView};
use wasm_bindgen::JsCast;

use super::case::CaseScreen;
use super::desk::{Desk, Loaded, Said, use_desk};
use super::set_title;
use crate::i18n::texts;
use crate::platform;
use crate::router::{Router, use_router};
use crate::ui::{EmptyState, ErrorState, Loading, Message, MessageKind, view};

pub(super) use queue::short_time;
pub(super) use words::{Statuses, status_chip, status_name};

/// The round that the address names, else the first open one.
pub(super) fn chosen_round(desk: Desk, router: Router) -> Memo<Option<RoundView>> {
    Memo::new(move |_| {
        let Loaded::Ready(rounds) = desk.rounds() else {
            return None;
        };
        let wanted = router.get().value("ronde").map(str::to_owned);
        let named = rounds
            .iter()
            .find(|round| wanted.as_deref() == Some(round.id.to_string().as_str()));
        let open = || rounds.iter().find(|round| round.state == RoundState::Open);
        named.or_else(open).or(rounds.first()).cloned()
    })
}

/// Which round is looked at.
#[component]
pub(super) fn RoundPicker(chosen: Memo<Option<RoundView>>) -> AnyView {
    let (desk, router) = (use_desk(), use_router());
    let words = &texts().console.review;
    let option = move |round: RoundView| {
        let id = round.id.to_string();
        let is_chosen = chosen.with(|chosen| chosen.as_ref().is_some_and(|c| c.id == round.id));
        view! { <option value=id selected=is_chosen>{round.name}</option> }
    };
    let options = move || match desk.rounds() {
        Loaded::Ready(rounds) => rounds.into_iter().map(option).collect_view().into_any(),
        Loaded::Loading | Loaded::Failed(_) => ().into_any(),
    };
    let choose = move |event| {
        let route = router.get_untracked().with("desa", "");
        router.replace(&route.with("ronde", &event_target_value(&event)).href());
    };
    view! {
        <label class="round-picker">
            <span class="sr">{words.round}</span>
            <span class="field"><select data-test="round" on:change=choose>{options}</select></span>
        </label>
    }
}

/// The queue and what was decided since it was fetched; copy it freely.
#[derive(Clone, Copy)]
pub(super) struct Queue {
    desk: Desk,
    router: Router,
    pub round: Memo<Option<RoundView>>,
    said: RwSignal<Loaded<Said<QueueView>>>,
    /// Statuses that this person's decisions made, until the server says them too.
    decided: RwSignal<BTreeMap<RegionId, Status>>,
    /// The cases that the filters show, in order.
    rows: Memo<Vec<CaseSummary>>,
}

impl Queue {
    fn provide() -> Queue {
        let (desk, router) = (use_desk(), use_router());
        let round = chosen_round(desk, router);
        let said = RwSignal::new(Loaded::<Said<QueueView>>::Loading);
        let decided = RwSignal::new(BTreeMap::<RegionId, Status>::new());
        let rows = Memo::new(move |_| match said.get() {
            Loaded::Ready(Said { value, .. }) => {
                decided.with(|decided| queue::shown(value.cases, decided, &router.get()))
            }
            Loaded::Loading | Loaded::Failed(_) => Vec::new(),
        });
        let queue = Queue {
            desk,
            router,
            round,
            said,
            decided,
            rows,
        };
        provide_context(queue);
        queue.follow();
        queue
    }

    /// Fetches when the round changes, and again when everything written here has arrived.
    fn follow(self) {
        let id = Memo::new(move |_| self.round.with(|round| round.as_ref().map(|r| r.id)));
        Effect::new(move |_| {
            if let Some(id) = id.get() {
                self.said.set(Loaded::Loading);
                self.decided.set(BTreeMap::new());
                self.fetch(id);
            }
        });
        Effect::new(move |before: Option<usize>| {
            self.desk.follow();
            let waiting = self.desk.driver().map_or(0, |d| d.numbers().ops_waiting);
            if waiting == 0 && before.is_some_and(|before| 0 < before) {
                self.reload();
            }
            waiting
        });
    }

    pub(super) fn reload(self) {
        if let Some(round) = self.round.get_untracked() {
            self.fetch(round.id);
        }
    }

    fn fetch(self, id: RoundId) {
        spawn_local(async move {
            let answer = self.desk.queue(id).await;
            let is_current = self.round.try_get_untracked().flatten().map(|r| r.id) == Some(id);
            if !is_current {
                return;
            }
            match answer {
                Ok(said) => {
                    if !said.is_old {
                        self.decided.try_set(BTreeMap::new());
                    }
                    self.said.try_set(Loaded::Ready(said));
                }
                Err(text) => {
                    self.said.try_set(Loaded::Failed(text));
                }
            }
        });
    }

    /// The village whose case is open.
    fn chosen(self) -> Option<RegionId> {
        let route = self.router.get();
        route.value("desa").and_then(|code| code.parse().ok())
    }

    fn href(self, region: &RegionId) -> String {
        let route = self.router.get_untracked();
        route.with("desa", region.as_str()).with("tab", "").href()
    }

    /// Remembers a decision, and goes to the next case that waits for one.
    pub(super) fn decided(self, region: &RegionId, status: Status) {
        let next = self.next_waiting(region);
        self.decided.update(|decided| {
            decided.insert(region.clone(), status);
        });
        if let Some(next) = next {
            self.router.replace(&self.href(&next));
        }
    }

    fn next_waiting(self, region: &RegionId) -> Option<RegionId> {
        self.rows.with_untracked(|rows| {
            let at = rows.iter().position(|row| row.region == *region)?;
            let (before, after) = rows.split_at(at);
            let waits = |row: &&CaseSummary| {
                row.region != *region
                    && (row.status == Status::Submitted || row.changed_since_approval)
            };
            let found = after.iter().chain(before).find(waits);
            found.map(|row| row.region.clone())
        })
    }

    /// Opens the case that stands `step` places further in what is shown.
    fn step(self, step: isize) {
        let chosen = self.router.get_untracked();
        let chosen = chosen.value("desa").unwrap_or_default().to_owned();
        let next = self.rows.with_untracked(|rows| {
            let at = rows.iter().position(|row| row.region.as_str() == chosen);
            let next = match at {
                Some(at) => at.checked_add_signed(step)?,
                None => 0,
            };
            rows.get(next).map(|row| row.region.clone())
        });
        if let Some(next) = next {
            self.router.replace(&self.href(&next));
            platform::focus(&format!("row-{next}"));
        }
    }
}

pub(super) fn use_queue() -> Queue {
    expect_context::<Queue>()
}

/// Hears letters that are pressed outside of fields and dialogs, while the screen lives.
pub(super) fn on_letters(call: impl Fn(&str) + 'static) {
    let listener = platform::Listener::new(platform::window().into(), "keydown", move |event| {
        let Some(key) = event.dyn_ref::<web_sys::KeyboardEvent>() else {
            return;
        };
        let target = event
            .target()
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let types = target.is_some_and(|element| {
            matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        });
        let above = platform::document().query_selector("dialog[open]");
        if types
            || key.ctrl_key()
            || key.alt_key()
            || key.meta_key()
            || matches!(above, Ok(Some(_)))
        {
            return;
        }
        call(&key.key().to_lowercase());
    });
    let listener = StoredValue::new_local(Some(listener));
    on_cleanup(move || {
        listener.try_update_value(Option::take);
    });
}

#[component]
pub(super) fn ReviewScreen() -> AnyView {
    let words = &texts().console.review;
    set_title(words.title);
    let queue = Queue::provide();
    on_letters(move |key| match key {
        "j" => queue.step(1),
        "k" => queue.step(-1),
        _ => {}
    });
    let chosen = Memo::new(move |_| queue.chosen());
    let body = move || match (queue.desk.standing(), queue.desk.rounds()) {
        (Loaded::Failed(text), _) | (_, Loaded::Failed(text)) => {
            let again = move |()| queue.desk.load_rounds();
            view! { <ErrorState text=text on_retry=Callback::new(again)/> }
        }
        (Loaded::Loading, _) | (_, Loaded::Loading) => view! { <Loading/> },
        (Loaded::Ready(()), Loaded::Ready(rounds)) if rounds.is_empty() => {
            view! { <EmptyState title=words.no_round body=words.no_round_body test="no-round"/> }
        }
        (Loaded::Ready(()), Loaded::Ready(_)) => panes(queue, chosen),
    };
    view! {
        <header class="pagehead" class:has-case=move || chosen.get().is_some()>
            <h1>{words.title}</h1>
            <RoundPicker chosen=queue.round/>
        </header>
        <main class="review">{body}</main>
    }
}

fn panes(queue: Queue, chosen: Memo<Option<RegionId>>) -> AnyView {
    let words = &texts().console.review;
    let old = move || {
        queue
            .said
            .with(|said| matches!(said, Loaded::Ready(said) if said.is_old))
            .then(|| view! { <Message kind=MessageKind::Doubt test="old">{words.queue_is_old}</Message> })
    };
    let reads_only = move || {
        let reads = queue
            .desk
            .driver()
            .is_some_and(|driver| driver.reads_only());
        reads.then(|| view! { <Message test="reads-only">{words.other_tab}</Message> })
    };
    let case = move || match (chosen.get(), queue.round.get()) {
        (Some(region), Some(round)) => {
            let id = shared::ids::CaseId {
                round: round.id,
                region,
            };
            view! { <CaseScreen id/> }
        }
        _ => view! {
            <div class="panel none-open">
                <EmptyState title=words.none_open body=words.none_open_body test="none-open"/>
            </div>
        },
    };
    view! {
        {reads_only}
        {old}
        <div class="split review-panes" class:has-case=move || chosen.get().is_some()>
            <div class="queue-pane">{queue::pane(queue, chosen)}</div>
            <div class="case-pane">{case}</div>
        </div>
    }
}

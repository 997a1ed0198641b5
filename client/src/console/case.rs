//! One case: who, where, how it stands, what needs eyes, every answer, photos, map, history.
//!
//! Always: what a person decides is journalled first and sent after; until then it says "menunggu sinyal".
//! Never: shows a case before its questionnaire is there.

mod actions;
mod answers;
mod attention;
mod dialogs;
mod history;
mod joining;
mod map;
mod model;
mod photos;
mod typed;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::answers::Change;
use shared::ids::{CaseId, OpId, Path};

use super::desk::{Desk, Loaded, Opened, use_desk};
use super::review::{Queue, status_chip, use_queue};
use crate::i18n::{Texts, texts};
use crate::router::{Router, use_router};
use crate::ui::{
    ChipKind, EmptyState, ErrorState, Loading, Message, MessageKind, Tabs, Toasts, live,
    use_toasts, view,
};

use model::Shown;
pub(super) use photos::{Enlarged, thumbnail};

/// Views of a case: their word in the address.
const TABS: [&str; 5] = ["lihat", "isian", "foto", "peta", "riwayat"];

/// The open case and what a person is doing with it; copy it freely.
#[derive(Clone, Copy)]
struct Desktop {
    desk: Desk,
    router: Router,
    id: StoredValue<CaseId>,
    opened: RwSignal<Loaded<Arc<Opened>>>,
    shown: Memo<Option<Arc<Shown>>>,
    /// Conflicts that were resolved since the case was opened, with their answers, so that one may choose again.
    resolved: RwSignal<BTreeMap<Path, Vec<OpId>>>,
    dialog: RwSignal<Option<Asking>>,
    /// The photo that was pressed.
    enlarged: Enlarged,
    /// The answer that the address asks for, such as the one behind a number of a ranking.
    sought: StoredValue<Option<String>>,
    queue: Queue,
    toasts: Toasts,
    /// For handlers, which run outside of any context.
    texts: &'static Texts,
}

/// What a dialog asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asking {
    /// The comments of the questions that are returned; the path is the one that was added last.
    Return(Option<Path>),
    Comment(Path),
    Reopen,
    Reject,
    /// Everything that is kept aside and may come in.
    Admit,
}

impl Desktop {
    fn open(id: CaseId) -> Desktop {
        let desk = use_desk();
        let opened = RwSignal::new(Loaded::<Arc<Opened>>::Loading);
        let id = StoredValue::new(id);
        // Most changes of the journal are of its transport; only new ops or receipts build the case again.
        let key = Memo::new(move |_| {
            desk.follow();
            let driver = desk.driver()?;
            let id = id.get_value();
            let digest = driver.with_case(&id, shared::merge::Case::sync_digest);
            Some((
                digest,
                driver.with(|phone| phone.case_status(&id).ops_waiting),
            ))
        });
        let shown = Memo::new(move |_| {
            let _ = key.get()?;
            let driver = desk.driver_untracked()?;
            match opened.get() {
                Loaded::Ready(opened) => Some(Arc::new(Shown::new(opened, &driver))),
                Loaded::Loading | Loaded::Failed(_) => None,
            }
        });
        let router = use_router();
        let sought = router.get_untracked();
        let sought = sought.value("isian").map(str::to_owned);
        let desktop = Desktop {
            desk,
            router,
            id,
            opened,
            shown,
            resolved: RwSignal::new(BTreeMap::new()),
            dialog: RwSignal::new(None),
            enlarged: Enlarged::new(),
            sought: StoredValue::new(sought),
            queue: use_queue(),
            toasts: use_toasts(),
            texts: texts(),
        };
        Effect::new(move |_| {
            if desk.driver().is_some() {
                desktop.load();
            }
        });
        desktop
    }

    fn load(self) {
        spawn_local(async move {
            let loaded = match self.desk.open_case(self.id.get_value()).await {
                Ok(opened) => Loaded::Ready(Arc::new(opened)),
                Err(text) => Loaded::Failed(text),
            };
            self.opened.try_set(loaded);
        });
    }

    fn may_review(self) -> bool {
        self.desk.may_review()
    }

    /// Journals one change of this case; `false` when this tab may not.
    fn write(self, path: &Path, change: Change) -> bool {
        self.write_op(path, change).is_some()
    }

    /// The same, with the op: its id names a row that it added.
    fn write_op(self, path: &Path, change: Change) -> Option<OpId> {
        let shown = self.shown.get_untracked()?;
        let driver = self.desk.driver_untracked()?;
        let questionnaire = shown.opened.view.questionnaire;
        driver.write(shown.id(), shown.mark, path, change, questionnaire)
    }

    /// Sends what was written, as soon as there is signal.
    fn send(self) {
        if let Some(driver) = self.desk.driver_untracked() {
            driver.sync();
        }
    }
}

#[component]
pub(super) fn CaseScreen(id: CaseId) -> AnyView {
    let desktop = Desktop::open(id);
    let state = Memo::new(move |_| {
        desktop.opened.with(|opened| match opened {
            Loaded::Loading => Loaded::Loading,
            Loaded::Ready(_) => Loaded::Ready(()),
            Loaded::Failed(text) => Loaded::Failed(text.clone()),
        })
    });
    let body = move || match state.get() {
        Loaded::Loading => view! { <div class="panel">{back(desktop)}<Loading/></div> },
        Loaded::Failed(text) => {
            let again = Callback::new(move |()| desktop.load());
            view! { <div class="panel">{back(desktop)}<ErrorState text=text on_retry=again/></div> }
        }
        Loaded::Ready(()) => case(desktop),
    };
    live(body)
}

fn case(desktop: Desktop) -> AnyView {
    let tab = Memo::new(move |_| {
        let route = desktop.router.get();
        let wanted = route.value("tab").unwrap_or_default();
        TABS.into_iter()
            .find(|tab| *tab == wanted)
            .unwrap_or(TABS[0])
    });
    let body = move || match tab.get() {
        "isian" => answers::tab(desktop),
        "foto" => photos::tab(desktop),
        "peta" => map::tab(desktop),
        "riwayat" => history::tab(desktop),
        _ => attention::tab(desktop),
    };
    view! {
        <article class="panel case" data-test="case">
            {back(desktop)}
            {move || desktop.shown.get().map(|shown| head(&shown))}
            {move || desktop.shown.get().map(|shown| tabs(desktop, tab, &shown))}
            <div class="case-body" data-test=move || format!("body-{}", tab.get())>{body}</div>
            {actions::foot(desktop)}
        </article>
        {dialogs::all(desktop)}
        {desktop.enlarged.dialog()}
    }
}

/// On a phone: back to the queue.
fn back(desktop: Desktop) -> AnyView {
    let words = &texts().console.review;
    let press = move |_| {
        let route = desktop.router.get_untracked();
        desktop
            .router
            .go(&route.with("desa", "").with("tab", "").href());
    };
    view! {
        <button type="button" class="btn quiet small to-queue" data-test="to-queue" on:click=press>
            "← "{words.queue}
        </button>
    }
}

fn head(shown: &Shown) -> AnyView {
    let words = &texts().console.review;
    let view = &shown.opened.view;
    let (kind, status) = status_chip(shown.state.status);
    let people: Vec<String> = view
        .assignees
        .iter()
        .map(|person| person.name.clone())
        .collect();
    let (mut answered, mut relevant) = (0, 0);
    for module in shown.interview.progress(texts().code) {
        answered += module.answered as u32;
        relevant += module.relevant as u32;
    }
    let mut facts = vec![
        view.case.region.to_string(),
        view.district.clone(),
        view.regency.clone(),
        view.province.clone(),
    ];
    if !people.is_empty() {
        facts.push(people.join(", "));
    }
    facts.push((words.filled)(answered, relevant));
    facts.retain(|fact| !fact.is_empty());
    let waiting = (0 < shown.waiting).then(|| {
        let text = (words.waiting)(shown.waiting);
        view! { <span class=ChipKind::Wait.class() data-test="case-waiting">{text}</span> }
    });
    let changed = shown.state.changed_since_approval.then(|| {
        view! { <span class=ChipKind::Bad.class()>{words.why_changed}</span> }
    });
    let old = shown.opened.is_old.then(|| {
        view! { <Message kind=MessageKind::Doubt test="case-old">{words.case_is_old}</Message> }
    });
    let withheld = view.withheld.as_ref().map(|withheld| {
        let erased = withheld.erased.len() as u64;
        let hidden = withheld.answers.saturating_sub(erased);
        let text = [
            (0 < hidden).then(|| (words.withheld)(hidden)),
            (0 < erased).then(|| (words.erased)(erased)),
        ];
        let text: Vec<String> = text.into_iter().flatten().collect();
        view! { <Message kind=MessageKind::Doubt test="case-withheld">{text.join(" ")}</Message> }
    });
    view! {
        <header class="case-head">
            <div class="row">
                <h2>{view.name.clone()}</h2>
                <span class=kind.class() data-test="case-status">{status}</span>
                {changed}
                {waiting}
            </div>
            <p class="small muted num">{facts.join(" · ")}</p>
            {old}
            {withheld}
        </header>
    }
}

fn tabs(desktop: Desktop, tab: Memo<&'static str>, shown: &Shown) -> AnyView {
    let words = &texts().console.review;
    let counts = [shown.to_look_at(), 0, shown.files().len(), 0, 0];
    let route = desktop.router.get_untracked();
    let items = TABS
        .into_iter()
        .zip(words.tabs)
        .zip(counts)
        .map(|((key, name), count)| {
            let title = if count == 0 {
                name.to_owned()
            } else {
                format!("{name} ({count})")
            };
            (key.to_owned(), title, route.with("tab", key).href())
        })
        .collect::<Vec<_>>();
    let chosen = Signal::derive(move || tab.get().to_owned());
    view! { <Tabs items=items chosen=chosen label=words.tabs_label/> }
}

/// A case without a single answer.
fn nothing_yet() -> AnyView {
    let words = &texts().console.review;
    view! { <EmptyState title=words.case_empty body=words.case_empty_body test="case-empty"/> }
}

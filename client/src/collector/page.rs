//! One page of the interview: its questions or rows, and the line that says what is saved.
//!
//! Always: the page is remembered as the place to go on; leaving it loses nothing; only what changed is drawn anew.
//! Never: goes on by itself.

use leptos::prelude::*;
use shared::answers::Change;
use shared::ids::{CaseId, Path};
use shared::questionnaire::interview::{FindingKind, ItemView, PageId, PageKind, PageView};

use super::question::{question, rows};
use super::village::search_link;
use super::work::Work;
use super::{go_to_page, set_title, village_href};
use crate::driver::Saving;
use crate::i18n::{Language, NAMES, texts, time_text};
use crate::platform::{self, Listener};
use crate::router::use_router;
use crate::ui::{Button, ButtonKind, Dialog, TopBar, effect, kept, live, view};

/// More pages than this in a module are told in words alone.
const STEPS_MAX: usize = 24;

/// The pages around this one.
struct Place {
    case: CaseId,
    village: String,
    page: PageView,
    /// Pages of this module, and which of them this one is.
    module: Vec<PageView>,
    position: usize,
    before: Option<Path>,
    after: Option<Path>,
}

impl Place {
    fn find(work: Work, path: &Path) -> Option<Place> {
        work.look(|open| {
            let pages = open.pages(&open.language());
            let at = pages.iter().position(|page| page.id.0 == *path);
            // A link may name a question or a group that a page shows.
            let at = at.or_else(|| {
                let id = open.interview.locate(path)?;
                pages.iter().position(|page| page.id == id)
            })?;
            let page = pages[at].clone();
            let path_at = |at: Option<usize>| {
                at.and_then(|at| pages.get(at))
                    .map(|page| page.id.0.clone())
            };
            let (before, after) = (path_at(at.checked_sub(1)), path_at(Some(at + 1)));
            let module: Vec<PageView> = pages
                .into_iter()
                .filter(|each| each.module == page.module)
                .collect();
            let position = module.iter().position(|each| each.id == page.id)?;
            Some(Place {
                case: open.id.clone(),
                village: open.assignment.name.clone(),
                page,
                module,
                position,
                before,
                after,
            })
        })
    }
}

#[component]
pub(super) fn PageScreen(work: Work, path: Path) -> AnyView {
    let router = use_router();
    let Some(place) = Place::find(work, &path) else {
        // The page is not there now: an answer made it irrelevant, or the link is old.
        let case = work.look(|open| open.id.clone());
        router.replace(&village_href(&case));
        return ().into_any();
    };
    let id = place.page.id.clone();
    set_title(&place.page.title);
    take_defaults(work, &id);
    work.look(|open| open.stop_at(&id));
    flush_when_hidden(work);
    let wanted = router.get_untracked().value("q").map(str::to_owned);
    if wanted.is_some() {
        // Whoever was sent here from a list of open questions wants to see what is missing.
        work.note_down(|open| {
            open.seen.insert(id.0.clone());
        });
    }
    let content = match place.page.kind {
        PageKind::Questions => questions(work, &id),
        PageKind::Rows => rows(work, &id),
    };
    scroll_to_question(wanted);
    view! {
        <div class="screen">
            {head(work, &place)}
            <main class="column stack wide page" data-test="page">
                {titles(&place.page)}
                {content}
            </main>
            {foot(work, place)}
        </div>
    }
}

fn head(work: Work, place: &Place) -> AnyView {
    let words = &texts().collector;
    let below = words.position(&place.village, place.position + 1, place.module.len());
    let switch = language_switch(work);
    let search_href = format!("{}/cari", village_href(&place.case));
    view! {
        <div class="pagetop">
            <TopBar
                title=place.page.module_label.clone()
                below=Signal::stored(below)
                back=village_href(&place.case)
            >
                {search_link(search_href)}
                {switch}
            </TopBar>
            {steps(work, place)}
        </div>
    }
}

/// Another language in the middle of a form; a questionnaire may speak some that the app does not.
fn language_switch(work: Work) -> AnyView {
    let language = expect_context::<Language>();
    let (spoken, now) = work.look(|open| {
        let form = open.interview.questionnaire();
        let now = form.languages.get(form.language(&open.language()));
        let now = now.map_or_else(String::new, |language| language.code.clone());
        (form.languages.clone(), now)
    });
    let is_of_app = |code: &str| NAMES.iter().any(|each| each.code == code);
    let choose = move |code: &str| {
        work.flush();
        let has_app_words = NAMES.iter().any(|each| each.code == code);
        work.speak(if has_app_words { None } else { Some(code) });
        match has_app_words && code != texts().code {
            true => language.choose(code),
            false => language.announce_again(),
        }
    };
    if spoken.len() < 2 || spoken.iter().all(|each| is_of_app(&each.code)) {
        let other = NAMES.iter().find(|each| each.code != texts().code);
        let button = other.map(|other| {
            view! {
                <button type="button" class="icon" aria-label=other.name data-test="switch-language" on:click=move |_| choose(other.code)>
                    {texts().code.to_ascii_uppercase()}
                </button>
            }
        });
        return button.into_any();
    }
    let open = RwSignal::new(false);
    let words = &texts().collector.controls;
    let mark: String = now.chars().take(3).collect();
    let body = move || {
        let option = |each: &shared::questionnaire::model::Language| {
            let code = each.code.clone();
            let is_now = code == now;
            let test = format!("language-{code}");
            let press = move |_| choose(&code);
            view! {
                <button type="button" class="btn full" class:primary=is_now aria-pressed=is_now.to_string() data-test=test on:click=press>
                    {each.name.clone()}
                </button>
            }
        };
        view! { <div class="stack tight">{spoken.iter().map(option).collect_view()}</div> }
    };
    view! {
        <button type="button" class="icon" aria-label=words.form_language() data-test="switch-language" on:click=move |_| open.set(true)>
            {mark.to_ascii_uppercase()}
        </button>
        <Dialog open title=words.form_language() test="languages">{body()}</Dialog>
    }
}

/// One bar per page of the module: done, begun, or not.
fn steps(work: Work, place: &Place) -> AnyView {
    if STEPS_MAX < place.module.len() || place.module.len() < 2 {
        return ().into_any();
    }
    let language = work.look(|open| open.language());
    let step = |(at, page): (usize, &PageView)| {
        let items = work.look(|open| open.interview.page(&page.id, &language));
        let asked = items
            .iter()
            .filter(|item| item.kind.is_question() && !item.read_only);
        let (mut answered, mut all) = (0, 0);
        for item in asked {
            all += 1;
            answered += usize::from(item.answer.is_some());
        }
        let is_wrong = items
            .iter()
            .flat_map(|item| &item.findings)
            .any(|finding| finding.kind == FindingKind::Error && finding.code != "required");
        let class = match () {
            () if at == place.position => "now",
            () if is_wrong => "wrong",
            () if all == answered && (0 < all || !page.rows.is_empty()) => "done",
            () if 0 < answered => "part",
            () => "",
        };
        view! { <i class=class></i> }
    };
    let all = place.module.iter().enumerate().map(step).collect_view();
    view! { <div class="steps" aria-hidden="true">{all}</div> }
}

/// Where in the module this page lies, when its title says more than the module's.
fn titles(page: &PageView) -> AnyView {
    let above: Vec<String> = page
        .breadcrumb
        .iter()
        .skip(1)
        .rev()
        .skip(1)
        .rev()
        .cloned()
        .collect();
    let has_own = 1 < page.breadcrumb.len();
    view! {
        <div hidden=!has_own>
            <p class="small muted" hidden=above.is_empty()>{above.join(" › ")}</p>
            <h2 class="question-title">{page.title.clone()}</h2>
        </div>
    }
}

/// Takes the defaults of this page that nobody took or took back.
fn take_defaults(work: Work, id: &PageId) {
    let defaults = work.look(|open| {
        let shown = open.interview.page(id, &open.language());
        let mut defaults = open.interview.defaults_to_take();
        defaults.retain(|(path, _)| shown.iter().any(|item| item.path == *path));
        defaults
    });
    for (path, value) in defaults {
        if work.look_at_ops(|case| case.history(&path).is_empty()) {
            work.write(&path, Change::Set(value));
        }
    }
}

/// The last moment that is certain before a phone may end the page.
fn flush_when_hidden(work: Work) {
    let listener = StoredValue::new_local(Some(platform::on_hidden(move || work.flush())));
    on_cleanup(move || {
        work.flush();
        work.forget_unread();
        listener.try_update_value(Option::<Listener>::take);
    });
}

type Shown = Vec<(Path, ArcRwSignal<ItemView>)>;

/// The questions of a page; each is drawn anew only when its own view changed.
fn questions(work: Work, id: &PageId) -> AnyView {
    let shown = RwSignal::new(Shown::new());
    let id = id.clone();
    let refresh = move || {
        let views = work.look(|open| open.interview.page(&id, &open.language()));
        let before = shown.get_untracked();
        let same = before.len() == views.len()
            && before
                .iter()
                .zip(&views)
                .all(|((path, _), view)| *path == view.path);
        let mut after = Shown::new();
        for view in views {
            let known = before.iter().find(|(path, _)| *path == view.path);
            let signal = match known {
                Some((_, signal)) => {
                    if signal.with_untracked(|old| *old != view) {
                        signal.set(view.clone());
                    }
                    signal.clone()
                }
                None => ArcRwSignal::new(view.clone()),
            };
            after.push((view.path, signal));
        }
        if !same {
            shown.set(after);
        }
    };
    refresh();
    effect(move |is_first| {
        work.track_answers();
        if !is_first {
            refresh();
        }
    });
    view! {
        <For
            each=move || shown.get()
            key=|(path, _)| path.clone()
            children=move |(_, view)| question(work, RwSignal::from(view))
        />
    }
}

fn foot(work: Work, place: Place) -> AnyView {
    let words = &texts().common;
    let router = use_router();
    let (case, here) = (place.case.clone(), place.page.id.0.clone());
    let leave = move || {
        work.flush();
        work.note_down(|open| {
            open.seen.insert(here.clone());
        });
    };
    let before = place.before.map(|path| {
        let (leave, case) = (leave.clone(), case.clone());
        let go = move |_| {
            leave();
            go_to_page(&case, &path, None);
        };
        view! { <Button test="previous" on_press=go>{words.back}</Button> }
    });
    let is_last = place.after.is_none();
    let next = move |_| {
        leave();
        // An answer may have made pages appear or vanish: look again where this one leads.
        let after = Place::find(work, &place.page.id.0).and_then(|place| place.after);
        match after {
            Some(path) => go_to_page(&case, &path, None),
            None => router.go(&format!("{}/selesai", village_href(&case))),
        }
    };
    let text = if is_last {
        texts().collector.check_and_finish()
    } else {
        words.next
    };
    view! {
        <footer class="actionbar">
            {saved_line(work)}
            {before}
            <Button kind=ButtonKind::Primary test="next" on_press=next>{text}</Button>
        </footer>
    }
}

/// Whether the last answer is on the disk.
pub(super) fn saved_line(work: Work) -> AnyView {
    let saving = kept(move || (work.saving(), work.has_unread()));
    let line = move || {
        let words = &texts().collector;
        let (saving, has_unread) = saving.get();
        let (class, state, text) = match saving {
            Saving::Failed(error) => ("saved bad", "failed", error.text(texts())),
            _ if has_unread => ("saved bad", "unread", words.not_stored().to_owned()),
            Saving::Untouched => ("saved", "untouched", words.all_saved().to_owned()),
            Saving::Busy => ("saved wait", "busy", words.is_saving().to_owned()),
            Saving::Saved(at) => ("saved", "saved", words.saved_at(&time_text(at))),
        };
        view! { <div class=class data-state=state data-test="saved" role="status">{text}</div> }
    };
    live(line)
}

/// Brings the question that was asked for into view and gives it the keyboard's place.
fn scroll_to_question(path: Option<String>) {
    let Some(name) = path.and_then(|path| path.parse::<Path>().ok()) else {
        return;
    };
    let id = super::question::anchor(name.name());
    let timer = platform::after(60, move || {
        if let Some(element) = platform::document().get_element_by_id(&id) {
            element.scroll_into_view();
        }
        platform::focus(&id);
    });
    let timer = StoredValue::new_local(Some(timer));
    on_cleanup(move || {
        timer.try_update_value(Option::take);
    });
}

//! One village: its modules with what is open in each, where to go on, and the search.
//!
//! Always: the state of the case is a sentence; what was returned stands with its reason and a way to it.
//! Never: writes an answer.

mod version;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::answers::{Change, Review};
use shared::ids::{CaseId, Path};
use shared::merge::{CaseState, Status};
use shared::questionnaire::interview::{ModuleProgress, ModuleState};
use shared::sync::phone::CaseStatus;

use super::words::{failure_text, held_reason, place_text};
use super::work::{OpenError, Work};
use super::{go_to_page, page_href, set_title, village_href};
use crate::i18n::texts;
use crate::router::use_router;
use crate::ui::{
    Button, ButtonKind, Chip, ChipKind, EmptyState, ErrorState, Field, FieldKind, Loading, Message,
    MessageKind, ProgressBar, TopBar, effect, kept, live, view,
};

/// Opens a case, then shows what stands inside.
#[component]
pub(super) fn WithCase(work: Work, case: CaseId, children: ChildrenFn) -> AnyView {
    let opened = RwSignal::new(if work.has_open(&case) {
        Some(Ok(()))
    } else {
        None
    });
    let open = {
        let case = case.clone();
        move || {
            let case = case.clone();
            opened.set(None);
            spawn_local(async move {
                let result = work.open_case(&case).await;
                opened.try_set(Some(result));
            });
        }
    };
    if opened.get_untracked().is_none() {
        open();
    }
    // News from others come in while the case is open.
    effect(move |_| {
        work.track();
        if opened.get() == Some(Ok(())) {
            work.take_news();
        }
    });
    let retry = Callback::new(move |()| open());
    let shown = move || match opened.get() {
        Some(Ok(())) => children().into_any(),
        None => view! { <div class="screen"><Loading/></div> },
        Some(Err(error)) => {
            let text = open_error_text(&error);
            view! {
                <div class="screen">
                    <TopBar title=texts().common.app.to_owned() back="#/"/>
                    <main class="column"><ErrorState text on_retry=retry/></main>
                </div>
            }
        }
    };
    live(shown)
}

fn open_error_text(error: &OpenError) -> String {
    let words = &texts().collector;
    match error {
        OpenError::NotAssigned => words.not_assigned().to_owned(),
        OpenError::NoForm(failure) => format!("{} {}", words.no_form(), failure_text(failure)),
        OpenError::UnreadableForm => words.unreadable_form().to_owned(),
    }
}

#[component]
pub(super) fn VillageScreen(work: Work) -> AnyView {
    let words = &texts().collector;
    let (case, assignment) = work.look(|open| (open.id.clone(), open.assignment.clone()));
    set_title(&assignment.name);
    let router = use_router();
    // "Lanjutkan" on the first screen goes straight to where work stopped.
    if router.get_untracked().value("lanjut").is_some() {
        router.replace(&village_href(&case));
        if let Some(page) = work.look(|open| open.next_page(&open.language())) {
            go_to_page(&case, &page.id.0, None);
        }
        return ().into_any();
    }
    let place = place_text(&assignment);
    let training = work
        .round(&case)
        .is_some_and(|round| round.training)
        .then(|| {
            view! { <Message kind=MessageKind::Info test="training">{words.training()}</Message> }
        });
    let state = kept({
        let (case, assignment) = (case.clone(), assignment.clone());
        move || {
            work.track();
            work.track_answers();
            let status = work.driver().with(|phone| phone.case_status(&case));
            (work.state(&assignment), status)
        }
    });
    let modules = {
        let case = case.clone();
        move || {
            work.track_answers();
            module_list(work, &case)
        }
    };
    let stands = {
        let case = case.clone();
        move || {
            let (state, status) = state.get();
            state_words(work, &case, &state, &status)
        }
    };
    let search_href = format!("{}/cari", village_href(&case));
    view! {
        <div class="screen">
            <TopBar title=assignment.name.clone() below=Signal::stored(place) back="#/" sticky=true>
                {search_link(search_href)}
            </TopBar>
            <main class="column stack" data-test="village">
                {training}
                {live(stands)}
                {live(move || version::banner(work))}
                <div class="stack tight">{live(modules)}</div>
                {live(move || version::parked(work))}
            </main>
            {actions(work, case)}
        </div>
    }
}

/// The way to the search, with its word for screen readers.
pub(super) fn search_link(href: String) -> AnyView {
    view! {
        <a class="icon" href=href aria-label=texts().collector.search_questions() data-test="search">
            <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
                <circle cx="10.5" cy="10.5" r="6.5" fill="none" stroke="currentColor" stroke-width="2.4"></circle>
                <path d="m15.5 15.5 5 5" fill="none" stroke="currentColor" stroke-width="2.6"></path>
            </svg>
        </a>
    }
}

/// Where the case stands, in a sentence, with what is to be done.
fn state_words(work: Work, case: &CaseId, state: &CaseState, status: &CaseStatus) -> AnyView {
    let words = &texts().collector;
    let (kind, text) = match state.status {
        Status::Assigned => (MessageKind::Info, words.says_assigned()),
        Status::Started => (MessageKind::Info, words.says_started()),
        Status::Submitted if status.is_received() => (MessageKind::Ok, words.says_received()),
        Status::Submitted => (MessageKind::Doubt, words.says_waiting()),
        Status::Returned => (MessageKind::Error, words.says_returned()),
        Status::Approved if state.changed_since_approval => {
            (MessageKind::Doubt, words.says_changed())
        }
        Status::Approved => (MessageKind::Ok, words.says_approved()),
        Status::Rejected => (MessageKind::Info, words.says_rejected()),
    };
    let held = status.quarantined.clone().into_iter().map(|code| {
        view! { <Message kind=MessageKind::Error test="held">{held_reason(code)}</Message> }
    });
    let held = held.collect_view();
    let reason = return_reason(state).map(|reason| view! { <p>{reason}</p> });
    let returned = state
        .returned
        .iter()
        .map(|question| returned_link(work, case, &question.path))
        .collect_view();
    view! {
        <Message kind test="case-state"><span>{text}</span> {reason}</Message>
        {held}
        {returned}
    }
}

fn return_reason(state: &CaseState) -> Option<String> {
    match &state.decision.as_ref()?.review {
        Review::Return { reason, .. }
        | Review::Reject { reason, .. }
        | Review::Reopen { reason, .. } => (!reason.is_empty()).then(|| reason.clone()),
        Review::Submit(_) | Review::Approve { .. } => None,
    }
}

/// A returned question with the reviewer's words and the way to it.
fn returned_link(work: Work, case: &CaseId, path: &Path) -> AnyView {
    let label = work.label(path);
    let page = work.look(|open| open.interview.locate(path));
    let comment = work.look_at_ops(|case| {
        let newest = case
            .comments(path)
            .into_iter()
            .rev()
            .find(|op| op.role.reviews());
        newest.and_then(|op| match &op.change {
            Change::Comment(text) => Some(text.clone()),
            _ => None,
        })
    });
    let page = page.map_or_else(|| path.clone(), |page| page.0);
    let href = page_href(case, &page, Some(path));
    view! {
        <a class="card act" href=href data-test=format!("returned-{}", path.name())>
            <b>{label}</b>
            {comment.map(|text| view! { <div class="why">{text}</div> })}
        </a>
    }
}

fn module_list(work: Work, case: &CaseId) -> AnyView {
    work.look(|open| {
        let language = open.language();
        let pages = open.pages(&language);
        let progress = open.interview.progress(&language);
        let mine = progress
            .into_iter()
            .filter(|each| open.modules.contains(&each.module));
        let rows = mine.map(|module| {
            let first = pages.iter().find(|page| page.module == module.module);
            let href = first.map(|page| page_href(case, &page.id.0, None));
            module_card(&module, href)
        });
        rows.collect::<Vec<_>>().into_any()
    })
}

fn module_card(module: &ModuleProgress, href: Option<String>) -> AnyView {
    let words = &texts().collector;
    // What has not begun needs no word: its count says so.
    let chip = match module.state {
        ModuleState::NotStarted => None,
        ModuleState::Skipped => Some((ChipKind::Plain, words.module_skipped())),
        ModuleState::Started => Some((ChipKind::Info, words.module_started())),
        ModuleState::Complete => Some((ChipKind::Ok, words.module_complete())),
    };
    let chip = chip.map(|(kind, text)| view! { <Chip kind text=text.to_owned()/> });
    let count = words.answered_of(module.answered, module.relevant);
    let errors = (0 < module.errors).then(|| {
        view! { <Chip kind=ChipKind::Bad text=words.errors(module.errors)/> }
    });
    let doubts = (0 < module.doubts).then(|| {
        view! { <Chip kind=ChipKind::Wait text=words.doubts(module.doubts)/> }
    });
    let bar = (0 < module.answered).then(|| {
        view! { <ProgressBar done=module.answered of=module.relevant label=module.label.clone()/> }
    });
    let test = format!("module-{}", module.module);
    let inside = view! {
        <div class="head"><h3>{module.label.clone()}</h3> {chip}</div>
        <div class="row"><span class="small muted num">{count}</span> {errors} {doubts}</div>
        {bar}
    };
    match href {
        Some(href) => view! { <a class="card" href=href data-test=test>{inside}</a> },
        None => view! { <div class="card" data-test=test>{inside}</div> },
    }
}

/// Where to go on, and finishing.
fn actions(work: Work, case: CaseId) -> AnyView {
    let router = use_router();
    let finish_href = format!("{}/selesai", village_href(&case));
    let bar = move || {
        work.track_answers();
        let words = &texts().collector;
        let (next, can_finish) = work.look(|open| {
            let can_finish = open.interview.can_finish(&open.modules).is_ok();
            (open.next_page(&open.language()), can_finish)
        });
        let case = case.clone();
        let next = next.map(|page| {
            let text = words.go_on_at(&page.title);
            let kind = if can_finish {
                ButtonKind::Plain
            } else {
                ButtonKind::Primary
            };
            let go = move |_| go_to_page(&case, &page.id.0, None);
            view! { <Button kind full=true test="go-on" on_press=go>{text}</Button> }
        });
        let kind = if can_finish {
            ButtonKind::Good
        } else {
            ButtonKind::Plain
        };
        let href = finish_href.clone();
        view! {
            <footer class="actionbar">
                {next}
                <Button kind full=true test="to-finish" on_press=move |_| router.go(&href)>{words.finish_and_send()}</Button>
            </footer>
        }
    };
    live(bar)
}

/// Finds a question by its words.
#[component]
pub(super) fn SearchScreen(work: Work) -> AnyView {
    let words = &texts().collector;
    set_title(words.search_questions());
    let case = work.look(|open| open.id.clone());
    let text = RwSignal::new(String::new());
    let back = village_href(&case);
    let unanswered = work.look(|open| {
        let path = open.next_unanswered()?;
        let page = open.interview.locate(&path)?;
        Some(page_href(&open.id, &page.0, Some(&path)))
    });
    let unanswered = unanswered.map(|href| {
        view! { <a class="btn" href=href data-test="next-unanswered">{words.next_unanswered()}</a> }
    });
    let results = move || {
        let found = work.look(|open| {
            let found = open.interview.search(&text.get(), &open.language());
            let link = |(path, label): (Path, String)| {
                let page = open.interview.locate(&path)?;
                Some((page_href(&case, &page.0, Some(&path)), label, path))
            };
            found.into_iter().filter_map(link).collect::<Vec<_>>()
        });
        if found.is_empty() && !text.get().trim().is_empty() {
            let common = &texts().common;
            return view! {
                <EmptyState title=common.nothing_found body=texts().collector.search_again() test="nothing-found"/>
            };
        }
        let row = |(href, label, path): (String, String, Path)| {
            view! { <a class="card" href=href data-test=format!("found-{}", path.name())>{label}</a> }
        };
        found.into_iter().map(row).collect_view().into_any()
    };
    view! {
        <div class="screen">
            <TopBar title=words.search_questions().to_owned() back sticky=true/>
            <main class="column stack">
                <Field
                    id="search-text"
                    label=words.search_label()
                    value=text
                    kind=FieldKind::Search
                    on_input=move |typed| text.set(typed)
                    plain=true
                />
                {unanswered}
                <div class="stack tight">{live(results)}</div>
            </main>
        </div>
    }
}

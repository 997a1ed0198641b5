//! The phone's app.
//!
//! Always: everything works without signal once the phone is enrolled; one tab drives, others read.
//! Never: links the office or a parser of questionnaires; offers an update while an interview is open.

mod enrol;
mod finish;
mod home;
mod page;
mod question;
mod settings;
mod village;
mod wake;
mod welcome;
mod words;
mod work;

use leptos::prelude::*;
use shared::ids::{CaseId, Path};

use crate::i18n::{Language, texts};
use crate::platform;
use crate::router::{Route, Router, use_router};
use crate::store::{Store, StoreError};
use crate::ui::{Loading, ToastPlace, Toasts, apply_text_size, effect, kept, live, view};

use enrol::{AlreadyEnrolled, EnrolScreen};
use finish::FinishScreen;
use home::HomeScreen;
use page::PageScreen;
use settings::SettingsScreen;
use village::{SearchScreen, VillageScreen, WithCase};
use wake::{BrokenScreen, Tab};
use welcome::Welcome;
use work::Work;

/// Starts the app in the page.
pub fn start() {
    apply_text_size();
    leptos::mount::mount_to_body(App);
}

/// How far this tab has come.
#[derive(Debug, Clone)]
enum Phase {
    Opening,
    /// The store would not open.
    Broken(StoreError),
    NotEnrolled(Store),
    Ready(Work),
}

/// What the address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Screen {
    Home,
    Enrol(String),
    Settings,
    Village(CaseId),
    Page(CaseId, Path),
    Search(CaseId),
    Finish(CaseId),
}

impl Screen {
    fn of(route: &Route) -> Screen {
        let case = |round: &str, region: &str| {
            let (round, region) = (round.parse().ok()?, region.parse().ok()?);
            Some(CaseId { round, region })
        };
        let found = match route.parts().as_slice() {
            ["daftar", token] => Some(Screen::Enrol((*token).to_owned())),
            ["ponsel"] => Some(Screen::Settings),
            ["desa", round, region] => case(round, region).map(Screen::Village),
            ["desa", round, region, "cari"] => case(round, region).map(Screen::Search),
            ["desa", round, region, "selesai"] => case(round, region).map(Screen::Finish),
            ["desa", round, region, "isi", path] => case(round, region)
                .zip(path.parse().ok())
                .map(|(case, path)| Screen::Page(case, path)),
            _ => None,
        };
        found.unwrap_or(Screen::Home)
    }
}

#[component]
fn App() -> AnyView {
    let language = Language::provide();
    let router = Router::provide();
    let toasts = Toasts::provide();
    effect(move |_| {
        if let Some(told) = language.missing() {
            toasts.say(told);
        }
    });
    let tab = Tab::start();
    let screen = kept(move || Screen::of(&router.get()));
    let shown = move || {
        // A new language builds the screen anew; every answer is stored by then.
        let _ = language.texts();
        match tab.phase() {
            Phase::Opening => view! { <Loading/> },
            Phase::Broken(error) => view! { <BrokenScreen error tab/> },
            Phase::NotEnrolled(store) => match screen.get() {
                Screen::Enrol(token) => view! { <EnrolScreen token store tab/> },
                _ => view! { <Welcome/> },
            },
            Phase::Ready(work) => enrolled(work, screen.get()),
        }
    };
    view! { {live(shown)} <ToastPlace/> }
}

fn enrolled(work: Work, screen: Screen) -> AnyView {
    work.flush();
    // A tab that only reads cannot journal, so it offers nothing to fill in.
    let screen = match screen {
        Screen::Home | Screen::Settings | Screen::Enrol(_) => screen,
        _ if work.driver().reads_only() => Screen::Home,
        _ => screen,
    };
    match screen {
        Screen::Home => view! { <HomeScreen work/> },
        Screen::Enrol(token) => view! { <AlreadyEnrolled token work/> },
        Screen::Settings => view! { <SettingsScreen work/> },
        Screen::Village(case) => view! {
            <WithCase work case><VillageScreen work/></WithCase>
        },
        Screen::Search(case) => view! {
            <WithCase work case><SearchScreen work/></WithCase>
        },
        Screen::Finish(case) => view! {
            <WithCase work case><FinishScreen work/></WithCase>
        },
        Screen::Page(case, path) => view! {
            <WithCase work case><PageScreen work path=path.clone()/></WithCase>
        },
    }
}

/// What the page's title says.
fn set_title(screen: &str) {
    platform::document().set_title(&format!("{screen} · {}", texts().common.app));
}

/// The address of a village; further segments and a query may follow.
fn village_href(case: &CaseId) -> String {
    format!("#/desa/{}/{}", case.round, case.region)
}

/// The address of a page of a village, at one of its questions where one is named.
fn page_href(case: &CaseId, page: &Path, question: Option<&Path>) -> String {
    let route = Route {
        segments: vec![
            "desa".to_owned(),
            case.round.to_string(),
            case.region.to_string(),
            "isi".to_owned(),
            page.to_string(),
        ],
        query: Vec::new(),
    };
    match question {
        Some(question) => route.with("q", question.as_str()).href(),
        None => route.href(),
    }
}

/// Goes to a page of a village.
fn go_to_page(case: &CaseId, page: &Path, question: Option<&Path>) {
    use_router().go(&page_href(case, page, question));
}

//! The office's app.
//!
//! Always: works with the keyboard alone; what a list shows can be exported.
//! Never: is part of what a phone loads.

mod admin;
mod case;
mod desk;
mod overview;
mod priority;
mod review;
mod set_up;
mod sign_in;

use leptos::prelude::*;
use shared::ids::Role;
use shared::wire::office::{AccountView, SessionView};

use crate::i18n::{Language, texts};
use crate::net::NetError;
use crate::platform;
use crate::router::{Router, use_router};
use crate::ui::{
    Button, ButtonKind, EmptyState, LanguagePicker, Loading, NavItem, NavShell, ToastPlace, Toasts,
    apply_text_size, view,
};

use admin::{
    AccountsPlace, AuditScreen, HandedPage, QuestionnairesPlace, RegionsPage, RoundsPlace,
    SafetyPage,
};
use desk::{Desk, use_desk};
use overview::OverviewScreen;
use priority::PriorityPage;
use review::ReviewScreen;
use set_up::SetUpScreen;
use sign_in::SignInScreen;

/// Starts the app in the page.
pub fn start() {
    apply_text_size();
    leptos::mount::mount_to_body(App);
}

/// Who is signed in; copy it freely.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Session {
    state: RwSignal<Standing>,
    /// Somebody has been signed in since the page was loaded.
    was_in: StoredValue<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// Nobody knows yet: the server is being asked.
    Asking,
    Out,
    In(SessionView),
}

impl Session {
    fn provide() -> Session {
        let session = Session {
            state: RwSignal::new(Standing::Asking),
            was_in: StoredValue::new(false),
        };
        provide_context(session);
        session
    }

    /// Somebody signed in. Where somebody sat at this page's desk before, the page begins anew, so that nothing of
    /// the one is sent by the other.
    fn enter(self, signed_in: SessionView) {
        if self.was_in.get_value() {
            let _ = platform::window().location().reload();
            return;
        }
        self.was_in.set_value(true);
        self.state.try_set(Standing::In(signed_in));
    }

    fn leave(self) {
        self.state.try_set(Standing::Out);
    }

    /// The account of whoever is signed in.
    pub(crate) fn account(self) -> Option<AccountView> {
        self.state.with_untracked(|state| match state {
            Standing::In(signed_in) => Some(signed_in.account.clone()),
            Standing::Asking | Standing::Out => None,
        })
    }

    /// What a person is told of a failure; one that says "not signed in" leads back to the first screen.
    pub(crate) fn explain(self, error: &NetError) -> String {
        if matches!(error, NetError::Problem(problem) if problem.status == 401) {
            self.leave();
        }
        error.text(texts())
    }
}

/// The session of this app.
pub(crate) fn use_session() -> Session {
    expect_context::<Session>()
}

#[component]
fn App() -> AnyView {
    let language = Language::provide();
    let router = Router::provide();
    Toasts::provide();
    let session = Session::provide();
    let _ = Desk::provide();
    leptos::task::spawn_local(sign_in::find_session(session));
    let set_up = Memo::new(move |_| {
        let route = router.get();
        match route.parts().as_slice() {
            ["mulai", token] => Some((*token).to_owned()),
            _ => None,
        }
    });
    let screen = move || {
        let _ = language.texts();
        if let Some(token) = set_up.get() {
            return view! { <SetUpScreen token/> };
        }
        match session.state.get() {
            Standing::Asking => view! { <Loading/> },
            Standing::Out => view! { <SignInScreen/> },
            Standing::In(signed_in) => view! { <Office signed_in/> },
        }
    };
    view! { {screen} <ToastPlace/> }
}

/// The frame that every screen of the office stands in.
#[component]
fn Office(signed_in: SessionView) -> AnyView {
    let words = &texts().console;
    let role = signed_in.account.role;
    let session = use_session();
    let leave = move |_| leptos::task::spawn_local(sign_in::sign_out(session));
    let who = (words.signed_in_as)(&signed_in.account.name);
    let foot = move || {
        view! {
            <span data-test="signed-in-as">{who}</span>
            <span class="muted">{(words.role_name)(role)}</span>
            <LanguagePicker/>
            <Button small=true kind=ButtonKind::Quiet test="sign-out" on_press=leave>{words.sign_out}</Button>
        }
    };
    if role == Role::Enumerator {
        return view! {
            <main class="signin">
                <EmptyState title=words.phone_only body=words.phone_only_body test="phone-only">{foot()}</EmptyState>
            </main>
        };
    }
    use_desk().start(signed_in.account.clone());
    let items: Vec<NavItem> = places(role);
    let router = use_router();
    // Only another place builds the screen anew; its own filters and tabs follow the address inside it.
    let place = Memo::new(move |_| router.get().segments.first().cloned().unwrap_or_default());
    let keys: Vec<String> = items.iter().map(|item| item.key.clone()).collect();
    let page = move || {
        let place = place.get();
        let is_known = place.is_empty() || keys.contains(&place);
        if is_known {
            page(&place)
        } else {
            unknown_place()
        }
    };
    view! { <NavShell items=items foot=Box::new(foot)>{page}</NavShell> }
}

/// Where this role may go.
fn places(role: Role) -> Vec<NavItem> {
    let words = &texts().console;
    let item = |key: &str, label: &str| NavItem {
        key: key.to_owned(),
        label: label.to_owned(),
        count: None,
    };
    let mut items = vec![item("ringkasan", words.overview)];
    // Administrators see that a round runs, not what was answered.
    if role.reviews() || role == Role::Analyst {
        items.push(item("pemeriksaan", words.review.title));
        items.push(item("prioritas", words.priority_title));
    }
    items.push(item("titipan", words.handed.title));
    if role == Role::Administrator {
        items.extend([
            item("kuesioner", words.questionnaires_title),
            item("ronde", words.rounds_title),
            item("akun", words.accounts_title),
            item("wilayah", words.regions_title),
            item("catatan", words.admin.audit),
            item("keamanan", words.handed.safety_title),
        ]);
    }
    items
}

/// The screen of one place, by the first word of its address.
fn page(place: &str) -> AnyView {
    let words = &texts().console;
    match place {
        "" | "ringkasan" => view! { <OverviewScreen/> },
        "pemeriksaan" => view! { <ReviewScreen/> },
        "prioritas" => titled(words.priority_title, view! { <PriorityPage/> }),
        "titipan" => titled(words.handed.title, view! { <HandedPage/> }),
        "keamanan" => titled(words.handed.safety_title, view! { <SafetyPage/> }),
        "kuesioner" => titled(words.questionnaires_title, view! { <QuestionnairesPlace/> }),
        "ronde" => titled(words.rounds_title, view! { <RoundsPlace/> }),
        "akun" => titled(words.accounts_title, view! { <AccountsPlace/> }),
        "wilayah" => titled(words.regions_title, view! { <RegionsPage/> }),
        "catatan" => titled(words.admin.audit, view! { <AuditScreen/> }),
        _ => unknown_place(),
    }
}

fn titled(title: &str, page: AnyView) -> AnyView {
    set_title(title);
    page
}

fn unknown_place() -> AnyView {
    let words = &texts().console;
    set_title(words.unknown_place);
    view! {
        <main>
            <EmptyState title=words.unknown_place body=words.unknown_place_body test="unknown-place">
                <a class="btn primary" href="#/ringkasan">{words.overview}</a>
            </EmptyState>
        </main>
    }
}

/// What the page's title says.
pub(crate) fn set_title(screen: &str) {
    platform::document().set_title(&format!("{screen} · {}", texts().common.app));
}

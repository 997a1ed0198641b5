//! Administration: regions, questionnaires, rounds, accounts and phones.
//!
//! Always: what cannot be taken back is asked first, with its consequences; what was refused is shown with its place.
//! Never: changes anything without saying so.

mod account_dialogs;
mod accounts;
mod assign;
mod audit;
mod devices;
mod enrol;
mod erase;
pub(super) mod faults;
mod handed;
pub(super) mod load;
mod pick;
mod questionnaire;
mod questionnaires;
mod regions;
mod round;
mod round_new;
mod rounds;
mod safety;
mod secret;
mod try_out;

pub(super) use audit::AuditScreen;
pub(super) use handed::HandedPage;
pub(super) use regions::RegionsPage;
pub(super) use safety::SafetyPage;

use leptos::prelude::*;
use shared::ids::{RegionLevel, Role};
use shared::time::{Millis, Moment};

use crate::i18n::{Texts, date_time_text, texts};
use crate::platform;
use crate::router::use_router;
use crate::ui::{Button, ButtonKind, Dialog, Tabs, view};

use accounts::AccountsPage;
use devices::DevicesPage;
use load::Work;
use questionnaire::QuestionnairePage;
use questionnaires::QuestionnairesPage;
use round::RoundPage;
use rounds::RoundsPage;

/// The second word of the address, if there is one.
fn below() -> Memo<Option<String>> {
    let router = use_router();
    Memo::new(move |_| router.get().segments.get(1).cloned())
}

/// Questionnaires, or one of them.
#[component]
pub(super) fn QuestionnairesPlace() -> AnyView {
    let below = below();
    let page = move || match below.get() {
        Some(id) => view! { <QuestionnairePage id/> },
        None => view! { <QuestionnairesPage/> },
    };
    page.into_any()
}

/// Rounds, or one of them.
#[component]
pub(super) fn RoundsPlace() -> AnyView {
    let below = below();
    let page = move || match below.get() {
        Some(id) => view! { <RoundPage id/> },
        None => view! { <RoundsPage/> },
    };
    page.into_any()
}

/// Accounts, or phones.
#[component]
pub(super) fn AccountsPlace() -> AnyView {
    let below = below();
    let page = move || match below.get() {
        Some(_) => view! { <DevicesPage/> },
        None => view! { <AccountsPage/> },
    };
    page.into_any()
}

/// A moment of the server as this person's clock shows it.
pub(super) fn when(time: Millis, words: &Texts) -> String {
    let here = platform::clock().moment;
    let moment = Moment { wall: time, ..here };
    date_time_text(moment, words)
}

/// How long ago that was.
fn age(time: Millis, words: &Texts) -> String {
    let past_ms = platform::clock().moment.wall.0.saturating_sub(time.0);
    (words.console.admin.age)(past_ms / 60_000)
}

fn role_word(role: Role, words: &Texts) -> &'static str {
    let admin = &words.console.admin;
    match role {
        Role::Enumerator => admin.role_enumerator,
        Role::Supervisor => admin.role_supervisor,
        Role::Regency => admin.role_regency,
        Role::Province => admin.role_province,
        Role::National => admin.role_national,
        Role::Analyst => admin.role_analyst,
        Role::Administrator => admin.role_administrator,
    }
}

fn level_word(level: RegionLevel, words: &Texts) -> &'static str {
    let admin = &words.console.admin;
    match level {
        RegionLevel::Province => admin.province,
        RegionLevel::Regency => admin.regency,
        RegionLevel::District => admin.district,
        RegionLevel::Village => admin.village,
    }
}

/// Accounts and phones are two views of one place.
fn account_tabs(chosen: &'static str) -> AnyView {
    let admin = &texts().console.admin;
    let item =
        |key: &str, title: &str, href: &str| (key.to_owned(), title.to_owned(), href.to_owned());
    let items = vec![
        item("accounts", admin.accounts, "#/akun"),
        item("devices", admin.devices, "#/akun/ponsel"),
    ];
    view! { <Tabs items=items chosen=chosen.to_owned() label=admin.accounts_and_devices/> }
}

/// Asks before something that cannot be taken back.
#[component]
fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: String,
    /// What will be, and what stays safe.
    #[prop(into)]
    body: Signal<String>,
    #[prop(into)] yes: String,
    work: Work,
    test: &'static str,
    #[prop(into)] on_yes: Callback<()>,
) -> AnyView {
    let common = &texts().common;
    let content = move || {
        let yes = yes.clone();
        view! {
            <p>{move || body.get()}</p>
            {work.failure_view()}
            <div class="actions">
                <Button small=true on_press=move |_| open.set(false)>{common.cancel}</Button>
                <Button small=true kind=ButtonKind::Danger busy=work.busy test="confirm" on_press=move |_| on_yes.run(())>
                    {yes}
                </Button>
            </div>
        }
    };
    view! { <Dialog open=open title=title test=test>{content.clone()()}</Dialog> }
}

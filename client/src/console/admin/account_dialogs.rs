//! Making accounts one by one or from a spreadsheet, new passwords, and disabling.
//!
//! Always: says before it acts what will end and what stays.
//! Never: keeps a password once its dialog is closed.

use leptos::prelude::*;
use shared::ids::Role;
use shared::wire::office::{
    AccountMade, AccountNew, AccountView, AccountsImported, Language, PasswordNew, PasswordSet,
    RegionName,
};

use super::accounts::Picked;
use super::faults::{ImportResult, importing};
use super::load::{Source, Work};
use super::pick::RegionPicker;
use super::secret::CopyBox;
use super::{Confirm, role_word};
use crate::i18n::texts;
use crate::net::{self, Auth, Body, Call, LONG_TIMEOUT_MS, Method, NetError};
use crate::platform;
use crate::ui::{
    Button, ButtonKind, Cell, Column, Dialog, Field, Message, MessageKind, Row, csv_text, view,
};

const PATH: &str = "/api/v1/accounts";
const ROLES: [(Role, &str); 7] = [
    (Role::Enumerator, "enumerator"),
    (Role::Supervisor, "supervisor"),
    (Role::Regency, "regency"),
    (Role::Province, "province"),
    (Role::National, "national"),
    (Role::Analyst, "analyst"),
    (Role::Administrator, "administrator"),
];

#[component]
pub fn AccountNewDialog(open: RwSignal<bool>, list: Source<Vec<AccountView>>) -> AnyView {
    let admin = &texts().console.admin;
    view! { <Dialog open=open title=admin.new_account test="new-account-dialog"><AccountForm open list/></Dialog> }
}

#[component]
fn AccountForm(open: RwSignal<bool>, list: Source<Vec<AccountView>>) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let work = Work::new();
    let username = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let role = RwSignal::new(Role::Enumerator);
    let regions = RwSignal::new(Vec::<RegionName>::new());
    let made = RwSignal::new(None::<AccountMade>);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let new = AccountNew {
            username: username.get_untracked().trim().to_lowercase(),
            name: name.get_untracked().trim().to_owned(),
            role: role.get_untracked(),
            regions: regions
                .get_untracked()
                .into_iter()
                .map(|region| region.code)
                .collect(),
            language: Language::Id,
            password: None,
        };
        let call = async move { net::post::<_, AccountMade>(PATH, Auth::Cookie, &new).await };
        work.run(call, move |answer| {
            list.reload();
            made.set(Some(answer));
        });
    };
    let form = move || {
        view! {
            <form class="stack" on:submit=save>
                <Field id="account-name" label=admin.full_name plain=true required=true value=name on_input=move |text| name.set(text)/>
                <Field
                    id="account-username"
                    label=admin.username
                    hint=admin.username_hint
                    plain=true
                    required=true
                    value=username
                    on_input=move |text| username.set(text)
                />
                {role_select(role)}
                <RegionPicker id="account-regions" label=admin.account_regions hint=admin.account_regions_hint chosen=regions/>
                <p class="muted small">{admin.password_generated}</p>
                {work.failure_view()}
                <div class="actions">
                    <Button small=true on_press=move |_| open.set(false)>{words.common.cancel}</Button>
                    <Button small=true kind=ButtonKind::Primary submit=true busy=work.busy test="save-account">
                        {admin.make_account}
                    </Button>
                </div>
            </form>
        }
    };
    let content = move || match made.get() {
        None => form(),
        Some(made) => password_shown(open, &made.account.username, made.password, work),
    };
    content.into_any()
}

fn role_select(role: RwSignal<Role>) -> AnyView {
    let words = texts();
    let option = |(one, key): (Role, &'static str)| {
        view! { <option value=key selected=one == role.get_untracked()>{role_word(one, words)}</option> }
    };
    let choose = move |event| {
        let key = event_target_value(&event);
        if let Some((chosen, _)) = ROLES.iter().find(|(_, name)| *name == key) {
            role.set(*chosen);
        }
    };
    view! {
        <label class="q plain">
            <span class="label">{words.console.admin.role}</span>
            <span class="field">
                <select data-test="account-role" on:change=choose>{ROLES.map(option).collect_view()}</select>
            </span>
        </label>
    }
}

/// The password, once.
fn password_shown(
    open: RwSignal<bool>,
    username: &str,
    password: Option<String>,
    work: Work,
) -> AnyView {
    let words = work.words;
    let admin = &words.console.admin;
    let content = match password {
        Some(password) => {
            let label = (admin.password_once)(username);
            view! { <CopyBox label=label text=password work=work test="new-password"/> }
        }
        None => view! { <Message kind=MessageKind::Ok>{admin.password_own}</Message> },
    };
    view! {
        <div class="stack">
            {content}
            <div class="actions">
                <Button small=true kind=ButtonKind::Primary test="password-seen" on_press=move |_| open.set(false)>
                    {words.common.close}
                </Button>
            </div>
        </div>
    }
}

#[component]
pub fn ImportDialog(open: RwSignal<bool>, list: Source<Vec<AccountView>>) -> AnyView {
    let admin = &texts().console.admin;
    view! { <Dialog open=open title=admin.import_accounts test="import-accounts-dialog"><ImportForm open list/></Dialog> }
}

#[component]
fn ImportForm(open: RwSignal<bool>, list: Source<Vec<AccountView>>) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let work = Work::new();
    let result = RwSignal::new(None::<AccountsImported>);
    let chosen = move |event: leptos::ev::Event| {
        let Some(file) = platform::taken_file(&event) else {
            return;
        };
        result.set(None);
        work.run(import(file), move |answer| {
            list.reload();
            result.set(Some(answer));
        });
    };
    view! {
        <div class="stack">
            <p>{admin.import_accounts_body}</p>
            <label class="stack tight">
                {admin.choose_file}
                <input type="file" class="file" accept=".csv,text/csv" data-test="import-accounts-file" on:change=chosen/>
            </label>
            {move || work.busy.get().then(|| importing(words))}
            {work.failure_view()}
            {move || result.get().map(imported_view)}
            <div class="actions">
                <Button small=true on_press=move |_| open.set(false)>{words.common.close}</Button>
            </div>
        </div>
    }
}

async fn import(file: web_sys::File) -> Result<AccountsImported, NetError> {
    let bytes = platform::file_bytes(&file).await;
    let bytes = bytes.ok_or_else(|| NetError::Malformed("csv".to_owned()))?;
    let path = format!("{PATH}/import");
    let mut call = Call::new(Method::Post, &path, Auth::Cookie);
    call.body = Body::Bytes {
        bytes,
        media_type: "text/csv",
    };
    call.timeout_ms = LONG_TIMEOUT_MS;
    net::read(&net::send(call).await?.text().await?)
}

/// The accounts that were made, with the passwords that nobody sees again.
fn imported_view(answer: AccountsImported) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let titles = [
        admin.username,
        admin.full_name,
        admin.role,
        words.console.password,
    ];
    let columns = titles.map(|title| Column::text("", title));
    let cells = |made: &AccountMade| {
        let account = &made.account;
        let password = made.password.clone().unwrap_or_default();
        [
            account.username.clone(),
            account.name.clone(),
            role_word(account.role, words).to_owned(),
            password,
        ]
    };
    let rows: Vec<[String; 4]> = answer.accounts.iter().map(cells).collect();
    let file = {
        let rows: Vec<Row> = rows
            .iter()
            .map(|row| Row {
                id: row[0].clone(),
                href: None,
                cells: row.iter().map(Cell::text).collect(),
            })
            .collect();
        csv_text(&columns, &rows)
    };
    let download = move |_| platform::download_text("akun.csv", &file);
    let row = |row: [String; 4]| {
        let test = format!("made-{}", row[0]);
        let cells = row
            .into_iter()
            .zip(titles)
            .map(|(cell, title)| view! { <td data-label=title>{cell}</td> });
        view! { <tr data-test=test>{cells.collect_view()}</tr> }
    };
    view! {
        <ImportResult import=answer.import/>
        <Message kind=MessageKind::Doubt>{admin.passwords_once}</Message>
        <Button small=true kind=ButtonKind::Primary test="download-passwords" on_press=download>{admin.download_passwords}</Button>
        <div class="panel faults">
            <div class="table-scroll" tabindex="0" role="region" aria-label=admin.accounts_made>
                <table class="as-cards">
                    <thead><tr>{titles.map(|title| view! { <th scope="col">{title}</th> }).collect_view()}</tr></thead>
                    <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
}

/// Opens the dialog when an account is picked, and lets go of it when it is closed.
pub fn opened_by(picked: Picked) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if picked.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |was: Option<bool>| {
        let is_open = open.get();
        if was == Some(true) && !is_open {
            picked.set(None);
        }
        is_open
    });
    open
}

#[component]
pub fn ResetDialog(picked: Picked) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let open = opened_by(picked);
    let content = move || {
        let account = picked.get_untracked();
        account.map(|account| view! { <ResetForm open account/> })
    };
    view! { <Dialog open=open title=admin.reset_password test="reset-dialog">{content()}</Dialog> }
}

#[component]
fn ResetForm(open: RwSignal<bool>, account: AccountView) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let work = Work::new();
    let made = RwSignal::new(None::<PasswordSet>);
    let (id, username, name) = (account.id, account.username, account.name);
    let reset = move |_| {
        let call = async move {
            let path = format!("{PATH}/{id}/password");
            net::post::<_, PasswordSet>(&path, Auth::Cookie, &PasswordNew::default()).await
        };
        work.run(call, move |answer| made.set(Some(answer)));
    };
    let content = move || match made.get() {
        Some(made) => password_shown(open, &username, made.password, work),
        None => view! {
            <div class="stack">
                <p><b>{(admin.reset_title)(&name)}</b></p>
                <p>{admin.reset_body}</p>
                {work.failure_view()}
                <div class="actions">
                    <Button small=true on_press=move |_| open.set(false)>{words.common.cancel}</Button>
                    <Button small=true kind=ButtonKind::Primary busy=work.busy test="reset-password" on_press=reset>
                        {admin.reset_do}
                    </Button>
                </div>
            </div>
        },
    };
    content.into_any()
}

#[component]
pub fn DisableDialog(picked: Picked, list: Source<Vec<AccountView>>) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let open = opened_by(picked);
    let work = Work::new();
    let body = Signal::derive(move || {
        let name = picked.with(|picked| picked.as_ref().map(|account| account.name.clone()));
        let title = name
            .map(|name| (admin.disable_title)(&name))
            .unwrap_or_default();
        format!("{title} {}", admin.disable_body)
    });
    let disable = move |()| {
        let Some(account) = picked.get_untracked() else {
            return;
        };
        let call = async move {
            let path = format!("{PATH}/{}/disable", account.id);
            net::send(Call::new(Method::Post, &path, Auth::Cookie)).await
        };
        work.run(call, move |_| {
            open.set(false);
            work.toasts.say((admin.account_disabled)(&account.name));
            list.reload();
        });
    };
    view! {
        <Confirm open=open title=admin.disable body=body yes=admin.disable work=work test="disable-dialog" on_yes=disable/>
    }
}

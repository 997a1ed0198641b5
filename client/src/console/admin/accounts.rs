//! Accounts: the list, and what can be done with one.
//!
//! Always: a generated password is shown once, in the dialog that made it.
//! Never: deletes an account; it is disabled, and its work stays.

use leptos::prelude::*;
use shared::wire::office::AccountView;

use super::account_dialogs::{AccountNewDialog, DisableDialog, ImportDialog, ResetDialog};
use super::enrol::EnrolDialog;
use super::load::Source;
use super::{account_tabs, role_word};
use crate::i18n::texts;
use crate::ui::{Button, ButtonKind, Cell, ChipKind, Column, DataTable, Row, view};

/// The one account that a dialog is about.
pub type Picked = RwSignal<Option<AccountView>>;

#[component]
pub fn AccountsPage() -> AnyView {
    let admin = &texts().console.admin;
    let list = Source::<Vec<AccountView>>::new("/api/v1/accounts");
    let (making, importing) = (RwSignal::new(false), RwSignal::new(false));
    let (enrolling, resetting, disabling) = (
        RwSignal::new(None),
        RwSignal::new(None),
        RwSignal::new(None),
    );
    let rows = Signal::derive(move || {
        list.or_empty()
            .get()
            .into_iter()
            .map(row)
            .collect::<Vec<_>>()
    });
    let actions = Callback::new(move |username: String| {
        let found = list.value.with_untracked(|list| {
            let mut list = list.iter().flatten();
            list.find(|account| account.username == username).cloned()
        });
        found.map_or_else(
            || ().into_any(),
            |account| row_actions(account, enrolling, resetting, disabling),
        )
    });
    view! {
        <header class="pagehead">
            <h1>{admin.accounts_and_devices}</h1>
            <span class="sp"></span>
            <Button small=true test="import-accounts" on_press=move |_| importing.set(true)>{admin.import_accounts}</Button>
            <Button small=true kind=ButtonKind::Primary test="new-account" on_press=move |_| making.set(true)>
                {admin.new_account}
            </Button>
        </header>
        <main>
            {account_tabs("accounts")}
            {list.show(move || {
                view! { <DataTable columns=columns() rows=rows name=admin.accounts actions=actions row_test="account-row"/> }
            })}
        </main>
        <AccountNewDialog open=making list/>
        <ImportDialog open=importing list/>
        <EnrolDialog picked=enrolling/>
        <ResetDialog picked=resetting/>
        <DisableDialog picked=disabling list/>
    }
}

fn columns() -> Vec<Column> {
    let admin = &texts().console.admin;
    vec![
        Column::text("name", admin.full_name),
        Column::text("username", admin.username),
        Column::text("role", admin.role),
        Column::text("regions", admin.account_regions),
        Column::text("state", admin.state),
    ]
}

fn row(account: AccountView) -> Row {
    let words = texts();
    let admin = &words.console.admin;
    let codes: Vec<&str> = account
        .regions
        .iter()
        .map(|region| region.as_str())
        .collect();
    let regions = if codes.is_empty() {
        admin.everywhere.to_owned()
    } else {
        codes.join(", ")
    };
    let state = if account.disabled {
        Cell::chip(ChipKind::Plain, admin.disabled)
    } else if account.revived.is_some() {
        Cell::chip(ChipKind::Wait, admin.revived)
    } else {
        Cell::chip(ChipKind::Ok, admin.active)
    };
    Row {
        id: account.username.clone(),
        href: None,
        cells: vec![
            Cell::text(account.name),
            Cell::text(account.username),
            Cell::text(role_word(account.role, words)),
            Cell::text(regions),
            state,
        ],
    }
}

fn row_actions(
    account: AccountView,
    enrolling: Picked,
    resetting: Picked,
    disabling: Picked,
) -> AnyView {
    if account.disabled {
        return ().into_any();
    }
    let admin = &texts().console.admin;
    let test = format!("enrol-{}", account.username);
    let button = |title: &'static str, test: String, picked: Picked| {
        let account = account.clone();
        let press = move |_| picked.set(Some(account.clone()));
        view! { <button type="button" class="btn quiet small" data-test=test on:click=press>{title}</button> }
    };
    view! {
        {button(admin.enrol, test, enrolling)}
        {button(admin.reset_password, format!("reset-{}", account.username), resetting)}
        {button(admin.disable, format!("disable-{}", account.username), disabling)}
    }
}

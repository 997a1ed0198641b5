//! Handing out villages: an enumerator, villages of a regency, and perhaps some modules only.
//!
//! Always: a village that somebody has already says who; a district can be chosen at once.
//! Never: sends more villages at a time than the server takes.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::{RegionId, Role};
use shared::questionnaire::model::Questionnaire;
use shared::wire::office::{
    AccountView, AssignmentNew, AssignmentView, REGIONS_PER_ANSWER_MAX, RegionView, RoundView,
    VILLAGES_PER_ASSIGNMENT_MAX,
};

use super::load::{Source, Work};
use super::questionnaire::fetch;
use super::role_word;
use super::round::changed;
use crate::i18n::texts;
use crate::net::Method;
use crate::ui::{Button, ButtonKind, Choice, Dialog, Message, MessageKind, Options, Pick, view};

#[component]
pub fn AssignDialog(
    open: RwSignal<bool>,
    round: RoundView,
    assignments: Source<Vec<AssignmentView>>,
) -> AnyView {
    let admin = &texts().console.admin;
    view! {
        <Dialog open=open title=admin.assign test="assign-dialog">
            <AssignForm open round=round.clone() assignments/>
        </Dialog>
    }
}

/// What is being put together.
#[derive(Clone, Copy)]
struct Draft {
    account: RwSignal<String>,
    villages: RwSignal<BTreeSet<RegionId>>,
    modules: RwSignal<Vec<String>>,
}

#[component]
fn AssignForm(
    open: RwSignal<bool>,
    round: RoundView,
    assignments: Source<Vec<AssignmentView>>,
) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let work = Work::new();
    let accounts = Source::<Vec<AccountView>>::new("/api/v1/accounts");
    let draft = Draft {
        account: RwSignal::new(String::new()),
        villages: RwSignal::new(BTreeSet::new()),
        modules: RwSignal::new(Vec::new()),
    };
    let round_id = round.id;
    let questionnaire = round.questionnaire.to_string();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Ok(account) = draft.account.get_untracked().parse() else {
            work.refuse(admin.choose_enumerator_first);
            return;
        };
        let villages: Vec<RegionId> = draft.villages.get_untracked().into_iter().collect();
        if villages.is_empty() {
            work.refuse(admin.choose_villages_first);
            return;
        }
        let body = AssignmentNew {
            round: round_id,
            account,
            villages: villages
                .into_iter()
                .take(VILLAGES_PER_ASSIGNMENT_MAX)
                .collect(),
            modules: draft.modules.get_untracked(),
        };
        work.run(changed(Method::Post, body), move |answer| {
            work.toasts.say((admin.assigned_count)(answer.changed));
            assignments.reload();
            open.set(false);
        });
    };
    let count = move || (admin.assign_count)(draft.villages.with(BTreeSet::len));
    view! {
        <form class="stack" on:submit=save>
            {accounts.show(move || enumerator_select(accounts, draft.account))}
            <VillagePicker round assignments chosen=draft.villages/>
            <ModulePicker questionnaire chosen=draft.modules/>
            {work.failure_view()}
            <div class="actions sticky">
                <Button small=true on_press=move |_| open.set(false)>{words.common.cancel}</Button>
                <Button small=true kind=ButtonKind::Primary submit=true busy=work.busy test="save-assignment">{count}</Button>
            </div>
        </form>
    }
}

fn enumerator_select(accounts: Source<Vec<AccountView>>, chosen: RwSignal<String>) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let mut fit = accounts.or_empty().get_untracked();
    fit.retain(|one| !one.disabled && matches!(one.role, Role::Enumerator | Role::Supervisor));
    if fit.is_empty() {
        return view! {
            <Message kind=MessageKind::Doubt>
                {admin.no_enumerators} " " <a href="#/akun">{admin.accounts_and_devices}</a>
            </Message>
        };
    }
    fit.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
    let option = |one: AccountView| {
        let text = format!(
            "{} · {} · {}",
            one.name,
            one.username,
            role_word(one.role, words)
        );
        view! { <option value=one.id.to_string()>{text}</option> }
    };
    view! {
        <label class="q plain">
            <span class="label">{admin.enumerator}</span>
            <span class="field">
                <select data-test="assign-enumerator" on:change=move |event| chosen.set(event_target_value(&event))>
                    <option value="">{admin.choose}</option>
                    {fit.into_iter().map(option).collect_view()}
                </select>
            </span>
        </label>
    }
}

/// The villages of one regency, by district.
#[component]
fn VillagePicker(
    round: RoundView,
    assignments: Source<Vec<AssignmentView>>,
    chosen: RwSignal<BTreeSet<RegionId>>,
) -> AnyView {
    let admin = &texts().console.admin;
    let found = Source::<Vec<RegionView>>::new("");
    let search = RwSignal::new(String::new());
    let ask = move |code: &str| {
        found.clear();
        found.ask(format!(
            "/api/v1/regions?under={code}&level=village&limit={REGIONS_PER_ANSWER_MAX}"
        ));
    };
    if let Some(first) = round.regencies.first() {
        ask(first.code.as_str());
    }
    let option = |one: shared::wire::office::RegionName| {
        view! { <option value=one.code.to_string()>{format!("{} · {}", one.name, one.code)}</option> }
    };
    // Who has a village already.
    let holders = Memo::new(move |_| {
        let mut holders: BTreeMap<RegionId, String> = BTreeMap::new();
        for one in assignments.or_empty().get() {
            let names = holders.entry(one.village).or_default();
            let comma = if names.is_empty() { "" } else { ", " };
            names.push_str(&format!("{comma}{}", one.account_name));
        }
        holders
    });
    let districts = move || {
        let text = search.get().to_lowercase();
        let groups = by_district(found.or_empty().get(), &text);
        let group = |(name, villages)| view! { <District name villages chosen holders/> };
        groups.into_iter().map(group).collect_view()
    };
    view! {
        <div class="stack tight">
            <label class="q plain">
                <span class="label">{admin.regency}</span>
                <span class="field">
                    <select data-test="assign-regency" on:change=move |event| ask(&event_target_value(&event))>
                        {round.regencies.into_iter().map(option).collect_view()}
                    </select>
                </span>
            </label>
            <label class="field slim">
                <span class="sr">{admin.search_villages}</span>
                <input
                    type="search"
                    placeholder=admin.search_villages
                    autocomplete="off"
                    data-test="assign-search"
                    on:input=move |event| search.set(event_target_value(&event))
                />
            </label>
            <div class="pick-villages">{found.show(move || districts.into_any())}</div>
        </div>
    }
}

/// Villages under the name of their district, those that the text fits.
fn by_district(villages: Vec<RegionView>, text: &str) -> Vec<(String, Vec<RegionView>)> {
    let mut groups: BTreeMap<RegionId, (String, Vec<RegionView>)> = BTreeMap::new();
    for village in villages {
        let district = village.above.last();
        let name = district.map_or("", |district| district.name.as_str());
        let fits = [name, &village.name]
            .iter()
            .any(|name| name.to_lowercase().contains(text));
        let (Some(code), true) = (village.code.parent(), fits) else {
            continue;
        };
        let group = groups
            .entry(code)
            .or_insert_with(|| (name.to_owned(), Vec::new()));
        group.1.push(village);
    }
    groups.into_values().collect()
}

#[component]
fn District(
    name: String,
    villages: Vec<RegionView>,
    chosen: RwSignal<BTreeSet<RegionId>>,
    holders: Memo<BTreeMap<RegionId, String>>,
) -> AnyView {
    let admin = &texts().console.admin;
    let codes: Vec<RegionId> = villages
        .iter()
        .map(|village| village.code.clone())
        .collect();
    let all = codes.clone();
    let has_all = move || chosen.with(|chosen| all.iter().all(|code| chosen.contains(code)));
    let toggle_all = move |event| {
        let is_on = event_target_checked(&event);
        chosen.update(|chosen| {
            for code in &codes {
                if is_on {
                    chosen.insert(code.clone());
                } else {
                    chosen.remove(code);
                }
            }
        });
    };
    let village = move |village: RegionView| {
        let (code, held) = (village.code.clone(), village.code.clone());
        let (is_on, test) = (village.code.clone(), format!("village-{}", village.code));
        let toggle = move |event| {
            let is_on = event_target_checked(&event);
            chosen.update(|chosen| {
                if is_on {
                    chosen.insert(code.clone());
                } else {
                    chosen.remove(&code);
                }
            });
        };
        let holder = move || {
            let name = holders.with(|holders| holders.get(&held).cloned());
            name.map(|name| view! { <small class="muted">{(admin.already_with)(&name)}</small> })
        };
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    data-test=test
                    prop:checked=move || chosen.with(|chosen| chosen.contains(&is_on))
                    on:change=toggle
                />
                <span>{village.name} " " {holder}</span>
            </label>
        }
    };
    view! {
        <fieldset>
            <legend class="row">
                <b>{name}</b>
                <label class="check">
                    <input type="checkbox" data-test="select-all" prop:checked=has_all on:change=toggle_all/>
                    {admin.select_all}
                </label>
            </legend>
            <div class="villages">{villages.into_iter().map(village).collect_view()}</div>
        </fieldset>
    }
}

/// Perhaps only some modules; they are known once the questionnaire is here.
#[component]
fn ModulePicker(questionnaire: String, chosen: RwSignal<Vec<String>>) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let modules = RwSignal::new(Vec::<Choice>::new());
    spawn_local(async move {
        // Without the questionnaire all modules are handed out, which is what happens mostly.
        if let Ok(questionnaire) = fetch(&questionnaire, words).await {
            modules.try_set(module_choices(&questionnaire, words.code));
        }
    });
    let choose = move |names: Vec<String>| chosen.set(names);
    view! {
        <details>
            <summary>{admin.only_modules}</summary>
            <Options
                id="assign-modules"
                legend=admin.modules
                hint=admin.only_modules_hint
                pick=Pick::Many
                plain=true
                choices=modules
                chosen=chosen
                on_choose=choose
            />
        </details>
    }
}

fn module_choices(questionnaire: &Questionnaire, language: &str) -> Vec<Choice> {
    let language = questionnaire.language(language);
    let choice = |node: &shared::questionnaire::model::Node| Choice {
        value: node.name.clone(),
        label: node.label.plain(language),
        hint: String::new(),
    };
    questionnaire.modules().map(choice).collect()
}

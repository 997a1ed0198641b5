//! Erasing what people said of themselves in one village, when somebody asks for it.
//!
//! Always: says before what goes, what stays, and that nobody can bring it back; asks for the village's name.
//! Never: shows what is erased.

use leptos::prelude::*;
use shared::ids::{RegionLevel, RoundId};
use shared::wire::office::{RegionName, RoundView};
use shared::wire::review::ErasedView;

use super::load::{Source, Work};
use super::pick::RegionPicker;
use crate::i18n::texts;
use crate::net::{self, Auth};
use crate::ui::{Button, ButtonKind, Dialog, Field, Message, MessageKind, view};

/// The way in, and what it is for.
#[component]
pub fn ErasePersonal() -> AnyView {
    let words = texts().console.handed;
    let open = RwSignal::new(false);
    view! {
        <section class="stack" data-test="erase">
            <h2>{words.erase_title}</h2>
            <p class="muted">{words.erase_body}</p>
            <div class="actions">
                <Button small=true test="erase-open" on_press=move |_| open.set(true)>{words.erase_open}</Button>
            </div>
            <Dialog open=open title=words.erase_title test="erase-dialog"><EraseForm open/></Dialog>
        </section>
    }
}

#[component]
fn EraseForm(open: RwSignal<bool>) -> AnyView {
    let texts = texts();
    let words = texts.console.handed;
    let work = Work::new();
    let rounds = Source::<Vec<RoundView>>::new("/api/v1/rounds");
    let round = RwSignal::new(None::<RoundId>);
    let villages = RwSignal::new(Vec::<RegionName>::new());
    let typed = RwSignal::new(String::new());
    let village = move || villages.with(|all| all.last().cloned());
    let erase = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let newest = rounds.or_empty().get_untracked().first().map(|one| one.id);
        let chosen = villages.get_untracked();
        let ([village], Some(round)) = (chosen.as_slice(), round.get_untracked().or(newest)) else {
            work.refuse(words.erase_need_village);
            return;
        };
        let is_meant = typed.get_untracked().trim().to_lowercase() == village.name.to_lowercase();
        if !is_meant {
            work.refuse(&(words.erase_need_name)(&village.name));
            return;
        }
        let path = format!("/api/v1/cases/{round}/{}/erase-personal", village.code);
        let call = async move { net::post::<_, ErasedView>(&path, Auth::Cookie, &()).await };
        work.run(call, move |erased| {
            work.toasts
                .say((words.erased)(erased.answers, erased.photos));
            open.set(false);
        });
    };
    let confirm = move || {
        let village = village()?;
        let label = (words.erase_type)(&village.name);
        Some(view! {
            <Field
                id="erase-name"
                label=label
                plain=true
                required=true
                value=typed
                on_input=move |text| typed.set(text)
            />
        })
    };
    view! {
        <form class="stack" on:submit=erase>
            <Message kind=MessageKind::Doubt>{words.erase_warning}</Message>
            {rounds.show(move || round_select(rounds, round))}
            <RegionPicker
                id="erase-village"
                label=words.erase_village
                hint=words.erase_village_hint
                level=RegionLevel::Village
                chosen=villages
            />
            {confirm}
            {work.failure_view()}
            <div class="actions">
                <Button small=true on_press=move |_| open.set(false)>{texts.common.cancel}</Button>
                <Button small=true kind=ButtonKind::Danger submit=true busy=work.busy test="erase-yes">
                    {words.erase_open}
                </Button>
            </div>
        </form>
    }
}

fn round_select(rounds: Source<Vec<RoundView>>, chosen: RwSignal<Option<RoundId>>) -> AnyView {
    let words = texts().console.handed;
    let option = |one: RoundView| view! { <option value=one.id.to_string()>{one.name}</option> };
    let options: Vec<AnyView> = rounds
        .or_empty()
        .get_untracked()
        .into_iter()
        .map(option)
        .collect();
    view! {
        <label class="q plain">
            <span class="label">{words.erase_round}</span>
            <span class="field">
                <select
                    data-test="erase-round"
                    on:change=move |event| chosen.set(event_target_value(&event).parse().ok())
                >
                    {options}
                </select>
            </span>
        </label>
    }
}

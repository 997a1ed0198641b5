//! A new round: name, kind, questionnaire and regencies; or one that only phones know, under its own id.
//!
//! Always: goes to the round that was made, where its villages are handed out.
//! Never: closes on a refusal; what was typed stays.

use leptos::prelude::*;
use shared::ids::{QuestionnaireId, RegionLevel, RoundId};
use shared::wire::office::{
    NAME_CHARS_MAX, QuestionnaireView, RegionName, RoundKind, RoundNew, RoundView,
};

use super::load::{Source, Work};
use super::pick::RegionPicker;
use crate::i18n::texts;
use crate::net::{self, Auth};
use crate::router::use_router;
use crate::ui::{
    Button, ButtonKind, Choice, Dialog, Field, Message, MessageKind, Options, Pick, view,
};

#[component]
pub fn RoundNewDialog(open: RwSignal<bool>) -> AnyView {
    let admin = &texts().console.admin;
    view! { <Dialog open=open title=admin.new_round test="new-round-dialog"><RoundForm open forgotten=None/></Dialog> }
}

/// Opens a round again that this server forgot; its kabupaten are those that phones brought something of.
#[component]
pub fn RoundAgainDialog(
    open: RwSignal<bool>,
    round: RoundId,
    regencies: Vec<RegionName>,
) -> AnyView {
    let words = texts().console.handed;
    let forgotten = Some((round, regencies));
    view! {
        <Dialog open=open title=words.forgotten_open test="round-again-dialog">
            <p>{words.forgotten_form}</p>
            <RoundForm open forgotten=forgotten.clone()/>
        </Dialog>
    }
}

#[component]
fn RoundForm(open: RwSignal<bool>, forgotten: Option<(RoundId, Vec<RegionName>)>) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let work = Work::new();
    let router = use_router();
    let name = RwSignal::new(String::new());
    let is_training = RwSignal::new(false);
    let questionnaires = Source::<Vec<QuestionnaireView>>::new("/api/v1/questionnaires");
    let questionnaire = RwSignal::new(None::<QuestionnaireId>);
    let (id, known) = forgotten.unzip();
    let regencies = RwSignal::new(known.unwrap_or_default());
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let newest = questionnaires
            .or_empty()
            .get_untracked()
            .first()
            .map(|one| one.id);
        let Some(questionnaire) = questionnaire.get_untracked().or(newest) else {
            work.refuse(admin.need_questionnaire);
            return;
        };
        let new = RoundNew {
            id,
            name: name
                .get_untracked()
                .trim()
                .chars()
                .take(NAME_CHARS_MAX)
                .collect(),
            kind: if is_training.get_untracked() {
                RoundKind::Training
            } else {
                RoundKind::Real
            },
            questionnaire,
            regencies: regencies
                .get_untracked()
                .into_iter()
                .map(|one| one.code)
                .collect(),
        };
        let call =
            async move { net::post::<_, RoundView>("/api/v1/rounds", Auth::Cookie, &new).await };
        work.run(call, move |round| {
            work.toasts.say((admin.round_opened)(&round.name));
            router.go(&format!("#/ronde/{}", round.id));
            open.set(false);
        });
    };
    view! {
        <form class="stack" on:submit=save>
            {name_field(name)}
            <KindOptions is_training/>
            {questionnaires.show(move || questionnaire_select(questionnaires, questionnaire))}
            <RegionPicker
                id="round-regencies"
                label=admin.regencies
                hint=admin.regencies_hint
                level=RegionLevel::Regency
                chosen=regencies
            />
            {work.failure_view()}
            <div class="actions">
                <Button small=true on_press=move |_| open.set(false)>{words.common.cancel}</Button>
                <Button small=true kind=ButtonKind::Primary submit=true busy=work.busy test="save-round">
                    {admin.open_round}
                </Button>
            </div>
        </form>
    }
}

fn name_field(name: RwSignal<String>) -> AnyView {
    let admin = &texts().console.admin;
    view! {
        <Field
            id="round-name"
            label=admin.round_name
            hint=admin.round_name_hint
            plain=true
            required=true
            value=name
            on_input=move |text| name.set(text)
        />
    }
}

#[component]
fn KindOptions(is_training: RwSignal<bool>) -> AnyView {
    let admin = &texts().console.admin;
    let choice = |value: &str, label: &str, hint: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: hint.to_owned(),
    };
    let choices = vec![
        choice("real", admin.real, admin.real_hint),
        choice("training", admin.training, admin.training_hint),
    ];
    let chosen = Signal::derive(move || {
        let value = if is_training.get() {
            "training"
        } else {
            "real"
        };
        vec![value.to_owned()]
    });
    let choose =
        move |chosen: Vec<String>| is_training.set(chosen.contains(&"training".to_owned()));
    view! {
        <Options
            id="round-kind"
            legend=admin.round_kind
            pick=Pick::One
            plain=true
            choices=choices
            chosen=chosen
            on_choose=choose
        />
    }
}

fn questionnaire_select(
    questionnaires: Source<Vec<QuestionnaireView>>,
    chosen: RwSignal<Option<QuestionnaireId>>,
) -> AnyView {
    let admin = &texts().console.admin;
    let list = questionnaires.or_empty().get_untracked();
    if list.is_empty() {
        return view! {
            <Message kind=MessageKind::Doubt>
                {admin.need_questionnaire} <a href="#/kuesioner">{admin.questionnaires}</a>
            </Message>
        };
    }
    let option = |one: QuestionnaireView| {
        view! { <option value=one.id.to_string()>{format!("{} · {}", one.title, one.version)}</option> }
    };
    view! {
        <label class="q plain">
            <span class="label">{admin.questionnaire}</span>
            <span class="field">
                <select
                    data-test="round-questionnaire"
                    on:change=move |event| chosen.set(event_target_value(&event).parse().ok())
                >
                    {list.into_iter().map(option).collect_view()}
                </select>
            </span>
        </label>
    }
}

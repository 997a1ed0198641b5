//! Freezing a ranking: seed, changes by hand, and what the minutes say.
//!
//! Always: what was typed stays when the server refuses; every fault is shown at once.
//! Never: computes the record; the server does, from the answers that are approved then.

use leptos::prelude::*;
use shared::priority::{Change, ChangedTo, Problem};
use shared::wire::priority::{DecisionNew, DecisionView, Despite, Minutes, Signatory};

use super::Work;
use crate::console::admin::load;
use crate::i18n::texts;
use crate::router::use_router;
use crate::ui::{Button, ButtonKind, Dialog, Field, Message, MessageKind, live, view};

/// So many villages that are waited for get a change to fill in; the server names the others.
const AWAITED_TYPED_MAX: usize = 50;

#[component]
pub fn FreezeDialog(open: RwSignal<bool>, work: Work) -> AnyView {
    let words = &texts().console.deciding;
    view! { <Dialog open=open title=words.freeze test="freeze-dialog"><Form work=work/></Dialog> }
}

/// What is typed about one village.
#[derive(Debug, Clone, Copy)]
struct ChangeRow {
    key: u32,
    region: RwSignal<String>,
    to: RwSignal<ChangedTo>,
    by: RwSignal<String>,
    reason: RwSignal<String>,
}

#[derive(Debug, Clone, Copy)]
struct SignatoryRow {
    key: u32,
    name: RwSignal<String>,
    position: RwSignal<String>,
}

/// Everything that is typed; copy it freely.
#[derive(Debug, Clone, Copy)]
struct Typed {
    seed: RwSignal<String>,
    number: RwSignal<String>,
    place: RwSignal<String>,
    date: RwSignal<String>,
    changes: RwSignal<Vec<ChangeRow>>,
    signatories: RwSignal<Vec<SignatoryRow>>,
    /// Who decides although there is something to be looked at, and why.
    despite_by: RwSignal<String>,
    despite_reason: RwSignal<String>,
    next: StoredValue<u32>,
}

impl Typed {
    fn new(seed: String) -> Typed {
        let today = crate::platform::clock().moment;
        let typed = Typed {
            seed: RwSignal::new(seed),
            number: RwSignal::new(String::new()),
            place: RwSignal::new(String::new()),
            date: RwSignal::new(crate::i18n::date_text(today.date(), texts())),
            changes: RwSignal::new(Vec::new()),
            signatories: RwSignal::new(Vec::new()),
            despite_by: RwSignal::new(String::new()),
            despite_reason: RwSignal::new(String::new()),
            next: StoredValue::new(0),
        };
        typed.add_signatory();
        typed
    }

    fn key(self) -> u32 {
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        key
    }

    fn add_change(self, region: &str, to: ChangedTo) {
        let row = ChangeRow {
            key: self.key(),
            region: RwSignal::new(region.to_owned()),
            to: RwSignal::new(to),
            by: RwSignal::new(String::new()),
            reason: RwSignal::new(String::new()),
        };
        self.changes.update(|rows| rows.push(row));
    }

    fn add_signatory(self) {
        if Minutes::SIGNATORIES_MAX <= self.signatories.with_untracked(Vec::len) {
            return;
        }
        let row = SignatoryRow {
            key: self.key(),
            name: RwSignal::new(String::new()),
            position: RwSignal::new(String::new()),
        };
        self.signatories.update(|rows| rows.push(row));
    }

    fn decision(self) -> DecisionNew {
        let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        let changes = self.changes.get_untracked().into_iter();
        let people = self.signatories.get_untracked().into_iter();
        let despite = Despite {
            by: text(self.despite_by),
            reason: text(self.despite_reason),
        };
        DecisionNew {
            seed: text(self.seed),
            changes: changes
                .map(|row| Change {
                    region: text(row.region),
                    to: row.to.get_untracked(),
                    by: text(row.by),
                    reason: text(row.reason),
                })
                .collect(),
            minutes: Minutes {
                number: text(self.number),
                place: text(self.place),
                date: text(self.date),
                signatories: people
                    .map(|row| Signatory {
                        name: text(row.name),
                        position: text(row.position),
                    })
                    .filter(|it| !it.name.is_empty() || !it.position.is_empty())
                    .collect(),
                despite: despite.is_given().then_some(despite),
            },
        }
    }
}

#[component]
fn Form(work: Work) -> AnyView {
    let words = &texts().console.deciding;
    let router = use_router();
    let typed = Typed::new(work.engine.seed());
    let sending = load::Work::new();
    let base = work.engine.base_ranking();
    let selection = base.as_ref().and_then(|it| it.selection.as_ref());
    let selects = selection.is_some();
    let awaited = selection.map_or(&[][..], |it| &it.awaited);
    // Whoever decides without waiting for them answers for each.
    for village in awaited.iter().take(AWAITED_TYPED_MAX) {
        typed.add_change(&village.region, ChangedTo::NotChosen);
    }
    let awaited = (!awaited.is_empty()).then(|| {
        let text = (words.freeze_awaited)(awaited.len());
        view! { <Message kind=MessageKind::Doubt test="freeze-awaited">{text}</Message> }
    });
    let cautioned = super::cautioned(work, selection);
    let despite = (!cautioned.is_empty()).then(|| despite(&cautioned, typed));
    let path = work.base.with_value(|base| base.at("/decisions"));
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (path, new) = (path.clone(), typed.decision());
        let call = async move { load::post_slow::<_, DecisionView>(&path, &new).await };
        sending.run(call, move |decision| {
            sending.toasts.say(words.frozen_now);
            let route = router.get_untracked().with("view", "decisions");
            router.go(&route.with("decision", &decision.id.to_string()).href());
        });
    };
    let changes = selects.then(|| changes(work, typed));
    view! {
        <form class="stack" on:submit=save>
            <p class="small muted">{words.freeze_body}</p>
            <Field id="freeze-seed" label=words.seed_label hint=words.seed_hint value=typed.seed
                on_input=move |text| typed.seed.set(text) required=true plain=true/>
            <div class="grid">
                {text_field("freeze-number", words.number_label, typed.number)}
                {text_field("freeze-place", words.place_label, typed.place)}
                {text_field("freeze-date", words.date_label, typed.date)}
            </div>
            {signatories(typed)}
            {despite}
            {awaited}
            {changes}
            {sending.failure_view()}
            <div class="actions">
                <Button kind=ButtonKind::Primary submit=true busy=sending.busy test="freeze-now">{words.freeze}</Button>
            </div>
        </form>
    }
}

/// What is to be looked at in the method, and who decides all the same.
fn despite(cautioned: &[Problem], typed: Typed) -> AnyView {
    let words = &texts().console.deciding;
    view! {
        <fieldset class="stack tight" data-test="freeze-despite">
            <legend>{texts().console.ruling.despite}</legend>
            {super::cautions(cautioned)}
            <p class="small muted">{texts().console.ruling.despite_body}</p>
            <div class="grid">
                {text_field("despite-by", words.change_by, typed.despite_by)}
                {text_field("despite-reason", words.change_reason, typed.despite_reason)}
            </div>
        </fieldset>
    }
}

fn text_field(id: impl Into<String>, label: &'static str, value: RwSignal<String>) -> AnyView {
    let id = id.into();
    view! { <Field id=id label=label value=value on_input=move |text| value.set(text) plain=true/> }
}

fn signatories(typed: Typed) -> AnyView {
    let words = &texts().console.deciding;
    let row = move |row: SignatoryRow| {
        let remove = move |_| {
            typed
                .signatories
                .update(|rows| rows.retain(|it| it.key != row.key))
        };
        view! {
            <div class="grid row-of">
                {text_field(format!("signatory-name-{}", row.key), words.signatory_name, row.name)}
                {text_field(format!("signatory-position-{}", row.key), words.signatory_position, row.position)}
                <Button small=true kind=ButtonKind::Quiet on_press=remove>{words.remove}</Button>
            </div>
        }
    };
    let rows = move || typed.signatories.get().into_iter().map(row).collect_view();
    view! {
        <fieldset class="stack tight">
            <legend>{words.signatories}</legend>
            {live(rows)}
            <div class="row">
                <Button small=true test="add-signatory" on_press=move |_| typed.add_signatory()>{words.add_signatory}</Button>
            </div>
        </fieldset>
    }
}

fn changes(work: Work, typed: Typed) -> AnyView {
    let words = &texts().console.deciding;
    let row = move |row: ChangeRow| {
        let remove = move |_| {
            typed
                .changes
                .update(|rows| rows.retain(|it| it.key != row.key))
        };
        let choose = move |event| {
            let wanted = event_target_value(&event);
            let found = ChangedTo::ALL.into_iter().find(|it| it.word() == wanted);
            row.to.set(found.unwrap_or(ChangedTo::Chosen));
        };
        let option = |to: ChangedTo| {
            let word = match to {
                ChangedTo::Chosen => words.to_chosen,
                ChangedTo::Reserve => words.to_reserve,
                ChangedTo::NotChosen => words.to_not_chosen,
            };
            let is_chosen = row.to.get_untracked() == to;
            view! { <option value=to.word() selected=is_chosen>{word}</option> }
        };
        view! {
            <div class="card stack tight">
                <div class="grid">
                    {village_field(work, row)}
                    <label class="q plain">
                        <span class="label">{words.change_to}</span>
                        <span class="field"><select data-test=format!("change-to-{}", row.key) on:change=choose>
                            {ChangedTo::ALL.into_iter().map(option).collect_view()}
                        </select></span>
                    </label>
                    {text_field(format!("change-by-{}", row.key), words.change_by, row.by)}
                </div>
                {text_field(format!("change-reason-{}", row.key), words.change_reason, row.reason)}
                <Button small=true kind=ButtonKind::Quiet on_press=remove>{words.remove}</Button>
            </div>
        }
    };
    let rows = move || typed.changes.get().into_iter().map(row).collect_view();
    view! {
        <fieldset class="stack tight">
            <legend>{words.by_hand}</legend>
            <p class="small muted">{words.by_hand_body}</p>
            {live(rows)}
            <div class="row">
                <Button small=true test="add-change" on_press=move |_| typed.add_change("", ChangedTo::Chosen)>{words.add_change}</Button>
            </div>
        </fieldset>
    }
}

/// The code of a village, with its name as soon as it is one of the ranking.
fn village_field(work: Work, row: ChangeRow) -> AnyView {
    let words = &texts().console.deciding;
    let name = move || {
        let base = work.engine.base_ranking()?;
        let unit = row
            .region
            .with(|code| base.ranking.unit(code.trim()).cloned())?;
        Some(view! { <small class="muted">{unit.name} ", " {unit.group.name}</small> })
    };
    view! {
        <div>
            {text_field(format!("change-region-{}", row.key), words.change_village, row.region)}
            {live(name)}
        </div>
    }
}

//! A questionnaire as a phone shows it, to be tried: pages, skip logic, checks; what is typed is kept nowhere.
//!
//! Always: the same interview as on the phone, over the compiled form.
//! Never: writes an answer.

use std::sync::Arc;

use leptos::prelude::*;
use shared::answers::{Answer, AnswerSet, Value};
use shared::ids::{OpId, Path};
use shared::questionnaire::interview::{
    FindingKind, Interview, ItemView, PageId, PageKind, PageView, RowView, Surroundings, Village,
};
use shared::questionnaire::model::{Kind, Questionnaire};
use shared::questionnaire::typed::{date_time_typed, format_value, parse_typed};
use shared::sorted::Map;

use crate::i18n::texts;
use crate::platform;
use crate::ui::{
    Button, ButtonKind, Choice, Field, FieldKind, Message, MessageKind, Options, Pick, effect,
    kept, live, view,
};

/// The interview that is tried; copy it freely.
#[derive(Clone, Copy)]
struct Trial {
    interview: StoredValue<Interview, LocalStorage>,
    /// Changes with every answer.
    edition: RwSignal<u64>,
    page: RwSignal<Option<PageId>>,
    language: RwSignal<String>,
    rows: StoredValue<u8>,
}

impl Trial {
    fn change(self, change: impl FnOnce(&mut Interview)) {
        self.interview.update_value(change);
        self.edition.update(|edition| *edition += 1);
    }

    fn answer(self, path: &Path, value: Option<Value>) {
        self.change(|interview| {
            interview.answer(path, value.map(Answer::Value));
            for (path, value) in interview.triggered_by(path) {
                interview.answer(&path, value.map(Answer::Value));
            }
        });
    }

    /// Takes the defaults of a page, as a phone does when it shows one.
    fn take_defaults(self, shown: &[ItemView]) {
        let defaults = self.look(Interview::defaults_to_take);
        let mut here = defaults
            .into_iter()
            .filter(|(path, _)| shown.iter().any(|item| item.path == *path))
            .peekable();
        if here.peek().is_some() {
            let all: Vec<_> = here.collect();
            self.change(|interview| {
                for (path, value) in all {
                    interview.answer(&path, Some(Answer::Value(value)));
                }
            });
        }
    }

    fn look<T>(self, look: impl FnOnce(&Interview) -> T) -> T {
        self.interview.with_value(look)
    }

    fn pages(self) -> Vec<PageView> {
        let language = self.language.get();
        self.look(|interview| interview.pages(&language))
    }
}

/// The phone's screen with the first page.
pub(super) fn try_out(questionnaire: &Arc<Questionnaire>) -> AnyView {
    let admin = &texts().console.admin;
    let surroundings = Surroundings {
        moment: platform::clock().moment,
        village: Village {
            code: "53.21.01.2001".to_owned(),
            name: admin.try_village.to_owned(),
            kind: None,
        },
        facts: Map::new(),
        last_saved: Map::new(),
    };
    let interview = Interview::new(questionnaire.clone(), AnswerSet::default(), surroundings);
    let trial = Trial {
        interview: StoredValue::new_local(interview),
        edition: RwSignal::new(0),
        page: RwSignal::new(None),
        language: RwSignal::new(texts().code.to_owned()),
        rows: StoredValue::new(0),
    };
    let spoken = questionnaire.languages.clone();
    let option = move |each: &shared::questionnaire::model::Language| {
        let (code, name) = (each.code.clone(), each.name.clone());
        let chosen = code == trial.language.get_untracked();
        view! { <option value=code selected=chosen>{name}</option> }
    };
    let languages = (1 < spoken.len()).then(|| {
        view! {
            <label class="q plain">
                <span class="sr">{texts().common.language}</span>
                <span class="field">
                    <select data-test="try-language" on:change=move |event| trial.language.set(event_target_value(&event))>
                        {spoken.iter().map(option).collect_view()}
                    </select>
                </span>
            </label>
        }
    });
    let begin_anew = move |_| {
        trial.change(|interview| {
            interview.replace(AnswerSet::default());
        });
        trial.page.set(None);
    };
    view! {
        <section class="try" aria-label=admin.try_title data-test="try-out">
            <div class="row apart">
                {languages}
                <Button small=true kind=ButtonKind::Quiet test="try-anew" on_press=begin_anew>{admin.try_anew}</Button>
            </div>
            <div class="phone">{live(move || page(trial))}</div>
        </section>
    }
}

/// The page that is shown; when an answer made it vanish, the one before it.
fn page(trial: Trial) -> AnyView {
    let place = kept(move || {
        let _ = trial.edition.get();
        let pages = trial.pages();
        let wanted = trial.page.get();
        let at = wanted.and_then(|id| pages.iter().position(|page| page.id == id));
        let at = at.unwrap_or(0);
        let ids: Vec<PageId> = pages.iter().map(|page| page.id.clone()).collect();
        (ids, at)
    });
    let content = move || {
        let (ids, at) = place.get();
        let Some(id) = ids.get(at).cloned() else {
            return view! { <p class="muted pad">{texts().console.admin.try_empty}</p> };
        };
        let go = move |to: Option<&PageId>| {
            let to = to.cloned();
            move |_| trial.page.set(to.clone())
        };
        let before = at.checked_sub(1).and_then(|at| ids.get(at));
        let after = ids.get(at + 1);
        let words = &texts().common;
        view! {
            <div class="pad stack wide" data-test="try-page">{titles_and_items(trial, &id)}</div>
            <footer class="row apart pad">
                <Button test="try-back" disabled=before.is_none() on_press=go(before)>{words.back}</Button>
                <span class="small muted num">{at + 1} " / " {ids.len()}</span>
                <Button kind=ButtonKind::Primary test="try-next" disabled=after.is_none() on_press=go(after)>{words.next}</Button>
            </footer>
        }
    };
    live(content)
}

fn titles_and_items(trial: Trial, id: &PageId) -> AnyView {
    let title = {
        let id = id.clone();
        move || {
            let _ = trial.edition.get();
            let pages = trial.pages();
            let page = pages.into_iter().find(|page| page.id == id)?;
            let above = page
                .breadcrumb
                .split_last()
                .map(|(_, above)| above.join(" › "));
            Some(view! {
                <p class="small muted">{above.unwrap_or_default()}</p>
                <h2 class="question-title">{page.title.clone()}</h2>
                {(page.kind == PageKind::Rows).then(|| rows(trial, &page))}
            })
        }
    };
    let shown = RwSignal::new(Vec::<(Path, ArcRwSignal<ItemView>)>::new());
    let id = id.clone();
    effect(move |_| {
        let _ = trial.edition.get();
        let language = trial.language.get();
        let views = trial.look(|interview| interview.page(&id, &language));
        trial.take_defaults(&views);
        let before = shown.get_untracked();
        let signal = |view: ItemView| {
            let known = before.iter().find(|(path, _)| *path == view.path);
            let signal = match known {
                Some((_, signal)) => {
                    if signal.with_untracked(|old| *old != view) {
                        signal.set(view.clone());
                    }
                    signal.clone()
                }
                None => ArcRwSignal::new(view.clone()),
            };
            (view.path, signal)
        };
        let after: Vec<_> = views.into_iter().map(signal).collect();
        let same = before.len() == after.len()
            && before.iter().zip(&after).all(|(old, new)| old.0 == new.0);
        if !same {
            shown.set(after);
        }
    });
    view! {
        <div>{live(title)}</div>
        <For
            each=move || shown.get()
            key=|(path, _)| path.clone()
            children=move |(_, view)| item(trial, RwSignal::from(view))
        />
    }
}

fn rows(trial: Trial, page: &PageView) -> AnyView {
    let admin = &texts().console.admin;
    let row = |row: &RowView| {
        let (first, path) = (row.page.clone(), row.path.clone());
        let remove = move |_| {
            trial.change(|interview| {
                interview.remove_row(&path);
            });
        };
        view! {
            <div class="card">
                <b>{row.title.clone()}</b>
                <div class="row">
                    <Button small=true on_press=move |_| trial.page.set(first.clone())>{admin.try_open_row}</Button>
                    <Button small=true kind=ButtonKind::Quiet on_press=remove>{admin.try_remove_row}</Button>
                </div>
            </div>
        }
    };
    let repeat = page.id.0.clone();
    let add = move |_| {
        let number = trial.rows.get_value().wrapping_add(1);
        trial.rows.set_value(number);
        trial.change(|interview| {
            interview.add_row(&repeat, OpId([number; 16]));
        });
    };
    let add = page.can_add.then(|| {
        view! { <Button full=true test="try-add-row" on_press=add>{admin.try_add_row}</Button> }
    });
    view! { <div class="stack tight">{page.rows.iter().map(row).collect_view()} {add}</div> }
}

/// What a control is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Head {
    label: String,
    hint: String,
    unit: String,
    required: bool,
    shown_only: bool,
}

fn item(trial: Trial, item: RwSignal<ItemView>) -> AnyView {
    let head = kept(move || {
        item.with(|item| Head {
            label: item.label.clone(),
            hint: item.hint.clone(),
            unit: item.unit.clone(),
            required: item.required,
            shown_only: item.read_only || !item.kind.is_question(),
        })
    });
    let control = move || {
        let head = head.get();
        match (head.shown_only, item.with_untracked(|item| item.kind)) {
            (true, kind) => shown_only(item, kind, head),
            (false, Kind::SelectOne | Kind::SelectMultiple | Kind::Rank | Kind::Acknowledge) => {
                chosen(trial, item, head)
            }
            (false, kind) => match field_kind(kind) {
                Some(field) => typed(trial, item, field, head),
                None => placeholder(kind, head),
            },
        }
    };
    let findings = move || {
        let found = item.with(|item| item.findings.clone());
        let is_id = texts().code == "id";
        let message = move |finding: shared::questionnaire::interview::Finding| {
            let kind = match finding.kind {
                FindingKind::Error => MessageKind::Error,
                FindingKind::Doubt => MessageKind::Doubt,
            };
            let text = if is_id {
                finding.message_id
            } else {
                finding.message_en
            };
            view! { <Message kind>{text}</Message> }
        };
        found.into_iter().map(message).collect_view()
    };
    let name = item.with_untracked(|item| item.name.clone());
    view! {
        <section class="question" data-test=format!("try-{name}")>
            {live(control)}
            <div>{live(findings)}</div>
        </section>
    }
}

fn shown_only(item: RwSignal<ItemView>, kind: Kind, head: Head) -> AnyView {
    if kind == Kind::Note {
        return view! { <div class="note">{head.label}</div> };
    }
    let value = move || {
        item.with(|item| match (&item.calculated, &item.answer) {
            (Some(text), _) if !text.is_empty() => text.clone(),
            (_, Some(Answer::Value(value))) => format_value(value),
            _ => "–".to_owned(),
        })
    };
    view! {
        <div class="fed">
            <p class="small muted">{head.label}</p>
            <p class="value num">{live(value)} " " <span class="muted">{head.unit.clone()}</span></p>
        </div>
    }
}

fn field_kind(kind: Kind) -> Option<FieldKind> {
    match kind {
        Kind::Text | Kind::Barcode => Some(FieldKind::Text),
        Kind::Integer => Some(FieldKind::Integer),
        Kind::Decimal | Kind::Range => Some(FieldKind::Decimal),
        Kind::Date => Some(FieldKind::Date),
        Kind::Time => Some(FieldKind::Time),
        Kind::DateTime => Some(FieldKind::DateTime),
        _ => None,
    }
}

fn typed(trial: Trial, item: RwSignal<ItemView>, kind: FieldKind, head: Head) -> AnyView {
    let (path, of) = item.with_untracked(|item| (item.path.clone(), item.kind));
    let text = RwSignal::new(item.with_untracked(|item| match &item.answer {
        Some(Answer::Value(value)) => value.lexical(),
        _ => String::new(),
    }));
    let id = format!("try-input-{}", path.name());
    let write = move |typed: String| {
        text.set(typed.clone());
        let value = match of {
            Kind::DateTime => {
                date_time_typed(&typed, platform::clock().moment.zone_minutes).map(Value::DateTime)
            }
            _ => parse_typed(of, &typed),
        };
        trial.answer(&path, value.ok());
    };
    view! {
        <Field
            id=id
            label=head.label
            hint=head.hint
            unit=head.unit
            required=head.required
            value=text
            kind=kind
            on_input=write
        />
    }
}

fn chosen(trial: Trial, item: RwSignal<ItemView>, head: Head) -> AnyView {
    let (path, kind) = item.with_untracked(|item| (item.path.clone(), item.kind));
    let pick = match kind {
        Kind::SelectMultiple | Kind::Rank => Pick::Many,
        _ => Pick::One,
    };
    let id = format!("try-option-{}", path.name());
    let choices = Signal::derive(move || {
        if kind == Kind::Acknowledge {
            return vec![Choice {
                value: "OK".to_owned(),
                label: "OK".to_owned(),
                hint: String::new(),
            }];
        }
        let choice = |choice: &shared::questionnaire::interview::ChoiceView| Choice {
            value: choice.name.clone(),
            label: choice.label.clone(),
            hint: String::new(),
        };
        item.with(|item| {
            let choices = item.choices.iter().take(CHOICES_SHOWN_MAX);
            choices.map(choice).collect()
        })
    });
    let chosen = Signal::derive(move || {
        item.with(|item| match &item.answer {
            Some(Answer::Value(Value::Choice(name))) => vec![name.clone()],
            Some(Answer::Value(Value::Choices(names))) => names.clone(),
            _ => Vec::new(),
        })
    });
    let choose = move |names: Vec<String>| {
        let value = match pick {
            Pick::Many if names.is_empty() => None,
            Pick::Many => Some(Value::Choices(names)),
            Pick::One => names.into_iter().next().map(Value::Choice),
        };
        trial.answer(&path, value);
    };
    view! {
        <Options id=id legend=head.label hint=head.hint required=head.required pick choices chosen on_choose=choose/>
    }
}

/// Choices shown of a long list; the phone searches them.
const CHOICES_SHOWN_MAX: usize = 30;

/// What only a phone can do.
fn placeholder(kind: Kind, head: Head) -> AnyView {
    let admin = &texts().console.admin;
    view! {
        <div class="q">
            <p class="label">{head.label}</p>
            <p class="hint" hidden=head.hint.is_empty()>{head.hint.clone()}</p>
            <p class="captured muted">{(admin.kind_of_question)(kind)} " · " {admin.try_on_phone}</p>
        </div>
    }
}

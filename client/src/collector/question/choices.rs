//! One or several choices; a long list folds away once chosen, and can be searched.
//!
//! Always: choosing journals at once.
//! Never: hides a choice that is chosen.

use leptos::prelude::*;
use shared::answers::{Answer, Change, Value};
use shared::questionnaire::interview::ChoiceView;
use shared::questionnaire::model::Kind;
use shared::text::folded;

use super::{Asked, Head, beside_text, heading};
use crate::i18n::texts;
use crate::ui::{
    Button, ButtonKind, Choice, Field, FieldKind, Kept, Options, Pick, kept, live, view,
};

/// Longer lists of which one is chosen can be searched and fold away.
const PLAIN_LIST_MAX: usize = 14;
/// The most choices on the screen at once: a weak phone draws no more in a blink.
const SHOWN_MAX: usize = 50;

pub(super) fn control(asked: Asked, head: Head) -> AnyView {
    let pick = match asked.kind() {
        Kind::SelectMultiple => Pick::Many,
        _ => Pick::One,
    };
    let choices = kept(move || choices(asked));
    let chosen = Signal::derive(move || match asked.answer() {
        Some(Answer::Value(Value::Choice(name))) => vec![name],
        Some(Answer::Value(Value::Choices(names))) => names,
        _ => Vec::new(),
    });
    let choose = move |names: Vec<String>| {
        let value = match pick {
            Pick::Many if !names.is_empty() => Some(Value::Choices(names)),
            Pick::Many => None,
            Pick::One => names.into_iter().next().map(Value::Choice),
        };
        asked.write(value.map_or(Change::Unset, Change::Set));
    };
    let wants_search = ["minimal", "autocomplete", "search"];
    let wants_search = wants_search.iter().any(|word| asked.has_appearance(word));
    if asked.view.with_untracked(|view| view.is_searched) {
        return packed_list(asked, head, pick, choices, chosen, choose);
    }
    if wants_search || PLAIN_LIST_MAX < choices.with_untracked(Vec::len) {
        return long_list(asked, head, pick, choices, chosen, choose);
    }
    view! {
        <Options
            id=format!("option-{}", asked.name())
            legend=head.label
            hint=head.hint
            required=head.required
            pick
            choices=Signal::derive(move || choices.get())
            chosen
            on_choose=choose
            beside=Callback::new(move |name: String| beside_choice(asked, &name))
        />
    }
}

/// Pictures and sounds of a choice.
fn beside_choice(asked: Asked, name: &str) -> AnyView {
    asked.view.with_untracked(|view| {
        let choice = view.choices.iter().find(|choice| choice.name == name);
        beside_text(asked.work, choice.map_or(&[], |choice| &choice.media))
    })
}

fn choices(asked: Asked) -> Vec<Choice> {
    if asked.kind() == Kind::Acknowledge {
        return vec![Choice {
            value: "OK".to_owned(),
            label: texts().collector.understood().to_owned(),
            hint: String::new(),
        }];
    }
    asked.view.with(|view| {
        let choice = |choice: &ChoiceView| Choice {
            value: choice.name.clone(),
            label: choice.label.clone(),
            hint: String::new(),
        };
        view.choices.iter().map(choice).collect()
    })
}

fn long_list(
    asked: Asked,
    head: Head,
    pick: Pick,
    choices: Kept<Vec<Choice>>,
    chosen: Signal<Vec<String>>,
    choose: impl Fn(Vec<String>) + Send + Sync + Copy + 'static,
) -> AnyView {
    let unfolded = RwSignal::new(false);
    let wanted = RwSignal::new(String::new());
    let is_folded = kept(move || !unfolded.get() && !chosen.with(Vec::is_empty));
    let found = kept(move || {
        let wanted = folded(&wanted.get());
        let chosen = chosen.get();
        let is_folded = is_folded.get();
        choices.with(|choices| {
            let says_it = |choice: &Choice| {
                let name = folded(&choice.value);
                folded(&choice.label).contains(wanted.trim()) || name == wanted.trim()
            };
            let mut room = SHOWN_MAX;
            let shows = |choice: &&Choice| {
                if chosen.contains(&choice.value) {
                    return true;
                }
                let shows = !is_folded && 0 < room && says_it(choice);
                room -= usize::from(shows);
                shows
            };
            choices.iter().filter(shows).cloned().collect::<Vec<_>>()
        })
    });
    let picked = move |names: Vec<String>| {
        match pick {
            Pick::One => {
                unfolded.set(false);
                wanted.set(String::new());
                choose(names);
            }
            Pick::Many => {
                unfolded.set(true);
                // Those that the search hides stay chosen.
                let shown = found.with_untracked(|found| {
                    let names = found.iter().map(|choice| choice.value.clone());
                    names.collect::<Vec<_>>()
                });
                let before = chosen.get_untracked();
                let all = choices.with_untracked(|choices| {
                    let kept = choices.iter().map(|choice| &choice.value).filter(|name| {
                        names.contains(name) || before.contains(name) && !shown.contains(name)
                    });
                    kept.cloned().collect()
                });
                choose(all);
            }
        };
    };
    let tools = move || {
        let words = &texts().collector;
        if is_folded.get() {
            return view! {
                <Button kind=ButtonKind::Quiet test="unfold" on_press=move |_| unfolded.set(true)>
                    {words.choose_another()}
                </Button>
            };
        }
        let count = chosen.with(Vec::len);
        let of = choices.with(Vec::len);
        let told = (pick == Pick::Many && 0 < count).then(|| {
            view! { <p class="small muted num">{words.controls.chosen_of(count, of)}</p> }
        });
        view! {
            <Field
                id=format!("filter-{}", asked.name())
                label=words.search_choices()
                value=wanted
                kind=FieldKind::Search
                on_input=move |text| wanted.set(text)
                plain=true
            />
            {told}
        }
    };
    let more = move || {
        let is_cut = !is_folded.get() && SHOWN_MAX <= found.with(Vec::len);
        is_cut
            .then(|| view! { <p class="small muted">{texts().collector.controls.more_found()}</p> })
    };
    let parts = Searched {
        tools: live(tools),
        more: live(more),
        choices: Signal::derive(move || found.get()),
        chosen,
    };
    parts.view(asked, &head, pick, picked)
}

/// What a search leaves of a list, under the field and above the word that there is more.
struct Searched {
    tools: AnyView,
    more: AnyView,
    choices: Signal<Vec<Choice>>,
    chosen: Signal<Vec<String>>,
}

impl Searched {
    fn view(
        self,
        asked: Asked,
        head: &Head,
        pick: Pick,
        on_choose: impl Fn(Vec<String>) + Send + Sync + 'static,
    ) -> AnyView {
        let id = format!("option-{}", asked.name());
        let legend = head.label.clone();
        let (choices, chosen) = (self.choices, self.chosen);
        view! {
            <div class="q long-list">
                {heading(head)}
                {self.tools}
                <Options id=id legend pick choices chosen on_choose=on_choose/>
                {self.more}
            </div>
        }
    }
}

/// A list of thousands, which is searched where it lies; only what was found is drawn.
fn packed_list(
    asked: Asked,
    head: Head,
    pick: Pick,
    choices: Kept<Vec<Choice>>,
    chosen: Signal<Vec<String>>,
    choose: impl Fn(Vec<String>) + Send + Sync + Copy + 'static,
) -> AnyView {
    let wanted = RwSignal::new(String::new());
    let found = kept(move || {
        asked.work.track_answers();
        let words = wanted.get();
        if words.trim().is_empty() {
            return (Vec::new(), false);
        }
        let path = asked.path();
        let (found, more) = asked.work.look(|open| {
            let language = open.language();
            open.interview
                .search_choices(&path, &words, SHOWN_MAX, &language)
        });
        let choice = |choice: ChoiceView| Choice {
            hint: choice.name.clone(),
            value: choice.name,
            label: choice.label,
        };
        (found.into_iter().map(choice).collect::<Vec<_>>(), more)
    });
    let shown = Signal::derive(move || {
        let chosen = choices.get();
        found.with(|(found, _)| {
            let others = found
                .iter()
                .filter(|choice| !chosen.iter().any(|each| each.value == choice.value));
            chosen.iter().chain(others).cloned().collect()
        })
    });
    let picked = move |names: Vec<String>| {
        if pick == Pick::One {
            wanted.set(String::new());
        }
        choose(names);
    };
    let is_missing = kept(move || {
        asked.work.track_answers();
        asked
            .work
            .look(|open| open.interview.lists_wanted().next().is_some())
    });
    let tools = move || {
        let words = &texts().collector;
        view! {
            <Field
                id=format!("filter-{}", asked.name())
                label=words.search_choices()
                value=wanted
                kind=FieldKind::Search
                on_input=move |text| wanted.set(text)
                plain=true
            />
        }
    };
    let told = move || {
        let words = &texts().collector.controls;
        let is_empty = found.with(|(found, _)| found.is_empty());
        let text = match (is_missing.get(), found.with(|(_, more)| *more)) {
            (true, _) => words.list_missing(),
            (_, true) => words.more_found(),
            _ if is_empty && !wanted.get().trim().is_empty() => texts().common.nothing_found,
            _ => return None,
        };
        Some(view! { <p class="small muted" role="status">{text}</p> })
    };
    let parts = Searched {
        tools: tools(),
        more: live(told),
        choices: shown,
        chosen,
    };
    parts.view(asked, &head, pick, picked)
}

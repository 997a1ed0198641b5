//! One version of a questionnaire, as a phone reads it.
//!
//! Always: read from the compiled form, so that what is shown is what phones have.
//! Never: keeps what is typed into it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::questionnaire::model::{Kind, Node, NodeIndex, Questionnaire, Unit};
use shared::questionnaire::uses::uses;

use super::try_out::try_out;
use crate::i18n::{integer_text, texts};
use crate::net::{self, Auth, Call, Method, NetError};
use crate::ui::{ErrorState, Loading, live, view};

/// A questionnaire that was fetched, or why not.
type Fetched = Option<Result<Arc<Questionnaire>, String>>;

/// Fetches the compiled form; the error is a text for a person.
pub async fn fetch(id: &str, words: &'static crate::i18n::Texts) -> Result<Questionnaire, String> {
    let path = format!("/api/v1/questionnaires/{id}/compiled");
    let fetched: Result<Vec<u8>, NetError> = async {
        let answer = net::send(Call::new(Method::Get, &path, Auth::Cookie)).await?;
        Ok(answer.bytes().await?.to_vec())
    }
    .await;
    let bytes = fetched.map_err(|error| error.text(words))?;
    Questionnaire::from_bytes(&bytes).map_err(|_| words.console.admin.preview_damaged.to_owned())
}

#[component]
pub fn QuestionnairePage(#[prop(into)] id: String) -> AnyView {
    let words = texts();
    let fetched = RwSignal::new(None as Fetched);
    spawn_local(async move {
        let answer = fetch(&id, words).await;
        fetched.try_set(Some(answer.map(Arc::new)));
    });
    let content = move || match fetched.get() {
        None => view! { <main><Loading/></main> },
        Some(Err(text)) => view! { <main><ErrorState text=text/></main> },
        Some(Ok(questionnaire)) => preview(&questionnaire),
    };
    live(content)
}

fn preview(questionnaire: &Arc<Questionnaire>) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let language = questionnaire.language(words.code);
    let modules = questionnaire
        .children(0)
        .filter(|index| questionnaire.node(*index).kind == Kind::Group);
    let module = |index: NodeIndex| {
        let node = questionnaire.node(index);
        let count = (index..node.end).filter(|below| questionnaire.node(*below).kind.is_question());
        view! {
            <details class="panel" data-test=format!("module-{}", node.name)>
                <summary>
                    <b>{node.label.plain(language)}</b>
                    <span class="muted small num">{(admin.questions_count)(count.count())}</span>
                </summary>
                <ol class="questions">{below(questionnaire, index, language)}</ol>
            </details>
        }
    };
    view! {
        <header class="pagehead">
            <a class="btn quiet small" href="#/kuesioner">"‹ "{admin.questionnaires}</a>
            <h1>{questionnaire.title.clone()}</h1>
            <span class="chip plain num">{admin.version} " " {questionnaire.version.clone()}</span>
        </header>
        <main>
            <p class="muted">{admin.preview_note} " " <code>{questionnaire.form_id.clone()}</code></p>
            <div class="preview">
                {try_out(questionnaire)}
                <div class="stack">
                    {used(questionnaire)}
                    <h2>{admin.all_questions}</h2>
                    {modules.map(module).collect_view()}
                </div>
            </div>
        </main>
    }
}

/// What the form uses, counted.
fn used(questionnaire: &Questionnaire) -> AnyView {
    let admin = &texts().console.admin;
    let uses = uses(questionnaire);
    let counted = |(name, count): (String, usize)| format!("{name} {count}");
    let joined = |items: Vec<(String, usize)>| {
        let items: Vec<String> = items.into_iter().map(counted).collect();
        items.join(" · ")
    };
    let named = |items: std::collections::BTreeMap<&'static str, usize>| {
        joined(
            items
                .into_iter()
                .map(|(name, count)| (name.to_owned(), count))
                .collect(),
        )
    };
    let kinds = uses.kinds.into_iter();
    let kinds = kinds.map(|(kind, count)| ((admin.kind_of_question)(kind).to_owned(), count));
    let languages: Vec<&str> = questionnaire
        .languages
        .iter()
        .map(|language| language.name.as_str())
        .collect();
    let kilobytes = integer_text(uses.bytes.div_ceil(1024) as i64);
    let facts = [
        (admin.uses_kinds, joined(kinds.collect())),
        (admin.uses_columns, named(uses.columns)),
        (admin.uses_functions, named(uses.functions)),
        (
            admin.uses_appearances,
            joined(uses.appearances.into_iter().collect()),
        ),
        (
            admin.uses_parameters,
            joined(uses.parameters.into_iter().collect()),
        ),
        (admin.uses_choices, integer_text(uses.choices as i64)),
        (admin.uses_files, uses.files.join(", ")),
        (admin.uses_languages, languages.join(", ")),
        (admin.uses_size, format!("{kilobytes} kB")),
    ];
    let facts = facts.into_iter().filter(|(_, text)| !text.is_empty());
    let fact = |(name, text): (&'static str, String)| view! { <dt>{name}</dt> <dd>{text}</dd> };
    view! {
        <section class="panel pad" data-test="uses">
            <h2>{admin.uses}</h2>
            <dl class="facts uses">{facts.map(fact).collect_view()}</dl>
        </section>
    }
}

/// The questions and groups below a node, in their order.
fn below(questionnaire: &Questionnaire, index: NodeIndex, language: usize) -> AnyView {
    let item = |index: NodeIndex| {
        let node = questionnaire.node(index);
        if node.kind.is_container() {
            let kind = (texts().console.admin.kind_of_question)(node.kind);
            return view! {
                <li>
                    <h3>{node.label.plain(language)} " " <span class="muted small">{kind}</span></h3>
                    <ol class="questions">{below(questionnaire, index, language)}</ol>
                </li>
            };
        }
        question(questionnaire, node, language)
    };
    questionnaire
        .children(index)
        .map(item)
        .collect_view()
        .into_any()
}

fn question(questionnaire: &Questionnaire, node: &Node, language: usize) -> AnyView {
    let admin = &texts().console.admin;
    let mut facts = vec![(admin.kind_of_question)(node.kind).to_owned()];
    if let Some(list) = node.list {
        let count = questionnaire.lists[list as usize].choices.len();
        facts.push((admin.choices_count)(count));
    }
    if let Some(Unit::Text(unit)) = &node.unit {
        facts.push(unit.clone());
    }
    let marks = [
        (node.required.is_some(), admin.mark_required),
        (node.relevant.is_some(), admin.mark_relevant),
        (node.constraint.is_some(), admin.mark_constraint),
        (node.doubt.is_some(), admin.mark_doubt),
        (
            node.calculation.is_some() && node.kind != Kind::Calculate,
            admin.mark_calculated,
        ),
        (node.personal, admin.mark_personal),
    ];
    let marks = marks.into_iter().filter(|(is_so, _)| *is_so);
    let marks = marks.map(|(_, mark)| view! { <span class="mark">{mark}</span> });
    let label = node.label.plain(language);
    let label = if label.is_empty() {
        node.name.clone()
    } else {
        label
    };
    view! {
        <li>
            <span>{label}</span>
            <small class="facts">
                <code>{node.name.clone()}</code> <span>{facts.join(" · ")}</span> {marks.collect_view()}
            </small>
        </li>
    }
}

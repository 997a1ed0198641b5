//! The method as a document: read, copied, changed and saved, with every fault told while somebody types.
//!
//! Always: checked by the reader that the server has, and against the newest questionnaire of the round; what was typed
//! stays when the server refuses.
//! Never: changes a version that is kept.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::QuestionnaireId;
use shared::priority::{Method, Problem, method_hash, parse, parse_for};
use shared::questionnaire::model::Questionnaire;
use shared::wire::office::RoundView;
use shared::wire::priority::{MethodNew, MethodView};

use super::words::{hash_text, say};
use crate::console::admin::load::{self, Source};
use crate::console::admin::when;
use crate::console::desk::{Desk, use_desk};
use crate::i18n::texts;
use crate::net::{self, Auth, Call};
use crate::platform;
use crate::router::use_router;
use crate::ui::{
    Button, ButtonKind, Cell, Column, DataTable, Loading, Message, MessageKind, Row, live, view,
};

/// A pause in typing after which the document is checked.
const PAUSE_MS: u32 = 200;

#[component]
pub fn MethodEditor(
    /// The name of the method in addresses.
    key: String,
    round: Option<RoundView>,
    methods: Source<Vec<MethodView>>,
) -> AnyView {
    let document = RwSignal::new(None::<Result<String, String>>);
    let words = texts();
    let path = format!("/api/v1/methods/{}", load::encoded(&key));
    spawn_local(async move {
        let answer = match net::send(Call::new(net::Method::Get, &path, Auth::Cookie)).await {
            Ok(answer) => answer.text().await,
            Err(error) => Err(error),
        };
        document.try_set(Some(answer.map_err(|error| error.text(words))));
    });
    let questionnaire = RwSignal::new(None::<Arc<Questionnaire>>);
    let desk = use_desk();
    // The desk may still be opening its journal, through which versions of questionnaires come.
    Effect::new(move |_| {
        if let (Some(_), Some(round)) = (desk.driver(), &round) {
            spawn_local(fetch_questionnaire(
                desk,
                round.questionnaire,
                questionnaire,
            ));
        }
    });
    let content = move || match document.get() {
        None => view! { <Loading/> },
        Some(Err(text)) => view! { <Message kind=MessageKind::Error>{text}</Message> },
        Some(Ok(text)) => {
            view! { <Editor document=text questionnaire=questionnaire methods=methods/> }
        }
    };
    view! {
        {live(content)}
        <Versions methods=methods/>
    }
}

async fn fetch_questionnaire(
    desk: Desk,
    id: QuestionnaireId,
    questionnaire: RwSignal<Option<Arc<Questionnaire>>>,
) {
    let Some(driver) = desk.driver_untracked() else {
        return;
    };
    let Ok(bytes) = driver.questionnaire(id).await else {
        return;
    };
    if let Ok(read) = Questionnaire::from_bytes(&bytes) {
        questionnaire.try_set(Some(Arc::new(read)));
    }
}

/// What the reader says of a document.
#[derive(Debug, Clone, PartialEq)]
enum Checked {
    Good(Box<Method>),
    Faulty(Vec<Problem>),
}

fn check(document: &str, questionnaire: Option<&Questionnaire>) -> Checked {
    let read = match questionnaire {
        Some(questionnaire) => parse_for(document, questionnaire),
        None => parse(document),
    };
    match read {
        Ok(method) => Checked::Good(Box::new(method)),
        Err(problems) => Checked::Faulty(problems),
    }
}

#[component]
fn Editor(
    document: String,
    questionnaire: RwSignal<Option<Arc<Questionnaire>>>,
    methods: Source<Vec<MethodView>>,
) -> AnyView {
    let words = &texts().console.deciding;
    let router = use_router();
    let typed = RwSignal::new(document);
    let settled = RwSignal::new(typed.get_untracked());
    let timer = StoredValue::new_local(None::<platform::Timer>);
    let write = move |text: String| {
        typed.set(text);
        timer.set_value(Some(platform::after(PAUSE_MS, move || {
            if let Some(text) = typed.try_get_untracked() {
                settled.try_set(text);
            }
        })));
    };
    let checked = Memo::new(move |_| {
        questionnaire.with(|it| settled.with(|text| check(text, it.as_deref())))
    });
    let area = NodeRef::<html::Textarea>::new();
    let saving = load::Work::new();
    let save = move |_| {
        let new = MethodNew {
            document: typed.get_untracked(),
        };
        let call =
            async move { net::post::<_, MethodView>("/api/v1/methods", Auth::Cookie, &new).await };
        saving.run(call, move |method| {
            saving.toasts.say((words.method_saved)(&method.key()));
            methods.reload();
            router.go(&router.get_untracked().with("method", &method.key()).href());
        });
    };
    let fork = move |_| {
        let copy = typed.with_untracked(|text| forked(text));
        typed.set(copy.clone());
        settled.set(copy);
    };
    let download = move |_| {
        let name = match check(&typed.get_untracked(), None) {
            Checked::Good(method) => format!("{}-{}.toml", method.id, method.version),
            Checked::Faulty(_) => "metode.toml".to_owned(),
        };
        typed.with_untracked(|text| platform::download_text(&name, text));
    };
    let unread = move || {
        let is_missing = questionnaire.with(Option::is_none);
        is_missing.then(|| view! { <p class="small muted">{words.editor_unread}</p> })
    };
    view! {
        <section class="panel pad stack" data-test="editor">
            <p class="small muted">{words.editor_body}</p>
            <div class="row">
                <Button small=true test="fork" on_press=fork>{words.fork}</Button>
                <Button small=true test="download-method" on_press=download>{words.download_method}</Button>
                <span class="sp"></span>
                <Button small=true kind=ButtonKind::Primary busy=saving.busy test="save-method" on_press=save>
                    {words.save_method}
                </Button>
            </div>
            {saving.failure_view()}
            {live(move || faults(&checked.get(), area))}
            {live(unread)}
            <label class="sr" for="method-document">{words.editor_label}</label>
            <textarea
                id="method-document"
                class="code"
                rows="28"
                spellcheck="false"
                autocapitalize="off"
                data-test="method-document"
                node_ref=area
                prop:value=move || typed.get()
                on:input=move |event| write(event_target_value(&event))
            ></textarea>
        </section>
    }
}

/// The same method under an id and a version of its own.
fn forked(document: &str) -> String {
    let mut copy = Vec::new();
    let (mut has_id, mut has_version) = (false, false);
    for line in document.lines() {
        // Only the head of the document: tables below have ids of their own.
        match line.split_once('=') {
            Some((key, value)) if key.trim() == "id" && !has_id => {
                has_id = true;
                let id = value.trim().trim_matches('"');
                copy.push(format!("id = \"{id}_kita\""));
            }
            Some((key, _)) if key.trim() == "version" && !has_version => {
                has_version = true;
                copy.push("version = \"1\"".to_owned());
            }
            _ => copy.push(line.to_owned()),
        }
    }
    copy.push(String::new());
    copy.join("\n")
}

/// Every fault with its line, which a press goes to.
fn faults(checked: &Checked, area: NodeRef<html::Textarea>) -> AnyView {
    let words = &texts().console.deciding;
    let problems = match checked {
        Checked::Good(method) => {
            let text =
                (words.editor_good)(method.indicators.len(), &hash_text(&method_hash(method)));
            return view! { <Message kind=MessageKind::Ok test="editor-good">{text}</Message> };
        }
        Checked::Faulty(problems) => problems,
    };
    let item = |problem: &Problem| {
        let place = problem.line.map_or_else(String::new, words.editor_line);
        let line = problem.line;
        let go = move |_| {
            if let (Some(area), Some(line)) = (area.get_untracked(), line) {
                go_to_line(&area, line);
            }
        };
        view! {
            <li data-test="editor-fault">
                <button type="button" class="link" on:click=go>{place}</button>
                " " <b>{problem.place.clone()}</b> ": " {say(&problem.text).to_owned()}
            </li>
        }
    };
    let count = (words.editor_faults)(problems.len());
    let items: Vec<AnyView> = problems.iter().map(item).collect();
    view! {
        <Message kind=MessageKind::Error test="editor-faults">
            <b>{count}</b>
            <ul class="reasons">{items}</ul>
        </Message>
    }
}

/// Selects a line, counted from 1, and brings it into view.
fn go_to_line(area: &leptos::web_sys::HtmlTextAreaElement, line: usize) {
    let text = area.value();
    // The browser counts in UTF-16.
    let length = |line: &str| line.encode_utf16().count() as u32;
    let before = text.split('\n').take(line.saturating_sub(1));
    let start: u32 = before.map(|line| length(line) + 1).sum();
    let own = text.split('\n').nth(line.saturating_sub(1));
    let end = start + own.map_or(0, length);
    let _ = area.focus();
    let _ = area.set_selection_range(start, end);
    let share = line.saturating_sub(3) as f64 / text.split('\n').count().max(1) as f64;
    area.set_scroll_top((share * f64::from(area.scroll_height())) as i32);
}

#[component]
fn Versions(methods: Source<Vec<MethodView>>) -> AnyView {
    let (words, priority) = (&texts().console.deciding, &texts().console.priority);
    let router = use_router();
    let rows = Signal::derive(move || {
        let methods = methods.or_empty().get().into_iter();
        let row = |method: MethodView| {
            let stored = method.stored.clone()?;
            let key = method.key();
            let href = router.get_untracked().with("method", &key).href();
            Some(Row {
                id: key.clone(),
                href: Some(href),
                cells: vec![
                    Cell::text(key),
                    Cell::text(say(&method.label)),
                    Cell::text(hash_text(&stored.hash)),
                    Cell::number(when(stored.made, texts()), stored.made.0 as f64),
                    Cell::text(stored.made_by),
                ],
            })
        };
        methods.filter_map(row).collect::<Vec<Row>>()
    });
    let columns = vec![
        Column::text("key", texts().console.admin.code),
        Column::text("label", priority.method),
        Column::text("hash", words.minutes_record),
        Column::text("made", words.made_at),
        Column::text("by", words.made_by),
    ];
    let columns = StoredValue::new(columns);
    let content = move || {
        let is_empty = rows.with(Vec::is_empty);
        (!is_empty).then(|| {
            view! {
                <h2>{words.saved_versions}</h2>
                <DataTable columns=columns.get_value() rows=rows name=words.saved_versions row_test="method-row"/>
            }
        })
    };
    live(content)
}

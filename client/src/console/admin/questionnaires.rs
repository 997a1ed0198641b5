//! Questionnaires: the versions there are, and bringing in a new one.
//!
//! Always: all problems of a sheet are shown at once, each with sheet, row and column.
//! Never: changes a version that exists.

use leptos::prelude::*;
use shared::json::to_text;
use shared::wire::office::{
    QuestionnaireImported, QuestionnaireUpload, QuestionnaireView, UploadedFile,
};

use super::faults::{FaultTable, importing};
use super::load::{Source, Work};
use super::when;
use crate::i18n::{integer_text, texts};
use crate::net::{self, Auth, Body, Call, LONG_TIMEOUT_MS, Method, NetError};
use crate::platform;
use crate::router::use_router;
use crate::ui::{
    Button, ButtonKind, Cell, Column, DataTable, EmptyState, Message, MessageKind, Row, view,
};

const PATH: &str = "/api/v1/questionnaires";
const SHEETS: [&str; 3] = ["survey", "choices", "settings"];

#[component]
pub fn QuestionnairesPage() -> AnyView {
    let admin = &texts().console.admin;
    let list = Source::<Vec<QuestionnaireView>>::new(PATH);
    let rows = Signal::derive(move || {
        list.or_empty()
            .get()
            .into_iter()
            .map(row)
            .collect::<Vec<_>>()
    });
    let table = move || {
        if rows.with(Vec::is_empty) {
            return view! {
                <EmptyState title=admin.questionnaires_empty body=admin.questionnaires_empty_body test="no-questionnaires"/>
            };
        }
        view! { <DataTable columns=columns() rows=rows name=admin.questionnaires row_test="questionnaire-row"/> }
    };
    let is_empty = Memo::new(move |_| rows.with(Vec::is_empty));
    view! {
        <header class="pagehead"><h1>{admin.questionnaires}</h1></header>
        <main>
            {list.show(move || {
                let _ = is_empty.get();
                untrack(table)
            })}
            <ImportPanel list/>
        </main>
    }
}

fn columns() -> Vec<Column> {
    let admin = &texts().console.admin;
    vec![
        Column::text("title", admin.title),
        Column::text("version", admin.version),
        Column::number("questions", admin.questions),
        Column::number("size", admin.size),
        Column::number("rounds", admin.rounds_using),
        Column::text("imported", admin.imported),
        Column::text("by", admin.imported_by),
    ]
}

fn row(one: QuestionnaireView) -> Row {
    let kilobytes = one.compiled_bytes.div_ceil(1024);
    let mut imported = Cell::number(when(one.imported, texts()), one.imported.0 as f64);
    imported.chip = None;
    Row {
        id: one.form_id.clone(),
        href: Some(format!("#/kuesioner/{}", one.id)),
        cells: vec![
            Cell::text(one.title),
            Cell::text(one.version),
            Cell::number(
                integer_text(i64::from(one.questions)),
                f64::from(one.questions),
            ),
            Cell::number(
                format!("{} kB", integer_text(kilobytes as i64)),
                kilobytes as f64,
            ),
            Cell::number(integer_text(i64::from(one.rounds)), f64::from(one.rounds)),
            imported,
            Cell::text(one.imported_by),
        ],
    }
}

/// The ways to bring a questionnaire in.
#[component]
fn ImportPanel(list: Source<Vec<QuestionnaireView>>) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let work = Work::new();
    let router = use_router();
    let files = StoredValue::new_local([const { None::<web_sys::File> }; 3]);
    let looked_at = RwSignal::new(None::<QuestionnaireImported>);
    let done = move |made: QuestionnaireImported| {
        let one = &made.questionnaire;
        work.toasts
            .say((admin.questionnaire_imported)(&one.title, &one.version));
        list.reload();
        if made.warnings.is_empty() {
            router.go(&format!("#/kuesioner/{}", one.id));
        } else {
            looked_at.set(Some(made));
        }
    };
    let builtin = move |_| work.run(import("?source=builtin", Body::None), done);
    let beside = StoredValue::new_local(Vec::<web_sys::File>::new());
    let send = move |form: Form| {
        leptos::task::spawn_local(async move {
            match upload(form, beside.get_value()).await {
                Some(upload) => work.run(import("", Body::Json(to_text(&upload))), done),
                // It was mended since it was chosen.
                None => work.refuse(admin.file_unreadable),
            }
        });
    };
    let own = move |_| {
        let chosen = files.get_value();
        match chosen {
            [Some(survey), Some(choices), Some(settings)] => {
                send(Form::Sheets([survey, choices, settings]));
            }
            _ => work.refuse(admin.sheets_missing),
        }
    };
    let book = StoredValue::new_local(None::<web_sys::File>);
    let workbook = move |_| match book.get_value() {
        Some(file) => send(Form::Whole(file)),
        None => work.refuse(admin.workbook_missing),
    };
    let choose_beside = move |event: leptos::ev::Event| {
        beside.set_value(platform::chosen_files(&event));
    };
    let forget_beside = move |event: leptos::ev::MouseEvent| {
        platform::forget_file(&event);
        beside.set_value(Vec::new());
    };
    let forget_book = move |event: leptos::ev::MouseEvent| {
        platform::forget_file(&event);
        book.set_value(None);
    };
    let choose_book = move |event: leptos::ev::Event| {
        book.set_value(platform::chosen_file(&event));
    };
    let input = move |(index, sheet): (usize, &'static str)| {
        let asked = move |event: leptos::ev::MouseEvent| {
            platform::forget_file(&event);
            files.update_value(|files| files[index] = None);
        };
        let chosen = move |event: leptos::ev::Event| {
            files.update_value(|files| files[index] = platform::chosen_file(&event));
        };
        view! {
            <label class="stack tight">
                <b>{format!("{sheet}.csv")}</b>
                <input type="file" class="file" accept=".csv,text/csv" data-test=format!("sheet-{sheet}") on:click=asked on:change=chosen/>
            </label>
        }
    };
    view! {
        <section class="panel" aria-label=admin.import>
            <div class="pad stack">
                <div class="choices">
                    <div class="stack tight">
                        <h2>{admin.import_questionnaire}</h2>
                        <p class="muted">{admin.import_questionnaire_body}</p>
                        <Button small=true kind=ButtonKind::Primary busy=work.busy test="import-questionnaire" on_press=builtin>
                            {admin.import_questionnaire}
                        </Button>
                    </div>
                    <div class="stack tight">
                        <h2>{admin.import_workbook}</h2>
                        <p class="muted">{admin.import_workbook_body}</p>
                        <label class="stack tight">
                            <b>".xlsx / .xml"</b>
                            <input type="file" class="file" accept=".xlsx,.xml" data-test="workbook" on:click=forget_book on:change=choose_book/>
                        </label>
                        <Button small=true busy=work.busy test="import-workbook" on_press=workbook>{admin.import_workbook}</Button>
                    </div>
                    <div class="stack tight">
                        <h2>{admin.import_sheets}</h2>
                        <p class="muted">{admin.import_sheets_body}</p>
                        {SHEETS.into_iter().enumerate().map(input).collect_view()}
                        <Button small=true busy=work.busy test="import-sheets" on_press=own>{admin.import_sheets}</Button>
                    </div>
                </div>
                <label class="stack tight">
                    <b>{admin.files_beside}</b>
                    <span class="muted small">{admin.files_beside_body}</span>
                    <input
                        type="file"
                        class="file"
                        multiple=true
                        accept=".csv,.geojson,.png,.jpg,.jpeg,.webp,.gif,.mp3,.ogg,.wav,.m4a,.mp4,.webm"
                        data-test="files-beside"
                        on:click=forget_beside
                        on:change=choose_beside
                    />
                </label>
                {move || work.busy.get().then(|| importing(words))}
                {work.failure_view()}
                {move || looked_at.get().map(warnings_view)}
            </div>
        </section>
    }
}

/// What somebody should look at in a questionnaire that was taken.
fn warnings_view(made: QuestionnaireImported) -> AnyView {
    let words = texts();
    let one = made.questionnaire;
    let text = (words.console.admin.questionnaire_imported)(&one.title, &one.version);
    let count = made.warnings.len() as u64;
    let faults = made.warnings.into_iter().map(|fault| {
        let text = if words.code == "id" {
            fault.text
        } else {
            fault.text_en
        };
        (fault.place, text)
    });
    view! {
        <Message kind=MessageKind::Doubt test="questionnaire-warnings">
            {text} " " <a href=format!("#/kuesioner/{}", one.id)>{words.console.admin.open}</a>
        </Message>
        <FaultTable faults=faults.collect() all=count/>
    }
}

async fn import(query: &str, body: Body) -> Result<QuestionnaireImported, NetError> {
    let path = format!("{PATH}{query}");
    let mut call = Call::new(Method::Post, &path, Auth::Cookie);
    call.body = body;
    call.timeout_ms = LONG_TIMEOUT_MS;
    net::read(&net::send(call).await?.text().await?)
}

/// What a person chose to import.
enum Form {
    /// A workbook or an XForm; the server knows them by their first bytes.
    Whole(web_sys::File),
    /// The sheets survey, choices and settings.
    Sheets([web_sys::File; 3]),
}

/// The form with the files beside it; nothing if one can no longer be read.
async fn upload(form: Form, beside: Vec<web_sys::File>) -> Option<QuestionnaireUpload> {
    let mut upload = QuestionnaireUpload::default();
    match &form {
        Form::Whole(file) => upload.form = Some(uploaded(file).await?),
        Form::Sheets([survey, choices, settings]) => {
            upload.survey = platform::file_text(survey).await?;
            upload.choices = platform::file_text(choices).await?;
            upload.settings = platform::file_text(settings).await?;
        }
    }
    for file in &beside {
        upload.files.push(uploaded(file).await?);
    }
    Some(upload)
}

async fn uploaded(file: &web_sys::File) -> Option<UploadedFile> {
    Some(UploadedFile {
        name: file.name(),
        content: platform::file_base64(file).await?,
    })
}

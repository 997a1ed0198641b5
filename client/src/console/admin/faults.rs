//! What is wrong with a file, and what became of an import.
//!
//! Always: rows = saved + refused stands above the list; each fault has its place.
//! Never: hides that there are more faults than are listed.

use leptos::prelude::*;
use shared::wire::office::ImportView;

use crate::i18n::{Texts, integer_text, texts};
use crate::ui::{Message, MessageKind, view};

/// Place and text of each fault; nothing where there is none.
#[component]
pub fn FaultTable(faults: Vec<(String, String)>, all: u64) -> AnyView {
    if faults.is_empty() {
        return ().into_any();
    }
    let admin = &texts().console.admin;
    let shown = faults.len();
    let rows = faults.into_iter().map(|(place, text)| {
        view! {
            <tr data-test="fault">
                <td class="nowrap num" data-label=admin.row_place>{place}</td>
                <td data-label=admin.row_problem>{text}</td>
            </tr>
        }
    });
    view! {
        <div class="panel faults" data-test="faults">
            <p class="pad small muted">{(admin.faults_first)(shown, all)}</p>
            <div class="table-scroll" tabindex="0" role="region" aria-label=admin.row_problem>
                <table class="as-cards">
                    <thead><tr><th scope="col">{admin.row_place}</th><th scope="col">{admin.row_problem}</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
}

/// What became of a file.
#[component]
pub fn ImportResult(import: ImportView) -> AnyView {
    let words = texts();
    let count = |number: u64| integer_text(number as i64);
    let sum = (words.console.admin.import_sum)(
        &count(import.rows),
        &count(import.saved),
        &count(import.refused),
    );
    let kind = if import.refused == 0 {
        MessageKind::Ok
    } else {
        MessageKind::Doubt
    };
    let faults = import.faults.iter().map(|fault| {
        let text = if words.code == "id" {
            &fault.text
        } else {
            &fault.text_en
        };
        (fault.place.clone(), text.clone())
    });
    view! {
        <Message kind=kind test="import-result">{sum}</Message>
        <FaultTable faults=faults.collect() all=import.refused/>
    }
}

/// Waiting for something of unknown length.
pub fn importing(words: &'static Texts) -> AnyView {
    view! {
        <div class="progress" role="status" data-test="importing">
            <span class="words">{words.console.admin.importing}</span>
            <progress aria-label=words.console.admin.importing></progress>
        </div>
    }
}

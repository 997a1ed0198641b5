//! Links to the table of all villages in every format, and to what its columns mean; for officials and for anybody.

use leptos::prelude::*;

use crate::console::admin::load::encoded;
use crate::i18n::texts;
use crate::ui::view;

/// How a format is called everywhere, and how its files end.
const FORMATS: [(&str, &str); 4] = [
    ("CSV", "csv"),
    ("XLSX", "xlsx"),
    ("GeoJSON", "geojson"),
    ("Parquet", "parquet"),
];

/// The address of a ranking or decision on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub path: String,
    /// Code of the part of the country that it is of; empty for all that the account oversees.
    pub within: String,
}

impl Address {
    /// Of what lies below it, such as `/frozen`.
    pub fn at(&self, below: &str) -> String {
        let Address { path, within } = self;
        match within.is_empty() {
            true => format!("{path}{below}"),
            false => format!("{path}{below}?within={}", encoded(within)),
        }
    }
}

pub(super) fn file_links(address: &Address) -> AnyView {
    let words = &texts().console.priority;
    view! {
        <span class="small muted">{words.all_villages}</span>
        {links(address, "export", "")}
    }
    .into_any()
}

/// The same for anybody, in a line of its own.
pub(super) fn public_links(address: &Address) -> AnyView {
    let words = &texts().console.priority;
    view! {
        <div class="files no-print" data-test="files-public">
            <span class="small muted">{words.public_villages}</span>
            {links(address, "export-public", "audience=public")}
        </div>
    }
}

/// One link per file; `query` stands behind each address.
fn links(address: &Address, test: &str, query: &str) -> AnyView {
    let at = |name: &str| {
        let place = address.at(&format!("/files/{name}"));
        match (query.is_empty(), place.contains('?')) {
            (true, _) => place,
            (false, true) => format!("{place}&{query}"),
            (false, false) => format!("{place}?{query}"),
        }
    };
    let link = |(name, ending): (&'static str, &str)| {
        let href = at(&format!("villages.{ending}"));
        view! { <a class="btn small" href=href download="" data-test=format!("{test}-{ending}")>{name}</a> }
    };
    let dictionary = at("dictionary.csv");
    let words = texts().console.priority.data_dictionary;
    view! {
        {FORMATS.into_iter().map(link).collect_view()}
        <a class="btn small" href=dictionary download="" data-test=format!("{test}-dictionary")>{words}</a>
    }
    .into_any()
}

//! Links to the table of all villages in every format, and to what its columns mean; for officials and for anybody.

use leptos::prelude::*;

use crate::i18n::texts;
use crate::ui::view;

/// How a format is called everywhere, and how its files end.
const FORMATS: [(&str, &str); 4] = [
    ("CSV", "csv"),
    ("XLSX", "xlsx"),
    ("GeoJSON", "geojson"),
    ("Parquet", "parquet"),
];

/// `base` is the address of the ranking or decision.
pub(super) fn file_links(base: &str) -> AnyView {
    let words = &texts().console.priority;
    view! {
        <span class="small muted">{words.all_villages}</span>
        {links(base, "export", "")}
        <span class="small muted">{words.public_villages}</span>
        {links(base, "export-public", "?audience=public")}
    }
    .into_any()
}

/// One link per file; `query` stands behind each address.
fn links(base: &str, test: &str, query: &str) -> AnyView {
    let link = |(name, ending): (&'static str, &str)| {
        let href = format!("{base}/files/villages.{ending}{query}");
        view! { <a class="btn small" href=href download="" data-test=format!("{test}-{ending}")>{name}</a> }
    };
    let dictionary = format!("{base}/files/dictionary.csv{query}");
    let words = texts().console.priority.data_dictionary;
    view! {
        {FORMATS.into_iter().map(link).collect_view()}
        <a class="btn small" href=dictionary download="" data-test=format!("{test}-dictionary")>{words}</a>
    }
    .into_any()
}

//! Links to the table of all villages in every format, and to what its columns mean.

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
    let link = |(name, ending): (&'static str, &str)| {
        let href = format!("{base}/files/villages.{ending}");
        view! { <a class="btn small" href=href download="" data-test=format!("export-{ending}")>{name}</a> }
    };
    let dictionary = format!("{base}/files/dictionary.csv");
    view! {
        <span class="small muted">{words.all_villages}</span>
        {FORMATS.into_iter().map(link).collect_view()}
        <a class="btn small" href=dictionary download="" data-test="export-dictionary">{words.data_dictionary}</a>
    }
    .into_any()
}

//! The questionnaire engine: sheets in, a compact compiled form out, and a live interview over it.
//!
//! Always: phone and server compute the same from the same answers, rows, village and moment.
//! Never: parses a sheet, an expression or a pattern without feature `authoring`; knows a screen.
//!
//! The way through: `sheet::import` reads an XLSForm, `xform::import` an XForm, and both give a
//! `model::Questionnaire`; its bytes go to the phone; `interview::Interview` holds the answers of one case and says what a screen
//! shows; `interview::compile_indicator` and `Interview::evaluate` give numbers to methods.
//!
//! `versions::compare` and `versions::carry` bring answers from one version to the next.
//!
//! Two differences from ODK, on purpose: a repeat starts without a row, and a constraint that is
//! not met is a finding that blocks "finish", not "save".
//!
//! | What | Supported |
//! |---|---|
//! | forms | XLSForm as workbook (in `server`) or CSV sheets, XForm XML |
//! | types | text, integer, decimal, range, select, rank, dates, geo, media, barcode, acknowledge |
//! | | note, calculate, hidden, groups, nested repeats, metadata of the device |
//! | choices | `choice_filter`, `or_other`, `randomize` with `seed`, files as CSV and GeoJSON |
//! | media | `image`, `big-image`, `audio`, `video` of questions and choices, with the files |
//! | kept, not shown | `save_to`, columns `bind::`, `body::`, `instance::` |
//! | triggers | `trigger` and `setvalue`: evaluated once, then an answer of the device |
//! | last form | `${last-saved#name}` and `instance('__last-saved')`, outside repeats |
//! | refused by name | `select_one_external`, `xml-external`, loops, `osm` |
//!
//! Functions, and `indexed-repeat`, `position(..)`, predicates and all axes with them:
//! `abs` `acos` `area` `asin` `atan` `atan2` `base64-decode` `boolean` `boolean-from-string`
//! `ceiling` `checklist` `coalesce` `concat` `contains` `cos` `count` `count-non-empty`
//! `count-selected` `current` `date` `date-time` `decimal-date-time` `decimal-time` `digest`
//! `distance` `ends-with` `exp` `exp10` `false` `floor` `format-date` `format-date-time` `geofence`
//! `id` `if` `indexed-repeat` `instance` `int` `join` `jr:choice-name` `jr:itext` `last`
//! `local-name` `log` `log10` `lumbung:state` `max` `min` `name` `namespace-uri` `normalize-space` `not` `now`
//! `number` `once` `pi` `position` `pow` `property` `pulldata` `random` `randomize` `regex` `round`
//! `selected` `selected-at` `sin` `sqrt` `starts-with` `string` `string-length` `substr`
//! `substring` `substring-after` `substring-before` `sum` `tan` `today` `translate` `true` `uuid`
//! `version` `weighted-checklist`
//!
//! `random()` and `uuid()` are made of the village and the place of the question: they stay, so
//! that everybody computes the same. `jr:itext` takes ids that are written out, and gives the
//! language of the view, in calculations the default one. `extract-signed` is refused by name.

#[cfg(feature = "authoring")]
mod compile;
pub mod interview;
pub mod model;
#[cfg(feature = "authoring")]
pub mod sheet;
pub mod typed;
pub mod versions;
#[cfg(feature = "authoring")]
pub mod xform;
pub mod xpath;

#[cfg(test)]
#[cfg(feature = "authoring")]
mod tests {
    #[test]
    fn the_table_names_every_function() {
        let text = include_str!("questionnaire.rs");
        let (table, _) = text.split_once("\n#[cfg").unwrap_or((text, ""));
        for name in super::xpath::Function::NAMES {
            assert!(table.contains(&format!("`{name}`")), "{name}");
        }
        let words = |line: &'static str| line.trim_start_matches("//!").split_whitespace();
        let is_name = |word: &str| word.len() > 2 && word.starts_with('`') && word.ends_with('`');
        let listed = table.lines().filter(|line| words(line).all(is_name));
        let listed: usize = listed.map(|line| words(line).count()).sum();
        assert_eq!(listed, super::xpath::Function::NAMES.len());
    }
}

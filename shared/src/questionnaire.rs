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
//! | kept, not shown | columns `bind::`, `body::`, `instance::` |
//! | triggers | `trigger` and `setvalue`: evaluated once, then an answer of the device |
//! | entities | sheet `entities` and `save_to`, kept in the model for other programs |
//! | last form | `${last-saved#name}` and `instance('__last-saved')`, outside repeats |
//! | refused by name | `select_one_external`, `xml-external`, loops, `osm` |
//!
//! Types of nodes:
//! `group` `repeat` `text` `integer` `decimal` `range` `select_one` `select_multiple` `rank`
//! `date` `time` `date_time` `geopoint` `geotrace` `geoshape` `image` `audio` `video` `file`
//! `barcode` `acknowledge` `note` `calculate` `hidden` `metadata`
//!
//! Columns of the survey sheet:
//! `type` `name` `label` `hint` `guidance_hint` `required` `required_message` `relevant`
//! `constraint` `constraint_message` `calculation` `appearance` `parameters` `read_only` `default`
//! `choice_filter` `repeat_count` `trigger` `save_to` `disabled` `bind::lumbung:unit`
//! `bind::lumbung:doubt` `bind::lumbung:doubt_message` `bind::lumbung:personal`
//! `bind::lumbung:source_note` `bind::lumbung:key` `note` `rows` `#` `autoplay` `intent` `query`
//! `compact_tag` `image` `big-image` `audio` `video`
//!
//! Settings:
//! `namespaces` `style` `prefix` `delimiter` `clean_text_values` `form_id` `form_title` `version`
//! `default_language` `name` `allow_choice_duplicates`
//!
//! Functions, and `indexed-repeat`, `position(..)`, predicates and all axes with them:
//! `abs` `acos` `area` `asin` `atan` `atan2` `base64-decode` `boolean` `boolean-from-string`
//! `ceiling` `checklist` `coalesce` `concat` `contains` `cos` `count` `count-non-empty`
//! `count-selected` `current` `date` `date-time` `decimal-date-time` `decimal-time` `digest`
//! `distance` `ends-with` `exp` `exp10` `false` `floor` `format-date` `format-date-time` `geofence`
//! `id` `if` `indexed-repeat` `instance` `int` `join` `jr:choice-name` `jr:itext` `last`
//! `local-name` `log` `log10` `lumbung:state` `max` `min` `name` `namespace-uri`
//! `normalize-space` `not` `now` `number` `once` `pi` `position` `pow` `property` `pulldata` `random` `randomize` `regex` `round`
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
pub mod packed;
#[cfg(feature = "authoring")]
pub mod sheet;
pub mod typed;
#[cfg(feature = "authoring")]
pub mod uses;
pub mod versions;
#[cfg(feature = "authoring")]
pub mod xform;
pub mod xpath;

#[cfg(test)]
#[cfg(feature = "authoring")]
mod tests {
    use std::collections::BTreeSet;

    /// The names that stand in the documentation below a line that begins so.
    fn listed(begins: &str) -> BTreeSet<&'static str> {
        let lines = include_str!("questionnaire.rs").lines();
        let lines = lines.map_while(|line| line.strip_prefix("//!").map(str::trim));
        let after = lines.skip_while(|line| !line.starts_with(begins)).skip(1);
        let words = after.take_while(|line| !line.is_empty());
        let words = words.flat_map(str::split_whitespace);
        words.map(|word| word.trim_matches('`')).collect()
    }

    #[test]
    fn the_documentation_names_what_is_supported_and_nothing_else() {
        let functions = super::xpath::Function::NAMES.iter().copied();
        assert_eq!(listed("Functions, and"), functions.collect());
        let columns = super::sheet::survey_columns();
        assert_eq!(listed("Columns of the survey"), columns.collect());
        assert_eq!(
            listed("Settings:"),
            super::sheet::known_settings().collect()
        );
    }

    #[test]
    fn the_documentation_names_every_type() {
        let model = include_str!("questionnaire/model.rs");
        let (_, kinds) = model.split_once("pub enum Kind {").unwrap();
        let (kinds, _) = kinds.split_once("\n}").unwrap();
        let is_variant = |line: &&str| line.starts_with(char::is_uppercase);
        let names = kinds.lines().map(str::trim).filter(is_variant);
        let listed = listed("Types of nodes");
        for name in names.clone() {
            let mut snake = String::new();
            for letter in name.trim_end_matches(',').chars() {
                if letter.is_uppercase() && !snake.is_empty() {
                    snake.push('_');
                }
                snake.extend(letter.to_lowercase());
            }
            assert!(listed.contains(snake.as_str()), "{snake}");
        }
        assert_eq!(listed.len(), names.count());
    }
}

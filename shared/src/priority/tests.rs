//! The priority core against published numbers, laws, and the edges where numbers usually break.
//!
//! Always: expected values stand beside the input.
//! Never: reads a clock, a file or the network.

mod compiled;
mod data;
mod document;
mod draws;
mod edges;
mod export;
mod idm;
mod naive;
mod profiles;
mod public;
mod schema;
mod score;
mod select;
mod steps;
mod unvisited;

use super::{Area, Method, Observation, Observed, Ranking, Unit, parse, rank};

/// A method of indicators `a`, `b`, … in one dimension; `extra` stands before the indicators.
pub(super) fn method(head: &str, indicators: &[&str]) -> Method {
    let document = method_text(head, indicators);
    parse(&document).unwrap_or_else(|problems| panic!("{problems:?}\n{document}"))
}

pub(super) fn method_text(head: &str, indicators: &[&str]) -> String {
    let mut document = format!(
        "format = 1\nid = \"m\"\nversion = \"1\"\nlabel = {{ id = \"M\", en = \"M\" }}\n{head}\n"
    );
    for (index, body) in indicators.iter().enumerate() {
        let id = char::from(b'a' + index as u8);
        document.push_str(&format!(
            "[[indicator]]\nid = \"{id}\"\ndimension = \"d\"\nlabel = {{ id = \"I {id}\", en = \"E {id}\" }}\n\
             expression = \"${{{id}}}\"\n{body}\n"
        ));
    }
    document
}

pub(super) const ONE_DIMENSION: &str =
    "decimals = 4\n[[dimension]]\nid = \"d\"\nlabel = { id = \"D\", en = \"D\" }";

pub(super) fn unit(region: &str, values: &[Observed]) -> Unit {
    let group = region.get(..5).unwrap_or(region);
    Unit {
        region: region.to_owned(),
        name: format!("Desa {region}"),
        group: Area {
            code: group.to_owned(),
            name: format!("Kab. {group}"),
        },
        indicators: values
            .iter()
            .map(|value| Observation {
                value: value.clone(),
                ..Observation::default()
            })
            .collect(),
        ..Unit::default()
    }
}

/// Units `u0`, `u1`, … with one number each per indicator.
pub(super) fn table(rows: &[&[f64]]) -> Vec<Unit> {
    rows.iter()
        .enumerate()
        .map(|(index, row)| {
            let values: Vec<Observed> = row.iter().map(|it| Observed::Number(*it)).collect();
            unit(&format!("u{index}"), &values)
        })
        .collect()
}

pub(super) fn ranked(method: &Method, units: &[Unit]) -> Ranking {
    rank(method, units, "benih").unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// The scores by code, as text with six decimals; `-` for none.
pub(super) fn scores(ranking: &Ranking) -> String {
    let mut rows: Vec<(&str, String)> = ranking
        .units
        .iter()
        .map(|unit| {
            let score = unit.score.map_or("-".to_owned(), |it| format!("{it:.6}"));
            (unit.region.as_str(), score)
        })
        .collect();
    rows.sort();
    let scores: Vec<String> = rows.into_iter().map(|(_, score)| score).collect();
    scores.join(" ")
}

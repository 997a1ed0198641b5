//! What is otherwise in one record than in another.
//!
//! Always: villages by code, then their values in the order of the method, then what came of it.
//! Never: says that two records are equal that are written differently.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{columns, observations};
use super::{Record, ResultRow};
use crate::priority::document::method_hash;
use crate::priority::text::Text;
use crate::priority::unit::{Observation, Unit};

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Code of the village; empty for what concerns all.
    pub region: String,
    pub text: Text,
}

/// Everything that changed from `before` to `after`.
pub fn differences(before: &Record, after: &Record) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut add = |region: &str, text: Text| {
        found.push(Difference {
            region: region.to_owned(),
            text,
        });
    };
    let heads = [
        ("program", "software", &before.software, &after.software),
        ("benih", "seed", &before.seed, &after.seed),
    ];
    for (id, en, one, two) in heads {
        if one != two {
            add("", changed(id, en, one, two));
        }
    }
    let methods = [before, after].map(|it| method_hash(&it.method));
    if methods[0] != methods[1] {
        add("", changed("metode", "method", &methods[0], &methods[1]));
    } else if before.document != after.document {
        let id = "metode ditulis lain, isinya sama";
        add(
            "",
            Text::new(id, "the method is spelled otherwise, with equal content"),
        );
    }
    if before.changes != after.changes {
        let en = "the changes by hand are others";
        add("", Text::new("perubahan dengan tangan berbeda", en));
    }
    let names = columns(&before.method);
    let comparable = names == columns(&after.method);
    let units = |record: &'_ Record| -> BTreeMap<String, Unit> {
        let units = record.units.iter();
        units.map(|it| (it.region.clone(), it.clone())).collect()
    };
    let (old_units, new_units) = (units(before), units(after));
    let (old_rows, new_rows) = (rows(before), rows(after));
    let codes: BTreeSet<&String> = old_units.keys().chain(new_units.keys()).collect();
    for code in codes {
        match (old_units.get(code), new_units.get(code)) {
            (Some(old), Some(new)) => {
                for text in village(old, new) {
                    add(code, text);
                }
                if comparable {
                    for text in values(&names, old, new) {
                        add(code, text);
                    }
                }
            }
            (Some(_), None) => add(
                code,
                Text::new("desa ini tidak ada lagi", "this village is gone"),
            ),
            (None, _) => add(code, Text::new("desa ini baru", "this village is new")),
        }
        if let (Some(old), Some(new)) = (old_rows.get(code.as_str()), new_rows.get(code.as_str())) {
            for text in outcome(old, new) {
                add(code, text);
            }
        }
    }
    if before.remarks != after.remarks {
        let en = "shortfalls or ties are others";
        add("", Text::new("kekurangan kuota atau skor sama berbeda", en));
    }
    found
}

fn rows(record: &Record) -> BTreeMap<&str, &ResultRow> {
    let rows = record.result.iter();
    rows.map(|it| (it.region.as_str(), it)).collect()
}

fn changed(id: &str, en: &str, one: &str, two: &str) -> Text {
    let shown = |text: &str| match text {
        "" => "-".to_owned(),
        text => text.to_owned(),
    };
    let (one, two) = (shown(one), shown(two));
    Text::new(
        format!("{id}: dulu {one}, kini {two}"),
        format!("{en}: was {one}, now {two}"),
    )
}

fn village(old: &Unit, new: &Unit) -> Vec<Text> {
    let mut texts = Vec::new();
    if old.name != new.name {
        texts.push(changed("nama", "name", &old.name, &new.name));
    }
    if old.group != new.group {
        let group = |unit: &Unit| format!("{} {}", unit.group.code, unit.group.name);
        texts.push(changed("daerah", "area", &group(old), &group(new)));
    }
    if old.holds != new.holds {
        let text = Text::new(
            "alasan belum layak dinilai berbeda",
            "why it is held is otherwise",
        );
        texts.push(text);
    }
    texts
}

fn values(names: &[String], old: &Unit, new: &Unit) -> Vec<Text> {
    let pairs = observations(old).zip(observations(new));
    let pairs = names.iter().zip(pairs);
    let differing = pairs.filter(|(_, (old, new))| old != new);
    differing
        .map(|(name, (old, new))| changed(name, name, &shown(old), &shown(new)))
        .collect()
}

fn shown(observation: &Observation) -> String {
    let mut text = super::cells::cell(&observation.value);
    if let Some(lower) = observation.lower {
        text.push_str(&format!(" (>= {lower})"));
    }
    if let Some(last) = observation.last_round {
        text.push_str(&format!(" (last round {last})"));
    }
    text
}

fn outcome(old: &ResultRow, new: &ResultRow) -> Vec<Text> {
    let fields = [
        ("status", "status", &old.status, &new.status),
        ("skor", "score", &old.score, &new.score),
        ("skor terendah", "lower score", &old.lower, &new.lower),
        ("skor tertinggi", "upper score", &old.upper, &new.upper),
        ("peringkat", "rank", &old.rank, &new.rank),
        (
            "peringkat daerah",
            "rank in the area",
            &old.group_rank,
            &new.group_rank,
        ),
        ("putusan", "verdict", &old.verdict, &new.verdict),
        (
            "urutan cadangan",
            "place among the reserves",
            &old.position,
            &new.position,
        ),
        ("alokasi khusus", "earmark", &old.earmark, &new.earmark),
        ("undian", "lottery", &old.lottery, &new.lottery),
        ("putusan akhir", "final verdict", &old.finally, &new.finally),
    ];
    let differing = fields.into_iter().filter(|(_, _, old, new)| old != new);
    differing
        .map(|(id, en, old, new)| changed(id, en, old, new))
        .collect()
}

//! Reading a method document, checking it whole, and naming it by its hash.
//!
//! Always: every fault of a well-formed document is reported at once, with its place, its line and
//! the way out; equal content has an equal hash, whatever its comments, spacing and order of keys.
//! Never: guesses a default that the model does not state.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::method::{
    Dimension, FORMAT, Indicator, Method, Normalise, Programme, Quota, Rung, Weights,
};
use super::text::Text;
use crate::ids::{RegionId, RegionLevel, hex_text};

pub const DOCUMENT_BYTES_MAX: usize = 1 << 20;
pub const INDICATORS_MAX: usize = 2_000;
pub const DIMENSIONS_MAX: usize = 500;
const DECIMALS_MAX: u8 = 9;

/// One fault: where it is and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Such as `indicator iks_05.normalise` or `unit 53.21.03.2003`.
    pub place: String,
    /// Line in the document, counted from 1.
    pub line: Option<usize>,
    pub text: Text,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}, {}: {}", self.place, self.text.en),
            None => write!(f, "{}: {}", self.place, self.text.en),
        }
    }
}

impl std::error::Error for Problem {}

/// Reads a method document, or says everything that is wrong with it.
pub fn parse(document: &str) -> Result<Method, Vec<Problem>> {
    if DOCUMENT_BYTES_MAX < document.len() {
        return Err(vec![Problem {
            place: "document".to_owned(),
            line: None,
            text: Text::new(
                format!(
                    "berkas lebih dari {DOCUMENT_BYTES_MAX} bita; bagi menjadi beberapa metode"
                ),
                format!(
                    "the document exceeds {DOCUMENT_BYTES_MAX} bytes; split it into several methods"
                ),
            ),
        }]);
    }
    let method: Method =
        toml::from_str(document).map_err(|error| vec![syntax(document, &error)])?;
    let mut problems = check(&method);
    for problem in &mut problems {
        problem.line = line_of(document, &problem.place);
    }
    if problems.is_empty() {
        Ok(method)
    } else {
        Err(problems)
    }
}

/// SHA-256 over the canonical form, as 64 hexadecimal digits.
pub fn method_hash(method: &Method) -> String {
    let value = toml::Value::try_from(method).expect("a method is made of what TOML can hold");
    let mut canonical = String::new();
    write_canonical(&value, &mut canonical);
    hex_text(&Sha256::digest(canonical.as_bytes()))
}

/// Keys sorted, no spaces, every number as a float: 1 and 1.0 are the same weight.
fn write_canonical(value: &toml::Value, out: &mut String) {
    match value {
        toml::Value::String(text) => out.push_str(&format!("{text:?}")),
        toml::Value::Integer(number) => out.push_str(&format!("{:?}", *number as f64)),
        toml::Value::Float(number) => out.push_str(&format!("{number:?}")),
        toml::Value::Boolean(flag) => out.push_str(if *flag { "true" } else { "false" }),
        toml::Value::Datetime(moment) => out.push_str(&moment.to_string()),
        toml::Value::Array(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        toml::Value::Table(table) => {
            let sorted: BTreeMap<_, _> = table.iter().collect();
            out.push('{');
            for (key, item) in sorted {
                out.push_str(&format!("{key:?}:"));
                write_canonical(item, out);
                out.push(',');
            }
            out.push('}');
        }
    }
}

fn syntax(document: &str, error: &toml::de::Error) -> Problem {
    let start = error.span().map_or(0, |span| span.start);
    let before = &document.as_bytes()[..start.min(document.len())];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let message = error.message().trim_end_matches('\n').replace('\n', "; ");
    Problem {
        place: "document".to_owned(),
        line: Some(line),
        text: Text::new(
            format!("dokumen metode tidak terbaca: {message}"),
            format!("the method document cannot be read: {message}"),
        ),
    }
}

/// The line of `id = "…"` that a place such as `indicator iks_05.weight` names.
fn line_of(document: &str, place: &str) -> Option<usize> {
    let id = place.split([' ', '.']).nth(1)?;
    let quoted = format!("\"{id}\"");
    document
        .lines()
        .position(|line| {
            let line = line.trim_start();
            line.starts_with("id") && line.contains(&quoted)
        })
        .map(|index| index + 1)
}

/// Collects faults under places.
#[derive(Default)]
struct Faults(Vec<Problem>);

impl Faults {
    fn add(&mut self, place: impl Into<String>, id: impl Into<String>, en: impl Into<String>) {
        self.0.push(Problem {
            place: place.into(),
            line: None,
            text: Text::new(id, en),
        });
    }
}

/// Everything that is wrong with a method, in document order.
pub fn check(method: &Method) -> Vec<Problem> {
    let mut faults = Faults::default();
    check_head(method, &mut faults);
    check_tree(method, &mut faults);
    for indicator in &method.indicators {
        check_indicator(indicator, &mut faults);
    }
    check_weights(method, &mut faults);
    check_classes(method, &mut faults);
    if let Some(programme) = &method.programme {
        check_programme(programme, &mut faults);
    }
    faults.0
}

fn check_head(method: &Method, faults: &mut Faults) {
    if method.format != FORMAT {
        faults.add(
            "format",
            format!(
                "format {} tidak dikenal; tulis {FORMAT} atau perbarui Lumbung",
                method.format
            ),
            format!(
                "format {} is unknown; write {FORMAT} or update Lumbung",
                method.format
            ),
        );
    }
    if DECIMALS_MAX < method.decimals {
        faults.add(
            "decimals",
            format!(
                "pembulatan {} desimal terlalu halus; paling banyak {DECIMALS_MAX}",
                method.decimals
            ),
            format!(
                "{} decimals are too fine; at most {DECIMALS_MAX}",
                method.decimals
            ),
        );
    }
    let [worst, best] = method.scale;
    if !(worst.is_finite() && best.is_finite() && worst < best) {
        faults.add(
            "scale",
            "skala harus dua angka, yang kecil dahulu",
            "the scale must be two numbers, the smaller first",
        );
    }
    if INDICATORS_MAX < method.indicators.len() || DIMENSIONS_MAX < method.dimensions.len() {
        faults.add(
            "document",
            format!("lebih dari {INDICATORS_MAX} indikator atau {DIMENSIONS_MAX} dimensi"),
            format!("more than {INDICATORS_MAX} indicators or {DIMENSIONS_MAX} dimensions"),
        );
    }
    if method.indicators.is_empty() {
        faults.add("document", "tidak ada indikator", "there is no indicator");
    }
}

fn check_tree(method: &Method, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    let dimension_ids = method.dimensions.iter().map(|it| ("dimension", &it.id));
    let indicator_ids = method.indicators.iter().map(|it| ("indicator", &it.id));
    for (kind, id) in dimension_ids.chain(indicator_ids) {
        if !seen.insert(id) {
            faults.add(
                format!("{kind} {id}"),
                "id ini dipakai dua kali; beri id lain",
                "this id is used twice; choose another",
            );
        }
        if !is_id(id) {
            faults.add(
                format!("{kind} {id}"),
                "id hanya boleh huruf kecil, angka dan garis bawah",
                "an id consists of lower-case letters, digits and underscores",
            );
        }
    }
    let parents: BTreeMap<&str, Option<&str>> = method
        .dimensions
        .iter()
        .map(|it| (it.id.as_str(), it.parent.as_deref()))
        .collect();
    let roots = method.dimensions.iter().filter(|it| it.parent.is_none());
    if roots.count() != 1 {
        faults.add(
            "dimension",
            "harus ada tepat satu dimensi tanpa `parent`: skor akhir",
            "exactly one dimension must have no `parent`: the final score",
        );
    }
    for dimension in &method.dimensions {
        check_dimension(dimension, &parents, faults);
    }
    for indicator in &method.indicators {
        if !parents.contains_key(indicator.dimension.as_str()) {
            unknown_dimension(
                &format!("indicator {}", indicator.id),
                &indicator.dimension,
                faults,
            );
        }
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn unknown_dimension(place: &str, id: &str, faults: &mut Faults) {
    faults.add(
        place,
        format!("dimensi `{id}` tidak ada"),
        format!("there is no dimension `{id}`"),
    );
}

fn check_dimension(
    dimension: &Dimension,
    parents: &BTreeMap<&str, Option<&str>>,
    faults: &mut Faults,
) {
    let place = format!("dimension {}", dimension.id);
    if !(0.0..=1.0).contains(&dimension.threshold) {
        faults.add(
            format!("{place}.threshold"),
            "ambang harus antara 0 dan 1",
            "a threshold lies between 0 and 1",
        );
    }
    let mut above = dimension.parent.as_deref();
    for _ in 0..=parents.len() {
        let Some(id) = above else { return };
        match parents.get(id) {
            Some(next) => above = *next,
            None => return unknown_dimension(&place, id, faults),
        }
    }
    faults.add(
        place,
        "dimensi ini berada di dalam dirinya sendiri; perbaiki `parent`",
        "this dimension lies within itself; mend `parent`",
    );
}

fn check_weights(method: &Method, faults: &mut Faults) {
    for dimension in &method.dimensions {
        let place = format!("dimension {}", dimension.id);
        let inner = method
            .dimensions
            .iter()
            .filter(|it| it.parent.as_deref() == Some(&dimension.id))
            .map(|it| (format!("dimension {}.weight", it.id), it.weight));
        let leaves = method
            .indicators
            .iter()
            .filter(|it| it.dimension == dimension.id)
            .map(|it| (format!("indicator {}.weight", it.id), it.weight));
        let children: Vec<(String, f64)> = inner.chain(leaves).collect();
        for (place, weight) in &children {
            if !weight.is_finite() || *weight < 0.0 {
                faults.add(
                    place,
                    "bobot harus angka nol atau lebih",
                    "a weight is a number of zero or more",
                );
            }
        }
        let sum: f64 = children.iter().map(|(_, weight)| weight).sum();
        if children.is_empty() {
            faults.add(
                place,
                "dimensi ini kosong; beri indikator atau hapus",
                "this dimension is empty; give it an indicator or remove it",
            );
        } else if dimension.weights == Weights::Given && sum == 0.0 {
            faults.add(
                place,
                "jumlah bobot di dalamnya nol; beri paling sedikit satu bobot di atas nol",
                "the weights in it sum to zero; give at least one above zero",
            );
        }
    }
}

fn check_indicator(indicator: &Indicator, faults: &mut Faults) {
    let place = format!("indicator {}", indicator.id);
    if indicator
        .expression
        .as_deref()
        .is_some_and(|it| it.trim().is_empty())
    {
        faults.add(
            format!("{place}.expression"),
            "rumus kosong; hapus barisnya bila indikator tidak dapat dinilai",
            "the expression is empty; remove its line if nothing can score the indicator",
        );
    }
    match &indicator.normalise {
        Normalise::MinMax { min, max } => {
            let finite = min.iter().chain(max).all(|post| post.is_finite());
            let ordered = match (min, max) {
                (Some(min), Some(max)) => min < max,
                _ => true,
            };
            if !(finite && ordered) {
                faults.add(
                    format!("{place}.normalise"),
                    "`min` harus lebih kecil daripada `max`; arah diatur dengan `direction`",
                    "`min` must be smaller than `max`; `direction` turns it around",
                );
            }
        }
        Normalise::Ladder { top, rungs } => check_ladder(&place, *top, rungs, faults),
        Normalise::ZScore | Normalise::Rank | Normalise::Percentile | Normalise::AsIs => {}
    }
}

fn check_ladder(place: &str, top: f64, rungs: &[Rung], faults: &mut Faults) {
    if !(top.is_finite() && 0.0 < top) || rungs.is_empty() {
        faults.add(
            format!("{place}.normalise"),
            "tangga perlu `top` di atas nol dan paling sedikit satu anak tangga",
            "a ladder needs a `top` above zero and at least one rung",
        );
    }
    for (index, rung) in rungs.iter().enumerate() {
        let bounded = rung.lowest.is_some() && rung.highest.is_some();
        let one_form = match rung.score {
            Some(_) => rung.lowest.is_none() && rung.highest.is_none(),
            None => bounded,
        };
        let (lowest, highest) = rung.bounds();
        let ordered = 0.0 <= lowest && lowest <= highest && highest <= top;
        if !(one_form && ordered) {
            faults.add(
                format!("{place}.normalise.rungs[{index}]"),
                format!("beri `score`, atau `lowest` dan `highest`, antara 0 dan {top}"),
                format!("give `score`, or `lowest` and `highest`, between 0 and {top}"),
            );
        }
        let numeric = [rung.at_least, rung.above, rung.at_most, rung.below];
        if !rung.is.is_empty() && numeric.iter().any(Option::is_some) {
            faults.add(
                format!("{place}.normalise.rungs[{index}]"),
                "pilih salah satu: batas angka atau daftar `is`",
                "choose one: bounds of a number or the list `is`",
            );
        }
    }
}

fn check_classes(method: &Method, faults: &mut Faults) {
    let mut below = f64::NEG_INFINITY;
    for (index, class) in method.classes.iter().enumerate() {
        let last = index + 1 == method.classes.len();
        let place = format!("class {}.up_to", class.id);
        match class.up_to {
            Some(bound) if bound.is_finite() && below < bound => below = bound,
            Some(_) => faults.add(
                &place,
                "batas kelas harus naik dari kelas ke kelas",
                "the bounds must rise from class to class",
            ),
            None => {}
        }
        if last != class.up_to.is_none() {
            faults.add(
                &place,
                "hanya kelas terakhir yang tanpa `up_to`",
                "the last class, and only it, has no `up_to`",
            );
        }
    }
}

fn check_programme(programme: &Programme, faults: &mut Faults) {
    faults.0.extend(check_quota(&programme.quota));
    let rules = programme
        .eligibility
        .iter()
        .map(|it| (&it.id, &it.expression));
    let keys = programme
        .tie_break
        .iter()
        .map(|it| (&it.id, &it.expression));
    for (id, expression) in rules.chain(keys) {
        if expression.trim().is_empty() {
            faults.add(
                format!("programme {id}.expression"),
                "rumus kosong",
                "the expression is empty",
            );
        }
    }
}

/// Everything that is wrong with a quota.
pub fn check_quota(quota: &Quota) -> Vec<Problem> {
    let mut faults = Faults::default();
    if quota.per_area == 0 || quota.total == Some(0) {
        faults.add(
            "programme.quota",
            "kuota harus paling sedikit satu",
            "a quota is at least one",
        );
    }
    let kept: u64 = quota.earmarks.iter().map(|it| u64::from(it.places)).sum();
    if quota.total.is_some_and(|total| u64::from(total) < kept) {
        faults.add(
            "programme.quota.earmark",
            format!("alokasi khusus berjumlah {kept}, lebih dari kuota seluruhnya"),
            format!("the earmarks sum to {kept}, more than the whole quota"),
        );
    }
    if !quota.earmarks.is_empty() && quota.total.is_none() {
        faults.add(
            "programme.quota.earmark",
            "alokasi khusus perlu kuota seluruhnya (`total`)",
            "an earmark needs a quota of the whole (`total`)",
        );
    }
    let dotted =
        |outer: &str, inner: &str| inner == outer || inner.starts_with(&format!("{outer}."));
    for (index, earmark) in quota.earmarks.iter().enumerate() {
        let area = &earmark.area;
        // Areas are kabupaten: an earmark inside one would cross their quotas.
        let nests = area.parse::<RegionId>().is_ok_and(|region| {
            matches!(region.level(), RegionLevel::Province | RegionLevel::Regency)
        });
        if !nests {
            faults.add(
                format!("programme.quota.earmark {area}"),
                "tulis kode provinsi atau kabupaten Kemendagri dengan titik, misalnya 53 atau 53.21",
                "write the Kemendagri code of a province or kabupaten with dots, such as 53 or 53.21",
            );
        }
        let overlaps = |other: &str| dotted(other, area) || dotted(area, other);
        if quota.earmarks[..index].iter().any(|it| overlaps(&it.area)) {
            faults.add(
                format!("programme.quota.earmark {area}"),
                "wilayah alokasi khusus saling tumpang tindih",
                "the areas of two earmarks overlap",
            );
        }
    }
    faults.0
}

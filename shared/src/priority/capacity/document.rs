//! The assumptions behind a comparison: hours, bands, factors and yields, each with its source.
//!
//! Always: all faults at once, with their places; the newest entry of the province up to a year counts,
//! else the newest of the nation.
//! Never: takes a factor of a later year or of another province.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::priority::document::{DOCUMENT_BYTES_MAX, Problem, from_toml, too_long};
use crate::priority::method::Class;
use crate::priority::shipped::Shipped;
use crate::priority::text::{Text, number_text};

/// Factors, yields, commodities and bands, of each kind.
pub const CAPACITY_ENTRIES_MAX: usize = 10_000;
const FORMAT: u32 = 1;

/// The assumptions that come with the program.
pub const KAPASITAS: Shipped = Shipped {
    file: "kapasitas.toml",
    document: include_str!("../../../data/capacity/kapasitas.toml"),
};

/// Rice of partner areas against what the capital eats.
pub const PASOKAN_IKN: Shipped = Shipped {
    file: "pasokan_ikn.toml",
    document: include_str!("../../../data/capacity/pasokan_ikn.toml"),
};

/// Obtain it from [`parse_assumptions`]: it is checked there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumptions {
    pub format: u32,
    pub id: String,
    pub version: String,
    pub label: Text,
    #[serde(default)]
    pub note: Text,
    pub operation: Operation,
    /// From the lowest utilisation up; the last has no bound.
    #[serde(rename = "band")]
    pub bands: Vec<Class>,
    #[serde(default, rename = "commodity")]
    pub commodities: Vec<Commodity>,
    #[serde(default, rename = "factor")]
    pub factors: Vec<Factor>,
    #[serde(default, rename = "yield")]
    pub yields: Vec<Yield>,
}

/// How long facilities work that do not say so themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    pub hours_per_day: f64,
    pub days_per_year: f64,
    /// What a square metre of store holds.
    #[serde(default)]
    pub t_per_m2: Option<f64>,
    /// What a stall sells on a day of market.
    #[serde(default)]
    pub t_per_stall_day: Option<f64>,
    pub source: String,
    pub verified: bool,
}

/// Commodities that one mill takes, and the form in which they are counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commodity {
    pub id: String,
    pub label: Text,
    /// Names of the questionnaire that are this commodity.
    #[serde(default)]
    pub members: Vec<String>,
    pub form: String,
    pub form_label: Text,
}

/// One tonne of `from` makes `factor` tonnes of `to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    pub commodity: String,
    pub from: String,
    pub to: String,
    /// Two digits; empty for the nation.
    #[serde(default)]
    pub province: String,
    pub year: u16,
    pub factor: f64,
    pub source: String,
    pub verified: bool,
}

/// Tonnes of `form` from one hectare harvested once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Yield {
    pub commodity: String,
    pub form: String,
    /// Two digits; empty for the nation.
    #[serde(default)]
    pub province: String,
    pub year: u16,
    pub t_per_ha: f64,
    pub source: String,
    pub verified: bool,
}

/// One step of a conversion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step<'a> {
    pub(super) factor: &'a Factor,
    /// The factor, or one over it where it is walked backwards.
    pub(super) times: f64,
}

impl Factor {
    pub(super) fn told(&self) -> Text {
        told(
            &format!("{} {} → {}", self.commodity, self.from, self.to),
            self.factor,
            self.year,
            &self.source,
            self.verified,
        )
    }
}

impl Yield {
    pub(super) fn told(&self) -> Text {
        told(
            &format!("{} {} t/ha", self.commodity, self.form),
            self.t_per_ha,
            self.year,
            &self.source,
            self.verified,
        )
    }
}

fn told(what: &str, value: f64, year: u16, source: &str, verified: bool) -> Text {
    let value = number_text(value, 4);
    let (doubt_id, doubt_en) = match verified {
        true => ("", ""),
        false => (", belum diperiksa", ", not verified"),
    };
    Text::new(
        format!("{what} {} ({year}, {source}{doubt_id})", value.id),
        format!("{what} {} ({year}, {source}{doubt_en})", value.en),
    )
}

impl Assumptions {
    /// The commodity that a name of the questionnaire belongs to; itself where none says so.
    pub fn commodity_of<'a>(&'a self, name: &'a str) -> &'a str {
        let mut all = self.commodities.iter();
        let found = all.find(|it| it.id == name || it.members.iter().any(|member| member == name));
        found.map_or(name, |it| &it.id)
    }

    /// The factors and yields that count in any of these provinces up to `year`, in the order of the document.
    pub fn in_force(&self, provinces: &BTreeSet<String>, year: u16) -> (Vec<&Factor>, Vec<&Yield>) {
        let nowhere = [String::new()];
        let provinces: Vec<&String> = match provinces.is_empty() {
            true => nowhere.iter().collect(),
            false => provinces.iter().collect(),
        };
        let factors = self.factors.iter().filter(|it| {
            let is_it = |province: &&String| {
                let found = self.steps(&it.commodity, &it.from, province, year);
                let mut found = found.into_iter().map(|(_, step)| step.factor);
                found.any(|found| std::ptr::eq(found, *it))
            };
            provinces.iter().any(is_it)
        });
        let yields = self.yields.iter().filter(|it| {
            let is_it = |province: &&String| {
                let found = self.yield_of(&it.commodity, province, year);
                found.is_some_and(|found| std::ptr::eq(found, *it))
            };
            provinces.iter().any(is_it)
        });
        (factors.collect(), yields.collect())
    }

    fn listed(&self, commodity: &str) -> Option<&Commodity> {
        self.commodities.iter().find(|it| it.id == commodity)
    }

    /// None where the document does not say: then all harvests come in the form of the first.
    pub(super) fn form_of(&self, commodity: &str) -> Option<&str> {
        self.listed(commodity).map(|it| it.form.as_str())
    }

    pub(super) fn label_of(&self, commodity: &str) -> Text {
        match self.listed(commodity) {
            Some(listed) => listed.label.clone(),
            None if commodity.is_empty() => Text::new("semua komoditas", "all commodities"),
            None => Text::same(commodity),
        }
    }

    pub(super) fn form_label_of(&self, commodity: &str) -> Text {
        let listed = self.listed(commodity);
        listed.map_or_else(|| Text::same(""), |it| it.form_label.clone())
    }

    /// Whether somebody expects a mill for it.
    pub(super) fn is_processed(&self, commodity: &str) -> bool {
        self.listed(commodity).is_some()
    }

    pub(super) fn yield_of(&self, commodity: &str, province: &str, year: u16) -> Option<&Yield> {
        let fitting = self.yields.iter().filter(|it| it.commodity == commodity);
        newest(fitting, province, year, |it| {
            (it.province.as_str(), it.year)
        })
    }

    /// The shortest way from one form to another; none where no factor leads there.
    pub(super) fn conversion(
        &self,
        commodity: &str,
        from: &str,
        to: &str,
        province: &str,
        year: u16,
    ) -> Option<Vec<Step<'_>>> {
        if from == to {
            return Some(Vec::new());
        }
        let mut ways: BTreeMap<&str, Vec<Step>> = BTreeMap::from([(from, Vec::new())]);
        let mut open = vec![from];
        let mut next = 0;
        while let Some(&at) = open.get(next) {
            next += 1;
            for (reached, step) in self.steps(commodity, at, province, year) {
                if ways.contains_key(reached) {
                    continue;
                }
                let mut way = ways[at].clone();
                way.push(step);
                ways.insert(reached, way);
                open.push(reached);
            }
        }
        ways.remove(to)
    }

    /// Every form that one factor leads to, in the order of the document.
    fn steps<'a>(
        &'a self,
        commodity: &str,
        at: &str,
        province: &str,
        year: u16,
    ) -> Vec<(&'a str, Step<'a>)> {
        let of_commodity = || self.factors.iter().filter(|it| it.commodity == commodity);
        let mut steps: Vec<(&str, Step)> = Vec::new();
        for pair in of_commodity() {
            let reached = match at {
                _ if pair.from == at => pair.to.as_str(),
                _ if pair.to == at => pair.from.as_str(),
                _ => continue,
            };
            if steps.iter().any(|(known, _)| *known == reached) {
                continue;
            }
            let same = |it: &&Factor| {
                (it.from == at && it.to == reached) || (it.to == at && it.from == reached)
            };
            let fitting = of_commodity().filter(same);
            let found = newest(fitting, province, year, |it| {
                (it.province.as_str(), it.year)
            });
            if let Some(factor) = found {
                let onwards = factor.from == at;
                let times = if onwards {
                    factor.factor
                } else {
                    1.0 / factor.factor
                };
                steps.push((reached, Step { factor, times }));
            }
        }
        steps
    }
}

/// The newest of the province up to `year`, else the newest of the nation.
fn newest<'a, T>(
    entries: impl Iterator<Item = &'a T>,
    province: &str,
    year: u16,
    key: impl Fn(&T) -> (&str, u16),
) -> Option<&'a T> {
    let known = entries.filter(|it| {
        let (of, since) = key(it);
        since <= year && (of.is_empty() || of == province)
    });
    known.max_by_key(|it| {
        let (of, since) = key(it);
        (!of.is_empty(), since)
    })
}

/// Reads a document of assumptions, or says everything that is wrong with it.
pub fn parse_assumptions(document: &str) -> Result<Assumptions, Vec<Problem>> {
    if DOCUMENT_BYTES_MAX < document.len() {
        return Err(vec![too_long()]);
    }
    let assumptions: Assumptions = from_toml(document)?;
    let problems = check(&assumptions);
    if problems.is_empty() {
        Ok(assumptions)
    } else {
        Err(problems)
    }
}

fn check(assumptions: &Assumptions) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |place: String, id: &str, en: &str| {
        problems.push(Problem {
            place,
            line: None,
            text: Text::new(id, en),
        });
    };
    if assumptions.format != FORMAT {
        add("format".to_owned(), "tulis format = 1", "write format = 1");
    }
    let operation = &assumptions.operation;
    if !(0.0 < operation.hours_per_day && operation.hours_per_day <= 24.0) {
        add(
            "operation.hours_per_day".to_owned(),
            "isi lebih dari 0 sampai 24 jam",
            "give more than 0 and at most 24 hours",
        );
    }
    if !(0.0 < operation.days_per_year && operation.days_per_year <= 366.0) {
        add(
            "operation.days_per_year".to_owned(),
            "isi lebih dari 0 sampai 366 hari",
            "give more than 0 and at most 366 days",
        );
    }
    for (key, value) in [
        ("t_per_m2", operation.t_per_m2),
        ("t_per_stall_day", operation.t_per_stall_day),
    ] {
        if value.is_some_and(|it| !positive(it)) {
            add(
                format!("operation.{key}"),
                "isi angka lebih dari 0",
                "give a number above 0",
            );
        }
    }
    check_bands(&assumptions.bands, &mut add);
    let lists = [
        ("band", assumptions.bands.len()),
        ("commodity", assumptions.commodities.len()),
        ("factor", assumptions.factors.len()),
        ("yield", assumptions.yields.len()),
    ];
    for (list, count) in lists {
        if CAPACITY_ENTRIES_MAX < count {
            add(
                list.to_owned(),
                "lebih dari 10000 isian; bagi dokumen",
                "more than 10000 entries; split the document",
            );
        }
    }
    check_commodities(&assumptions.commodities, &mut add);
    check_entries(assumptions, &mut add);
    problems
}

fn positive(value: f64) -> bool {
    value.is_finite() && 0.0 < value
}

fn check_bands(bands: &[Class], add: &mut impl FnMut(String, &str, &str)) {
    if bands.is_empty() {
        add(
            "band".to_owned(),
            "isi sedikitnya satu",
            "give at least one",
        );
    }
    let mut before = f64::NEG_INFINITY;
    for (index, band) in bands.iter().enumerate() {
        let place = format!("band {}.up_to", band.id);
        match band.up_to {
            Some(_) if index + 1 == bands.len() => add(
                place,
                "yang terakhir tanpa batas",
                "the last one has no bound",
            ),
            Some(bound) if bound.is_finite() && before < bound => before = bound,
            Some(_) => add(place, "batas harus naik", "the bounds must rise"),
            None if index + 1 < bands.len() => add(
                place,
                "hanya yang terakhir tanpa batas",
                "only the last one has no bound",
            ),
            None => {}
        }
    }
}

fn check_commodities(commodities: &[Commodity], add: &mut impl FnMut(String, &str, &str)) {
    let mut names = BTreeSet::new();
    for commodity in commodities {
        for name in std::iter::once(&commodity.id).chain(&commodity.members) {
            if name.is_empty() || !names.insert(name) {
                add(
                    format!("commodity {name}"),
                    "nama kosong atau dipakai dua kali",
                    "this name is empty or used twice",
                );
            }
        }
    }
}

fn check_entries(assumptions: &Assumptions, add: &mut impl FnMut(String, &str, &str)) {
    let mut seen = BTreeSet::new();
    let factors = assumptions.factors.iter().map(|it| {
        // Backwards is the same pair: which of the two counted would hang on their order.
        let mut pair = [it.from.as_str(), it.to.as_str()];
        pair.sort_unstable();
        let place = format!("factor {} {} {} {}", it.commodity, it.from, it.to, it.year);
        let key = (it.commodity.as_str(), pair, it.province.as_str(), it.year);
        (place, key, it.factor)
    });
    let yields = assumptions.yields.iter().map(|it| {
        let place = format!("yield {} {} {}", it.commodity, it.province, it.year);
        let key = (
            it.commodity.as_str(),
            ["", ""],
            it.province.as_str(),
            it.year,
        );
        (place, key, it.t_per_ha)
    });
    for (place, key, value) in factors.chain(yields) {
        let (commodity, pair, province, _) = key;
        if !positive(value) {
            add(
                place.clone(),
                "isi angka lebih dari 0",
                "give a number above 0",
            );
        }
        if !pair[0].is_empty() && pair[0] == pair[1] {
            add(
                place.clone(),
                "`from` dan `to` sama",
                "`from` and `to` are the same",
            );
        }
        let digits = province.bytes().all(|byte| byte.is_ascii_digit());
        if !(digits && matches!(province.len(), 0 | 2)) {
            add(
                place.clone(),
                "provinsi ialah dua angka kode Kemendagri",
                "a province is two digits of the Kemendagri code",
            );
        }
        if !assumptions.commodities.iter().any(|it| it.id == commodity) {
            add(
                place.clone(),
                "komoditas ini tidak ada di daftar; tambahkan [[commodity]]",
                "this commodity is not listed; add a [[commodity]]",
            );
        }
        if !seen.insert(key) {
            add(
                place,
                "komoditas, bentuk, provinsi dan tahun ini sudah ada",
                "this commodity, form, province and year stand already",
            );
        }
    }
}

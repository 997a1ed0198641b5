//! A ranking as one table with typed columns, a row per village: what every format of file is written from.
//!
//! Always: the same columns in every format, each explained; rows in the order of the ranking; a row is made when it
//! is asked for, so that a nation's table needs no memory of its own; a text is one line.
//! Never: an answer of a person. Free text is not exported, only numbers and choices on a ladder; a position is that
//! of a village.

mod columns;
mod places;
mod public;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::export::{Csv, cell, joined, number, rounded, status_word, verdict_word};
use super::rank::{IndicatorDetail, RankedUnit, ranked_unit};
use super::reasons::{peers, reasons};
use super::scored::Scored;
use super::select::{Decision, Selection};
use super::spacing::Position;
use super::text::Text;
use super::unit::{Observed, Unit};
use columns::columns;
pub use places::read_places;
pub use public::COUNT_SHOWN_MIN;
use public::{Withheld, Withholding};

/// Latitude and longitude in degrees (WGS 84), by code of the village.
pub type Places = BTreeMap<String, (f64, f64)>;

/// What one column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VillageColumn {
    pub name: String,
    pub label: Text,
    pub kind: CellKind,
    /// Empty where there is none.
    pub unit: Text,
    pub meaning: Text,
    /// Where the values come from.
    pub source: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    Text,
    Whole,
    /// Printed with so many decimals; none prints the number in full.
    Number(Option<u8>),
}

impl CellKind {
    pub fn word(self) -> &'static str {
        match self {
            CellKind::Text => "text",
            CellKind::Whole => "integer",
            CellKind::Number(_) => "number",
        }
    }
}

/// One value; never of another kind than its column, never an empty text, never NaN or infinite.
#[derive(Debug, Clone, PartialEq)]
pub enum VillageCell<'a> {
    Empty,
    Text(Cow<'a, str>),
    Whole(u32),
    /// What the printed number reads as.
    Number(f64),
}

/// All villages of a scored table, with what was decided about them.
#[derive(Debug)]
pub struct VillageTable<'a> {
    scored: &'a Scored<'a>,
    /// By code, as the rows of the scored table.
    units: Vec<&'a Unit>,
    decided: Option<Decided<'a>>,
    places: &'a Places,
    /// Indicators in which the method itself has the degrees.
    degrees: Option<(usize, usize)>,
    peers: BTreeMap<String, u32>,
    columns: Vec<VillageColumn>,
    /// What is left out; none where officials read the table.
    withholding: Option<Withholding>,
}

/// A selection, and what became of each village after changes by hand, in the order of the ranking.
#[derive(Debug)]
struct Decided<'a> {
    selection: &'a Selection,
    finally: Option<Vec<&'a str>>,
    /// Centre of the kawasan by code.
    centres: BTreeMap<&'a str, &'a str>,
}

impl<'a> VillageTable<'a> {
    /// `units` are those that `scored` was gathered from, in any order. `places` say where villages lie, unless the
    /// method has indicators for that.
    pub fn new(
        scored: &'a Scored<'a>,
        units: &'a [Unit],
        selection: Option<&'a Selection>,
        places: &'a Places,
    ) -> VillageTable<'a> {
        let mut units: Vec<&Unit> = units.iter().collect();
        units.sort_by(|one, two| one.region.cmp(&two.region));
        assert_eq!(
            units.len(),
            scored.table.len(),
            "the table is of these villages"
        );
        let decided = selection.map(|selection| {
            let each = selection.kawasan.iter();
            let each = each.flat_map(|it| it.members.iter().map(move |one| (one, it)));
            Decided {
                centres: each
                    .map(|(one, it)| (one.as_str(), it.centre.as_str()))
                    .collect(),
                selection,
                finally: None,
            }
        });
        let programme = selection.and(scored.method.programme.as_ref());
        VillageTable {
            peers: peers(scored),
            columns: columns(scored.method, programme),
            degrees: degrees(scored),
            scored,
            units,
            decided,
            places,
            withholding: None,
        }
    }

    /// The table as anybody may have it: without small numbers of people and what would give them away, and without
    /// names of people. A last column tells of each village which of its cells were left out.
    #[must_use]
    pub fn public(mut self) -> VillageTable<'a> {
        if self.withholding.is_none() {
            self.withholding = Some(Withholding::new(self.scored));
            columns::say_public(self.scored.method, &mut self.columns);
        }
        self
    }

    /// With the verdicts after changes by hand, one per village in the order of the ranking.
    #[must_use]
    pub fn with_final(mut self, finally: Vec<&'a str>) -> VillageTable<'a> {
        assert_eq!(finally.len(), self.len(), "one verdict per village");
        if let Some(decided) = &mut self.decided {
            decided.finally = Some(finally);
        }
        self
    }

    /// Whether this is a public table in which some village has no score, so that no sum of scores may tell it.
    pub fn hides_scores(&self) -> bool {
        let withholding = self.withholding.as_ref();
        withholding.is_some_and(Withholding::hides_scores)
    }

    pub fn columns(&self) -> &[VillageColumn] {
        &self.columns
    }

    pub fn len(&self) -> usize {
        self.units.len()
    }

    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// The cells of a village, one per column; `place` counts from 0 in the order of the ranking.
    pub fn row(&self, place: usize) -> Vec<VillageCell<'a>> {
        let row = self.scored.arranged.order[place] as usize;
        let mut unit = ranked_unit(self.scored, row, Some(self.units[row]));
        let withheld = self.withholding.as_ref();
        let withheld = withheld.map(|it| it.of_village(self.scored, row));
        if let Some(withheld) = &withheld {
            withheld.take_from(&mut unit);
        }
        let peers = self.peers.get(&unit.group.code).copied();
        unit.reasons = reasons(self.scored.method, &unit, peers.unwrap_or_default());
        let mut cells = Vec::with_capacity(self.columns.len());
        self.push_village(&unit, row, &mut cells);
        self.push_indicators(&unit, &mut cells);
        let mut emptied = Vec::new();
        if let Some(decided) = &self.decided {
            let decision = &decided.selection.decisions[place];
            let last = decided.finally.as_ref().map(|it| it[place]);
            let centre = decided.centres.get(decision.region.as_str()).copied();
            let mut decided = self.decision(decision, last, centre);
            if let Some(withheld) = &withheld {
                emptied = self.withhold_decision(withheld, decision, &mut decided);
            }
            cells.extend(decided);
        }
        cells.push(text(joined(&unit.reasons, |it| &it.id)));
        cells.push(text(joined(&unit.reasons, |it| &it.en)));
        if let Some(withheld) = &withheld {
            let mut names = withheld.names(self.scored.method);
            names.extend(emptied.into_iter().map(str::to_owned));
            cells.push(text(names.join(" ")));
        }
        debug_assert_eq!(cells.len(), self.columns.len());
        cells
    }

    /// Latitude and longitude of a village, in degrees of at most seven decimals: a centimetre.
    pub fn place(&self, place: usize) -> Option<(f64, f64)> {
        self.place_of_row(self.scored.arranged.order[place] as usize)
    }

    /// The names of the columns as a line of CSV.
    pub fn csv_head(&self) -> String {
        let names = self.columns.iter().map(|it| cell(&it.name));
        Csv::line(names)
    }

    /// A village as a line of CSV; a cell that a spreadsheet would run as a formula is made harmless.
    pub fn csv_row(&self, place: usize) -> String {
        let cells = self.row(place);
        let cells = cells.iter().zip(&self.columns);
        Csv::line(cells.map(|(value, column)| match (value, column.kind) {
            (VillageCell::Empty, _) => String::new(),
            (VillageCell::Text(text), _) => cell(text),
            (VillageCell::Whole(count), _) => count.to_string(),
            (VillageCell::Number(value), CellKind::Number(Some(decimals))) => {
                rounded(Some(*value), decimals)
            }
            (VillageCell::Number(value), _) => number(Some(*value)),
        }))
    }

    /// What the columns hold, as CSV.
    pub fn dictionary_csv(&self) -> String {
        let mut csv = Csv::with_header(&DICTIONARY);
        for column in &self.columns {
            csv.row(column.said().map(cell));
        }
        csv.finish()
    }

    fn place_of_row(&self, row: usize) -> Option<(f64, f64)> {
        place_of(self.scored, self.degrees, self.places, row)
    }

    fn push_village(&self, unit: &RankedUnit, row: usize, cells: &mut Vec<VillageCell<'a>>) {
        let decimals = self.scored.method.decimals;
        let degrees = self.place_of_row(row);
        cells.extend([
            text(unit.region.clone()),
            text(unit.name.clone()),
            text(unit.group.code.clone()),
            text(unit.group.name.clone()),
            full(degrees.map(|it| it.0)),
            full(degrees.map(|it| it.1)),
            text(status_word(unit.status)),
            whole(unit.rank),
            whole(unit.group_rank),
            printed(unit.score, decimals),
            printed(unit.lower, decimals),
            printed(unit.upper, decimals),
            text(unit.class.clone().unwrap_or_default()),
            text(unit.class_lower.clone().unwrap_or_default()),
            text(unit.class_upper.clone().unwrap_or_default()),
        ]);
        let dimensions = unit.dimensions.iter();
        cells.extend(dimensions.map(|it| printed(it.score, decimals)));
    }

    fn push_indicators(&self, unit: &RankedUnit, cells: &mut Vec<VillageCell<'a>>) {
        let heads = &self.scored.method.indicators;
        for (head, detail) in heads.iter().zip(&unit.indicators) {
            cells.push(raw(detail, columns::raw_kind(head)));
            cells.push(full(detail.normalised));
        }
        let unknown = heads.iter().zip(&unit.indicators);
        let unknown = unknown.filter(|(_, detail)| !detail.observed);
        let unknown: Vec<&str> = unknown.map(|(head, _)| head.id.as_str()).collect();
        cells.push(text(unknown.join(" ")));
    }

    /// A public file names nobody who decided, tells no distance to a score that it does not have, and has no words that
    /// were made from the whole. Gives the names of the columns that were emptied.
    fn withhold_decision(
        &self,
        withheld: &Withheld,
        decision: &Decision,
        cells: &mut [VillageCell<'a>; 9],
    ) -> Vec<&'static str> {
        let [.., gap, _, reason_id, reason_en] = cells;
        let mut emptied = Vec::new();
        let is_told = withheld.gap && decision.gap.is_some();
        if is_told {
            *gap = VillageCell::Empty;
            emptied.push("gap");
        }
        let programme = self.scored.method.programme.as_ref();
        let mut locks = programme.into_iter().flat_map(|it| &it.quota.locks);
        let is_locked = locks.any(|it| it.code == decision.region);
        // Words about one village tell numbers of another, and those that broke a tie may count people.
        let breaks_ties = programme.is_some_and(|it| !it.tie_break.is_empty());
        if is_told || is_locked || breaks_ties || withheld.others {
            *reason_id = VillageCell::Empty;
            *reason_en = VillageCell::Empty;
            emptied.extend(["verdict_reason_id", "verdict_reason_en"]);
        }
        emptied
    }

    fn decision(
        &self,
        decision: &'a Decision,
        last: Option<&'a str>,
        centre: Option<&'a str>,
    ) -> [VillageCell<'a>; 9] {
        let verdict = verdict_word(decision.verdict);
        [
            text(verdict),
            text(last.unwrap_or(verdict)),
            whole(decision.position),
            text(decision.earmark.as_deref().unwrap_or_default()),
            text(centre.unwrap_or_default()),
            printed(decision.gap, self.scored.method.decimals),
            whole(decision.borderline.map(u32::from)),
            text(joined(&decision.reasons, |it| &it.id)),
            text(joined(&decision.reasons, |it| &it.en)),
        ]
    }
}

/// Columns of the dictionary.
pub const DICTIONARY: [&str; 9] = [
    "name",
    "label_id",
    "label_en",
    "type",
    "unit_id",
    "unit_en",
    "meaning_id",
    "meaning_en",
    "source",
];

impl VillageColumn {
    /// What stands in the columns of [`DICTIONARY`].
    pub fn said(&self) -> [&str; 9] {
        [
            &self.name,
            &self.label.id,
            &self.label.en,
            self.kind.word(),
            &self.unit.id,
            &self.unit.en,
            &self.meaning.id,
            &self.meaning.en,
            &self.source,
        ]
    }
}

/// Where the villages of a scored table lie, as a map and the files show it; `places` as for [`VillageTable::new`].
pub fn whereabouts(scored: &Scored, places: &Places) -> Places {
    let degrees = degrees(scored);
    let rows = scored.table.rows.iter().enumerate();
    let known = rows.filter_map(|(row, village)| {
        let place = place_of(scored, degrees, places, row)?;
        Some((village.region.clone(), place))
    });
    known.collect()
}

/// By the method's own rules, else as it was given.
fn place_of(
    scored: &Scored,
    degrees: Option<(usize, usize)>,
    places: &Places,
    row: usize,
) -> Option<(f64, f64)> {
    let own = degrees.and_then(|(latitude, longitude)| {
        let value = |indicator: usize| {
            let value = scored.table.columns[indicator].values[row];
            value.is_finite().then_some(value)
        };
        Position::new(value(latitude), value(longitude))
    });
    let given = || {
        let (latitude, longitude) = places.get(&scored.table.rows[row].region)?;
        Position::new(Some(*latitude), Some(*longitude))
    };
    let position = own.or_else(given)?;
    let seven = |degrees: f64| (degrees * 1e7).round() / 1e7;
    Some((seven(position.latitude), seven(position.longitude)))
}

/// Where the method's own rules say where a village lies.
fn degrees(scored: &Scored) -> Option<(usize, usize)> {
    let (latitude, longitude) = scored.method.degrees()?;
    let place = |id: &str| {
        let mut indicators = scored.method.indicators.iter();
        indicators.position(|it| it.id == *id)
    };
    Some((place(latitude)?, place(longitude)?))
}

fn raw<'a>(detail: &IndicatorDetail, kind: CellKind) -> VillageCell<'a> {
    let value = match &detail.raw {
        Observed::Number(value) => full(Some(*value)),
        // Only a choice that stands on the ladder: never free text.
        Observed::Text(word) if detail.rung.is_some() => text(word.clone()),
        Observed::Text(_)
        | Observed::Missing
        | Observed::Unknown
        | Observed::Refused
        | Observed::Irrelevant => VillageCell::Empty,
    };
    match (value, kind) {
        // A ladder that knows words has a column of texts, whatever this village's answer is.
        (VillageCell::Number(value), CellKind::Text) => text(number(Some(value))),
        (value, _) => value,
    }
}

/// A line: what is no letter stands as a blank, since no format keeps it alike.
fn text<'a>(value: impl Into<Cow<'a, str>>) -> VillageCell<'a> {
    let mut value = value.into();
    if value.contains(char::is_control) {
        value = Cow::Owned(value.replace(char::is_control, " "));
    }
    if value.is_empty() {
        return VillageCell::Empty;
    }
    VillageCell::Text(value)
}

fn whole<'a>(value: Option<u32>) -> VillageCell<'a> {
    value.map_or(VillageCell::Empty, VillageCell::Whole)
}

fn full<'a>(value: Option<f64>) -> VillageCell<'a> {
    match value.filter(|it| it.is_finite()) {
        // No -0.
        Some(value) => VillageCell::Number(value + 0.0),
        None => VillageCell::Empty,
    }
}

/// The number that the rounded text reads as, so that all formats hold one number.
fn printed<'a>(value: Option<f64>, decimals: u8) -> VillageCell<'a> {
    full(rounded(value, decimals).parse().ok())
}

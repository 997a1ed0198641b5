//! The villages of one run, column by column: what every later step reads.
//!
//! Always: rows stand in the order of their codes, whatever order they came in; a cell is a number
//! or says why it is none.
//! Never: normalises, imputes or judges a value; it keeps what was observed, and the distances that follow from it.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use super::document::Problem;
use super::method::{Aggregation, Indicator, Irrelevant, Method, Normalise, Rung};
use super::nearest::measure;
use super::normalise::Note;
use super::standing::{Standing, screen, standing};
use super::text::Text;
use super::unit::{Area, Hold, Observation, Observed, Unit};

pub const UNITS_MAX: usize = 200_000;
/// Duels of one ranking by `copeland`: as many as one group of fourteen thousand villages fights.
pub const DUELS_MAX: u64 = 200_000_000;
/// A number farther from zero is none: sums of its fourth power would leave what a float can say.
const NUMBER_MAX: f64 = 1e70;

/// Many villages with their values, ready to be scored by the method it was gathered for.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub(super) rows: Vec<Row>,
    /// Sorted by code; a row names one by its place here.
    pub(super) areas: Vec<Area>,
    pub(super) group: Vec<u32>,
    /// Whether a village takes part: it moves goalposts, means and ranks.
    pub(super) counted: Vec<bool>,
    /// One per indicator.
    pub(super) columns: Vec<RawColumn>,
    /// One per indicator; none where it has no denominator.
    pub(super) denominators: Vec<Option<RawColumn>>,
}

/// What is known of one village beside its indicators.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) region: String,
    pub(super) name: String,
    pub(super) standing: Standing,
    pub(super) holds: Vec<Hold>,
    pub(super) tie_keys: Vec<Option<f64>>,
}

/// One indicator or denominator over all villages.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RawColumn {
    /// NaN where there is no number.
    pub(super) values: Vec<f64>,
    pub(super) notes: Vec<Option<Note>>,
    /// Rungs that a text named; empty where the indicator has no ladder.
    pub(super) named: Vec<Option<u16>>,
    /// What a value is at least, where it is not known in full.
    pub(super) lower: BTreeMap<u32, f64>,
    pub(super) last_round: BTreeMap<u32, f64>,
}

impl Table {
    /// Gathers villages for `method`, which has passed `check`.
    ///
    /// Errors: every village whose lists do not fit the method, every code that stands twice, and
    /// more than [`UNITS_MAX`] villages.
    pub fn gather<U: Borrow<Unit>>(
        method: &Method,
        units: impl IntoIterator<Item = U>,
    ) -> Result<Table, Vec<Problem>> {
        let mut gathering = Gathering::new(method);
        for unit in units {
            gathering.push(unit.borrow());
        }
        gathering.finish()
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn area(&self, row: usize) -> &Area {
        &self.areas[self.group[row] as usize]
    }
}

/// Rows in the order in which they came.
pub(super) struct Gathering<'a> {
    method: &'a Method,
    rows: Vec<Row>,
    /// Areas by code, and of each row the number of its area in the order in which they were met.
    areas: BTreeMap<String, (u32, Area)>,
    groups: Vec<u32>,
    columns: Vec<RawColumn>,
    denominators: Vec<Option<RawColumn>>,
    problems: Vec<Problem>,
    /// Villages met, also those beyond the limit.
    seen: usize,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(method: &'a Method) -> Gathering<'a> {
        let denominators = method.indicators.iter();
        Gathering {
            method,
            rows: Vec::new(),
            areas: BTreeMap::new(),
            groups: Vec::new(),
            columns: vec![RawColumn::default(); method.indicators.len()],
            denominators: denominators
                .map(|it| it.denominator.as_ref().map(|_| RawColumn::default()))
                .collect(),
            problems: Vec::new(),
            seen: 0,
        }
    }

    pub(super) fn push(&mut self, unit: &Unit) {
        self.seen += 1;
        if UNITS_MAX < self.seen || !self.fits(unit) {
            return;
        }
        let observations = unit.indicators.iter();
        for ((column, indicator), observation) in self
            .columns
            .iter_mut()
            .zip(&self.method.indicators)
            .zip(observations)
        {
            column.push(indicator, observation);
        }
        let denominators = self.denominators.iter_mut().flatten();
        for (column, observation) in denominators.zip(&unit.denominators) {
            column.push_number(observation);
        }
        let group = match self.areas.get(&unit.group.code) {
            Some((group, _)) => *group,
            None => {
                let group = self.areas.len() as u32;
                let code = unit.group.code.clone();
                self.areas.insert(code, (group, unit.group.clone()));
                group
            }
        };
        self.groups.push(group);
        self.rows.push(Row {
            region: unit.region.clone(),
            name: unit.name.clone(),
            standing: standing(self.method, unit),
            holds: unit.holds.clone(),
            tie_keys: unit
                .tie_break
                .iter()
                .map(|it| key_number(&it.value))
                .collect(),
        });
    }

    fn fits(&mut self, unit: &Unit) -> bool {
        let programme = self.method.programme.as_ref();
        let lists = [
            (
                "indicators",
                unit.indicators.len(),
                self.method.indicators.len(),
            ),
            (
                "denominators",
                unit.denominators.len(),
                self.method.denominators().count(),
            ),
            (
                "eligibility",
                unit.eligibility.len(),
                programme.map_or(0, |it| it.eligibility.len()),
            ),
            (
                "tie_break",
                unit.tie_break.len(),
                programme.map_or(0, |it| it.tie_break.len()),
            ),
        ];
        let before = self.problems.len();
        for (list, found, wanted) in lists {
            if found != wanted {
                self.problems.push(Problem {
                    place: format!("unit {}.{list}", unit.region),
                    line: None,
                    text: Text::new(
                        format!("ada {found} nilai, metode meminta {wanted}"),
                        format!("{found} values where the method asks for {wanted}"),
                    ),
                });
            }
        }
        before == self.problems.len()
    }

    pub(super) fn finish(mut self) -> Result<Table, Vec<Problem>> {
        if UNITS_MAX < self.seen {
            let count = self.seen;
            let problem = Problem {
                place: "units".to_owned(),
                line: None,
                text: Text::new(
                    format!("{count} desa melebihi batas {UNITS_MAX}"),
                    format!("{count} villages exceed the limit of {UNITS_MAX}"),
                ),
            };
            self.problems.insert(0, problem);
        }
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        order.sort_by(|one, two| {
            let region = |row: &u32| &self.rows[*row as usize].region;
            region(one).cmp(region(two)).then(one.cmp(two))
        });
        self.refuse_doubles(&order);
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let mut place = vec![0; self.areas.len()];
        for (sorted, (met, _)) in (0_u32..).zip(self.areas.values()) {
            place[*met as usize] = sorted;
        }
        let met = order.iter().map(|row| self.groups[*row as usize]);
        let group: Vec<u32> = met.map(|met| place[met as usize]).collect();
        if let Some(problem) = too_many_duels(self.method, &group) {
            return Err(vec![problem]);
        }
        let areas = self.areas.into_values().map(|(_, area)| area).collect();
        let mut rows: Vec<Option<Row>> = self.rows.into_iter().map(Some).collect();
        let rows: Vec<Row> = order
            .iter()
            .map(|row| {
                rows[*row as usize]
                    .take()
                    .expect("an order names a row once")
            })
            .collect();
        let columns = self.columns.into_iter().map(|it| it.ordered(&order));
        let denominators = self.denominators.into_iter();
        let mut table = Table {
            group,
            areas,
            counted: Vec::new(),
            columns: columns.collect(),
            denominators: denominators
                .map(|it| it.map(|it| it.ordered(&order)))
                .collect(),
            rows,
        };
        measure(self.method, &mut table.columns);
        screen(self.method, &mut table);
        Ok(table)
    }

    fn refuse_doubles(&mut self, order: &[u32]) {
        let region = |row: u32| &self.rows[row as usize].region;
        let runs = order.chunk_by(|one, two| region(*one) == region(*two));
        for run in runs.filter(|run| 1 < run.len()) {
            let count = run.len();
            self.problems.push(Problem {
                place: format!("unit {}", region(run[0])),
                line: None,
                text: Text::new(
                    format!("kode ini muncul {count} kali; tiap desa hanya satu baris"),
                    format!("this code stands {count} times; each village has one row"),
                ),
            });
        }
    }
}

/// How many duels one ranking fights: every village meets every other one of its group.
pub(super) fn duels(method: &Method, group: &[u32]) -> u64 {
    let mut roots = method.dimensions.iter().filter(|it| it.parent.is_none());
    if !roots.any(|it| it.aggregation == Aggregation::Copeland) {
        return 0;
    }
    let mut members: BTreeMap<u32, u64> = BTreeMap::new();
    group
        .iter()
        .for_each(|it| *members.entry(*it).or_default() += 1);
    members.values().map(|it| it * it).sum()
}

fn too_many_duels(method: &Method, group: &[u32]) -> Option<Problem> {
    let duels = duels(method, group);
    (DUELS_MAX < duels).then(|| Problem {
        place: "units".to_owned(),
        line: None,
        text: Text::new(
            format!("`copeland` perlu {duels} duel, batasnya {DUELS_MAX}; kelompokkan desa, misalnya menurut kabupaten"),
            format!("`copeland` takes {duels} duels, the limit is {DUELS_MAX}; group the villages, such as by kabupaten"),
        ),
    })
}

impl RawColumn {
    fn push(&mut self, indicator: &Indicator, observation: &Observation) {
        let (value, note) = resolve(indicator, observation);
        let rungs: Option<&[Rung]> = match &indicator.normalise {
            Normalise::Ladder { rungs, .. } => Some(rungs),
            Normalise::MinMax { .. }
            | Normalise::ZScore
            | Normalise::Rank
            | Normalise::Percentile
            | Normalise::Target { .. }
            | Normalise::AsIs => None,
        };
        let named = match (&value, rungs) {
            (Resolved::Text(text), Some(rungs)) => rungs.iter().position(|it| it.fits_text(text)),
            _ => None,
        };
        if rungs.is_some() {
            self.named.push(named.map(|it| it as u16));
        }
        let number = match value {
            Resolved::Number(number) => Some(number),
            Resolved::Text(_) if named.is_some() => None,
            Resolved::Text(text) => plain_number(&text).filter(|it| is_usable(*it)),
            Resolved::Absent => None,
        };
        let lost = number.is_none() && named.is_none() && note.is_none();
        let why_lost = match rungs {
            Some(_) => Note::NoRung,
            None => Note::NotANumber,
        };
        self.add(
            number,
            if lost { Some(why_lost) } else { note },
            observation,
        );
    }

    /// A denominator: a number or nothing.
    fn push_number(&mut self, observation: &Observation) {
        let number = match &observation.value {
            Observed::Number(number) => Some(*number).filter(|it| it.is_finite()),
            Observed::Text(text) => plain_number(text),
            Observed::Missing | Observed::Unknown | Observed::Refused | Observed::Irrelevant => {
                None
            }
        };
        self.add(number, None, observation);
    }

    fn add(&mut self, number: Option<f64>, note: Option<Note>, observation: &Observation) {
        let row = self.values.len() as u32;
        self.values.push(number.unwrap_or(f64::NAN));
        self.notes.push(note);
        let finite = |value: Option<f64>| value.filter(|it| is_usable(*it));
        if let Some(lower) = finite(observation.lower) {
            self.lower.insert(row, lower);
        }
        if let Some(last) = finite(observation.last_round) {
            self.last_round.insert(row, last);
        }
    }

    /// Without the room into which it could still grow.
    fn shrunk(mut self) -> RawColumn {
        self.values.shrink_to_fit();
        self.notes.shrink_to_fit();
        self.named.shrink_to_fit();
        self
    }

    fn ordered(self, order: &[u32]) -> RawColumn {
        if order.is_sorted() {
            return self.shrunk();
        }
        let pick = |row: &u32| *row as usize;
        let mut place = vec![0_u32; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old as usize] = new as u32;
        }
        let moved = |map: BTreeMap<u32, f64>| -> BTreeMap<u32, f64> {
            map.into_iter()
                .map(|(row, value)| (place[row as usize], value))
                .collect()
        };
        RawColumn {
            values: order.iter().map(|it| self.values[pick(it)]).collect(),
            notes: order.iter().map(|it| self.notes[pick(it)]).collect(),
            named: match self.named.is_empty() {
                true => Vec::new(),
                false => order.iter().map(|it| self.named[pick(it)]).collect(),
            },
            lower: moved(self.lower),
            last_round: moved(self.last_round),
        }
    }
}

/// An observation after the rule for irrelevant.
enum Resolved {
    Number(f64),
    Text(String),
    Absent,
}

fn resolve(indicator: &Indicator, observation: &Observation) -> (Resolved, Option<Note>) {
    let absent = |note| (Resolved::Absent, Some(note));
    match &observation.value {
        _ if !indicator.is_scorable() => absent(Note::Unscorable),
        Observed::Number(number) if is_usable(*number) => (Resolved::Number(*number), None),
        Observed::Number(_) => absent(Note::NotANumber),
        Observed::Text(text) if text.is_empty() => absent(Note::Missing),
        Observed::Text(text) => (Resolved::Text(text.clone()), None),
        Observed::Missing => absent(Note::Missing),
        Observed::Unknown => absent(Note::Unknown),
        Observed::Refused => absent(Note::Refused),
        Observed::Irrelevant => match &indicator.irrelevant {
            Irrelevant::Missing => absent(Note::Irrelevant),
            Irrelevant::Value(value) => (Resolved::Number(*value), Some(Note::IrrelevantValue)),
            Irrelevant::Text(text) => (Resolved::Text(text.clone()), Some(Note::IrrelevantValue)),
        },
    }
}

/// Whether a number can be reckoned with.
pub(super) fn is_usable(number: f64) -> bool {
    number.is_finite() && number.abs() <= NUMBER_MAX
}

/// Plain decimal digits only: no `inf`, no `1e5`, no decimal comma.
pub(super) fn plain_number(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    text.parse()
        .ok()
        .filter(|number: &f64| plain && number.is_finite())
}

fn key_number(value: &Observed) -> Option<f64> {
    match value {
        Observed::Number(number) => Some(*number).filter(|number| number.is_finite()),
        Observed::Text(text) => plain_number(text),
        Observed::Missing | Observed::Unknown | Observed::Refused | Observed::Irrelevant => None,
    }
}

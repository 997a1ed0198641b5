//! Observations as cells of a table, and what of them a record keeps.
//!
//! Always: a cell reads back as what was written; a text is kept only where it is a rung of a ladder.
//! Never: keeps where a value came from, or why a village is held in words.

use crate::priority::method::{Method, Normalise};
use crate::priority::table::plain_number;
use crate::priority::text::Text;
use crate::priority::unit::{Hold, HoldKind, Observation, Observed, Unit};

pub(super) const HEAD: [&str; 5] = ["code", "name", "area", "area_name", "held"];

/// The column of every observation of a village, in the order of [`observations`].
pub(super) fn columns(method: &Method) -> Vec<String> {
    let indicators = method.indicators.iter().map(|it| it.id.clone());
    let denominators = method.denominators();
    let denominators = denominators.map(|(indicator, _)| format!("per:{}", indicator.id));
    let programme = method.programme.as_ref();
    let rules = programme.map_or(&[][..], |it| &it.eligibility);
    let rules = rules.iter().map(|it| format!("rule:{}", it.id));
    let keys = programme.map_or(&[][..], |it| &it.tie_break);
    let keys = keys.iter().map(|it| format!("key:{}", it.id));
    indicators
        .chain(denominators)
        .chain(rules)
        .chain(keys)
        .collect()
}

pub(super) fn observations(unit: &Unit) -> impl Iterator<Item = &Observation> {
    let denominators = unit.indicators.iter().chain(&unit.denominators);
    denominators.chain(&unit.eligibility).chain(&unit.tie_break)
}

/// What a record keeps of the villages: equal for ranking and choosing. Unvisited ones are named where the
/// method counts them in its draws, and nowhere else.
pub(super) fn canonical(method: &Method, units: &[Unit]) -> Vec<Unit> {
    let counts_unvisited = method.counts_unvisited();
    let mut kept: Vec<Unit> = units
        .iter()
        .filter(|unit| counts_unvisited || !unit.is_unvisited())
        .map(|unit| canonical_unit(method, unit))
        .collect();
    kept.sort_by(|one, two| one.region.cmp(&two.region));
    kept
}

fn canonical_unit(method: &Method, unit: &Unit) -> Unit {
    let numbers = |list: &[Observation]| list.iter().map(|it| kept(it, number)).collect();
    let indicators = unit.indicators.iter().enumerate();
    let mut holds: Vec<Hold> = Vec::new();
    for hold in &unit.holds {
        if holds.iter().all(|it| it.kind != hold.kind) {
            holds.push(plain_hold(hold.kind));
        }
    }
    holds.sort_by_key(|it| hold_word(it.kind));
    Unit {
        region: unit.region.clone(),
        name: unit.name.clone(),
        group: unit.group.clone(),
        indicators: indicators
            .map(|(index, it)| {
                let indicator = method.indicators.get(index);
                kept(it, |text| match indicator.map(|it| &it.normalise) {
                    Some(Normalise::Ladder { rungs, .. })
                        if rungs.iter().any(|rung| rung.fits_text(text)) =>
                    {
                        Observed::Text(text.to_owned())
                    }
                    _ => number(text),
                })
            })
            .collect(),
        denominators: numbers(&unit.denominators),
        eligibility: unit.eligibility.iter().map(|it| kept(it, truth)).collect(),
        tie_break: numbers(&unit.tie_break),
        holds,
    }
}

fn kept(observation: &Observation, of_text: impl Fn(&str) -> Observed) -> Observation {
    let finite = |value: Option<f64>| value.filter(|it| it.is_finite());
    Observation {
        value: match &observation.value {
            Observed::Number(number) if !number.is_finite() => Observed::Missing,
            Observed::Text(text) => of_text(text),
            value => value.clone(),
        },
        lower: finite(observation.lower),
        last_round: finite(observation.last_round),
        source: Vec::new(),
    }
}

fn number(text: &str) -> Observed {
    plain_number(text).map_or(Observed::Missing, Observed::Number)
}

/// Of a condition: what counts as yes and no there.
fn truth(text: &str) -> Observed {
    match text {
        "true" | "1" => Observed::Number(1.0),
        "false" | "0" => Observed::Number(0.0),
        _ => Observed::Missing,
    }
}

pub(super) fn plain_hold(kind: HoldKind) -> Hold {
    Hold {
        kind,
        paths: Vec::new(),
        text: Text::default(),
    }
}

const HOLDS: [(HoldKind, &str); 4] = [
    (HoldKind::Conflict, "conflict"),
    (HoldKind::Finding, "finding"),
    (HoldKind::NotApproved, "not_approved"),
    (HoldKind::Unvisited, "unvisited"),
];

fn hold_word(kind: HoldKind) -> &'static str {
    match kind {
        HoldKind::Conflict => "conflict",
        HoldKind::Finding => "finding",
        HoldKind::NotApproved => "not_approved",
        HoldKind::Unvisited => "unvisited",
    }
}

fn holds_cell(holds: &[Hold]) -> String {
    let words: Vec<&str> = holds.iter().map(|it| hold_word(it.kind)).collect();
    words.join(" ")
}

pub(super) fn read_holds(cell: &str) -> Option<Vec<Hold>> {
    let words = cell.split(' ').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let found = HOLDS.iter().find(|(_, it)| *it == word);
            found.map(|(kind, _)| plain_hold(*kind))
        })
        .collect()
}

/// A number plainly, a choice behind a colon, a state behind a tilde, nothing for missing.
pub(super) fn cell(value: &Observed) -> String {
    match value {
        Observed::Number(number) => number.to_string(),
        Observed::Text(text) => format!(":{text}"),
        Observed::Missing => String::new(),
        Observed::Unknown => "~unknown".to_owned(),
        Observed::Refused => "~refused".to_owned(),
        Observed::Irrelevant => "~irrelevant".to_owned(),
    }
}

pub(super) fn read_cell(cell: &str) -> Option<Observed> {
    if let Some(text) = cell.strip_prefix(':') {
        return Some(Observed::Text(text.to_owned()));
    }
    match cell {
        "" => Some(Observed::Missing),
        "~unknown" => Some(Observed::Unknown),
        "~refused" => Some(Observed::Refused),
        "~irrelevant" => Some(Observed::Irrelevant),
        number => plain_number(number).map(Observed::Number),
    }
}

/// What stands beside the value of a column, in a column of its own where any village has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Value,
    Lower,
    LastRound,
}

impl Part {
    pub(super) const ALL: [Part; 3] = [Part::Value, Part::Lower, Part::LastRound];

    pub(super) fn suffix(self) -> &'static str {
        match self {
            Part::Value => "",
            Part::Lower => ":lower",
            Part::LastRound => ":last",
        }
    }

    fn cell(self, observation: &Observation) -> String {
        let number = |value: Option<f64>| value.map_or_else(String::new, |it| it.to_string());
        match self {
            Part::Value => cell(&observation.value),
            Part::Lower => number(observation.lower),
            Part::LastRound => number(observation.last_round),
        }
    }

    fn stands_in(self, observation: &Observation) -> bool {
        match self {
            Part::Value => true,
            Part::Lower => observation.lower.is_some(),
            Part::LastRound => observation.last_round.is_some(),
        }
    }
}

/// The villages as CSV. `units` are canonical.
pub(super) fn write_units(method: &Method, units: &[Unit]) -> String {
    let columns = columns(method);
    let mut header: Vec<String> = HEAD.iter().map(|it| (*it).to_owned()).collect();
    let mut parts: Vec<(usize, Part)> = Vec::new();
    let mut needed = vec![[true, false, false]; columns.len()];
    for unit in units {
        for (needed, observation) in needed.iter_mut().zip(observations(unit)) {
            for (needed, part) in needed.iter_mut().zip(Part::ALL) {
                *needed |= part.stands_in(observation);
            }
        }
    }
    for (index, column) in columns.iter().enumerate() {
        for (part, needed) in Part::ALL.into_iter().zip(needed[index]) {
            if needed {
                header.push(format!("{column}{}", part.suffix()));
                parts.push((index, part));
            }
        }
    }
    let rows = units.iter().map(|unit| {
        let own: Vec<&Observation> = observations(unit).collect();
        let mut row = vec![
            unit.region.clone(),
            unit.name.clone(),
            unit.group.code.clone(),
            unit.group.name.clone(),
            holds_cell(&unit.holds),
        ];
        row.extend(parts.iter().map(|(index, part)| part.cell(own[*index])));
        row
    });
    super::write::csv(&header, rows)
}

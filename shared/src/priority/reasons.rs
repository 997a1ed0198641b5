//! Why a village stands where it stands, in words.
//!
//! Always: both languages; a raw value stands with its unit; what is not known is named.
//! Never: an answer of a kind that may be personal; only numbers and labels of rungs.

use std::collections::BTreeMap;

use super::method::Method;
use super::rank::{IndicatorDetail, RankedUnit, Ranking, Status};
use super::scored::Scored;
use super::text::{Text, number_text};
use super::unit::Observed;

/// How many contributing indicators a reason names.
const STRENGTHS_MAX: usize = 3;
/// How many unknown indicators a reason names before it only counts them.
const UNKNOWNS_MAX: usize = 4;

/// Writes the reasons of every village of a finished ranking.
pub(super) fn explain(method: &Method, ranking: &mut Ranking) {
    let mut groups: BTreeMap<String, u32> = BTreeMap::new();
    for unit in ranking
        .units
        .iter()
        .filter(|it| it.status == Status::Ranked)
    {
        *groups.entry(unit.group.code.clone()).or_default() += 1;
    }
    for unit in &mut ranking.units {
        let peers = groups.get(&unit.group.code).copied().unwrap_or_default();
        unit.reasons = reasons(method, unit, peers);
    }
}

/// How many ranked villages each area has, by its code.
pub(super) fn peers(scored: &Scored) -> BTreeMap<String, u32> {
    let mut peers: BTreeMap<String, u32> = BTreeMap::new();
    for (row, status) in scored.statuses.iter().enumerate() {
        if *status == Status::Ranked {
            *peers
                .entry(scored.table.area(row).code.clone())
                .or_default() += 1;
        }
    }
    peers
}

/// Why one village stands where it stands; `peers` are the ranked ones of its area.
pub(super) fn reasons(method: &Method, unit: &RankedUnit, peers: u32) -> Vec<Text> {
    let mut reasons = Vec::new();
    match unit.status {
        Status::Ranked => {
            reasons.push(standing(method, unit, peers));
            reasons.extend(strengths(method, unit));
        }
        Status::Held => reasons.extend(unit.holds.iter().map(|hold| {
            Text::new(
                format!("Belum layak dinilai: {}", hold.text.id),
                format!("Not yet fit to be judged: {}", hold.text.en),
            )
        })),
        Status::NotEligible => reasons.extend(failed(method, unit, |rule| {
            Text::new(
                format!("Tidak memenuhi syarat: {}", rule.otherwise.id),
                format!("Not eligible: {}", rule.otherwise.en),
            )
        })),
        Status::EligibilityUnknown => reasons.extend(failed(method, unit, |rule| {
            Text::new(
                format!("Syarat belum diketahui: {}", rule.label.id),
                format!("Condition not known: {}", rule.label.en),
            )
        })),
        Status::Screened => reasons.push(Text::new(
            "Tidak diikutkan: isiannya terlalu sedikit, atau dikeluarkan oleh metode",
            "Left out: too few answers, or excluded by the method",
        )),
        // What is unknown of it is everything; a list would say no more.
        Status::Unvisited => {
            return vec![Text::new(
                "Belum dikunjungi, atau isiannya belum disetujui",
                "Not visited yet, or its answers are not approved yet",
            )];
        }
        Status::NotScored => reasons.push(Text::new(
            "Tidak dinilai: tidak ada isian yang dapat dihitung",
            "Not scored: no answer could be used",
        )),
    }
    reasons.extend(unknowns(method, unit));
    reasons
}

fn failed(
    method: &Method,
    unit: &RankedUnit,
    say: impl Fn(&super::method::Rule) -> Text,
) -> Vec<Text> {
    let rules = method.programme.iter().flat_map(|it| &it.eligibility);
    rules
        .filter(|rule| unit.failed_rules.contains(&rule.id))
        .map(say)
        .collect()
}

/// "Skor 71,2 (69–74), peringkat 2 dari 14 di Kab. Belu."
fn standing(method: &Method, unit: &RankedUnit, peers: u32) -> Text {
    let number = |value: Option<f64>| number_text(value.unwrap_or_default(), method.decimals);
    let (score, low, high) = (number(unit.score), number(unit.lower), number(unit.upper));
    let range = if low == high {
        Text::default()
    } else {
        Text::new(
            format!(" (antara {} dan {})", low.id, high.id),
            format!(" (between {} and {})", low.en, high.en),
        )
    };
    let rank = unit.group_rank.unwrap_or_default();
    let area = &unit.group.name;
    if unit.score.is_none() {
        // A public table leaves out a score that would tell a small number of people.
        return Text::new(
            format!("Peringkat {rank} dari {peers} di {area}"),
            format!("Rank {rank} of {peers} in {area}"),
        );
    }
    let class = class_words(method, unit);
    Text::new(
        format!(
            "Skor {}{}{}, peringkat {rank} dari {peers} di {area}",
            score.id, range.id, class.id
        ),
        format!(
            "Score {}{}{}, rank {rank} of {peers} in {area}",
            score.en, range.en, class.en
        ),
    )
}

fn class_words(method: &Method, unit: &RankedUnit) -> Text {
    let label = |id: &Option<String>| {
        let class = method
            .classes
            .iter()
            .find(|class| Some(&class.id) == id.as_ref());
        class.map(|class| class.label.clone()).unwrap_or_default()
    };
    let (class, low, high) = (
        label(&unit.class),
        label(&unit.class_lower),
        label(&unit.class_upper),
    );
    if class.is_empty() {
        return Text::default();
    }
    let mut words = Text::new(format!(", {}", class.id), format!(", {}", class.en));
    if low != high {
        words
            .id
            .push_str(&format!(" (mungkin {} sampai {})", low.id, high.id));
        words
            .en
            .push_str(&format!(" (possibly {} to {})", low.en, high.en));
    }
    words
}

fn strengths(method: &Method, unit: &RankedUnit) -> Option<Text> {
    let mut order: Vec<usize> = (0..unit.indicators.len())
        .filter(|index| {
            let detail = &unit.indicators[*index];
            detail.observed && 0.0 < detail.contribution
        })
        .collect();
    let contribution = |index: usize| unit.indicators[index].contribution;
    // Stable: equal contributions stay in document order.
    order.sort_by(|one, two| contribution(*two).total_cmp(&contribution(*one)));
    order.truncate(STRENGTHS_MAX);
    let mut parts = (Vec::new(), Vec::new());
    for index in order {
        let detail = &unit.indicators[index];
        let label = &method.indicators[index].label;
        let raw = raw_words(method, index, detail);
        let share = number_text(detail.contribution, method.decimals);
        let adds = if detail.additive {
            Text::new(
                format!(" (menyumbang {})", share.id),
                format!(" (adds {})", share.en),
            )
        } else {
            Text::default()
        };
        parts.0.push(format!("{} {}{}", label.id, raw.id, adds.id));
        parts.1.push(format!("{} {}{}", label.en, raw.en, adds.en));
    }
    (!parts.0.is_empty()).then(|| {
        Text::new(
            format!("Terkuat: {}", parts.0.join("; ")),
            format!("Strongest: {}", parts.1.join("; ")),
        )
    })
}

/// The raw value as people read it: a number with its unit, or the label of the rung.
pub fn raw_words(method: &Method, index: usize, detail: &IndicatorDetail) -> Text {
    let indicator = &method.indicators[index];
    let unit = |text: Text| {
        if indicator.unit.is_empty() {
            return text;
        }
        Text::new(
            format!("{} {}", text.id, indicator.unit.id),
            format!("{} {}", text.en, indicator.unit.en),
        )
    };
    match (&detail.raw, &detail.rung) {
        (Observed::Text(_), Some(rung)) => rung.label.clone(),
        (Observed::Number(number), _) => unit(number_text(*number, indicator.decimals)),
        (_, Some(rung)) => rung.label.clone(),
        _ => detail.note.map(|note| note.label()).unwrap_or_default(),
    }
}

fn unknowns(method: &Method, unit: &RankedUnit) -> Option<Text> {
    let labels: Vec<&Text> = unit
        .indicators
        .iter()
        .zip(&method.indicators)
        .filter(|(detail, indicator)| {
            indicator.is_scorable() && !detail.observed && 0.0 < indicator.weight
        })
        .map(|(_, indicator)| &indicator.label)
        .collect();
    let rest = labels.len().saturating_sub(UNKNOWNS_MAX);
    let named = &labels[..labels.len() - rest];
    let id: Vec<&str> = named.iter().map(|label| label.id.as_str()).collect();
    let en: Vec<&str> = named.iter().map(|label| label.en.as_str()).collect();
    let more = match rest {
        0 => Text::default(),
        _ => Text::new(format!(" dan {rest} lagi"), format!(" and {rest} more")),
    };
    (!labels.is_empty()).then(|| {
        Text::new(
            format!("Belum diketahui: {}{}", id.join("; "), more.id),
            format!("Not known: {}{}", en.join("; "), more.en),
        )
    })
}

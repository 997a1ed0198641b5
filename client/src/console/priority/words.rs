//! Words and numbers of a ranking.
//!
//! Always: scores have the decimals by which they were compared, with a comma.
//! Never: writes a score without them, so that columns line up.

use shared::priority::{
    Decision, IndicatorDetail, IndicatorHead, Observed, RankedUnit, Ranking, Status, Text, Verdict,
    number_text,
};

use crate::i18n::texts;
use crate::ui::ChipKind;

const HASH_DIGITS_SHOWN: usize = 4;

/// The text in the language of the screen.
pub fn say(text: &Text) -> &str {
    if texts().code == "id" {
        &text.id
    } else {
        &text.en
    }
}

/// `0,6543`; Indonesian separators whatever the language.
pub fn score_text(value: f64, decimals: u8) -> String {
    // Neither -0 nor a full stop.
    format!("{:.*}", usize::from(decimals), value + 0.0).replace('.', ",")
}

pub fn optional_score(value: Option<f64>, decimals: u8) -> String {
    value.map_or_else(|| "–".to_owned(), |value| score_text(value, decimals))
}

/// `9f3a…c1d2`
pub fn hash_text(hash: &str) -> String {
    let (Some(head), Some(tail)) = (
        hash.get(..HASH_DIGITS_SHOWN),
        hash.len()
            .checked_sub(HASH_DIGITS_SHOWN)
            .and_then(|from| hash.get(from..)),
    ) else {
        return hash.to_owned();
    };
    format!("{head}…{tail}")
}

/// The class's own word.
pub fn class_word(ranking: &Ranking, id: Option<&String>) -> Option<String> {
    let class = ranking.classes.iter().find(|class| Some(&class.id) == id)?;
    Some(say(&class.label).to_owned())
}

/// What became of a village, as a chip.
pub fn verdict_chip(unit: &RankedUnit, decision: Option<&Decision>) -> Option<(ChipKind, String)> {
    let words = &texts().console.priority;
    let (kind, word) = match (decision.map(|decision| decision.verdict), unit.status) {
        (Some(Verdict::Chosen), _) => (ChipKind::Ok, words.chosen),
        (Some(Verdict::Reserve), _) => {
            let position = decision
                .and_then(|decision| decision.position)
                .unwrap_or_default();
            return Some((ChipKind::Info, (words.reserve)(position)));
        }
        (Some(Verdict::BelowCut), _) => (ChipKind::Plain, words.below_cut),
        (Some(Verdict::Held), _) | (None, Status::Held) => (ChipKind::Bad, words.held),
        (Some(Verdict::NotEligible), _) | (None, Status::NotEligible) => {
            (ChipKind::Plain, words.not_eligible)
        }
        (Some(Verdict::EligibilityUnknown), _) | (None, Status::EligibilityUnknown) => {
            (ChipKind::Wait, words.eligibility_unknown)
        }
        (Some(Verdict::NotScored), _) | (None, Status::NotScored) => {
            (ChipKind::Plain, words.not_scored)
        }
        (Some(Verdict::Screened), _) | (None, Status::Screened) => {
            (ChipKind::Plain, words.screened)
        }
        (Some(Verdict::Unvisited), _) | (None, Status::Unvisited) => {
            (ChipKind::Wait, texts().console.deciding.unvisited)
        }
        (None, Status::Ranked) => return None,
    };
    Some((kind, word.to_owned()))
}

/// The reason that says most in one line: what is strongest where it won, else why it did not.
pub fn main_reason<'a>(unit: &'a RankedUnit, decision: Option<&'a Decision>) -> &'a str {
    let of = |reasons: &'a [Text], place: usize| reasons.get(place).or(reasons.first());
    let reason = match decision.map(|decision| (decision.verdict, &decision.reasons)) {
        Some((Verdict::Reserve, reasons)) => of(reasons, 1),
        Some((Verdict::Chosen, _)) => of(&unit.reasons, 1),
        Some((_, reasons)) => reasons.first(),
        None if unit.status == Status::Ranked => of(&unit.reasons, 1),
        None => unit.reasons.first(),
    };
    reason.map_or("", |reason| say(reason))
}

/// The raw value as people read it: a number with its unit, or the label of the rung.
pub fn raw_words(head: &IndicatorHead, detail: &IndicatorDetail) -> String {
    let words = &texts().console.priority;
    let with_unit = |value: f64| {
        // Separators are Indonesian in both languages.
        let number = number_text(value, head.decimals).id;
        format!("{number} {}", say(&head.unit))
            .trim_end()
            .to_owned()
    };
    match (&detail.raw, &detail.rung, detail.raw_lower) {
        (Observed::Number(number), _, _) => with_unit(*number),
        (Observed::Text(_), Some(rung), _) => say(&rung.label).to_owned(),
        (_, _, Some(lower)) => (words.raw_at_least)(&with_unit(lower)),
        _ => detail
            .note
            .map_or_else(|| "–".to_owned(), |note| say(&note.label()).to_owned()),
    }
}

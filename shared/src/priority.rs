//! From answers to a ranking that can be defended: methods, scores, intervals, selection, reasons.
//!
//! Always: the same method and observations give the same bytes on every machine; sums run in the
//! order of the document and of the codes; scores are rounded before they are compared; what is
//! missing widens an interval by a stated rule.
//! Never: evaluates an expression itself (`questionnaire` does), gives NaN, settles a tie by row
//! order, or calls an estimate official.

mod allot;
mod compiled;
mod document;
mod export;
mod method;
mod normalise;
mod observe;
mod order;
mod plan;
mod rank;
mod reasons;
mod rungs;
mod select;
mod shipped;
mod text;
mod unit;

pub use compiled::CompiledMethod;
pub use document::{
    DIMENSIONS_MAX, DOCUMENT_BYTES_MAX, INDICATORS_MAX, Problem, check, check_quota, method_hash,
    parse,
};
pub use export::{ColumnNote, cell, dictionary, ranking_csv, selection_csv, selection_dictionary};
pub use method::{
    Aggregation, Class, Dimension, Direction, Earmark, FORMAT, Indicator, Irrelevant, Method,
    Missing, Normalise, Place, Programme, Quota, Rule, Rung, TieKey, Weights,
};
pub use normalise::Note;
pub use observe::{Village, observe_with};
pub use order::lottery;
pub use rank::{
    DimensionHead, DimensionScore, IndicatorDetail, IndicatorHead, MethodRef, Outcome, RankedUnit,
    Ranking, RungDetail, Status, UNITS_MAX, head, rank,
};
pub use reasons::raw_words;
pub use rungs::{Gain, Gap, gains, gap, gap_in, score_rungs};
pub use select::{AreaResult, Decision, Selection, Shortfall, Tie, Verdict, select};
pub use shipped::{DESMIGRATIF, IDM, SHIPPED, Shipped};
pub use text::{Text, number_text};
pub use unit::{Area, Hold, HoldKind, Observation, Observed, Unit};

#[cfg(test)]
mod tests;

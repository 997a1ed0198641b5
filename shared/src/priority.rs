//! From answers to a ranking that can be defended: methods, scores, intervals, selection, reasons.
//!
//! Always: the same method and observations give the same bytes on every machine; sums run in the
//! order of the document and of the codes; scores are rounded before they are compared; what is
//! missing widens an interval by a stated rule.
//! Never: evaluates an expression itself (`questionnaire` does), gives NaN, settles a tie by row
//! order, or calls an estimate official.

mod afresh;
mod agree;
mod allot;
mod capacity;
mod check;
mod compiled;
mod contest;
mod crossing;
mod data;
mod document;
mod draws;
mod eigen;
mod evaluate;
mod exact;
mod exp;
mod export;
mod files;
mod held;
mod impute;
mod kawasan;
mod method;
mod nearest;
mod next_class;
mod normalise;
mod observe;
mod order;
mod plan;
mod proof;
mod random;
mod rank;
mod reasons;
mod record;
mod related;
mod robust;
mod rules;
mod rungs;
mod scored;
mod select;
mod shipped;
mod spacing;
mod spread;
mod standing;
mod strangers;
mod table;
mod text;
mod treat;
mod unit;
mod villages;
mod weigh;

pub use afresh::Exchange;
pub use agree::{Agreement, agreement};
pub use capacity::{
    Assumptions, Balance, CAPACITY_ENTRIES_MAX, CapacityUnit, Commodity, Facility, Factor, Harvest,
    KAPASITAS, Month, Months, Operation, PASOKAN_IKN, Service, Standing, UTILISATION_DECIMALS,
    Yield, balances, balances_csv, capacity_dictionary, months_csv, parse_assumptions,
    read_facilities, read_harvests,
};
pub use check::{DIMENSIONS_MAX, DRAWS_MAX, INDICATORS_MAX, VARIANTS_MAX, check, check_quota};
pub use compiled::CompiledMethod;
pub use crossing::MixResult;
pub use data::{
    Columns, Given, TABLE_BYTES_MAX, TOLD_MAX, matched, read_given, read_table, read_units,
};
pub use document::{DOCUMENT_BYTES_MAX, Problem, method_hash, parse, parse_for};
pub use draws::{
    Basis, Chances, DONORS_MIN, DUELS_DRAWN_MAX, Donors, Draws, Interval, Part, RANKS_MAX,
    Reranked, Trials, Tried, VALUES_MAX,
};
pub use export::{
    ColumnNote, cell, kawasan_csv, kawasan_dictionary, proof_csv, proof_dictionary, selection_csv,
    selection_dictionary,
};
pub use files::{STEP_FILES, StepFile, file_dictionary, intervals_csv};
pub use held::{Awaited, Held, HeldRule};
pub use kawasan::{FunctionLead, Kawasan, KawasanResult, MEMBERS_MAX, Total};
pub use method::{
    Aggregation, Alternative, Class, Comparison, Counts, Denominator, Dimension, Direction,
    Earmark, FORMAT, Indicator, Irrelevant, Method, Missing, Normalise, Place, Programme, Quota,
    Rule, Rung, Screening, TieKey, Treatment, Uncertainty, Unvisited, WeightLevel, Weights,
};
pub use nearest::{NEAREST_MAX, Nearest};
pub use normalise::Note;
pub use observe::{Village, observe_with};
pub use order::lottery;
pub use proof::{NextBest, Proof};
pub use rank::{
    DimensionHead, DimensionScore, IndicatorDetail, IndicatorHead, MethodRef, Outcome, RankedUnit,
    Ranking, RungDetail, Status, detailed, head, list, rank,
};
pub use reasons::raw_words;
pub use record::{
    Breach, CHANGES_MAX, Change, ChangedTo, Difference, KawasanTold, RECORD_BYTES_MAX, Record,
    Remark, ResultRow, changes_faults, differences, read_changes,
};
pub use related::{Pair, RELATED_COLUMNS_MAX, Related, related_dimensions, related_indicators};
pub use robust::{
    FactorShare, IndicatorWay, LeftOut, Needs, Sensitivity, Shifts, WayIn, WeightWay,
    leave_one_out, way_in,
};
pub use rules::{Lock, Locked, Mix, Spacing};
pub use rungs::{Gain, Gap, gains, gap, gap_in, score_rungs};
pub use scored::Scored;
pub use select::{
    AreaResult, Decision, QuotaPart, Selection, Shortfall, Tie, Verdict, beyond_villages, select,
};
pub use shipped::{
    DESA_PERCONTOHAN, DESMIGRATIF, IDM, KTM, MITRA_IKN, POTENSI_GERABAH, POTENSI_TANAMAN,
    POTENSI_TENUN, SHIPPED, Shipped,
};
pub use spread::{Bar, Beside, Spread, beside, spread};
pub use strangers::{Overseen, Strangers};
pub use table::{DUELS_MAX, Table, UNITS_MAX};
pub use text::{Text, number_text};
pub use treat::{Done, Shape, TreatmentNote};
pub use unit::{Area, Hold, HoldKind, Observation, Observed, Unit};
pub use villages::{
    COUNT_SHOWN_MIN, CellKind, DICTIONARY, Places, VillageCell, VillageColumn, VillageTable,
    read_places, whereabouts,
};
pub use weigh::{WeightNote, WeightOrigin, WeightShare};

#[cfg(test)]
mod tests;

//! English of rules, kawasan, weights on paper, and the assumptions of a capacity.
//!
//! Always: the same sentence as in Indonesian, said as an English speaker would.
//! Never: shorter by leaving out what is safe or what to do.

use shared::priority::{Aggregation, Missing, Normalise};

use crate::keys::Ruling;

pub(super) const RULING: Ruling = Ruling {
    kawasan_title: "Chosen kawasan",
    kawasan_figure: "kawasan chosen",
    kawasan_of: |centre| format!("Kawasan {centre}"),
    kawasan_villages: |count| format!("{count} villages"),
    kawasan_centre: "centre",
    kawasan_score: "mean score of its villages",
    kawasan_totals: "Totals against their minimums",
    kawasan_reached: |sum, minimum| format!("{sum} of at least {minimum}"),
    kawasan_functions: "Functions and the villages that lead them",
    kawasan_function: "Function",
    kawasan_leader: "Leading village",
    kawasan_members: "Member villages",
    kawasan_unknown: |names| {
        format!(
            "Some total is not known of these villages, so that they add nothing to it: {names}."
        )
    },
    kawasan_none: "No kawasan reaches every minimum yet",
    kawasan_none_body: "A kawasan is made of eligible neighbouring villages that together reach every total. A total that is not filled in adds nothing, and a village without a position of its office has no neighbours.",
    kawasan_filled: |kawasan, most, villages| match villages {
        0 => format!("{kawasan} of {most} kawasan"),
        _ => format!("{kawasan} of {most} kawasan, {villages} villages"),
    },
    untold: "not known",
    rules: "Rules of the selection",
    eligibility: "Conditions for a village",
    no_eligibility: "No conditions.",
    quota: "Quota",
    per_area: |most| format!("at most {most} villages per regency"),
    kawasan_per_area: |most| format!("at most {most} kawasan with their centre in one regency"),
    per_subdistrict: |most| format!("at most {most} villages per subdistrict"),
    reserves: |count| format!("{count} reserves per regency"),
    earmark: |label, places| format!("{places} places kept for {label}"),
    mix: |label, least, most| match most {
        None => format!("{label}: at least {least} villages"),
        Some(most) if least == 0 => format!("{label}: at most {most} villages"),
        Some(most) => format!("{label}: {least} to {most} villages"),
    },
    mix_reached: |rule, chosen| format!("{rule}; the method chose {chosen}"),
    spacing: |km| format!("no two villages nearer than {km} km"),
    borders: "two villages that border on each other are not both chosen",
    locked_in: |name, by, reason| format!("{name} is chosen for certain, by {by}: {reason}"),
    locked_out: |name, by, reason| format!("{name} takes no part, by {by}: {reason}"),
    kawasan_members_max: |most| format!("at most {most} neighbouring villages in one kawasan"),
    kawasan_near: |km| format!("neighbours are villages whose offices are nearer than {km} km"),
    kawasan_listed: "neighbours by the list in the method's document",
    kawasan_total: |label, minimum| format!("{label} at least {minimum}"),
    kawasan_centre_rule: |dimension| {
        format!("its centre is the village with the highest {dimension}")
    },
    screening: |available, zeros| {
        format!(
            "takes part with at least {available}% of the indicators filled in and at most {zeros}% of them zero"
        )
    },
    draws: |count, spread| {
        format!("ranges of ranks from {count} draws, weights moved by up to {spread}%")
    },
    rounding: |decimals| format!("scores rounded to {decimals} decimals"),
    tie_key: |label, largest| match largest {
        true => format!("largest {label}"),
        false => format!("smallest {label}"),
    },
    lottery: "smallest SHA-256(seed|code) of the lottery",
    weights_annex: "Annex 1: method, weights and rules",
    ranking_annex: "Annex 2: the whole ranking",
    annex_cut: |shown, all| {
        format!(
            "The first {shown} rows of {all} are printed here. All villages are in the record whose digest stands above, and in the files of this decision: CSV, XLSX, GeoJSON and Parquet."
        )
    },
    dimension_or_indicator: "Dimensions and indicators",
    share_within: "Weight within",
    share_of_all: "Of the whole",
    how: "How it counts",
    aggregation: |aggregation| match aggregation {
        Aggregation::Arithmetic => "arithmetic mean".to_owned(),
        Aggregation::Geometric => "geometric mean".to_owned(),
        Aggregation::Harmonic => "harmonic mean".to_owned(),
        Aggregation::Generalised { power } => format!("generalised mean, power {power}"),
        Aggregation::Copeland => "Copeland duels within the regency".to_owned(),
    },
    normalise: |normalise| match normalise {
        Normalise::MinMax { min, max } => {
            let post = |post: &Option<f64>, observed: &str| {
                post.map_or_else(
                    || observed.to_owned(),
                    |it| it.to_string().replace('.', ","),
                )
            };
            let (min, max) = (post(min, "the smallest"), post(max, "the largest"));
            format!("between {min} and {max}")
        }
        Normalise::ZScore => "standard deviations from the mean".to_owned(),
        Normalise::Rank => "rank".to_owned(),
        Normalise::Percentile => "percentile".to_owned(),
        Normalise::Target { target } => {
            format!("distance to {}", target.to_string().replace('.', ","))
        }
        Normalise::AsIs => "as it is".to_owned(),
        Normalise::Ladder { rungs, .. } => format!("{} rungs", rungs.len()),
    },
    lower_is_better: "the smaller the higher",
    missing: |missing| match missing {
        Missing::Worst => "missing: the worst",
        Missing::Best => "missing: the best",
        Missing::Drop => "missing: leaves with its weight",
        Missing::Mean => "missing: the mean",
        Missing::Median => "missing: the median",
        Missing::GroupMean => "missing: the regency's mean",
        Missing::GroupMedian => "missing: the regency's median",
        Missing::LastRound => "missing: the value of the round before",
    },
    weightless: "not scored, read by rules",
    exactness: "How sure this choice is",
    exact_by_sorting: "Exact: the quotas are nested and villages are sorted by score, so that no other lawful choice has a higher sum of scores.",
    exact_by_bound: |total| {
        format!(
            "The sum of scores {total} equals its upper bound: no other choice that fills as many places has a higher one."
        )
    },
    exact_kawasan: |total| {
        format!(
            "The sum of the kawasan's mean scores {total} equals its upper bound among the kawasan that were compared."
        )
    },
    not_proved: |total, bound, gap| {
        format!(
            "Sum of scores {total}, upper bound {bound}. It is not proved that nothing is better; the difference is at most {gap}."
        )
    },
    bound_unknown: |total| {
        format!(
            "Sum of scores {total}; its upper bound is not known, so that a better choice may exist."
        )
    },
    proof_untold: "This record holds no upper bound, so that it does not say how sure the choice is.",
    next_best: |total, gap| format!("The next best choice has a sum of {total}, {gap} less."),
    next_exchange: |gap, enters, leaves| {
        format!(
            "The nearest exchange: {enters} in place of {leaves}, with {gap} less in the sum of scores."
        )
    },
    next_equal: "Another choice has the same sum; the order of the ranking decided.",
    no_next: "No other choice that fills as many places is on record.",
    mixes: "Composition of the chosen villages",
    kawasan_set: "Kawasan set by this decision",
    cautions: "To be looked at in this method",
    beyond: |codes| {
        format!(
            "This method names {codes} codes beyond the regions that count here. That is no error: those villages are of other regions, and their codes need no mending."
        )
    },
    overseen: |regions| format!("Only {regions} counts here."),
    cautions_more: |count| format!("and {count} more"),
    despite: "Decided all the same",
    despite_body: "It is better to mend the method first. Whoever decides by this one answers for it with a name and a reason; the minutes print both.",
    despite_told: |by, reason| format!("Decided all the same by {by}: {reason}"),
    breaches: "Changes by hand that depart from the method's rules",
    reserve_number: "Reserve no.",
    not_computed: "Not computed: under these rules each try needs a whole selection, and that is beyond the limit of computing. The reason for this village stands above.",
    exchange_untold: "Where – stands, who enters and leaves was not computed: the selection under these rules could not be made again within the limit of computing.",
    trial_counting: "Working out who is chosen…",
    drawn_without_choice: |count| {
        format!(
            "{count} draws made. How often each village is chosen is not computed under these rules; the ranges of ranks hold."
        )
    },
    drawn_under_rules: |count, tried, proved, borderline| {
        let told = match proved == tried {
            true => format!("the first {tried} draws, each of them proved"),
            false => format!("{proved} of the first {tried} draws, those that are proved"),
        };
        format!(
            "{count} draws made. These rules are solved anew each time, so how often a village is chosen is counted in {told}; {borderline} villages are chosen in some of them only."
        )
    },
    draw_body_without_choice: "Weights, ways of counting and unknown answers are drawn again and again from the same seed. The result is a range of ranks for each village. Under these rules, how often it is chosen is counted in some of the draws only, where there are not too many villages.",
    card_by_method: "This card is by the method; the weights on trial do not count here.",
    within_all: "All regions",
    too_many: "Too many villages to be ranked on this screen",
    too_many_body: "This screen ranks up to 20,000 villages at once. Choose one province, and every part of this page works for it. For all of your regions the files below are computed on the server: all villages with their scores and ranks, and the selection by the method. Comparisons, draws and a record of all are made by lumbung rank from a table of villages.",
    assumptions: "Assumptions",
    factor_year: "Year of the factors",
    factor_year_hint: |round| {
        format!("The newest factors and yields up to this year count. {round}")
    },
    round_opened: |year| format!("This round was opened in {year}."),
    factor_year_invalid: "A year between 1900 and 2200.",
    own: "own assumption",
    own_count: |count| {
        format!(
            "A trial: {count} numbers are own assumptions, not those with a source. The address of this page keeps them; the document of assumptions does not change."
        )
    },
    own_reset: "Put all back",
    own_reset_done: "All numbers are those with a source again.",
    own_back: |documented| format!("Back to {documented}"),
    own_back_empty: "Empty again",
    own_without: "Without a source; empty means not counted.",
    own_telling: |telling, all| {
        format!(
            "{telling} of {all} facilities tell their own hours or days; the numbers below hold for them only if this box is ticked."
        )
    },
    own_in_place_of: |documented| format!("own assumption in place of {documented}"),
    sourced_by: |source, check| format!("{source} ({check})"),
    unit_hours: "hours",
    unit_days: "days",
    unit_m2: "t/m²",
    unit_stall: "t",
    unit_factor: |to, from| format!("t {to} per t {from}"),
    unit_yield: |form| format!("t {form} per ha"),
    hours_impossible: "Give more than 0 and at most 24 hours.",
    days_impossible: "Give more than 0 and at most 366 days.",
    m2_impossible: "Give more than 0 and at most 10 tonnes, or nothing.",
    stall_impossible: "Give more than 0 and at most 100 tonnes, or nothing.",
    factor_impossible: "Give more than 0 and at most 10.",
    yield_impossible: "Give more than 0 and at most 200 tonnes.",
    per_m2: "What a m² of store holds",
    per_stall: "What a stall sells in a day",
    factors: "Conversion factors and yields",
    factors_body: "The newest up to the year above for the provinces of this round; where a province has none, that of the nation.",
    factors_none: "Up to this year the document of assumptions has no factor.",
    factor_what: "Number",
    factor_where: "Holds in",
    factor_value: "Value",
    whole_nation: "Indonesia",
    yield_of: |commodity| format!("{commodity}: yield of one harvest"),
    demand: "Demand",
    demand_body: "The demand of a year is written for each regency or cluster; facilities in villages do not count here. A million people eat 95,000 tonnes of rice a year.",
    demand_of: |area| format!("{area}, tonnes a year"),
    demand_none: "Fill in the demand of at least one regency; until then only the supply is known.",
    demand_invalid: "Demand is written as a number above zero.",
    cluster_of: |area| format!("Cluster of {area}"),
    cluster_hint: "Regencies with the same name of a cluster are added up; empty means alone.",
    commodity: "Commodity",
    supply_alone: |supply| {
        format!("Supply of a year {supply} tonnes; its demand is not written yet.")
    },
    supply_short: |supply, demand, percent, gap| {
        format!(
            "Supply of a year {supply} tonnes, demand {demand} tonnes: {percent}% met, {gap} tonnes short."
        )
    },
    supply_enough: |supply, demand, percent, gap| {
        format!(
            "Supply of a year {supply} tonnes, demand {demand} tonnes: {percent}% met, {gap} tonnes left."
        )
    },
    service_demand: "Supply against demand",
    month_demand: "Demand",
};

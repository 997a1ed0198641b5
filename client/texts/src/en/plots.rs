//! English of plots, of the sensitivity, and of the photos of a village.
//!
//! Always: what a plot shows, in words that need no plot.
//! Never: names a part of the program.

use crate::keys::Plots;

pub(super) const PLOTS: Plots = Plots {
    tab: "Map and spread",
    loading: "Loading what draws the plots…",
    not_loaded: "The plot cannot be drawn, because its file did not arrive. Its numbers are in the table. Check the connection to the server, then try again.",
    not_drawn: "This plot could not be drawn in this browser. Its numbers are in the table. Try again, or report which round and method are open.",
    behind: "The numbers behind the plot",
    map: "Map of scores",
    map_body: "Each village is where its office is, by the approved case. Press a village to open its card.",
    map_said: |villages, chosen| format!("A map of {villages} villages, {chosen} of them chosen."),
    map_said_ranked: |villages| format!("A map of {villages} villages."),
    scores_between: |low, high| format!("Scores from {low} to {high}."),
    north: "north",
    no_places: "No positions of village offices yet",
    no_places_body: "The map uses the question on the position of the village office in approved cases.",
    without_place: |count, names| {
        format!(
            "{count} villages are not on the map, because the position of their office is not known: {names}."
        )
    },
    closer: "Closer",
    further: "Further",
    whole: "The whole map",
    key_chosen: "chosen",
    key_reserve: "reserve",
    key_out: "not ranked",
    latitude: "Latitude",
    longitude: "Longitude",
    map_cut: |drawn, all| {
        format!(
            "The best {drawn} of {all} villages are drawn. Choose one regency to see all of its own."
        )
    },
    first_rows: |shown, all| {
        format!("{shown} of {all} villages; the others are in the ranking and in its files.")
    },
    spread: "Spread of scores",
    spread_body: "How many villages have a score between two bounds. Dashed lines are the bounds of classes.",
    spread_said: |villages, low, median, high| {
        format!("{villages} villages ranked: lowest {low}, middle {median}, highest {high}.")
    },
    nobody_ranked: "No village is ranked yet",
    villages: "villages",
    from_below: |from, below| format!("{from} to below {below}"),
    up_to: |bound, inclusive| match inclusive {
        true => format!("up to {bound}"),
        false => format!("below {bound}"),
    },
    above_all: "above that",
    place: "Place among the other villages",
    beside: |lower, same, higher| {
        let same = match same {
            0 => String::new(),
            _ => format!(", the same as {same}"),
        };
        format!("higher than {lower} villages{same}, lower than {higher}")
    },
    related: "What goes together",
    related_body: "Pearson's correlation of dimensions or indicators, over villages' own values on the method's scale: +1 rise together, −1 opposite, 0 unrelated. Two indicators that are nearly the same count one thing twice. Of a longer method, the first 100.",
    related_said: |highest, lowest| format!("Most alike: {highest}. Lowest: {lowest}."),
    no_pairs: "Nothing to compare yet",
    no_pairs_body: "A correlation needs two indicators and at least three villages whose values differ.",
    indicators: "Indicators",
    correlation: "Correlation",
    untold: "cannot be told",
    over_villages: |count| format!("over {count} villages"),
    one: "One",
    two: "The other",
    sobol: "Assumptions that move the ranking",
    sobol_body: "Every assumption that the method lets vary is changed alone and together with others, from the same seed. The result is Sobol's index: the share of the shifts of ranks that comes from it.",
    sobol_ask: "Compute Sobol's indices",
    sobol_under: |made, of| format!("{made} of {of} samples"),
    sobol_made: |replications, mean_shift| {
        format!("{replications} rankings made; a village moves by {mean_shift} ranks on average.")
    },
    sobol_failed: |failed, replications| {
        format!(
            "{failed} of {replications} rankings gave no village a score. Their samples are left out, so the indices hold for the others only."
        )
    },
    sobol_nothing: "This method names no assumption that may vary, so there is nothing to share out.",
    sobol_no_result: "No sample gave a whole ranking, so the indices cannot be computed.",
    sobol_factor: "Assumption",
    sobol_first: "Alone (first order)",
    sobol_total: "With others (total)",
    sobol_bar: "Share of the shifts of ranks",
    sobol_meaning: "Thin bar: the assumption alone. Thick bar: together with others. A total far above the number alone means that it works through others.",
    sobol_unknown: "A – means that no rank moved at all, or that too few samples are left to tell.",
    sobol_noise: "A number slightly below zero or above one is noise of the samples; read it as zero or one.",
    factor: factor_word,
    gains: "Potential: one rung more",
    gain: |rung, raised| format!("{rung}, score up by {raised}"),
    reaches_next: "next class",
    photos: "Photos",
    no_photos: "The approved case holds no photos.",
};

fn factor_word(factor: &str) -> &'static str {
    match factor {
        "weights" => "Weights",
        "normalise" => "Normalisation",
        "missing" => "How gaps are filled",
        "aggregation" => "Aggregation",
        "unknown" => "Values that are not known",
        "unvisited" => "Villages not visited yet",
        _ => "–",
    }
}

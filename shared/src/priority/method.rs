//! A method as a document: indicators, tree of dimensions, classes, and the programme that chooses.
//!
//! Always: plain data that reads and writes as TOML and as JSON; the order of the document is the
//! order of every sum.
//! Never: checks itself (`document` does) or evaluates an expression (`questionnaire` does).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::held::Held;
use super::kawasan::Kawasan;
use super::nearest::Nearest;
use super::rules::{Lock, Mix, Spacing};
use super::text::Text;

/// The one form of method documents that this build reads.
pub const FORMAT: u32 = 1;

/// How answers become a score. Obtain one from [`super::parse`]: it is checked there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    pub format: u32,
    pub id: String,
    pub version: String,
    pub label: Text,
    /// What a reader must know before trusting the number.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub note: Text,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The result imitates an official index and must never be called official.
    #[serde(default)]
    pub estimate: bool,
    /// Decimals to which scores are rounded before they are ranked, compared or classed.
    pub decimals: u8,
    /// The worst and the best normalised value: `[0, 1]`, `[0, 100]`, or `[1, 100]` for means
    /// that need values above zero.
    #[serde(default = "unit_scale")]
    pub scale: [f64; 2],
    #[serde(rename = "dimension")]
    pub dimensions: Vec<Dimension>,
    #[serde(rename = "indicator")]
    pub indicators: Vec<Indicator>,
    #[serde(default, rename = "class", skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Class>,
    /// Which villages have too little data to be ranked at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screening: Option<Screening>,
    /// What becomes of villages that are "belum layak dinilai".
    #[serde(default, skip_serializing_if = "Held::is_default")]
    pub held: Held,
    /// What may be otherwise, for the draws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<Uncertainty>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programme: Option<Programme>,
}

fn unit_scale() -> [f64; 2] {
    [0.0, 1.0]
}

/// A node of the tree. Exactly one has no parent: its value is the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    pub label: Text,
    #[serde(default = "one")]
    pub weight: f64,
    #[serde(default)]
    pub aggregation: Aggregation,
    /// How the weights of the children come about.
    #[serde(default)]
    pub weights: Weights,
    /// Share of the children's weight that must have a value, else the dimension has none.
    #[serde(default)]
    pub threshold: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    #[default]
    Arithmetic,
    Geometric,
    Harmonic,
    /// (sum of w·x^power)^(1/power); a power of 0 would be the geometric mean and is written so.
    Generalised {
        power: f64,
    },
    /// Duels within the group: more than half of the weight wins (1), less loses (-1); the sum over
    /// all others of the group. Only at the root: the sums of two groups cannot be compared.
    Copeland,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// Each child names its own weight; only their ratios matter.
    #[default]
    Given,
    Equal,
    /// Squared loadings of the first principal component of the children (OECD handbook, 6.2).
    Pca,
    /// Principal eigenvector of pairwise comparisons (Saaty), every pair once.
    Ahp(Vec<Comparison>),
}

/// "`of` weighs `times` as much as `over`".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    pub of: String,
    pub over: String,
    pub times: f64,
}

/// A village with less is shown, but not ranked, and counts for nobody's goalposts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screening {
    /// Share of the scorable indicators that must have a value of the village's own.
    #[serde(default)]
    pub min_available: f64,
    /// Share of those values that may be zero.
    #[serde(default = "one")]
    pub max_zeros: f64,
    /// Codes that take part whatever they lack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Codes that do not take part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

/// What one draw may change. Everything is off until it is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uncertainty {
    #[serde(default = "draws")]
    pub draws: u32,
    /// A weight is multiplied by a number between 1 - spread and 1 + spread.
    #[serde(default)]
    pub weight_spread: f64,
    #[serde(default)]
    pub weight_level: WeightLevel,
    /// Rules of normalisation of which a draw takes one; ladders and goalposts stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub normalise: Vec<Alternative>,
    /// Rules for missing values of which a draw takes one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
    /// Whether an unknown value is drawn between its worst and its best instead.
    #[serde(default)]
    pub unknown_values: bool,
    /// Means of which a draw takes one for every dimension.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aggregation: Vec<Aggregation>,
    /// What stands in for villages without approved answers.
    #[serde(default, skip_serializing_if = "Unvisited::is_off")]
    pub unvisited: Unvisited,
}

impl Default for Uncertainty {
    /// Weights that are a quarter off, and everything unknown anywhere in its interval.
    fn default() -> Self {
        Uncertainty {
            draws: draws(),
            weight_spread: 0.25,
            weight_level: WeightLevel::All,
            normalise: Vec::new(),
            missing: Vec::new(),
            unknown_values: true,
            aggregation: Vec::new(),
            unvisited: Unvisited::Off,
        }
    }
}

/// What draws make of a village that has no approved answers: nobody was there, or nobody approved them yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unvisited {
    /// It takes no part, and no ranking knows of it.
    #[default]
    Off,
    /// In each draw it stands as a visited village of its group that the seed draws, whole: random hot-deck
    /// imputation of units (Andridge and Little 2010, A Review of Hot Deck Imputation for Survey Non-response,
    /// International Statistical Review 78, 40–64).
    Donor,
}

impl Unvisited {
    pub fn is_off(&self) -> bool {
        *self == Unvisited::Off
    }
}

fn draws() -> u32 {
    1000
}

/// Which weights a draw changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightLevel {
    #[default]
    All,
    /// Those of the root's children.
    Top,
}

/// A normalisation without parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alternative {
    MinMax,
    ZScore,
    Rank,
    Percentile,
}

impl Alternative {
    pub fn normalise(self) -> Normalise {
        match self {
            Alternative::MinMax => Normalise::MinMax {
                min: None,
                max: None,
            },
            Alternative::ZScore => Normalise::ZScore,
            Alternative::Rank => Normalise::Rank,
            Alternative::Percentile => Normalise::Percentile,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    pub id: String,
    pub dimension: String,
    pub label: Text,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub unit: Text,
    /// Decimals of the raw value in words.
    #[serde(default)]
    pub decimals: u8,
    /// XPath over the case; none where nothing that is asked could score it, or where it measures a distance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The value is the mean distance to the nearest villages, in place of an expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<Denominator>,
    #[serde(default = "one")]
    pub weight: f64,
    #[serde(default)]
    pub direction: Direction,
    /// What is done about values far out, before they are normalised.
    #[serde(default, skip_serializing_if = "Treatment::is_off")]
    pub treatment: Treatment,
    pub normalise: Normalise,
    #[serde(default)]
    pub missing: Missing,
    #[serde(default)]
    pub irrelevant: Irrelevant,
    /// Of whom the value is the number, before it is divided by a denominator; a small one is withheld from public
    /// files ([`super::COUNT_SHOWN_MIN`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// Indicators with `counts` whose people the value is about, such as a share of them or what they earn: it is
    /// withheld wherever one of those is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// Of whom a value is the number. Posts that are public, such as a midwife's, are a service and no number of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    People,
    Families,
}

impl Indicator {
    /// Whether something that is asked gives it a value.
    pub fn is_scorable(&self) -> bool {
        self.expression.is_some() || self.nearest.is_some()
    }

    /// Where the value comes from, as the document says it.
    pub fn formula(&self) -> Option<String> {
        let measured = self.nearest.as_ref().map(|it| {
            let Nearest {
                villages,
                latitude,
                longitude,
            } = it;
            format!(
                "nearest = {{ villages = {villages}, latitude = \"{latitude}\", longitude = \"{longitude}\" }}"
            )
        });
        self.expression.clone().or(measured)
    }
}

fn one() -> f64 {
    1.0
}

/// The indicator is `per` times its value over this one. A denominator of zero makes it missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denominator {
    pub expression: String,
    #[serde(default = "one")]
    pub per: f64,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Treatment {
    #[default]
    Off,
    /// Only where |skewness| and kurtosis (both sample-corrected) reach these: moves the extreme values on the
    /// skewed side to the next one, step by step, until it passes or `points_max` were moved; tied
    /// points move together. If it still fails, the untreated values pass through `ShiftedLog`.
    Winsorise {
        #[serde(default = "skewness_limit")]
        skewness: f64,
        #[serde(default = "kurtosis_limit")]
        kurtosis: f64,
        #[serde(default = "winsorised_points")]
        points_max: u32,
        /// Whether the logarithm is tried where moving points did not suffice.
        #[serde(default = "yes")]
        else_log: bool,
    },
    /// ln(x), also of the goalposts; a value of zero or less is no number.
    Log,
    /// ln(x - min + 0.01·(max - min)) over the counted villages.
    ShiftedLog,
    /// (x^lambda - 1)/lambda, or ln(x) for 0, of x - min + 1 where some value is not above zero.
    BoxCox { lambda: f64 },
}

fn skewness_limit() -> f64 {
    2.0
}

fn kurtosis_limit() -> f64 {
    3.5
}

fn winsorised_points() -> u32 {
    5
}

impl Treatment {
    pub fn is_off(&self) -> bool {
        *self == Treatment::Off
    }
}

/// Which raw value is the better one, or the needier one where the score is need. A ladder ignores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    #[default]
    Higher,
    Lower,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Normalise {
    /// Linear between the goalposts and cut off there; an absent goalpost is the observed extreme.
    /// All observed values equal and no goalposts: everybody gets the middle of the scale.
    MinMax {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
    },
    /// Distance to the mean in standard deviations (n - 1); 0 for everybody where all are equal.
    ZScore,
    /// Borda count: how many are worse; ties take the smallest.
    Rank,
    /// Borda count over (n - 1), on the scale; the middle of the scale where all are equal.
    Percentile,
    /// The share of the way from the worst observed value to `target`; at most the best.
    Target { target: f64 },
    /// The value as it is.
    AsIs,
    /// Scores from 0 to `top` by rungs; the first rung that fits counts.
    Ladder { top: f64, rungs: Vec<Rung> },
}

/// One rung of a ladder. A number fits when it lies in all given bounds, a text when it is in `is`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// The score, where it is known; else `lowest` and `highest` bound it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub is: Vec<String>,
    pub label: Text,
    pub source: String,
    pub verified: bool,
}

impl Rung {
    /// The lowest and highest score that this rung may stand for.
    pub fn bounds(&self) -> (f64, f64) {
        match self.score {
            Some(score) => (score, score),
            None => (
                self.lowest.unwrap_or_default(),
                self.highest.unwrap_or_default(),
            ),
        }
    }

    pub fn fits_number(&self, value: f64) -> bool {
        self.is.is_empty()
            && self.at_least.is_none_or(|bound| bound <= value)
            && self.above.is_none_or(|bound| bound < value)
            && self.at_most.is_none_or(|bound| value <= bound)
            && self.below.is_none_or(|bound| value < bound)
    }

    pub fn fits_text(&self, text: &str) -> bool {
        self.is.iter().any(|word| word == text)
    }

    /// Whether some number of at least `floor` fits.
    pub fn reaches(&self, floor: f64) -> bool {
        self.is.is_empty()
            && self.at_most.is_none_or(|bound| floor <= bound)
            && self.below.is_none_or(|bound| floor < bound)
    }
}

/// Which value a missing one is ranked by. The interval spans worst to best in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    #[default]
    Worst,
    Best,
    /// Leaves with its weight.
    Drop,
    Mean,
    Median,
    GroupMean,
    GroupMedian,
    /// The village's value of the round before; the worst where there is none.
    LastRound,
}

/// What an answer that was never to be asked stands for. Only missing is ever imputed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Irrelevant {
    #[default]
    Missing,
    Value(f64),
    Text(String),
}

/// A class of scores, from the lowest up; only the last has no upper bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    pub id: String,
    pub label: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<f64>,
    /// Whether a score of exactly `up_to` is still in this class.
    #[serde(default = "yes")]
    pub inclusive: bool,
}

fn yes() -> bool {
    true
}

/// Who may be chosen, how many, and who wins a tie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    pub id: String,
    pub label: Text,
    #[serde(default, rename = "eligible", skip_serializing_if = "Vec::is_empty")]
    pub eligibility: Vec<Rule>,
    pub quota: Quota,
    /// Chooses kawasan instead of single villages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kawasan: Option<Kawasan>,
    #[serde(default, rename = "tie_break", skip_serializing_if = "Vec::is_empty")]
    pub tie_break: Vec<TieKey>,
}

/// A condition that must hold. Its expression gives 1 or 0, or an empty text where unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    pub label: Text,
    /// Said of a village that fails, such as "tidak ada ruang layanan".
    pub otherwise: Text,
    pub expression: String,
}

/// How many places there are. All numbers count villages, or kawasan where the programme chooses those.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// The most that one area (kabupaten) may get.
    pub per_area: u32,
    /// The most altogether; none is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// Places kept for an area such as a province; never given to others.
    #[serde(default, rename = "earmark", skip_serializing_if = "Vec::is_empty")]
    pub earmarks: Vec<Earmark>,
    /// How many reserves to name in each area.
    #[serde(default)]
    pub reserves: u32,
    /// The most that one kecamatan may get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_subdistrict: Option<u32>,
    #[serde(default, rename = "mix", skip_serializing_if = "Vec::is_empty")]
    pub mixes: Vec<Mix>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spacing: Option<Spacing>,
    #[serde(default, rename = "lock", skip_serializing_if = "Vec::is_empty")]
    pub locks: Vec<Lock>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earmark {
    /// Dotted code; everything below it counts.
    pub area: String,
    pub label: Text,
    pub places: u32,
}

/// Decides between equal rounded scores. After the last one comes the lottery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TieKey {
    pub id: String,
    pub label: Text,
    pub expression: String,
    /// Which value wins. A missing value loses either way.
    #[serde(default)]
    pub direction: Direction,
}

/// One expression of a method and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    pub place: String,
    pub expression: &'a str,
}

impl Method {
    /// Every expression: of the indicators, of their denominators, of the rules, of the tie keys,
    /// in document order.
    pub fn expressions(&self) -> Vec<Place<'_>> {
        let mut places = Vec::new();
        for indicator in &self.indicators {
            if let Some(expression) = &indicator.expression {
                places.push(Place {
                    place: format!("indicator {}", indicator.id),
                    expression,
                });
            }
        }
        for (indicator, denominator) in self.denominators() {
            places.push(Place {
                place: format!("indicator {}.denominator", indicator.id),
                expression: &denominator.expression,
            });
        }
        for rule in self.programme.iter().flat_map(|it| &it.eligibility) {
            places.push(Place {
                place: format!("programme.eligible {}", rule.id),
                expression: &rule.expression,
            });
        }
        for key in self.programme.iter().flat_map(|it| &it.tie_break) {
            places.push(Place {
                place: format!("programme.tie_break {}", key.id),
                expression: &key.expression,
            });
        }
        places
    }

    /// The method with other weights of some dimensions and indicators, by id; a dimension with such a child takes
    /// the weights as given from then on. Ids that are not there change nothing.
    #[must_use]
    pub fn with_weights(&self, weights: &BTreeMap<String, f64>) -> Method {
        let mut method = self.clone();
        for dimension in &mut method.dimensions {
            let mut children = self.children(&dimension.id).into_iter();
            if children.any(|child| weights.contains_key(child)) {
                dimension.weights = Weights::Given;
            }
            if let Some(weight) = weights.get(&dimension.id) {
                dimension.weight = *weight;
            }
        }
        for indicator in &mut method.indicators {
            if let Some(weight) = weights.get(&indicator.id) {
                indicator.weight = *weight;
            }
        }
        method
    }

    pub fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.id == id)
    }

    /// The indicators that have one.
    pub fn denominators(&self) -> impl Iterator<Item = (&Indicator, &Denominator)> {
        let each = self.indicators.iter();
        each.filter_map(|it| Some((it, it.denominator.as_ref()?)))
    }

    /// Ids of what lies directly in a dimension: dimensions before indicators, in document order.
    pub fn children(&self, dimension: &str) -> Vec<&str> {
        let inner = self.dimensions.iter();
        let inner = inner.filter(|it| it.parent.as_deref() == Some(dimension));
        let leaves = self
            .indicators
            .iter()
            .filter(|it| it.dimension == dimension);
        let ids = inner.map(|it| it.id.as_str());
        ids.chain(leaves.map(|it| it.id.as_str())).collect()
    }

    /// Whether draws count villages without approved answers, so that a table has to name them.
    pub fn counts_unvisited(&self) -> bool {
        let uncertainty = self.uncertainty.as_ref();
        uncertainty.is_some_and(|it| !it.unvisited.is_off())
    }

    pub fn worst(&self) -> f64 {
        self.scale[0]
    }

    pub fn best(&self) -> f64 {
        self.scale[1]
    }
}

//! Everything that can be wrong with a well-formed method, all at once.
//!
//! Always: a fault has its place and the way out; the faults stand in document order.
//! Never: sees a village; what depends on data is said by the step that meets it.

mod rules;

use std::collections::{BTreeMap, BTreeSet};

use super::document::Problem;
use super::held::HeldRule;
use super::method::{
    Aggregation, Comparison, Dimension, FORMAT, Indicator, Method, Normalise, Programme, Quota,
    Rung, Screening, Treatment, Uncertainty, Weights,
};
use super::nearest::NEAREST_MAX;
use super::text::Text;
use crate::ids::{RegionId, RegionLevel};

pub const INDICATORS_MAX: usize = 2_000;
pub const DIMENSIONS_MAX: usize = 500;
/// More alternatives than these make more tables than a small server holds.
pub const VARIANTS_MAX: usize = 24;
pub const DRAWS_MAX: u32 = 10_000;
const DECIMALS_MAX: u8 = 9;
const RUNGS_MAX: usize = 1_000;
/// Saaty's scale.
const AHP_TIMES_MIN: f64 = 0.111;
const AHP_TIMES_MAX: f64 = 9.0;
/// Random indices are published up to so many.
pub(super) const AHP_CHILDREN_MAX: usize = 15;
/// The first component is found by rotations of every pair, time and again.
pub(super) const PCA_CHILDREN_MAX: usize = 200;

/// Collects faults under places.
#[derive(Default)]
struct Faults(Vec<Problem>);

impl Faults {
    fn add(&mut self, place: impl Into<String>, id: impl Into<String>, en: impl Into<String>) {
        self.0.push(Problem {
            place: place.into(),
            line: None,
            text: Text::new(id, en),
        });
    }
}

/// Everything that is wrong with a method, in document order.
pub fn check(method: &Method) -> Vec<Problem> {
    let mut faults = Faults::default();
    check_head(method, &mut faults);
    check_tree(method, &mut faults);
    for indicator in &method.indicators {
        check_indicator(indicator, &mut faults);
        check_about(method, indicator, &mut faults);
        check_nearest(method, indicator, &mut faults);
    }
    check_weights(method, &mut faults);
    check_classes(method, &mut faults);
    if let Some(screening) = &method.screening {
        check_screening(screening, &mut faults);
    }
    check_held(method, &mut faults);
    if let Some(uncertainty) = &method.uncertainty {
        check_uncertainty(uncertainty, &mut faults);
        check_unvisited(method, uncertainty, &mut faults);
    }
    if let Some(programme) = &method.programme {
        check_programme(programme, &mut faults);
        rules::check_kawasan(method, programme, &mut faults);
        rules::check_figures(method, programme, &mut faults);
    }
    faults.0
}

fn check_head(method: &Method, faults: &mut Faults) {
    if method.format != FORMAT {
        faults.add(
            "format",
            format!(
                "format {} tidak dikenal; tulis {FORMAT} atau perbarui Lumbung",
                method.format
            ),
            format!(
                "format {} is unknown; write {FORMAT} or update Lumbung",
                method.format
            ),
        );
    }
    if DECIMALS_MAX < method.decimals {
        faults.add(
            "decimals",
            format!(
                "pembulatan {} desimal terlalu halus; paling banyak {DECIMALS_MAX}",
                method.decimals
            ),
            format!(
                "{} decimals are too fine; at most {DECIMALS_MAX}",
                method.decimals
            ),
        );
    }
    let [worst, best] = method.scale;
    if !(worst.is_finite() && best.is_finite() && worst < best) {
        faults.add(
            "scale",
            "skala harus dua angka, yang kecil dahulu",
            "the scale must be two numbers, the smaller first",
        );
    }
    if INDICATORS_MAX < method.indicators.len() || DIMENSIONS_MAX < method.dimensions.len() {
        faults.add(
            "document",
            format!("lebih dari {INDICATORS_MAX} indikator atau {DIMENSIONS_MAX} dimensi"),
            format!("more than {INDICATORS_MAX} indicators or {DIMENSIONS_MAX} dimensions"),
        );
    }
    if method.indicators.is_empty() {
        faults.add("document", "tidak ada indikator", "there is no indicator");
    }
}

fn check_tree(method: &Method, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    let dimension_ids = method.dimensions.iter().map(|it| ("dimension", &it.id));
    let indicator_ids = method.indicators.iter().map(|it| ("indicator", &it.id));
    for (kind, id) in dimension_ids.chain(indicator_ids) {
        if !seen.insert(id) {
            faults.add(
                format!("{kind} {id}"),
                "id ini dipakai dua kali; beri id lain",
                "this id is used twice; choose another",
            );
        }
        if !is_id(id) {
            faults.add(
                format!("{kind} {id}"),
                "id hanya boleh huruf kecil, angka dan garis bawah",
                "an id consists of lower-case letters, digits and underscores",
            );
        }
    }
    let parents: BTreeMap<&str, Option<&str>> = method
        .dimensions
        .iter()
        .map(|it| (it.id.as_str(), it.parent.as_deref()))
        .collect();
    let roots = method.dimensions.iter().filter(|it| it.parent.is_none());
    if roots.count() != 1 {
        faults.add(
            "dimension",
            "harus ada tepat satu dimensi tanpa `parent`: skor akhir",
            "exactly one dimension must have no `parent`: the final score",
        );
    }
    for dimension in &method.dimensions {
        check_dimension(dimension, &parents, faults);
    }
    for indicator in &method.indicators {
        if !parents.contains_key(indicator.dimension.as_str()) {
            unknown_dimension(
                &format!("indicator {}", indicator.id),
                &indicator.dimension,
                faults,
            );
        }
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn unknown_dimension(place: &str, id: &str, faults: &mut Faults) {
    faults.add(
        place,
        format!("dimensi `{id}` tidak ada"),
        format!("there is no dimension `{id}`"),
    );
}

fn check_dimension(
    dimension: &Dimension,
    parents: &BTreeMap<&str, Option<&str>>,
    faults: &mut Faults,
) {
    let place = format!("dimension {}", dimension.id);
    if !(0.0..=1.0).contains(&dimension.threshold) {
        faults.add(
            format!("{place}.threshold"),
            "ambang harus antara 0 dan 1",
            "a threshold lies between 0 and 1",
        );
    }
    match dimension.aggregation {
        Aggregation::Generalised { power } if !power.is_finite() || power == 0.0 => faults.add(
            format!("{place}.aggregation"),
            "pangkat harus angka selain nol; rata-rata geometrik ditulis `geometric`",
            "the power is a number other than zero; write `geometric` for the geometric mean",
        ),
        Aggregation::Copeland if dimension.parent.is_some() => faults.add(
            format!("{place}.aggregation"),
            "`copeland` hanya untuk skor akhir: hasil duel dua kelompok tidak sebanding",
            "`copeland` is for the final score only: duels of two groups cannot be compared",
        ),
        Aggregation::Arithmetic
        | Aggregation::Geometric
        | Aggregation::Harmonic
        | Aggregation::Generalised { .. }
        | Aggregation::Copeland => {}
    }
    let mut above = dimension.parent.as_deref();
    for _ in 0..=parents.len() {
        let Some(id) = above else { return };
        match parents.get(id) {
            Some(next) => above = *next,
            None => return unknown_dimension(&place, id, faults),
        }
    }
    faults.add(
        place,
        "dimensi ini berada di dalam dirinya sendiri; perbaiki `parent`",
        "this dimension lies within itself; mend `parent`",
    );
}

fn check_weights(method: &Method, faults: &mut Faults) {
    for dimension in &method.dimensions {
        let place = format!("dimension {}", dimension.id);
        let inner = method
            .dimensions
            .iter()
            .filter(|it| it.parent.as_deref() == Some(&dimension.id))
            .map(|it| (format!("dimension {}.weight", it.id), it.weight));
        let leaves = method
            .indicators
            .iter()
            .filter(|it| it.dimension == dimension.id)
            .map(|it| (format!("indicator {}.weight", it.id), it.weight));
        let children: Vec<(String, f64)> = inner.chain(leaves).collect();
        if let Weights::Ahp(comparisons) = &dimension.weights {
            check_comparisons(method, dimension, comparisons, faults);
        }
        if dimension.weights == Weights::Pca && PCA_CHILDREN_MAX < children.len() {
            faults.add(
                format!("dimension {}.weights", dimension.id),
                format!("PCA paling banyak untuk {PCA_CHILDREN_MAX} anak; kelompokkan dahulu"),
                format!("PCA takes at most {PCA_CHILDREN_MAX} children; group them first"),
            );
        }
        for (place, weight) in &children {
            if !weight.is_finite() || *weight < 0.0 {
                faults.add(
                    place,
                    "bobot harus angka nol atau lebih",
                    "a weight is a number of zero or more",
                );
            }
        }
        let sum: f64 = children.iter().map(|(_, weight)| weight).sum();
        if children.is_empty() {
            faults.add(
                place,
                "dimensi ini kosong; beri indikator atau hapus",
                "this dimension is empty; give it an indicator or remove it",
            );
        } else if dimension.weights == Weights::Given && sum == 0.0 {
            faults.add(
                place,
                "jumlah bobot di dalamnya nol; beri paling sedikit satu bobot di atas nol",
                "the weights in it sum to zero; give at least one above zero",
            );
        }
    }
}

/// Every pair of children once, each between known children.
fn check_comparisons(
    method: &Method,
    dimension: &Dimension,
    comparisons: &[Comparison],
    faults: &mut Faults,
) {
    let place = format!("dimension {}.weights", dimension.id);
    let children = method.children(&dimension.id);
    let mut seen = BTreeSet::new();
    for (index, pair) in comparisons.iter().enumerate() {
        let place = format!("{place}.ahp[{index}]");
        let known = |id: &String| children.contains(&id.as_str());
        if pair.of == pair.over || !known(&pair.of) || !known(&pair.over) {
            faults.add(
                &place,
                format!(
                    "`{}` dan `{}` harus dua anak dimensi ini",
                    pair.of, pair.over
                ),
                format!(
                    "`{}` and `{}` must be two children of this dimension",
                    pair.of, pair.over
                ),
            );
            continue;
        }
        if !(AHP_TIMES_MIN..=AHP_TIMES_MAX).contains(&pair.times) {
            faults.add(
                &place,
                "`times` harus antara 1/9 dan 9",
                "`times` lies between 1/9 and 9",
            );
        }
        let (one, two) = (pair.of.as_str(), pair.over.as_str());
        if !seen.insert((one.min(two), one.max(two))) {
            faults.add(
                &place,
                "pasangan ini dibandingkan dua kali",
                "this pair is compared twice",
            );
        }
    }
    if AHP_CHILDREN_MAX < children.len() {
        faults.add(
            &place,
            format!("AHP paling banyak untuk {AHP_CHILDREN_MAX} anak; kelompokkan dahulu"),
            format!("AHP takes at most {AHP_CHILDREN_MAX} children; group them first"),
        );
        return;
    }
    for (index, one) in children.iter().enumerate() {
        for two in &children[index + 1..] {
            if !seen.contains(&(*one.min(two), *one.max(two))) {
                faults.add(
                    &place,
                    format!("pasangan `{one}` dan `{two}` belum dibandingkan"),
                    format!("the pair `{one}` and `{two}` is not compared"),
                );
            }
        }
    }
}

fn check_screening(screening: &Screening, faults: &mut Faults) {
    for (name, share) in [
        ("min_available", screening.min_available),
        ("max_zeros", screening.max_zeros),
    ] {
        if !(0.0..=1.0).contains(&share) {
            faults.add(
                format!("screening.{name}"),
                "bagian ini harus antara 0 dan 1",
                "this share lies between 0 and 1",
            );
        }
    }
    for code in &screening.include {
        if screening.exclude.contains(code) {
            faults.add(
                format!("screening {code}"),
                "kode ini diikutkan sekaligus dikeluarkan",
                "this code is both included and excluded",
            );
        }
    }
}

/// Only who chooses can wait with it.
fn check_held(method: &Method, faults: &mut Faults) {
    if method.held.rule == HeldRule::Wait && method.programme.is_none() {
        faults.add(
            "held",
            "metode ini tidak memilih siapa pun, maka tidak ada yang ditunggu; hapus `[held]` atau beri `[programme]`",
            "this method chooses nobody, so there is nothing to wait with; remove `[held]` or give a `[programme]`",
        );
    }
}

fn check_uncertainty(uncertainty: &Uncertainty, faults: &mut Faults) {
    if !(1..=DRAWS_MAX).contains(&uncertainty.draws) {
        faults.add(
            "uncertainty.draws",
            format!("jumlah tarikan harus antara 1 dan {DRAWS_MAX}"),
            format!("the number of draws lies between 1 and {DRAWS_MAX}"),
        );
    }
    if !(0.0..=1.0).contains(&uncertainty.weight_spread) {
        faults.add(
            "uncertainty.weight_spread",
            "rentang bobot harus antara 0 dan 1",
            "the spread of weights lies between 0 and 1",
        );
    }
    for aggregation in &uncertainty.aggregation {
        let usable = match aggregation {
            Aggregation::Arithmetic | Aggregation::Geometric | Aggregation::Harmonic => true,
            Aggregation::Generalised { power } => power.is_finite() && *power != 0.0,
            Aggregation::Copeland => false,
        };
        if !usable {
            faults.add(
                "uncertainty.aggregation",
                "tarikan hanya mengenal rata-rata aritmetik, geometrik, harmonik atau umum dengan pangkat selain nol",
                "draws know only arithmetic, geometric, harmonic or generalised means with a power other than zero",
            );
        }
    }
    let variants = uncertainty.normalise.len().max(1) * uncertainty.missing.len().max(1);
    if VARIANTS_MAX < variants {
        faults.add(
            "uncertainty",
            format!("{variants} gabungan pilihan melebihi batas {VARIANTS_MAX}"),
            format!("{variants} combinations of alternatives exceed the limit of {VARIANTS_MAX}"),
        );
    }
}

/// A score that is borrowed must mean the same in every group.
fn check_unvisited(method: &Method, uncertainty: &Uncertainty, faults: &mut Faults) {
    let mut roots = method.dimensions.iter().filter(|it| it.parent.is_none());
    let duels = roots.any(|it| it.aggregation == Aggregation::Copeland);
    if duels && !uncertainty.unvisited.is_off() {
        faults.add(
            "uncertainty.unvisited",
            "skor dari duel hanya berlaku di kelompoknya dan tidak dapat dipinjam; hapus `unvisited`",
            "a score of duels holds in its group alone and cannot be borrowed; remove `unvisited`",
        );
    }
}

/// A treatment needs sound limits, and goalposts that still mean something after it.
fn check_treatment(indicator: &Indicator, faults: &mut Faults) {
    let place = format!("indicator {}.treatment", indicator.id);
    let sound = match indicator.treatment {
        Treatment::Off | Treatment::Log | Treatment::ShiftedLog => true,
        Treatment::Winsorise {
            skewness, kurtosis, ..
        } => skewness.is_finite() && kurtosis.is_finite() && 0.0 <= skewness,
        Treatment::BoxCox { lambda } => lambda.is_finite(),
    };
    if !sound {
        faults.add(
            &place,
            "batas dan `lambda` harus angka",
            "limits and `lambda` must be numbers",
        );
    }
    let relative = match indicator.treatment {
        Treatment::Off | Treatment::Log => false,
        Treatment::Winsorise { else_log, .. } => else_log,
        Treatment::ShiftedLog | Treatment::BoxCox { .. } => true,
    };
    let posts = match &indicator.normalise {
        Normalise::MinMax { min, max } => min.is_some() || max.is_some(),
        Normalise::Target { .. } => true,
        Normalise::ZScore | Normalise::Rank | Normalise::Percentile => false,
        Normalise::AsIs | Normalise::Ladder { .. } => false,
    };
    let posts_above_zero = match &indicator.normalise {
        Normalise::MinMax { min, max } => min.iter().chain(max).all(|post| 0.0 < *post),
        Normalise::Target { target } => 0.0 < *target,
        _ => true,
    };
    if relative && posts {
        faults.add(
            &place,
            "patokan tetap kehilangan arti sesudah transformasi menurut data; pakai `log`, atau `else_log = false`, atau tanpa patokan",
            "fixed goalposts mean nothing after a transformation by the data; use `log`, or `else_log = false`, or no goalposts",
        );
    }
    if indicator.treatment == Treatment::Log && !posts_above_zero {
        faults.add(
            &place,
            "logaritma perlu patokan di atas nol",
            "a logarithm needs goalposts above zero",
        );
    }
    let ladder = matches!(indicator.normalise, Normalise::Ladder { .. });
    if ladder && !indicator.treatment.is_off() {
        faults.add(
            &place,
            "tangga skor tidak mengenal pencilan; hapus `treatment`",
            "a ladder has no outliers; remove `treatment`",
        );
    }
}

fn check_indicator(indicator: &Indicator, faults: &mut Faults) {
    let place = format!("indicator {}", indicator.id);
    check_treatment(indicator, faults);
    if let Some(denominator) = &indicator.denominator {
        let no_value = indicator.expression.is_none() || denominator.expression.trim().is_empty();
        if no_value || !denominator.per.is_finite() || denominator.per == 0.0 {
            faults.add(
                format!("{place}.denominator"),
                "pembagi perlu rumus, indikatornya perlu rumus, dan `per` harus angka selain nol",
                "a denominator needs an expression, so does its indicator, and `per` is a number other than zero",
            );
        }
    }
    if indicator
        .expression
        .as_deref()
        .is_some_and(|it| it.trim().is_empty())
    {
        faults.add(
            format!("{place}.expression"),
            "rumus kosong; hapus barisnya bila indikator tidak dapat dinilai",
            "the expression is empty; remove its line if nothing can score the indicator",
        );
    }
    match &indicator.normalise {
        Normalise::MinMax { min, max } => {
            let finite = min.iter().chain(max).all(|post| post.is_finite());
            let ordered = match (min, max) {
                (Some(min), Some(max)) => min < max,
                _ => true,
            };
            if !(finite && ordered) {
                faults.add(
                    format!("{place}.normalise"),
                    "`min` harus lebih kecil daripada `max`; arah diatur dengan `direction`",
                    "`min` must be smaller than `max`; `direction` turns it around",
                );
            }
        }
        Normalise::Ladder { top, rungs } => check_ladder(&place, *top, rungs, faults),
        Normalise::Target { target } if !target.is_finite() => faults.add(
            format!("{place}.normalise"),
            "`target` harus angka",
            "`target` must be a number",
        ),
        Normalise::ZScore
        | Normalise::Rank
        | Normalise::Percentile
        | Normalise::Target { .. }
        | Normalise::AsIs => {}
    }
}

/// A distance stands in place of an expression, and needs positions that are asked.
fn check_nearest(method: &Method, indicator: &Indicator, faults: &mut Faults) {
    let Some(nearest) = &indicator.nearest else {
        return;
    };
    let place = format!("indicator {}.nearest", indicator.id);
    if !(1..=NEAREST_MAX).contains(&nearest.villages) {
        faults.add(
            &place,
            format!("`villages` harus 1 sampai {NEAREST_MAX}"),
            format!("`villages` lies between 1 and {NEAREST_MAX}"),
        );
    }
    if indicator.expression.is_some() {
        faults.add(
            &place,
            "pilih salah satu: `expression` atau `nearest`",
            "choose one: `expression` or `nearest`",
        );
    }
    for id in [&nearest.latitude, &nearest.longitude] {
        if method
            .indicator(id)
            .is_none_or(|it| it.expression.is_none())
        {
            faults.add(
                &place,
                format!(
                    "`{id}` bukan indikator dengan `expression` dalam derajat; bobotnya boleh nol"
                ),
                format!(
                    "`{id}` is no indicator with an `expression` in degrees; its weight may be zero"
                ),
            );
        }
    }
}

/// What is withheld must be a number of people, and what is about people must name such a number.
fn check_about(method: &Method, indicator: &Indicator, faults: &mut Faults) {
    let words = match &indicator.normalise {
        Normalise::Ladder { rungs, .. } => rungs.iter().any(|it| !it.is.is_empty()),
        _ => false,
    };
    if indicator.counts.is_some() && words {
        faults.add(
            format!("indicator {}.counts", indicator.id),
            "yang menghitung orang atau keluarga adalah angka; tangga ini memuat kata (`is`)",
            "what counts people or families is a number; this ladder has words (`is`)",
        );
    }
    for id in &indicator.about {
        let counts = method.indicator(id).is_some_and(|it| it.counts.is_some());
        if *id == indicator.id || !counts {
            faults.add(
                format!("indicator {}.about", indicator.id),
                format!("`{id}` bukan indikator lain yang memuat `counts`"),
                format!("`{id}` is no other indicator with `counts`"),
            );
        }
    }
}

fn check_ladder(place: &str, top: f64, rungs: &[Rung], faults: &mut Faults) {
    if !(top.is_finite() && 0.0 < top) || rungs.is_empty() || RUNGS_MAX < rungs.len() {
        faults.add(
            format!("{place}.normalise"),
            format!("tangga perlu `top` di atas nol dan 1 sampai {RUNGS_MAX} anak tangga"),
            format!("a ladder needs a `top` above zero and 1 to {RUNGS_MAX} rungs"),
        );
    }
    for (index, rung) in rungs.iter().enumerate() {
        let bounded = rung.lowest.is_some() && rung.highest.is_some();
        let one_form = match rung.score {
            Some(_) => rung.lowest.is_none() && rung.highest.is_none(),
            None => bounded,
        };
        let (lowest, highest) = rung.bounds();
        let ordered = 0.0 <= lowest && lowest <= highest && highest <= top;
        if !(one_form && ordered) {
            faults.add(
                format!("{place}.normalise.rungs[{index}]"),
                format!("beri `score`, atau `lowest` dan `highest`, antara 0 dan {top}"),
                format!("give `score`, or `lowest` and `highest`, between 0 and {top}"),
            );
        }
        let numeric = [rung.at_least, rung.above, rung.at_most, rung.below];
        if !rung.is.is_empty() && numeric.iter().any(Option::is_some) {
            faults.add(
                format!("{place}.normalise.rungs[{index}]"),
                "pilih salah satu: batas angka atau daftar `is`",
                "choose one: bounds of a number or the list `is`",
            );
        }
    }
}

fn check_classes(method: &Method, faults: &mut Faults) {
    let mut below = f64::NEG_INFINITY;
    for (index, class) in method.classes.iter().enumerate() {
        let last = index + 1 == method.classes.len();
        let place = format!("class {}.up_to", class.id);
        match class.up_to {
            Some(bound) if bound.is_finite() && below < bound => below = bound,
            Some(_) => faults.add(
                &place,
                "batas kelas harus naik dari kelas ke kelas",
                "the bounds must rise from class to class",
            ),
            None => {}
        }
        if last != class.up_to.is_none() {
            faults.add(
                &place,
                "hanya kelas terakhir yang tanpa `up_to`",
                "the last class, and only it, has no `up_to`",
            );
        }
    }
}

fn check_programme(programme: &Programme, faults: &mut Faults) {
    faults.0.extend(check_quota(&programme.quota));
    let rules = programme
        .eligibility
        .iter()
        .map(|it| (&it.id, &it.expression));
    let keys = programme
        .tie_break
        .iter()
        .map(|it| (&it.id, &it.expression));
    for (id, expression) in rules.chain(keys) {
        if expression.trim().is_empty() {
            faults.add(
                format!("programme {id}.expression"),
                "rumus kosong",
                "the expression is empty",
            );
        }
    }
}

/// Everything that is wrong with a quota.
pub fn check_quota(quota: &Quota) -> Vec<Problem> {
    let mut faults = Faults::default();
    if quota.per_area == 0 || quota.total == Some(0) {
        faults.add(
            "programme.quota",
            "kuota harus paling sedikit satu",
            "a quota is at least one",
        );
    }
    let kept: u64 = quota.earmarks.iter().map(|it| u64::from(it.places)).sum();
    if quota.total.is_some_and(|total| u64::from(total) < kept) {
        faults.add(
            "programme.quota.earmark",
            format!("alokasi khusus berjumlah {kept}, lebih dari kuota seluruhnya"),
            format!("the earmarks sum to {kept}, more than the whole quota"),
        );
    }
    if !quota.earmarks.is_empty() && quota.total.is_none() {
        faults.add(
            "programme.quota.earmark",
            "alokasi khusus perlu kuota seluruhnya (`total`)",
            "an earmark needs a quota of the whole (`total`)",
        );
    }
    let dotted =
        |outer: &str, inner: &str| inner == outer || inner.starts_with(&format!("{outer}."));
    for (index, earmark) in quota.earmarks.iter().enumerate() {
        let area = &earmark.area;
        // Areas are kabupaten: an earmark inside one would cross their quotas.
        let nests = area.parse::<RegionId>().is_ok_and(|region| {
            matches!(region.level(), RegionLevel::Province | RegionLevel::Regency)
        });
        if !nests {
            faults.add(
                format!("programme.quota.earmark {area}"),
                "tulis kode provinsi atau kabupaten Kemendagri dengan titik, misalnya 53 atau 53.21",
                "write the Kemendagri code of a province or kabupaten with dots, such as 53 or 53.21",
            );
        }
        let overlaps = |other: &str| dotted(other, area) || dotted(area, other);
        if quota.earmarks[..index].iter().any(|it| overlaps(&it.area)) {
            faults.add(
                format!("programme.quota.earmark {area}"),
                "wilayah alokasi khusus saling tumpang tindih",
                "the areas of two earmarks overlap",
            );
        }
    }
    rules::check_rules(quota, &mut faults);
    faults.0
}

//! What the console does with the villages of a province, for a bench and a test: the same code natively and in a
//! browser.
//!
//! Always: villages from a fixed seed, and methods that between them take most normalisations, treatments and means.
//! Never: reads a clock; whoever calls does.

use std::collections::BTreeMap;

use shared::priority::{
    Area, Draws, Hold, Method, Observation, STEP_FILES, Scored, Table, Unit, intervals_csv, parse,
};

const KABUPATEN: usize = 22;
const DIMENSIONS: usize = 10;
const INDICATORS: usize = 50;
const SEED: &str = "benih";
/// One value in so many is missing.
const MISSING_ONE_IN: u64 = 20;

/// One village in so many is unvisited, where the method counts those.
const UNVISITED_ONE_IN: usize = 7;

/// Villages and a method, as they come to the console.
#[derive(Debug)]
pub(crate) struct Province {
    method: Method,
    table: Table,
}

impl Province {
    /// So many villages under the method `arithmetic`, `geometric`, `mixed`, `learnt` or `unvisited`.
    pub(crate) fn new(method: &str, villages: usize) -> Province {
        let method = parse(&document(method)).unwrap_or_else(|faults| panic!("{faults:?}"));
        let table = Table::gather(&method, units(&method, villages));
        Province {
            table: table.unwrap_or_else(|faults| panic!("{faults:?}")),
            method,
        }
    }

    /// Scores and ranks all villages; gives back how many took part.
    pub(crate) fn score(&self) -> usize {
        let scored = Scored::new(&self.method, &self.table, SEED);
        self.draws(&scored).len()
    }

    /// Ranks under so many draws; gives back how many intervals came of it.
    pub(crate) fn draw(&self, count: u32) -> usize {
        let scored = Scored::new(&self.method, &self.table, SEED);
        let draws = self.draws(&scored);
        draws
            .intervals(&[draws.run(0..count)], 0..draws.len())
            .len()
    }

    /// Ranks again with other weights, as sliders do, so often; gives back who was first.
    pub(crate) fn rank_again(&self, times: u32) -> usize {
        let scored = Scored::new(&self.method, &self.table, SEED);
        let draws = self.draws(&scored);
        let first = |weight: u32| {
            let weights = BTreeMap::from([("d3".to_owned(), f64::from(weight))]);
            let ranks = draws.rerank(&weights).ranks;
            ranks.iter().position(|rank| *rank == 1).unwrap_or_default()
        };
        (1..=times).map(first).sum()
    }

    /// Every step from the raw value to the interval, with all digits.
    pub(crate) fn written(&self, count: u32) -> String {
        let scored = Scored::new(&self.method, &self.table, SEED);
        let mut text = String::new();
        for file in STEP_FILES {
            text.push_str(file.name);
            text.push('\n');
            text.push_str(&(file.write)(&scored));
        }
        let draws = self.draws(&scored);
        let mut intervals = draws.intervals(&[draws.run(0..count)], 0..draws.len());
        text.push_str(&intervals_csv(&mut intervals, draws.basis()));
        text
    }

    fn draws<'s>(&'s self, scored: &'s Scored<'s>) -> Draws<'s> {
        let quota = self.method.programme.as_ref().map(|it| &it.quota);
        Draws::new(scored, quota, SEED).unwrap_or_else(|faults| panic!("{faults:?}"))
    }
}

fn document(name: &str) -> String {
    let label = "label = { id = \"L\", en = \"L\" }";
    let uncertainty = match name {
        "mixed" => {
            "unknown_values = true\nnormalise = [\"min_max\", \"percentile\"]\n\
             missing = [\"median\", \"group_mean\"]\nweight_level = \"all\""
        }
        "unvisited" => "unknown_values = true\nunvisited = \"donor\"\nweight_level = \"all\"",
        _ => "weight_level = \"top\"",
    };
    let mut document = format!(
        "format = 1\nid = \"provinsi\"\nversion = \"1\"\n{label}\ndecimals = 3\nscale = [1, 100]\n\
         [uncertainty]\ndraws = 1000\nweight_spread = 0.25\n{uncertainty}\n\
         [programme]\nid = \"p\"\n{label}\n[programme.quota]\nper_area = 2\n"
    );
    let means = ["arithmetic", "geometric", "harmonic", "power"];
    let mean = |dimension: usize| match name {
        "geometric" => "geometric",
        "mixed" => means[dimension % means.len()],
        _ => "arithmetic",
    };
    let dimension = |id: &str, own: &str, mean: &str| {
        let mean = match mean {
            "power" => "{ generalised = { power = 0.5 } }".to_owned(),
            mean => format!("\"{mean}\""),
        };
        format!("[[dimension]]\nid = \"{id}\"\n{label}\naggregation = {mean}\n{own}\n")
    };
    document.push_str(&dimension("root", "", mean(1)));
    let learnt = if name == "learnt" {
        "weights = \"pca\""
    } else {
        ""
    };
    for index in 0..DIMENSIONS {
        let own = format!("parent = \"root\"\n{learnt}");
        document.push_str(&dimension(&format!("d{index}"), &own, mean(index)));
    }
    for index in 0..INDICATORS {
        document.push_str(&format!(
            "[[indicator]]\nid = \"i{index}\"\ndimension = \"d{}\"\n{label}\nexpression = \"x\"\n{}\n",
            index % DIMENSIONS,
            steps(name, index),
        ));
    }
    document
}

/// How one indicator comes to the scale.
fn steps(name: &str, index: usize) -> String {
    let usual = "missing = \"group_mean\"\nnormalise = { kind = \"min_max\" }";
    match (name, index % 6) {
        ("mixed", 0) => format!("{usual}\ntreatment = {{ kind = \"shifted_log\" }}"),
        ("mixed", 1) => format!("{usual}\ntreatment = {{ kind = \"box_cox\", lambda = 0.3 }}"),
        ("mixed", 2) => "missing = \"median\"\nnormalise = { kind = \"percentile\" }".to_owned(),
        ("mixed", 3) => {
            "missing = \"worst\"\nnormalise = { kind = \"min_max\", min = 0, max = 900 }".to_owned()
        }
        ("mixed", 4) => "missing = \"mean\"\nnormalise = { kind = \"target\", target = 500 }\n\
             treatment = { kind = \"winsorise\", else_log = false }"
            .to_owned(),
        ("learnt", 0 | 1) => "missing = \"mean\"\nnormalise = { kind = \"z_score\" }".to_owned(),
        _ => usual.to_owned(),
    }
}

fn units(method: &Method, villages: usize) -> impl Iterator<Item = Unit> {
    let mut state = 20_261_127_u64;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let counts_unvisited = method.counts_unvisited();
    (0..villages).map(move |village| {
        let code = format!("53.{:02}", 1 + village * KABUPATEN / villages);
        Unit {
            region: format!("{code}.{:02}.{:04}", 1 + village % 20, 2001 + village / 20),
            name: format!("Desa {village}"),
            group: Area {
                name: format!("Kab. {code}"),
                code,
            },
            indicators: (0..INDICATORS)
                .map(|_| match next() % MISSING_ONE_IN {
                    0 => Observation::missing(),
                    // Skewed, as counts are.
                    _ => Observation::number(((next() % 1000) * (next() % 1000)) as f64 / 1000.0),
                })
                .collect(),
            // Where nobody was is looked up by nobody else.
            holds: match counts_unvisited && village % UNVISITED_ONE_IN == 0 {
                true => vec![Hold::unvisited()],
                false => Vec::new(),
            },
            ..Unit::default()
        }
    })
}

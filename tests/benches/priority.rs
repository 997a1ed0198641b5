//! A nation ranked, and how sure the ranking is: 84,000 villages, 50 indicators in 10 dimensions.
//!
//! Always: two means, each with 1,000 draws of the weights, rank intervals, and the share of draws in
//! which a village is one of the two of its kabupaten; then one choice by sorting and some by integer programmes, with
//! what of each is proved; data from a fixed seed, and not timed.
//! Never: asserts a time; the figures are for comparison.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use shared::priority::{
    Area, Comparison, Draws, Interval, Kawasan, Method, Mix, Observation, Part, Quota, Scored,
    Spacing, Table, Text, Total, Unit, Weights, check, list, parse, select,
};

const VILLAGES: usize = 84_000;
const KABUPATEN: usize = 514;
const INDICATORS: usize = 50;
const DIMENSIONS: usize = 10;
const DRAWS: u32 = 1_000;
const THREADS: u32 = 2;
/// So many villages may form kawasan: those of a province.
const KAWASAN_VILLAGES: usize = 3_000;
/// One value in so many is missing.
const MISSING_ONE_IN: u64 = 20;

fn main() {
    let usual = method("arithmetic", "top", "");
    let table = gather(&usual);
    let started = Since::now();
    let mut seconds = BTreeMap::new();
    for mean in ["arithmetic", "geometric"] {
        let method = method(mean, "top", "");
        whole(&method, &table, mean, &mut seconds);
    }
    started.put("total", &mut seconds);
    for (figure, value) in &seconds {
        print(figure, *value, "s");
    }
    print("peak_memory", peak_memory_mib(), "MiB");
    let mut all = BTreeMap::new();
    for mean in ["arithmetic", "geometric"] {
        let name = format!("every_weight_{mean}");
        whole(&method(mean, "all", ""), &table, &name, &mut all);
    }
    for (figure, value) in &all {
        print(figure, *value, "s");
    }
    what_if(&usual, &table);
    steps(&table);
    choices(&usual, &table);
}

/// Scores, draws and intervals of one method.
fn whole(method: &Method, table: &Table, name: &str, seconds: &mut BTreeMap<String, f64>) {
    let started = Since::now();
    let scored = Scored::new(method, table, "benih");
    started.put(&format!("{name}_score"), seconds);
    let started = Since::now();
    let quota = method.programme.as_ref().map(|it| &it.quota);
    let draws = Draws::new(&scored, quota, "benih").expect("a nation fits");
    let parts: Vec<Part> = side_by_side(|thread| {
        let share = DRAWS / THREADS;
        draws.run(thread * share..(thread + 1) * share)
    });
    started.put(&format!("{name}_draws"), seconds);
    let started = Since::now();
    let intervals: Vec<Vec<Interval>> = side_by_side(|thread| {
        let share = draws.len().div_ceil(THREADS as usize).next_multiple_of(64);
        let first = (thread as usize * share).min(draws.len());
        draws.intervals(&parts, first..(first + share).min(draws.len()))
    });
    started.put(&format!("{name}_intervals"), seconds);
    let stable = intervals.iter().flatten();
    let stable = stable.filter(|it| it.chosen_share.is_some_and(|share| 0.9 <= share));
    black_box(stable.count());
}

/// Time on the wall and of the processors since a moment.
struct Since(Instant, f64);

impl Since {
    fn now() -> Since {
        Since(Instant::now(), processor_seconds())
    }

    fn put(&self, name: &str, seconds: &mut BTreeMap<String, f64>) {
        seconds.insert(name.to_owned(), self.0.elapsed().as_secs_f64());
        seconds.insert(format!("{name}_cpu"), processor_seconds() - self.1);
    }
}

fn side_by_side<T: Send>(work: impl Fn(u32) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..THREADS)
            .map(|thread| {
                let work = &work;
                scope.spawn(move || work(thread))
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().expect("a draw does not panic"))
            .collect()
    })
}

fn what_if(method: &Method, table: &Table) {
    let scored = Scored::new(method, table, "benih");
    let quota = method.programme.as_ref().map(|it| &it.quota);
    let draws = Draws::new(&scored, quota, "benih").expect("a nation fits");
    let mut worst: f64 = 0.0;
    for weight in 1..=9 {
        let started = Instant::now();
        black_box(draws.rerank(&BTreeMap::from([("d3".to_owned(), f64::from(weight))])));
        worst = worst.max(started.elapsed().as_secs_f64());
    }
    print("what_if", worst * 1000.0, "ms");
}

/// What a method may ask beside means.
fn steps(table: &Table) {
    for (figure, extra) in [
        ("winsorise", "treatment = { kind = \"winsorise\" }"),
        ("impute_group_median", "missing = \"group_median\""),
        (
            "box_cox",
            "treatment = { kind = \"box_cox\", lambda = 0.5 }",
        ),
        ("plain", ""),
    ] {
        let method = method("arithmetic", "all", extra);
        let started = Instant::now();
        black_box(Scored::new(&method, table, "benih"));
        print(
            &format!("score_{figure}"),
            started.elapsed().as_secs_f64(),
            "s",
        );
    }
    let mut pca = method("arithmetic", "all", "");
    for dimension in &mut pca.dimensions {
        dimension.weights = Weights::Pca;
    }
    let started = Instant::now();
    black_box(Scored::new(&pca, table, "benih"));
    print("score_pca", started.elapsed().as_secs_f64(), "s");
    let ahp = compared();
    let started = Instant::now();
    black_box(Scored::new(&ahp, table, "benih"));
    print("score_ahp", started.elapsed().as_secs_f64(), "s");
    distances();
}

/// Gathers a nation whose villages lie anywhere between Sabang and Merauke, and measures each way to its five nearest.
fn distances() {
    let degrees = |id: &str| {
        format!(
            "[[indicator]]\nid = \"{id}\"\ndimension = \"root\"\nlabel = {{ id = \"D\", en = \"D\" }}\n\
             expression = \"x\"\nweight = 0\nnormalise = {{ kind = \"as_is\" }}\n"
        )
    };
    let document = format!(
        "format = 1\nid = \"jarak\"\nversion = \"1\"\nlabel = {{ id = \"J\", en = \"J\" }}\ndecimals = 3\n\
         [[dimension]]\nid = \"root\"\nlabel = {{ id = \"R\", en = \"R\" }}\n\
         [[indicator]]\nid = \"near\"\ndimension = \"root\"\nlabel = {{ id = \"N\", en = \"N\" }}\n\
         nearest = {{ villages = 5, latitude = \"up\", longitude = \"along\" }}\n\
         normalise = {{ kind = \"min_max\" }}\n{}{}",
        degrees("up"),
        degrees("along")
    );
    let method = parse(&document).unwrap_or_else(|problems| panic!("{problems:?}"));
    let mut state = 7_u64;
    let mut share = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    let units: Vec<Unit> = (0..VILLAGES)
        .map(|village| Unit {
            region: code(village),
            indicators: vec![
                Observation::missing(),
                Observation::number(-11.0 + 17.0 * share()),
                Observation::number(95.0 + 46.0 * share()),
            ],
            ..Unit::default()
        })
        .collect();
    let started = Instant::now();
    black_box(Table::gather(&method, &units).unwrap_or_else(|problems| panic!("{problems:?}")));
    print("gather_nearest", started.elapsed().as_secs_f64(), "s");
}

/// Weights of every dimension from comparisons of its children in pairs; not quite consistent, as people are.
fn compared() -> Method {
    let mut method = method("arithmetic", "all", "");
    let ids: Vec<String> = method.dimensions.iter().map(|it| it.id.clone()).collect();
    for (index, id) in ids.iter().enumerate() {
        let children: Vec<String> = method.children(id).into_iter().map(str::to_owned).collect();
        let mut pairs = Vec::new();
        for (place, of) in children.iter().enumerate() {
            for (behind, over) in children[place + 1..].iter().enumerate() {
                pairs.push(Comparison {
                    of: of.clone(),
                    over: over.clone(),
                    times: 1.0 + (behind % 3) as f64,
                });
            }
        }
        method.dimensions[index].weights = Weights::Ahp(pairs);
    }
    assert_eq!(check(&method), []);
    method
}

fn method(mean: &str, level: &str, extra: &str) -> Method {
    let mut document = format!(
        "format = 1\nid = \"nasional\"\nversion = \"1\"\nlabel = {{ id = \"N\", en = \"N\" }}\n\
         decimals = 3\nscale = [1, 100]\n\
         [uncertainty]\ndraws = {DRAWS}\nweight_spread = 0.25\nweight_level = \"{level}\"\n\
         [programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n\
         [programme.quota]\nper_area = 2\n\
         [[dimension]]\nid = \"root\"\nlabel = {{ id = \"R\", en = \"R\" }}\naggregation = \"{mean}\"\n"
    );
    for dimension in 0..DIMENSIONS {
        document.push_str(&format!(
            "[[dimension]]\nid = \"d{dimension}\"\nparent = \"root\"\nlabel = {{ id = \"D\", en = \"D\" }}\n\
             aggregation = \"{mean}\"\n"
        ));
    }
    for indicator in 0..INDICATORS {
        let dimension = indicator % DIMENSIONS;
        let missing = if extra.contains("missing") {
            ""
        } else {
            "missing = \"group_mean\""
        };
        document.push_str(&format!(
            "[[indicator]]\nid = \"i{indicator}\"\ndimension = \"d{dimension}\"\n\
             label = {{ id = \"I\", en = \"I\" }}\nexpression = \"x\"\n{missing}\n{extra}\n\
             normalise = {{ kind = \"min_max\" }}\n"
        ));
    }
    parse(&document).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn kabupaten(village: usize) -> String {
    let kabupaten = village * KABUPATEN / VILLAGES;
    format!("{:02}.{:02}", 11 + kabupaten / 20, 1 + kabupaten % 20)
}

fn code(village: usize) -> String {
    let (subdistrict, number) = (1 + village % 20, 2001 + village / 20);
    format!("{}.{subdistrict:02}.{number:04}", kabupaten(village))
}

fn gather(method: &Method) -> Table {
    let mut state = 20_261_126_u64;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let units = (0..VILLAGES).map(|village| {
        let code = kabupaten(village);
        Unit {
            region: self::code(village),
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
            ..Unit::default()
        }
    });
    Table::gather(method, units).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// Whom the quota chooses: nested, under rules that cross, with neighbours that exclude each other, and as kawasan.
fn choices(method: &Method, table: &Table) {
    let nested = &method.programme.as_ref().expect("it chooses").quota;
    choice(method, table, "nested", nested.clone(), None);
    let of_kind = Mix {
        label: Text::same("jenis"),
        at_least: 300,
        at_most: Some(400),
        areas: Vec::new(),
        indicator: Some("i0".to_owned()),
        from: Some(200.0),
        to: None,
    };
    let crossing = Quota {
        per_subdistrict: Some(1),
        total: Some(900),
        mixes: vec![of_kind],
        ..nested.clone()
    };
    choice(method, table, "crossing", crossing, None);
    let apart = Quota {
        spacing: Some(borders(VILLAGES)),
        ..nested.clone()
    };
    choice(method, table, "neighbours", apart, None);
    let kawasan = Kawasan {
        members_max: 4,
        neighbours: borders(KAWASAN_VILLAGES),
        centre: "root".to_owned(),
        functions: Vec::new(),
        totals: vec![Total {
            label: Text::same("jumlah"),
            indicator: "i0".to_owned(),
            at_least: 1_200.0,
        }],
    };
    let some = Quota {
        total: Some(100),
        ..nested.clone()
    };
    choice(method, table, "kawasan", some, Some(kawasan));
}

/// The choice alone: the ranking is made before.
fn choice(method: &Method, table: &Table, name: &str, quota: Quota, kawasan: Option<Kawasan>) {
    let mut method = method.clone();
    let programme = method.programme.as_mut().expect("it chooses");
    programme.quota = quota.clone();
    programme.kawasan = kawasan;
    let scored = Scored::new(&method, table, "benih");
    let ranking = list(&scored, "benih");
    let mut seconds = BTreeMap::new();
    let started = Since::now();
    let selection = select(&method, &ranking, &quota).unwrap_or_else(|it| panic!("{it:?}"));
    started.put(&format!("select_{name}"), &mut seconds);
    for (figure, value) in &seconds {
        print(figure, *value, "s");
    }
    let chosen = selection.chosen.len() as f64;
    print(&format!("select_{name}_chosen"), chosen, "villages");
    if let Some(proof) = &selection.proof {
        let proved = f64::from(u8::from(proof.proved));
        print(&format!("select_{name}_proved"), proved, "of 1");
    }
}

/// Each of the first villages borders on the next one, as in a valley.
fn borders(villages: usize) -> Spacing {
    let pairs = (1..villages).map(|it| format!("{} {}", code(it - 1), code(it)));
    Spacing {
        km: None,
        latitude: None,
        longitude: None,
        borders: pairs.collect(),
    }
}

/// Seconds of all processors together that this process has used: what a loaded machine does not change
/// much.
fn processor_seconds() -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field).and_then(|it| it.parse::<f64>().ok());
    (ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / TICKS_PER_SECOND
}

/// The most memory that this process ever held.
fn peak_memory_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

fn print(figure: &str, value: f64, unit: &str) {
    let value = (value * 1000.0).round() / 1000.0;
    println!(
        "{{\"bench\":\"priority\",\"figure\":\"{figure}\",\"value\":{value},\"unit\":\"{unit}\"}}"
    );
}

//! The steps before the mean, and the rarer means: numbers from Python's numpy or by hand.

use std::collections::BTreeMap;

use super::super::{
    Done, Draws, Hold, HoldKind, Method, Observation, Observed, Ranking, Scored, Status, Table,
    Text, Unit, WeightOrigin, parse,
};
use super::{ONE_DIMENSION, method, method_text, ranked, scores, table, unit};

const AS_IS: &str = "normalise = { kind = \"as_is\" }";

fn column(values: &[f64]) -> Vec<Unit> {
    let rows: Vec<&[f64]> = values.iter().map(std::slice::from_ref).collect();
    table(&rows)
}

/// The treatment of one indicator over `values`, and the scores after it.
fn treated(treatment: &str, values: &[f64]) -> (Done, u32, bool, String) {
    let method = method(
        ONE_DIMENSION,
        &[&format!("treatment = {treatment}\n{AS_IS}")],
    );
    let units = column(values);
    let table = Table::gather(&method, &units).unwrap();
    let note = Scored::new(&method, &table, "").points[0].treatment;
    let shown = scores(&ranked(&method, &units));
    (note.done, note.moved, note.passes, shown)
}

const ONE_OUT: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 100.0];

#[test]
fn one_value_far_out_moves_to_its_neighbour() {
    let (done, moved, passes, shown) = treated("{ kind = \"winsorise\" }", &ONE_OUT);
    let high = Done::Winsorised {
        low: None,
        high: Some(5.0),
    };
    assert_eq!((done, moved, passes), (high, 1, true));
    assert!(shown.ends_with("4.000000 5.000000 5.000000"), "{shown}");
    let down: Vec<f64> = ONE_OUT.iter().map(|it| -it).collect();
    let (done, ..) = treated("{ kind = \"winsorise\" }", &down);
    let low = Done::Winsorised {
        low: Some(-5.0),
        high: None,
    };
    assert_eq!(done, low);
}

#[test]
fn a_quiet_column_is_left_alone() {
    let quiet = [1.0, 2.0, 3.0, 4.0, 5.0];
    let (done, moved, passes, shown) = treated("{ kind = \"winsorise\" }", &quiet);
    assert_eq!((done, moved, passes), (Done::Nothing, 0, true));
    assert!(shown.starts_with("1.000000 2.000000"));
    for values in [&[][..], &[3.0], &[3.0, 3.0, 3.0, 3.0, 3.0]] {
        let (done, _, passes, _) = treated("{ kind = \"winsorise\" }", values);
        assert_eq!((done, passes), (Done::Nothing, true));
    }
}

#[test]
fn tied_points_move_together() {
    let values = [
        1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 90.0, 90.0,
    ];
    let (done, moved, ..) = treated(
        "{ kind = \"winsorise\", points_max = 1 , else_log = false }",
        &values,
    );
    let high = Done::Winsorised {
        low: None,
        high: Some(2.0),
    };
    assert_eq!((done, moved), (high, 2));
}

#[test]
fn what_moving_cannot_mend_goes_through_a_logarithm() {
    let values = [
        1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 50.0, 60.0, 100.0, 1000.0, 10000.0,
    ];
    let (done, moved, _, shown) = treated("{ kind = \"winsorise\", points_max = 0 }", &values);
    assert_eq!(moved, 0);
    let Done::ShiftedLog { shift } = done else {
        panic!("{done:?}");
    };
    assert!((shift - 98.99).abs() < 1e-9);
    // ln(x - 1 + 99.99)
    assert!(
        shown.contains("4.605070") && shown.contains("4.615022"),
        "{shown}"
    );
    let (done, ..) = treated(
        "{ kind = \"winsorise\", points_max = 0, else_log = false }",
        &values,
    );
    assert_eq!(done, Done::Nothing);
}

#[test]
fn logarithm_box_cox_and_their_edges() {
    let (.., shown) = treated("{ kind = \"log\" }", &[1.0, std::f64::consts::E]);
    assert_eq!(shown, "0.000000 1.000000");
    let (.., shown) = treated("{ kind = \"box_cox\", lambda = 0.5 }", &[1.0, 4.0, 9.0]);
    assert_eq!(shown, "0.000000 2.000000 4.000000");
    // The smallest value becomes 1.
    let (.., shown) = treated("{ kind = \"box_cox\", lambda = 0.5 }", &[-1.0, 2.0, 7.0]);
    assert_eq!(shown, "0.000000 2.000000 4.000000");
    let (.., shown) = treated("{ kind = \"shifted_log\" }", &[7.0, 7.0]);
    assert_eq!(shown, "7.000000 7.000000");
    // A value without a logarithm has no value: it gets the worst of the others.
    let (.., shown) = treated("{ kind = \"log\" }", &[0.0, 1.0, std::f64::consts::E]);
    assert_eq!(shown, "- 0.000000 1.000000");
}

#[test]
fn goalposts_pass_through_the_logarithm_too() {
    let body =
        "treatment = { kind = \"log\" }\nnormalise = { kind = \"min_max\", min = 1, max = 10000 }";
    let ranking = ranked(
        &method(ONE_DIMENSION, &[body]),
        &column(&[1.0, 100.0, 10000.0]),
    );
    assert_eq!(scores(&ranking), "0.000000 0.500000 1.000000");
}

#[test]
fn human_development_2023_from_its_published_components() {
    // IPM Indonesia 2023 (BPS): UHH 73.93, HLS 13.15, RLS 8.77, spending 11,899 thousand: 74.39.
    let document = "format = 1\nid = \"ipm\"\nversion = \"1\"\nlabel = { id = \"IPM\", en = \"HDI\" }\ndecimals = 2\nscale = [0, 100]\n\
        [[dimension]]\nid = \"ipm\"\nlabel = { id = \"IPM\", en = \"HDI\" }\naggregation = \"geometric\"\n\
        [[dimension]]\nid = \"pengetahuan\"\nparent = \"ipm\"\nlabel = { id = \"P\", en = \"P\" }\n\
        [[indicator]]\nid = \"uhh\"\ndimension = \"ipm\"\nexpression = \"uhh\"\nlabel = { id = \"UHH\", en = \"UHH\" }\nnormalise = { kind = \"min_max\", min = 20, max = 85 }\n\
        [[indicator]]\nid = \"hls\"\ndimension = \"pengetahuan\"\nexpression = \"hls\"\nlabel = { id = \"HLS\", en = \"HLS\" }\nnormalise = { kind = \"min_max\", min = 0, max = 18 }\n\
        [[indicator]]\nid = \"rls\"\ndimension = \"pengetahuan\"\nexpression = \"rls\"\nlabel = { id = \"RLS\", en = \"RLS\" }\nnormalise = { kind = \"min_max\", min = 0, max = 15 }\n\
        [[indicator]]\nid = \"pengeluaran\"\ndimension = \"ipm\"\nexpression = \"p\"\nlabel = { id = \"PPP\", en = \"PPP\" }\ntreatment = { kind = \"log\" }\nnormalise = { kind = \"min_max\", min = 1007.436, max = 26572.352 }\n";
    let method = parse(document).unwrap();
    let numbers = [73.93, 13.15, 8.77, 11899.0].map(Observed::Number);
    let ranking = ranked(&method, &[unit("indonesia", &numbers)]);
    assert_eq!(ranking.units[0].rounded, Some(74.39));
}

fn divided(per: u32) -> Method {
    let body = format!("denominator = {{ expression = \"${{n}}\", per = {per} }}\n{AS_IS}");
    method(ONE_DIMENSION, &[&body, AS_IS])
}

fn with_denominator(region: &str, value: Observed, by: Observation) -> Unit {
    let mut unit = unit(region, &[value, Observed::Number(0.0)]);
    unit.denominators.push(by);
    unit
}

#[test]
fn a_denominator_divides_and_says_why_it_cannot() {
    let units = [
        with_denominator("u0", Observed::Number(3.0), Observation::number(60.0)),
        with_denominator("u1", Observed::Number(3.0), Observation::number(0.0)),
        with_denominator("u2", Observed::Number(3.0), Observation::missing()),
        with_denominator("u3", Observed::Missing, Observation::number(60.0)),
    ];
    let ranking = ranked(&divided(1000), &units);
    let shown: Vec<(Option<f64>, Option<&str>)> = (0..4)
        .map(|index| {
            let unit = ranking.unit(&format!("u{index}")).unwrap();
            let detail = &unit.indicators[0];
            let note = detail.note.map(|note| match note {
                super::super::Note::NotANumber => "not a number",
                super::super::Note::NoDenominator => "no denominator",
                super::super::Note::Missing => "missing",
                _ => "another",
            });
            (detail.normalised, note)
        })
        .collect();
    // Only one value is known, so the worst is that one.
    assert_eq!(
        shown,
        [
            (Some(50.0), None),
            (Some(50.0), Some("not a number")),
            (Some(50.0), Some("no denominator")),
            (Some(50.0), Some("missing")),
        ]
    );
}

#[test]
fn distance_to_a_target_is_capped_there() {
    let rows = [0.0, 5.0, 10.0, 20.0];
    let up = "normalise = { kind = \"target\", target = 10 }";
    let ranking = ranked(&method(ONE_DIMENSION, &[up]), &column(&rows));
    assert_eq!(scores(&ranking), "0.000000 0.500000 1.000000 1.000000");
    let down = format!("{up}\ndirection = \"lower\"");
    let ranking = ranked(&method(ONE_DIMENSION, &[&down]), &column(&rows));
    assert_eq!(scores(&ranking), "1.000000 1.000000 1.000000 0.000000");
}

#[test]
fn the_value_of_the_round_before_stands_in() {
    let body = "missing = \"last_round\"\nnormalise = { kind = \"min_max\", min = 0, max = 10 }";
    let mut units = column(&[4.0, 4.0, 4.0]);
    for unit in &mut units[..2] {
        unit.indicators[0].value = Observed::Missing;
    }
    units[0].indicators[0].last_round = Some(8.0);
    let ranking = ranked(&method(ONE_DIMENSION, &[body, AS_IS]), &{
        let mut both = units;
        both.iter_mut()
            .for_each(|it| it.indicators.push(Observation::number(0.0)));
        both
    });
    assert_eq!(scores(&ranking), "0.400000 0.000000 0.200000");
    let first = ranking.unit("u0").unwrap();
    assert_eq!((first.lower, first.upper), (Some(0.0), Some(0.5)));
}

#[test]
fn generalised_means() {
    let rows: &[&[f64]] = &[&[2.0, 8.0], &[0.0, 4.0], &[-1.0, 4.0]];
    for (power, expected) in [
        ("2", "5.830952 2.828427 -"),
        ("-1", "3.200000 0.000000 -"),
        ("1", "5.000000 2.000000 -"),
    ] {
        let head =
            format!("{ONE_DIMENSION}\naggregation = {{ generalised = {{ power = {power} }} }}");
        let ranking = ranked(&method(&head, &[AS_IS, AS_IS]), &table(rows));
        assert_eq!(scores(&ranking), expected, "power {power}");
    }
}

fn copeland(rows: &[(&str, &[Observed])]) -> Ranking {
    let head = format!("{ONE_DIMENSION}\naggregation = \"copeland\"");
    let drop = format!("missing = \"drop\"\n{AS_IS}");
    let heavy = format!("weight = 2\n{drop}");
    let units: Vec<Unit> = rows
        .iter()
        .map(|(region, values)| unit(region, values))
        .collect();
    ranked(&method(&head, &[&heavy, &drop, &drop]), &units)
}

#[test]
fn copeland_counts_duels_within_the_kabupaten() {
    let number = |values: [f64; 3]| values.map(Observed::Number);
    let ranking = copeland(&[
        ("53.01.01.2001", &number([3.0, 1.0, 1.0])),
        ("53.01.01.2002", &number([2.0, 3.0, 1.0])),
        ("53.01.01.2003", &number([1.0, 2.0, 3.0])),
        // Alone in its kabupaten: nobody to meet.
        ("53.02.01.2001", &number([9.0, 9.0, 9.0])),
    ]);
    // Weights 2, 1, 1. One against two: 2 + 0 + half of 1 against 1.5, won. One against three: 2
    // against 2, even. Two against three: 3 against 1, won.
    assert_eq!(scores(&ranking), "1.000000 0.000000 -1.000000 0.000000");
}

/// Who takes no part meets nobody: Copeland's rule counts majorities among the alternatives, and neither a village
/// that is not eligible, nor one that is held, nor one that the method excludes is one of those.
#[test]
fn a_village_that_takes_no_part_decides_no_duel() {
    let head = format!(
        "{ONE_DIMENSION}\naggregation = \"copeland\"\n[screening]\nexclude = [\"53.01.01.2005\"]\n\
         [programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n[programme.quota]\nper_area = 1\n\
         [[programme.eligible]]\nid = \"r\"\nlabel = {{ id = \"R\", en = \"R\" }}\n\
         otherwise = {{ id = \"t\", en = \"n\" }}\nexpression = \"${{r}}\""
    );
    let method = method(&head, &[AS_IS, AS_IS, AS_IS]);
    let village = |region: &str, values: [f64; 3]| Unit {
        eligibility: vec![Observation::number(1.0)],
        ..unit(region, &values.map(Observed::Number))
    };
    // Each of three wins once and loses once.
    let three = [
        village("53.01.01.2001", [3.0, 1.0, 2.0]),
        village("53.01.01.2002", [2.0, 3.0, 1.0]),
        village("53.01.01.2003", [1.0, 2.0, 3.0]),
    ];
    assert_eq!(
        scores(&ranked(&method, &three)),
        "0.000000 0.000000 0.000000"
    );
    // The first would beat all of these, the others would not.
    let weak = |region: &str| village(region, [2.5, 0.5, 1.5]);
    let outside = [
        Unit {
            eligibility: vec![Observation::number(0.0)],
            ..weak("53.01.01.2004")
        },
        weak("53.01.01.2005"),
        Unit {
            holds: vec![Hold {
                kind: HoldKind::Conflict,
                paths: Vec::new(),
                text: Text::same("x"),
            }],
            ..weak("53.01.01.2006")
        },
    ];
    let all = [three.to_vec(), outside.to_vec()].concat();
    let ranking = ranked(&method, &all);
    // They are measured against those who compete, and so have a score that can be shown.
    assert_eq!(
        scores(&ranking),
        "0.000000 0.000000 0.000000 -1.000000 -1.000000 -1.000000"
    );
    // Draws always knew the competing ones alone; now their list is that of the ranking.
    let table = Table::gather(&method, &all).unwrap();
    let scored = Scored::new(&method, &table, "benih");
    let draws = Draws::as_it_is(&scored, None, "benih").unwrap();
    assert_eq!(draws.rerank(&BTreeMap::new()).ranks, [1, 1, 1]);
}

#[test]
fn a_duel_leaves_out_what_one_side_lacks() {
    let ranking = copeland(&[
        (
            "53.01.01.2001",
            &[
                Observed::Missing,
                Observed::Number(2.0),
                Observed::Number(1.0),
            ],
        ),
        (
            "53.01.01.2002",
            &[
                Observed::Number(9.0),
                Observed::Number(1.0),
                Observed::Missing,
            ],
        ),
        (
            "53.01.01.2003",
            &[Observed::Missing, Observed::Missing, Observed::Missing],
        ),
    ]);
    assert_eq!(scores(&ranking), "1.000000 -1.000000 -");
}

#[test]
fn weights_from_the_first_component() {
    let head = format!("{ONE_DIMENSION}\nweights = \"pca\"");
    let method = method(&head, &[AS_IS, AS_IS, AS_IS]);
    let rows: &[&[f64]] = &[
        &[1.0, 2.0, 9.0],
        &[2.0, 3.0, 7.0],
        &[3.0, 5.0, 6.0],
        &[4.0, 4.0, 5.0],
        &[5.0, 7.0, 1.0],
        &[6.0, 5.0, 3.0],
    ];
    let units = table(rows);
    let table = Table::gather(&method, &units).unwrap();
    let scored = Scored::new(&method, &table, "");
    let note = &scored.weights()[0];
    let shares: Vec<String> = note
        .shares
        .iter()
        .map(|it| format!("{:.6}", it.share))
        .collect();
    assert_eq!(shares, ["0.320485", "0.324716", "0.354799"]);
    let WeightOrigin::Pca {
        explained,
        opposed,
        flat,
    } = &note.origin
    else {
        panic!("{:?}", note.origin);
    };
    assert_eq!(format!("{explained:.6}"), "0.921055");
    assert_eq!(
        (opposed.join(" "), flat.join(" ")),
        ("c".to_owned(), String::new())
    );
}

#[test]
fn nothing_varies_so_all_count_equally() {
    let head = format!("{ONE_DIMENSION}\nweights = \"pca\"");
    let method = method(&head, &[AS_IS, AS_IS]);
    let units = table(&[&[1.0, 3.0], &[1.0, 3.0]]);
    let table = Table::gather(&method, &units).unwrap();
    let scored = Scored::new(&method, &table, "");
    assert_eq!(scored.weights()[0].origin, WeightOrigin::PcaWithoutVariance);
    assert_eq!(scores(&ranked(&method, &units)), "2.000000 2.000000");
}

const PAIRS: &str =
    "{ of = \"a\", over = \"b\", times = 3 }, { of = \"a\", over = \"c\", times = 5 }";

#[test]
fn weights_from_pairwise_comparisons() {
    let head = format!(
        "{ONE_DIMENSION}\nweights = {{ ahp = [{PAIRS}, {{ of = \"b\", over = \"c\", times = 2 }}] }}"
    );
    let method = method(&head, &[AS_IS, AS_IS, AS_IS]);
    let units = table(&[&[1.0, 0.0, 0.0], &[0.0, 1.0, 0.0], &[0.0, 0.0, 1.0]]);
    assert_eq!(
        scores(&ranked(&method, &units)),
        "0.648329 0.229651 0.122020"
    );
    let table = Table::gather(&method, &units).unwrap();
    let WeightOrigin::Ahp { consistency_ratio } =
        Scored::new(&method, &table, "").weights()[0].origin
    else {
        panic!("not AHP");
    };
    assert!((consistency_ratio - 0.003_185).abs() < 1e-6);
}

#[test]
fn faults_of_the_newer_parts_are_all_named() {
    let head = format!(
        "{ONE_DIMENSION}\naggregation = {{ generalised = {{ power = 0 }} }}\n\
         weights = {{ ahp = [{PAIRS}, {{ of = \"a\", over = \"z\", times = 2 }}] }}\n\
         [screening]\nmin_available = 2\ninclude = [\"x\"]\nexclude = [\"x\"]\n\
         [uncertainty]\ndraws = 0\nweight_spread = 2\naggregation = [\"copeland\"]"
    );
    let log =
        "treatment = { kind = \"log\" }\nnormalise = { kind = \"min_max\", min = 0, max = 9 }";
    let shifted =
        "treatment = { kind = \"shifted_log\" }\nnormalise = { kind = \"target\", target = 9 }";
    let divided = "denominator = { expression = \" \" }\nnormalise = { kind = \"rank\" }";
    let problems = parse(&method_text(&head, &[log, shifted, divided])).unwrap_err();
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let expected = [
        "dimension d.aggregation: the power",
        "indicator a.treatment: a logarithm needs",
        "indicator b.treatment: fixed goalposts",
        "indicator c.denominator: a denominator needs",
        "dimension d.weights.ahp[2]: `a` and `z`",
        "dimension d.weights: the pair `b` and `c` is not compared",
        "screening.min_available",
        "screening x: this code is both",
        "uncertainty.draws",
        "uncertainty.weight_spread",
        "uncertainty.aggregation",
    ];
    assert_eq!(shown.len(), expected.len(), "{shown:#?}");
    for (shown, expected) in shown.iter().zip(expected) {
        assert!(shown.contains(expected), "{shown:?} lacks {expected:?}");
    }
}

#[test]
fn screening_keeps_the_thin_ones_apart() {
    let head = format!(
        "{ONE_DIMENSION}\n[screening]\nmin_available = 0.5\nmax_zeros = 0.5\n\
         include = [\"u3\"]\nexclude = [\"u4\"]"
    );
    let min_max = "normalise = { kind = \"min_max\" }";
    let mut units = table(&[
        &[1.0, 1.0],
        &[9.0, 9.0],
        &[0.0, 0.0],
        &[5.0, 5.0],
        &[7.0, 7.0],
    ]);
    units[1].indicators = vec![Observation::missing(), Observation::missing()];
    units[3].indicators = vec![Observation::missing(), Observation::missing()];
    let ranking = ranked(&method(&head, &[min_max, min_max]), &units);
    let statuses = ["u0", "u1", "u2", "u3", "u4"].map(|it| ranking.unit(it).unwrap().status);
    assert_eq!(
        statuses,
        [
            Status::Ranked,
            Status::Screened,
            Status::Screened,
            // Forced in, and still without anything to score.
            Status::NotScored,
            Status::Screened,
        ]
    );
    let first = &ranking.unit("u1").unwrap().reasons[0];
    assert!(first.id.starts_with("Tidak diikutkan"), "{first:?}");
}

//! Edges where a number, a code or a bound once said something false.

use std::collections::BTreeMap;

use super::super::{
    Columns, DUELS_MAX, Draws, Lock, Locked, Method, Observation, Observed, Overseen, Quota,
    QuotaPart, RANKS_MAX, Record, Scored, Selection, Spacing, Status, Table, Unit, matched, parse,
    read_table, read_units, select,
};
use super::{ONE_DIMENSION, method, method_text, ranked, scores, table, unit};

const AS_IS: &str = "normalise = { kind = \"as_is\" }";

fn programme(quota: &str) -> String {
    format!(
        "{ONE_DIMENSION}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n[programme.quota]\n{quota}"
    )
}

fn chosen(method: &Method, units: &[Unit]) -> Selection {
    let quota = &method.programme.as_ref().unwrap().quota;
    select(method, &ranked(method, units), quota).unwrap_or_else(|it| panic!("{it:?}"))
}

fn edges(selection: &Selection) -> BTreeMap<&str, Option<bool>> {
    let each = selection.decisions.iter();
    each.map(|it| (it.region.as_str(), it.borderline)).collect()
}

#[test]
fn the_cut_of_the_total_runs_across_areas() {
    // `a` is certain; `b` is missing in one village and worth up to ten points, ranked as the mean.
    let missing = "missing = \"mean\"\nnormalise = { kind = \"min_max\", min = 0, max = 20 }";
    let head = programme("per_area = 2\ntotal = 1").replace("decimals = 4", "decimals = 0");
    let method = method(&format!("scale = [0, 20]\n{head}"), &[AS_IS, missing]);
    let mut units = vec![
        unit(
            "53.01.01.2001",
            &[Observed::Number(90.0), Observed::Number(10.0)],
        ),
        unit(
            "53.02.01.2001",
            &[Observed::Number(88.0), Observed::Number(10.0)],
        ),
        unit(
            "53.03.01.2001",
            &[Observed::Number(20.0), Observed::Number(10.0)],
        ),
    ];
    let selection = chosen(&method, &units);
    assert!(edges(&selection).values().all(|it| *it == Some(false)));
    units[1].indicators[1] = Observation::missing();
    let selection = chosen(&method, &units);
    assert_eq!(selection.chosen, ["53.01.01.2001"]);
    // The second may have 88 and 20; the third is certain to be behind.
    let edges = edges(&selection);
    assert_eq!(edges["53.01.01.2001"], Some(true));
    assert_eq!(edges["53.02.01.2001"], Some(true));
    assert_eq!(edges["53.03.01.2001"], Some(false));
}

#[test]
fn a_quota_beyond_who_is_able_names_its_number() {
    let earmark = "per_area = 1\ntotal = 4\n[[programme.quota.earmark]]\narea = \"19\"\n\
                   label = { id = \"Babel\", en = \"Babel\" }\nplaces = 2";
    let method = method(&programme(earmark), &[AS_IS]);
    let rows = ["19.03.01.2001", "19.03.01.2002", "53.01.01.2001"];
    let units: Vec<Unit> = rows
        .iter()
        .map(|it| unit(it, &[Observed::Number(1.0)]))
        .collect();
    let selection = chosen(&method, &units);
    let short: Vec<(QuotaPart, &str, u32, u32)> = selection
        .shortfalls
        .iter()
        .map(|it| (it.part, it.label.en.as_str(), it.places, it.able))
        .collect();
    assert_eq!(
        short,
        [
            (QuotaPart::Earmark, "Babel", 2, 1),
            (QuotaPart::Total, "the whole quota", 4, 2)
        ]
    );
    let told: Vec<String> = selection
        .oversized()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "programme.quota.earmark 19: Babel: 2 places, but only 1 can be chosen; lower the quota",
            "programme.quota.total: the whole quota: 4 places, but only 2 can be chosen; lower the quota",
        ]
    );
}

#[test]
fn an_area_with_few_candidates_is_no_fault_of_the_quota() {
    let method = method(&programme("per_area = 2"), &[AS_IS]);
    let selection = chosen(&method, &[unit("53.01.01.2001", &[Observed::Number(1.0)])]);
    assert_eq!(selection.shortfalls[0].part, QuotaPart::Area);
    assert_eq!(selection.oversized(), []);
}

#[test]
fn codes_that_name_nobody_are_told_with_their_place() {
    let head = format!(
        "{}\n[screening]\ninclude = [\"53.01.01.2001\", \"53.01.01.2999\"]\nexclude = [\"53.09.01.2001\"]",
        programme("per_area = 1")
    );
    let mut method = method(&head, &[AS_IS]);
    let quota = &mut method.programme.as_mut().unwrap().quota;
    quota.spacing = Some(Spacing {
        km: None,
        latitude: None,
        longitude: None,
        borders: vec![
            "53.01.01.2001 53.01.01.2002".to_owned(),
            "53.01.01.2001 53.01.01.2003".to_owned(),
        ],
    });
    let units = [
        unit("53.01.01.2001", &[Observed::Number(1.0)]),
        unit("53.01.01.2002", &[Observed::Number(1.0)]),
    ];
    let table = Table::gather(&method, &units).unwrap();
    let told: Vec<String> = Scored::new(&method, &table, "s")
        .strangers()
        .iter()
        .map(|it| format!("{}: {}", it.place, it.text.en))
        .collect();
    let expected = [
        "screening.include: there is no village of code `53.01.01.2999`",
        "screening.exclude: there is no village of code `53.09.01.2001`",
        "programme.quota.spacing.borders: there is no village of code `53.01.01.2003`",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}");
    }
}

#[test]
fn whoever_oversees_a_part_is_told_of_that_part() {
    let head = format!(
        "{}\n[screening]\ninclude = [\"53.01.01.2001\", \"53.01.01.2999\", \"19.03.08.2001\", \"64.01\"]",
        programme(
            "per_area = 1\ntotal = 1\n[[programme.quota.earmark]]\narea = \"19\"\n\
             label = { id = \"Babel\", en = \"Babel\" }\nplaces = 1"
        )
    );
    let (document, method) = (method_text(&head, &[AS_IS]), method(&head, &[AS_IS]));
    let units = [unit("53.01.01.2001", &[Observed::Number(1.0)])];
    let selection = chosen(&method, &units);
    let table = Table::gather(&method, &units).unwrap();
    let told = |overseen: &[&str]| {
        let codes: Vec<String> = overseen.iter().map(|it| (*it).to_owned()).collect();
        let overseen = Overseen::of(&codes);
        let strangers = Scored::new(&method, &table, "s").strangers_of(overseen);
        let quotas = overseen.own_quotas(&method, selection.oversized());
        (strangers.problems.len(), strangers.beyond, quotas.len())
    };
    assert_eq!(told(&[]), (3, 0, 1));
    assert_eq!(told(&["53"]), (1, 2, 0));
    // A kabupaten sees less than the province that the earmark names, but something of it.
    assert_eq!(told(&["53.01", "19.03"]), (2, 1, 1));
    let record = Record::decide("uji", "s", &document, &units, &[]).unwrap();
    assert_eq!(record.cautions().len(), 4);
    assert_eq!(
        record.cautions_of(Overseen::of(&["53".to_owned()])).len(),
        1
    );
}

#[test]
fn the_round_before_is_checked_as_the_table_is() {
    let body = "missing = \"last_round\"\nnormalise = { kind = \"min_max\", min = 0, max = 10 }";
    let method = method(ONE_DIMENSION, &[body]);
    let columns = Columns::default();
    let now = "code,a\n53.21.03.2003,\n53.21.03.2004,4\n";
    let read =
        |before: &str| read_table(&method, &columns, now.as_bytes(), Some(before.as_bytes()));
    let faults = |before: &str| -> Vec<String> {
        let problems = read(before).unwrap_err();
        problems.iter().map(ToString::to_string).collect()
    };
    let twice = faults("code,a\n53.21.03.2003,1\n53.21.03.2003,2\n");
    assert_eq!(twice.len(), 1, "{twice:?}");
    assert!(
        twice[0]
            .starts_with("line 3, last round, unit 53.21.03.2003: this code stands more than once")
    );
    let bare = faults("code,a\n5321032003,1\n53.21.03.2004,1\n");
    assert_eq!(bare.len(), 1, "{bare:?}");
    assert!(
        bare[0].starts_with(
            "line 2, last round, unit 5321032003: a code without dots may be one of BPS"
        )
    );
    let nobody = faults("code,a\n53.21.03.2009,1\n");
    assert!(
        nobody[0].starts_with("last round: no code of the round before"),
        "{nobody:?}"
    );
    let before = "code,a\n53.21.03.2003,8\n53.21.03.2009,1\n";
    assert!(read(before).is_ok());
    let units = read_units(&method, &columns, now.as_bytes(), Some(before.as_bytes())).unwrap();
    assert_eq!(matched(&method, &columns, &units, before.as_bytes()), Ok(1));
}

/// One ratio, `a` over `b`, that the round before fills.
fn ratio() -> Method {
    let body = "missing = \"last_round\"\ndenominator = { expression = \"${n}\" }\n\
                normalise = { kind = \"min_max\", min = 0, max = 1 }";
    // Something of a village must be its own.
    method(ONE_DIMENSION, &[body, &format!("weight = 0\n{AS_IS}")])
}

fn counted(part: Option<f64>, whole: f64) -> Unit {
    Unit {
        denominators: vec![Observation::number(whole)],
        indicators: vec![
            part.map_or_else(Observation::missing, Observation::number),
            Observation::number(0.0),
        ],
        ..unit("53.01.01.2001", &[])
    }
}

#[test]
fn a_ratio_of_the_round_before_is_that_rounds_ratio() {
    let mut now = counted(None, 400.0);
    now.remember(&counted(Some(50.0), 100.0));
    assert_eq!(scores(&ranked(&ratio(), &[now])), "0.500000");
    // Of an earlier record only the numerator is known: it computes again to what it said.
    let mut earlier = counted(None, 400.0);
    earlier.indicators[0].last_round = Some(50.0);
    assert_eq!(scores(&ranked(&ratio(), &[earlier])), "0.125000");
    let mut nothing = counted(None, 400.0);
    nothing.remember(&counted(Some(50.0), 0.0));
    assert_eq!(scores(&ranked(&ratio(), &[nothing])), "0.000000");
}

#[test]
fn a_rule_that_gives_no_finite_number_has_no_known_answer() {
    let rule = "per_area = 1\n[[programme.eligible]]\nid = \"r\"\nlabel = { id = \"R\", en = \"R\" }\n\
                otherwise = { id = \"tidak\", en = \"no\" }\nexpression = \"${r}\"";
    let method = method(&programme(rule), &[AS_IS]);
    let status = |value: f64| {
        let unit = Unit {
            eligibility: vec![Observation::number(value)],
            ..unit("53.01.01.2001", &[Observed::Number(1.0)])
        };
        ranked(&method, &[unit]).units[0].status
    };
    for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        assert_eq!(status(value), Status::EligibilityUnknown, "{value}");
    }
    assert_eq!(
        (status(1.0), status(0.0)),
        (Status::Ranked, Status::NotEligible)
    );
}

#[test]
fn what_has_no_logarithm_is_filled_as_missing() {
    let body =
        "missing = \"mean\"\ntreatment = { kind = \"log\" }\nnormalise = { kind = \"as_is\" }";
    let e = std::f64::consts::E;
    let units = table(&[
        &[1.0, 0.0],
        &[e * 2.0 - 1.0, 0.0],
        &[-5.0, 0.0],
        &[0.0, 0.0],
    ]);
    let free = format!("weight = 0\n{AS_IS}");
    let ranking = ranked(&method(ONE_DIMENSION, &[body, &free]), &units);
    // The mean of 1 and 2e - 1 is e, whose logarithm is 1; nothing below zero counts into it.
    let third = ranking.unit("u2").unwrap();
    assert_eq!(third.rounded, Some(1.0));
    assert_eq!(ranking.unit("u3").unwrap().rounded, Some(1.0));
    assert!(!third.indicators[0].observed);
}

#[test]
fn numbers_too_large_to_reckon_with_are_none() {
    let body = "normalise = { kind = \"min_max\" }";
    let units = table(&[&[-1.7e308], &[0.0], &[10.0], &[1.7e308]]);
    for body in [body, "normalise = { kind = \"z_score\" }", AS_IS] {
        let body = format!("missing = \"drop\"\n{body}");
        let ranking = ranked(&method(ONE_DIMENSION, &[body.as_str()]), &units);
        let status = |region: &str| ranking.unit(region).unwrap().status;
        assert_eq!(
            (status("u0"), status("u3")),
            (Status::NotScored, Status::NotScored),
            "{body}"
        );
        assert_eq!(
            (status("u1"), status("u2")),
            (Status::Ranked, Status::Ranked),
            "{body}"
        );
        let scores = ranking.units.iter().filter_map(|it| it.score);
        assert!(scores.into_iter().all(f64::is_finite));
    }
}

fn copeland(aggregated: &str, indicators: &[&str]) -> Method {
    method(
        &format!("{ONE_DIMENSION}\naggregation = \"copeland\"\n{aggregated}"),
        indicators,
    )
}

#[test]
fn no_last_bit_wins_a_duel() {
    // 0.1 + 0.2 is not 0.3 in floats; both villages have the same in `a` in all but that.
    let method = copeland("", &[AS_IS]);
    let rows = [
        unit("53.01.01.2001", &[Observed::Number(0.1 + 0.2)]),
        unit("53.01.01.2002", &[Observed::Number(0.3)]),
        unit("53.01.01.2003", &[Observed::Number(0.2)]),
    ];
    assert_eq!(
        scores(&ranked(&method, &rows)),
        "1.000000 1.000000 -2.000000"
    );
    let zero = [
        unit("53.01.01.2001", &[Observed::Number(-0.0)]),
        unit("53.01.01.2002", &[Observed::Number(0.1 + 0.2 - 0.3)]),
        unit("53.01.01.2003", &[Observed::Number(1.0)]),
    ];
    assert_eq!(
        scores(&ranked(&method, &zero)),
        "-1.000000 -1.000000 2.000000"
    );
}

#[test]
fn bounds_of_duels_hold_whatever_the_unknown_values_are() {
    let posts = "missing = \"worst\"\nnormalise = { kind = \"min_max\", min = 0, max = 10 }";
    let method = copeland("", &[posts, posts]);
    let known = [[Some(5.0), Some(5.0)], [None, Some(4.0)], [Some(7.0), None]];
    let units = |fill: &dyn Fn(usize, usize) -> Option<f64>| -> Vec<Unit> {
        let villages = known.iter().enumerate();
        let observed = |value: Option<f64>| value.map_or(Observed::Missing, Observed::Number);
        villages
            .map(|(village, row)| {
                let value = |column: usize| row[column].or_else(|| fill(village, column));
                unit(
                    &format!("53.01.01.200{village}"),
                    &[observed(value(0)), observed(value(1))],
                )
            })
            .collect()
    };
    let bounds = ranked(&method, &units(&|_, _| None));
    for first in 0..=10 {
        for second in 0..=10 {
            let filled =
                units(&|village, _| Some(f64::from(if village == 1 { first } else { second })));
            for unit in &ranked(&method, &filled).units {
                let bound = bounds.unit(&unit.region).unwrap();
                let score = unit.score.unwrap();
                assert!(
                    bound.lower.unwrap() <= score && score <= bound.upper.unwrap(),
                    "{} {first} {second}: {score} {bound:?}",
                    unit.region
                );
            }
        }
    }
    // The first is certain in itself, but not what it is met with.
    let first = bounds.unit("53.01.01.2000").unwrap();
    assert_eq!((first.lower, first.upper), (Some(-1.0), Some(1.0)));
}

#[test]
fn work_without_a_bound_is_refused() {
    let rows: Vec<Unit> = (0..14_200)
        .map(|it| unit(&format!("x{it}"), &[Observed::Number(1.0)]))
        .collect();
    let together: Vec<Unit> = rows
        .iter()
        .map(|it| Unit {
            group: Default::default(),
            ..it.clone()
        })
        .collect();
    let problems = Table::gather(&copeland("", &[AS_IS]), &together).unwrap_err();
    assert!(
        problems[0]
            .text
            .en
            .contains(&format!("the limit is {DUELS_MAX}")),
        "{problems:?}"
    );
    let head = format!("{ONE_DIMENSION}\n[uncertainty]\ndraws = 10000");
    let drawn = method(&head, &[AS_IS]);
    let many: Vec<Unit> = (0..40_001)
        .map(|it| unit(&format!("x{it}"), &[Observed::Number(1.0)]))
        .collect();
    let table = Table::gather(&drawn, &many).unwrap();
    let scored = Scored::new(&drawn, &table, "s");
    let problems = Draws::new(&scored, None, "s").unwrap_err();
    assert!(
        problems[0]
            .text
            .en
            .contains(&format!("exceed the limit of {RANKS_MAX}")),
        "{problems:?}"
    );
    let children: Vec<&str> = vec![AS_IS; 26];
    let mut document = method_text(&format!("{ONE_DIMENSION}\nweights = \"pca\""), &children);
    for index in 0..200 {
        document.push_str(&format!(
            "[[indicator]]\nid = \"z{index}\"\ndimension = \"d\"\nlabel = {{ id = \"I\", en = \"E\" }}\n\
             expression = \"${{z}}\"\n{AS_IS}\n"
        ));
    }
    let problems = parse(&document).unwrap_err();
    let pca = |text: &str| text.starts_with("PCA takes at most 200 children");
    assert!(problems.iter().any(|it| pca(&it.text.en)), "{problems:?}");
}

#[test]
fn a_lock_in_under_rules_leaves_its_neighbour_no_way_in() {
    let quota = Quota {
        locks: vec![Lock {
            code: "53.01.01.2001".to_owned(),
            place: Locked::In,
            by: "Bupati".to_owned(),
            reason: "rapat".to_owned(),
        }],
        ..parse(&method_text(&programme("per_area = 1"), &[AS_IS]))
            .unwrap()
            .programme
            .unwrap()
            .quota
    };
    let mut method = method(&programme("per_area = 1"), &[AS_IS]);
    method.programme.as_mut().unwrap().quota = quota;
    let units = [
        unit("53.01.01.2001", &[Observed::Number(1.0)]),
        unit("53.01.01.2002", &[Observed::Number(9.0)]),
    ];
    let selection = chosen(&method, &units);
    assert_eq!(selection.chosen, ["53.01.01.2001"]);
    // Nothing is unknown, and no exchange is lawful.
    assert!(edges(&selection).values().all(|it| *it == Some(false)));
}

//! The worked examples A and B of `domain.md` 3.1, to all printed digits.

use super::super::{
    Area, IDM, Method, Normalise, Note, Observation, Observed, RankedUnit, Status, Unit, gains,
    gap, parse, score_rungs,
};
use super::ranked;

fn idm() -> Method {
    parse(IDM.document).expect("the shipped method reads")
}

fn rungs(iks: &[u8], iks_rest: &[u8], ike: &[u8], ikl: &[u8]) -> Vec<f64> {
    let lists = [iks, iks_rest, ike, ikl];
    lists.concat().into_iter().map(f64::from).collect()
}

fn example_a() -> RankedUnit {
    let iks = [
        5, 5, 5, 3, 3, 5, 5, 5, 5, 5, 5, 1, 1, 5, 5, 5, 5, 2, 2, 5, 5, 1,
    ];
    let ike = [5, 1, 1, 5, 3, 0, 3, 3, 3, 3, 5, 5];
    score_rungs(&idm(), &rungs(&iks, &[5; 13], &ike, &[5, 5, 0])).unwrap()
}

fn example_b() -> RankedUnit {
    let iks = [
        5, 0, 5, 0, 1, 1, 3, 5, 1, 1, 1, 1, 1, 5, 5, 3, 5, 5, 5, 5, 5, 1,
    ];
    let rest = [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4];
    let ike = [1, 1, 1, 5, 3, 5, 0, 2, 1, 3, 5, 5];
    score_rungs(&idm(), &rungs(&iks, &rest, &ike, &[5, 5, 3])).unwrap()
}

fn dimension(unit: &RankedUnit, index: usize) -> f64 {
    unit.dimensions[index].score.unwrap()
}

#[test]
fn example_a_matches_the_service() {
    let unit = example_a();
    assert_eq!(format!("{:.4}", dimension(&unit, 1)), "0.8743");
    assert_eq!(format!("{:.4}", dimension(&unit, 2)), "0.6167");
    assert_eq!(format!("{:.4}", dimension(&unit, 3)), "0.6667");
    assert_eq!(unit.rounded, Some(0.7192));
    assert_eq!(unit.class.as_deref(), Some("maju"));
    let gap = gap(&idm(), unit.score).unwrap();
    assert_eq!(gap.next_class, "mandiri");
    assert_eq!(gap.minimum, 0.8156);
    assert_eq!(format!("{:.4}", gap.missing), "0.0964");
}

#[test]
fn example_b_matches_the_service() {
    let unit = example_b();
    assert_eq!(format!("{:.2}", dimension(&unit, 1)), "0.72");
    assert_eq!(format!("{:.14}", dimension(&unit, 2)), "0.53333333333333");
    assert_eq!(format!("{:.14}", dimension(&unit, 3)), "0.86666666666667");
    assert_eq!(format!("{:.14}", unit.score.unwrap()), "0.70666666666667");
    assert_eq!(unit.class.as_deref(), Some("berkembang"));
    let gap = gap(&idm(), unit.score).unwrap();
    assert_eq!(gap.next_class, "maju");
    assert_eq!(gap.minimum, 0.7073);
    assert_eq!(format!("{:.6}", gap.missing), "0.000633");
}

#[test]
fn five_points_on_one_indicator_gain_what_the_service_prints() {
    let method = idm();
    let zero = score_rungs(&method, &[0.0; 50]).unwrap().score.unwrap();
    for (index, expected) in [(0, "0.00952381"), (35, "0.02777778"), (47, "0.11111111")] {
        let mut scores = [0.0; 50];
        scores[index] = 5.0;
        let raised = score_rungs(&method, &scores).unwrap().score.unwrap();
        assert_eq!(format!("{:.8}", raised - zero), expected);
    }
}

#[test]
fn next_rungs_are_listed_by_what_they_gain() {
    let gains = gains(&idm(), &example_b());
    let first = &gains[0];
    // Disaster preparedness from 3 to 4: one point of a third index, 1/15/3.
    assert_eq!(
        (first.indicator.as_str(), first.from, first.to),
        ("ikl_03", 3.0, 4.0)
    );
    assert_eq!(format!("{:.8}", first.gain), "0.02222222");
    assert!(first.reaches_next && first.verified);
    let iks = gains
        .iter()
        .find(|gain| gain.indicator == "iks_02")
        .unwrap();
    assert_eq!((iks.from, iks.to), (0.0, 5.0));
    assert_eq!(format!("{:.8}", iks.gain), "0.00952381");
    assert!(gains.windows(2).all(|pair| pair[1].gain <= pair[0].gain));
}

#[test]
fn upper_bounds_are_inclusive_after_rounding() {
    let class = |score: f64| crate::priority::rank::class_of(&idm(), score).unwrap();
    assert_eq!(class(0.4907), "sangat_tertinggal");
    assert_eq!(class(0.4908), "tertinggal");
    assert_eq!(class(0.5989), "tertinggal");
    assert_eq!(class(0.5990), "berkembang");
    assert_eq!(class(0.7072), "berkembang");
    assert_eq!(class(0.70724), "berkembang");
    assert_eq!(class(0.7073), "maju");
    assert_eq!(class(0.8155), "maju");
    assert_eq!(class(0.8156), "mandiri");
    assert_eq!(class(1.0), "mandiri");
    assert_eq!(gap(&idm(), Some(0.9)), None);
}

#[test]
fn rungs_outside_the_ladder_are_refused() {
    let mut scores = vec![5.0; 50];
    scores[4] = 6.0;
    scores[7] = f64::NAN;
    let problems = score_rungs(&idm(), &scores).unwrap_err();
    let places: Vec<&str> = problems.iter().map(|it| it.place.as_str()).collect();
    assert_eq!(places, ["indicator iks_05", "indicator iks_08"]);
    assert_eq!(
        score_rungs(&idm(), &[5.0; 49]).unwrap_err()[0].place,
        "scores"
    );
}

#[test]
fn fifty_indicators_thirty_five_twelve_three() {
    let method = idm();
    let count = |id: &str| {
        method
            .indicators
            .iter()
            .filter(|it| it.dimension == id)
            .count()
    };
    assert_eq!((count("iks"), count("ike"), count("ikl")), (35, 12, 3));
    let left_out: Vec<&str> = method
        .indicators
        .iter()
        .filter(|it| it.expression.is_none())
        .map(|it| it.id.as_str())
        .collect();
    assert_eq!(left_out, ["iks_27"]);
}

/// A village whose indicators all have the value 0, or the last word of the ladder.
fn poor(method: &Method) -> Unit {
    let indicators = method.indicators.iter().map(|indicator| {
        let Normalise::Ladder { rungs, .. } = &indicator.normalise else {
            return Observation::missing();
        };
        let word = rungs.last().and_then(|rung| rung.is.last());
        word.map_or(Observation::number(0.0), |word| Observation::text(word))
    });
    Unit {
        region: "53.21.03.2003".to_owned(),
        name: "Desa Contoh".to_owned(),
        group: Area {
            code: "53.21".to_owned(),
            name: "Malaka".to_owned(),
        },
        indicators: indicators.collect(),
        ..Unit::default()
    }
}

#[test]
fn uncertain_rungs_carry_an_interval_and_both_classes() {
    let method = idm();
    let mut village = poor(&method);
    let at = |id: &str| method.indicators.iter().position(|it| it.id == id).unwrap();
    village.indicators[at("iks_01")] = Observation::number(45.0);
    village.indicators[at("iks_05")] = Observation::number(0.55);
    village.indicators[at("iks_04")] = Observation::missing();
    village.indicators[at("ikl_01")] = Observation::missing();
    village.indicators[at("ikl_03")] = Observation::missing();
    village.indicators[at("iks_31")] = Observation::irrelevant();
    let ranking = ranked(&method, &[village]);
    let unit = &ranking.units[0];
    assert_eq!(unit.status, Status::Ranked);
    assert!(unit.lower < unit.upper && unit.lower == unit.score);
    assert_ne!(unit.class_lower, unit.class_upper);

    let detail = |id: &str| &unit.indicators[at(id)];
    let sarkes = detail("iks_01");
    assert_eq!(
        (sarkes.lowest, sarkes.highest, sarkes.note),
        (0.0, 0.8, Some(Note::RungUncertain))
    );
    let bpjs = detail("iks_05").rung.as_ref().unwrap();
    assert_eq!(
        (bpjs.lowest, bpjs.highest, bpjs.verified),
        (3.0, 4.0, false)
    );
    let absent = detail("iks_04");
    assert_eq!(
        (absent.lowest, absent.highest, absent.note),
        (0.0, 1.0, Some(Note::Missing))
    );
    assert_eq!(detail("iks_27").note, Some(Note::Unscorable));
    let internet = detail("iks_31");
    assert_eq!(internet.rung.as_ref().unwrap().label.id, "tidak ada");
    assert_eq!(internet.raw, Observed::Irrelevant);
    assert!(
        unit.reasons.iter().any(
            |it| it.id == "Belum diketahui: Tenaga kesehatan lain; Pencemaran; Tanggap bencana"
        )
    );
}

#[test]
fn every_rung_of_the_ladder_can_be_reached() {
    let method = idm();
    for indicator in &method.indicators {
        let Normalise::Ladder { rungs, .. } = &indicator.normalise else {
            panic!("{} is no ladder", indicator.id);
        };
        for (index, rung) in rungs.iter().enumerate() {
            let reached = if rung.is.is_empty() {
                let tried = (0..40_000).map(|step| f64::from(step) / 1000.0);
                let tried = tried.chain([600.0, 1500.0, 3000.0, 5000.0]);
                let mut tried = tried.filter(|it| rung.fits_number(*it));
                tried.any(|it| rungs.iter().position(|rung| rung.fits_number(it)) == Some(index))
            } else {
                rung.is
                    .iter()
                    .all(|it| rungs.iter().position(|rung| rung.fits_text(it)) == Some(index))
            };
            assert!(reached, "{} rung {index}", indicator.id);
        }
    }
}

//! Held villages: the rule as it is written, whom it waits for, and what a record then asks for.

use proptest::prelude::{any, prop_assert_eq, prop_assume, proptest};
use proptest::sample::select as one_of;

use super::HeldRule;
use crate::priority::data::TOLD_MAX;
use crate::priority::tests::{ONE_DIMENSION, method_text, ranked, unit};
use crate::priority::{
    Change, ChangedTo, Hold, HoldKind, Method, Observation, Observed, Problem, Record, Selection,
    Text, Unit, Verdict, method_hash, parse, select,
};

const AS_IS: &str = "normalise = { kind = \"min_max\", min = 0, max = 1 }";

fn document(held: &str, rules: &str) -> String {
    let head = format!(
        "{ONE_DIMENSION}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n\
         [[programme.eligible]]\nid = \"ruang\"\nlabel = {{ id = \"R\", en = \"R\" }}\n\
         otherwise = {{ id = \"t\", en = \"n\" }}\nexpression = \"${{ruang}}\"\n\
         [programme.quota]\n{rules}"
    );
    format!("{}\n{held}\n", method_text(&head, &[AS_IS]))
}

const WAIT: &str = "[held]\nrule = \"wait\"";

fn waiting(rules: &str) -> Method {
    let text = document(WAIT, rules);
    parse(&text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
}

fn told(problems: Vec<Problem>) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// A village of that score.
fn fit(region: &str, score: f64) -> Unit {
    Unit {
        eligibility: vec![Observation::number(1.0)],
        ..unit(region, &[Observed::Number(score)])
    }
}

/// A village with a conflict; its answer is open where there is no score.
fn held(region: &str, score: Option<f64>) -> Unit {
    let value = score.map_or(Observed::Unknown, Observed::Number);
    let conflict = Hold {
        kind: HoldKind::Conflict,
        paths: Vec::new(),
        text: Text::same("x"),
    };
    Unit {
        eligibility: vec![Observation::number(1.0)],
        holds: vec![conflict],
        ..unit(region, &[value])
    }
}

fn chosen(method: &Method, units: &[Unit]) -> Selection {
    let quota = &method.programme.as_ref().unwrap().quota;
    select(method, &ranked(method, units), quota).unwrap_or_else(|it| panic!("{it:?}"))
}

fn awaited(method: &Method, units: &[Unit]) -> Vec<String> {
    let selection = chosen(method, units);
    let found = selection.awaited.iter();
    found.map(|it| it.region.clone()).collect()
}

const TWO: &str = "per_area = 2\nreserves = 1";

fn three() -> Vec<Unit> {
    vec![
        fit("53.01.01.2001", 0.9),
        fit("53.01.01.2002", 0.6),
        fit("53.01.01.2003", 0.2),
    ]
}

#[test]
fn a_document_that_says_nothing_leaves_held_villages_out() {
    let silent = parse(&document("", TWO)).unwrap();
    let said = parse(&document("[held]\nrule = \"leave_out\"", TWO)).unwrap();
    assert_eq!(silent.held.rule, HeldRule::LeaveOut);
    assert_eq!(method_hash(&silent), method_hash(&said));
    assert_ne!(method_hash(&silent), method_hash(&waiting(TWO)));
    let mut units = three();
    units.push(held("53.01.01.2004", None));
    let selection = chosen(&silent, &units);
    assert_eq!(selection.held, ["53.01.01.2004"]);
    assert_eq!(selection.awaited, []);
    assert_eq!(selection.chosen, ["53.01.01.2001", "53.01.01.2002"]);
}

#[test]
fn another_rule_is_refused_with_its_line_and_the_way_out() {
    let faulty = |held: &str| told(parse(&document(held, TWO)).unwrap_err());
    let found = faulty("[held]\nrule = \"impute\"");
    let lines = document("[held]\nrule = \"impute\"", TWO);
    let line = 1 + lines.lines().position(|it| it.contains("impute")).unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with(&format!("line {line}, ")), "{found:?}");
    assert!(
        found[0].contains("expected `leave_out` or `wait`"),
        "{found:?}"
    );
    assert!(faulty("[held]")[0].contains("missing field `rule`"));
    assert!(faulty("[held]\nrule = \"wait\"\ndays = 3")[0].contains("unknown field `days`"));
}

#[test]
fn nothing_waits_where_nobody_is_chosen() {
    let text = format!("{}\n{WAIT}\n", method_text(ONE_DIMENSION, &[AS_IS]));
    let line = 1 + text.lines().position(|it| it == "[held]").unwrap();
    let found = told(parse(&text).unwrap_err());
    assert_eq!(
        found,
        [format!(
            "line {line}, held: this method chooses nobody, so there is nothing to wait with; remove `[held]` or \
             give a `[programme]`"
        )]
    );
}

#[test]
fn who_could_be_chosen_is_waited_for_by_name_and_never_chosen() {
    let mut units = three();
    units.extend([
        held("53.01.01.2004", None),
        held("53.01.01.2005", Some(0.5)),
        // What decides between equals may be open too.
        held("53.01.01.2006", Some(0.6)),
        held("53.02.01.2001", Some(0.0)),
    ]);
    let method = waiting(TWO);
    let selection = chosen(&method, &units);
    assert_eq!(selection.chosen, ["53.01.01.2001", "53.01.01.2002"]);
    let found: Vec<String> = selection
        .awaited
        .iter()
        .map(|it| format!("{}: {}", it.name, it.text.en))
        .collect();
    assert_eq!(
        found,
        [
            "Desa 53.01.01.2004: Waited for: could be chosen once its answers are settled (best score 1)",
            "Desa 53.01.01.2006: Waited for: could be chosen once its answers are settled (best score 0.6)",
            "Desa 53.02.01.2001: Waited for: could be chosen once its answers are settled (best score 0)",
        ]
    );
    let decision = |region: &str| selection.decisions.iter().find(|it| it.region == region);
    let waits = decision("53.01.01.2004").unwrap();
    assert_eq!(waits.verdict, Verdict::Held);
    assert_eq!(waits.reasons.last(), Some(&selection.awaited[0].text));
}

#[test]
fn what_settled_answers_cannot_change_is_not_waited_for() {
    let mut ineligible = held("53.01.01.2004", None);
    ineligible.eligibility = vec![Observation::number(0.0)];
    let mut unsure = held("53.01.01.2005", None);
    unsure.eligibility = vec![Observation::missing()];
    let excluded = held("53.01.01.2006", None);
    let units = [three(), vec![ineligible, unsure, excluded]].concat();
    let text = format!(
        "{}\n[screening]\nexclude = [\"53.01.01.2006\"]\n",
        document(WAIT, TWO)
    );
    assert_eq!(awaited(&parse(&text).unwrap(), &units), ["53.01.01.2005"]);
}

#[test]
fn under_rules_that_cross_nobody_is_ruled_out_by_guess() {
    let method = waiting(&format!(
        "{TWO}\n[programme.quota.spacing]\nborders = [\"53.01.01.2001 53.01.01.2003\"]\n"
    ));
    let mut units = three();
    units.push(held("53.01.01.2004", Some(0.1)));
    let selection = chosen(&method, &units);
    assert_eq!(selection.awaited.len(), 1, "{:?}", selection.awaited);
    assert!(!selection.awaited[0].computed);
    assert_eq!(
        selection.awaited[0].text.en,
        "Waited for: under these rules it is not computed whether it could be chosen (best score 0.1)"
    );
}

#[test]
fn a_cap_or_a_lock_does_not_make_everybody_wait() {
    let lock = |code: &str, place: &str| {
        format!(
            "[[programme.quota.lock]]\ncode = \"{code}\"\nplace = \"{place}\"\nby = \"M\"\nreason = \"r\"\n"
        )
    };
    let mut units = three();
    units.extend([
        // Too low for the places of the area.
        held("53.01.01.2004", Some(0.1)),
        held("53.01.01.2005", Some(1.0)),
        // Good enough for what the lock leaves, and ahead of the one that is locked in only by its score.
        held("53.01.01.2006", Some(0.7)),
    ]);
    let rules = format!(
        "{TWO}\n{}{}",
        lock("53.01.01.2005", "out"),
        lock("53.01.01.2003", "in")
    );
    assert_eq!(awaited(&waiting(&rules), &units), Vec::<String>::new());
    let rules = format!("{TWO}\n{}", lock("53.01.01.2005", "out"));
    let selection = chosen(&waiting(&rules), &units);
    let found: Vec<(&str, bool)> = selection
        .awaited
        .iter()
        .map(|it| (it.region.as_str(), it.computed))
        .collect();
    assert_eq!(found, [("53.01.01.2006", true)]);
    // One of a kecamatan: the best there is 0.9.
    let capped = waiting(&format!("{TWO}\nper_subdistrict = 1\n"));
    assert_eq!(awaited(&capped, &units), ["53.01.01.2005"]);
}

proptest! {
    /// Held against the chosen alone, a village enters exactly when choosing once more with all of them takes it in.
    #[test]
    fn whoever_would_be_chosen_with_its_best_score_is_waited_for(
        scores in proptest::collection::vec((0_u8..20, 0_usize..5), 1..14),
        own in (0_u8..20, 0_usize..5),
        per_area in 1_u32..4,
        total in 1_u32..7,
        earmarked in 0_u32..3,
        limited in any::<bool>(),
        outer in one_of(vec!["53", "53.01"]),
        capped in proptest::option::of(1_u32..3),
        locked in proptest::option::of((0_usize..14, any::<bool>())),
    ) {
        const AREAS: [&str; 5] = ["53.01", "53.02", "53.03", "19.03", "19.04"];
        let mut rules = format!("per_area = {per_area}\n");
        if let Some(most) = capped {
            rules.push_str(&format!("per_subdistrict = {most}\n"));
        }
        if limited {
            rules.push_str(&format!("total = {total}\n"));
            if 0 < earmarked.min(total) {
                let places = earmarked.min(total);
                rules.push_str(&format!(
                    "[[programme.quota.earmark]]\narea = \"{outer}\"\nplaces = {places}\nlabel = {{ id = \"E\", en = \"E\" }}\n"
                ));
            }
        }
        let code = |(index, area): (usize, usize)| {
            format!("{}.0{}.{}", AREAS[area], 1 + index % 2, 2100 + index)
        };
        if let Some((place, is_in)) = locked {
            let place = place % scores.len();
            let code = code((place, scores[place].1));
            let word = if is_in { "in" } else { "out" };
            rules.push_str(&format!(
                "[[programme.quota.lock]]\ncode = \"{code}\"\nplace = \"{word}\"\nby = \"M\"\nreason = \"r\"\n"
            ));
        }
        let method = waiting(&rules);
        // Odd steps, so that the village itself has no equal and the lottery no say.
        let mut units: Vec<Unit> = scores
            .iter()
            .enumerate()
            .map(|(index, (score, area))| fit(&code((index, *area)), f64::from(2 * score) / 100.0))
            .collect();
        // A lock may contradict the quota, which is another test's.
        let quota = &method.programme.as_ref().unwrap().quota;
        prop_assume!(select(&method, &ranked(&method, &units), quota).is_ok());
        let (region, score) = (code((99, own.1)), f64::from(2 * own.0 + 1) / 100.0);
        units.push(held(&region, Some(score)));
        let waited = awaited(&method, &units) == [region.as_str()];
        units.pop();
        units.push(fit(&region, score));
        prop_assert_eq!(waited, chosen(&method, &units).chosen.contains(&region));
    }
}

fn decide(units: &[Unit], changes: &[Change]) -> Result<Record, Vec<Problem>> {
    Record::decide("lumbung 0", "benih", &document(WAIT, TWO), units, changes)
}

#[test]
fn a_record_waits_until_somebody_answers_for_not_waiting() {
    let mut units = three();
    units.extend([
        held("53.01.01.2004", None),
        held("53.01.01.2005", Some(0.1)),
    ]);
    let refused = told(decide(&units, &[]).unwrap_err());
    assert_eq!(
        refused,
        [
            "held 53.01.01.2004: Desa 53.01.01.2004 is not fit to be judged and could still be chosen; settle its \
             answers, or write a change with a name and a reason"
        ]
    );
    let draft = Record::draft("lumbung 0", "benih", &document(WAIT, TWO), &units, &[]).unwrap();
    let drafted: Vec<&str> = draft
        .awaited()
        .iter()
        .map(|it| it.region.as_str())
        .collect();
    assert_eq!(drafted, ["53.01.01.2004"]);
    assert!(draft.recompute().is_err(), "a draft is no decision");

    let change = Change {
        region: "53.01.01.2004".to_owned(),
        to: ChangedTo::NotChosen,
        by: "Maria".to_owned(),
        reason: "Jalan putus".to_owned(),
    };
    let record = decide(&units, &[change]).unwrap();
    let remark = record
        .remarks()
        .iter()
        .find(|it| it.kind == "held")
        .unwrap();
    assert_eq!(
        [&remark.one, &remark.two, &remark.three],
        ["53.01.01.2004", "1.0000", ""]
    );
    let bytes = record.write();
    let read = Record::read(bytes.as_bytes()).unwrap();
    assert_eq!(read, record);
    assert_eq!(read.recompute().unwrap().write(), bytes);
    let breaches: Vec<String> = read.breaches().into_iter().map(|it| it.text.en).collect();
    assert_eq!(
        breaches,
        ["decided without waiting for its answers, while it could still be chosen"]
    );
    // Once its answers are settled, there is nothing to answer for.
    units[3] = fit("53.01.01.2004", 0.3);
    assert!(decide(&units, &[]).is_ok());
}

#[test]
fn many_that_are_waited_for_are_counted() {
    let mut units = three();
    units.extend((0..=TOLD_MAX + 1).map(|it| held(&format!("53.01.02.{}", 2000 + it), None)));
    let refused = told(decide(&units, &[]).unwrap_err());
    assert_eq!(refused.len(), TOLD_MAX + 1);
    assert_eq!(
        refused[TOLD_MAX],
        "held: and 2 villages more that are waited for"
    );
}

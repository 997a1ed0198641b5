//! Forms by chance: the order of answers must not matter, nor whether one went step by step.

use proptest::prelude::*;
use proptest::sample::Index;

use super::{form, observed, path};
use crate::answers::{Answer, Value};
use crate::ids::{OpId, Path};
use crate::questionnaire::interview::Interview;
use crate::questionnaire::model::Kind;

/// One row of a survey: what it is, and which earlier names its expressions read.
#[derive(Debug, Clone)]
struct Sketch {
    what: u8,
    first: Index,
    second: Index,
    is_conditional: bool,
}

fn sketch() -> impl Strategy<Value = Sketch> {
    (0_u8..10, any::<Index>(), any::<Index>(), any::<bool>()).prop_map(
        |(what, first, second, is_conditional)| Sketch {
            what,
            first,
            second,
            is_conditional,
        },
    )
}

/// The sheet of a sketch: expressions read what stands above them.
fn survey(sketches: &[Sketch]) -> String {
    let mut text =
        "type,name,label,relevant,calculation,constraint,choice_filter,repeat_count,parameters,trigger\n\
        integer,q0,Q,,,,,,\nselect_one l,q1,Q,,,,,,\n"
            .to_owned();
    let mut names = vec!["q0".to_owned(), "q1".to_owned()];
    for (index, sketch) in sketches.iter().enumerate() {
        let name = format!("n{index}");
        let one = &names[sketch.first.index(names.len())];
        let two = &names[sketch.second.index(names.len())];
        let relevant = match sketch.is_conditional {
            true => format!("${{{one}}} != '' and ${{{two}}} != 2"),
            false => String::new(),
        };
        let row = match sketch.what {
            0 => format!("integer,{name},Q,{relevant},,. < 50,,,"),
            1 => format!("select_one l,{name},Q,{relevant},,,kelas = ${{{two}}} or name = 'x',,"),
            2 => format!(
                "calculate,{name},,{relevant},coalesce(${{{one}}}\\, 1) + count(${{{two}}}),,,,"
            ),
            3 => format!("calculate,{name},,,sum(${{{one}}}) + position(..),,,,"),
            4 => format!(
                "begin_repeat,r{index},R,{relevant},,,,,\ninteger,{name},Q,,,. > ${{{one}}},,,\n\
                 calculate,c{index},,,${{{name}}} * 2 + string-length(${{{two}}}),,,,\nend_repeat,,,,,,,,"
            ),
            5 => format!(
                "begin_repeat,r{index},R,,,,,${{{one}}} mod 4,\ninteger,{name},Q,{relevant},,,,,\nend_repeat,,,,,,,,"
            ),
            6 => format!(
                "calculate,{name},,{relevant},string-length(${{{one}}}) + count(${{{two}}}),,,,,${{q{}}}",
                sketch.second.index(2)
            ),
            // What reads itself in other rows.
            7 => format!(
                "begin_repeat,r{index},R,,,,,,\nselect_one l,{name},Q,position(..) = 1 or \
                 indexed-repeat(${{{name}}}\\, ${{r{index}}}\\, position(..) - 1) = 'y',,,,,\nend_repeat,,,,,,,,"
            ),
            8 => format!(
                "begin_repeat,r{index},R,{relevant},,,,,\n\
                 calculate,{name},,,if(${{{one}}} > 0\\, count(../../r{index}/{name})\\, 0),,,,\nend_repeat,,,,,,,,"
            ),
            _ => format!("select_one l,{name},Q,{relevant},,,,,randomize=true seed=${{{one}}}"),
        };
        text.push_str(&row.replace("\\,", "\u{1}"));
        text.push('\n');
        names.push(name);
        if sketch.what == 4 {
            names.push(format!("c{index}"));
        }
    }
    quoted(&text)
}

/// Cells with a comma inside need quotation marks.
fn quoted(text: &str) -> String {
    let cell = |cell: &str| match cell.contains('\u{1}') {
        true => format!("\"{}\"", cell.replace('\u{1}', ",")),
        false => cell.to_owned(),
    };
    let line = |line: &str| line.split(',').map(cell).collect::<Vec<_>>().join(",");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// An interview with two rows in every repeat that nobody counts.
fn begun(sketches: &[Sketch]) -> Interview {
    let mut interview = form(&survey(sketches), "l,x,X,1\nl,y,Y,2\nl,z,Z,3\n");
    for (index, sketch) in sketches.iter().enumerate() {
        for row in 0..2_u8 {
            if matches!(sketch.what, 4 | 7 | 8) {
                let repeat = path(&format!("/r{index}"));
                interview.add_row(&repeat, OpId([index as u8 * 2 + row + 1; 16]));
            }
        }
    }
    interview
}

/// All places that can be answered at some time: those there are once every count is known.
fn places(interview: &Interview) -> Vec<(Path, Kind)> {
    let all = interview.instances.all.iter();
    let places = all.map(|each| {
        (
            each.path.clone(),
            interview.questionnaire.node(each.node).kind,
        )
    });
    places.filter(|(_, kind)| kind.is_question()).collect()
}

fn answer(kind: Kind, how: u8) -> Answer {
    match (kind, how % 7) {
        (_, 0) => Answer::Unknown,
        (_, 1) => Answer::Refused,
        (Kind::Integer, how) => Answer::Value(Value::Integer(i64::from(how))),
        (_, how) => Answer::Value(Value::Choice(
            ["x", "y", "z"][usize::from(how % 3)].to_owned(),
        )),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_order_of_answers_does_not_matter(
        sketches in proptest::collection::vec(sketch(), 1..9),
        hows in proptest::collection::vec(any::<u8>(), 60),
        order in Just((0..200_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut forward = begun(&sketches);
        let mut shuffled = forward.clone();
        let mut answers = Vec::new();
        let mut set = Vec::new();
        for how in &hows {
            let places = places(&forward);
            let (at, kind) = &places[answers.len() % places.len()];
            answers.push((at.clone(), answer(*kind, *how)));
            let at = at.clone();
            forward.answer(&at, Some(answers[answers.len() - 1].1.clone()));
            // What was set is an answer like others.
            for (at, value) in forward.triggered_by(&at) {
                let Some(value) = value else {
                    continue;
                };
                forward.answer(&at, Some(Answer::Value(value.clone())));
                set.push((at, Answer::Value(value)));
            }
        }
        // A place keeps what it was given last.
        let last: std::collections::BTreeMap<Path, Answer> =
            answers.into_iter().chain(set).collect();
        let last: Vec<(Path, Answer)> = last.into_iter().collect();
        for index in order {
            if let Some((at, answer)) = last.get(index) {
                shuffled.answer(at, Some(answer.clone()));
            }
        }
        let anew = Interview::new(
            forward.questionnaire().clone(),
            forward.answers().clone(),
            forward.surroundings().clone(),
        );
        prop_assert!(observed(&forward) == observed(&anew), "step by step\n{}", survey(&sketches));
        prop_assert!(observed(&shuffled) == observed(&anew), "another order\n{}", survey(&sketches));
    }
}

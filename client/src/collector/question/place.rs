//! A position: waits for a better reading, and takes one when it is good enough or when a tap says so.
//!
//! Always: the accuracy stands beside the position; a reading can be refused.
//! Never: measures without a tap.

use leptos::prelude::*;
use shared::answers::{Answer, Change, Point, Value};

use super::{Asked, Head, heading};
use crate::collector::words::{metres, point_text};
use crate::i18n::texts;
use crate::platform::{self, Fix, PositionProblem, PositionWatch};
use crate::ui::{Button, ButtonKind, Message, MessageKind, live, view};

/// Accuracy at which a reading is taken by itself, in metres, where the question names none.
const ACCURACY_M: i64 = 10;

/// What the receiver says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reading {
    Idle,
    Waiting,
    /// The best one so far.
    Found(Point),
    Problem(PositionProblem),
}

pub(super) fn control(asked: Asked, head: Head) -> AnyView {
    let wanted_m = asked
        .parameter("capture-accuracy")
        .and_then(|text| text.parse().ok())
        .unwrap_or(ACCURACY_M);
    let reading = RwSignal::new(Reading::Idle);
    let watch = StoredValue::new_local(None::<PositionWatch>);
    let stop = move || {
        watch.try_update_value(Option::take);
        reading.try_set(Reading::Idle);
    };
    on_cleanup(stop);
    let take = move |point: Point| {
        stop();
        asked.write(Change::Set(Value::Point(point)));
        asked.work.stop_showing(&asked.path());
    };
    let heard = move |result: Result<Fix, PositionProblem>| match result {
        Ok(fix) if fix.point.accuracy_cm <= wanted_m * 100 => take(fix.point),
        Ok(fix) => {
            let is_better = reading.with_untracked(|before| match before {
                Reading::Found(best) => fix.point.accuracy_cm < best.accuracy_cm,
                Reading::Idle | Reading::Waiting | Reading::Problem(_) => true,
            });
            if is_better {
                reading.set(Reading::Found(fix.point));
            }
        }
        Err(problem) => {
            let has_one = reading.with_untracked(|before| matches!(before, Reading::Found(_)));
            if !has_one {
                reading.set(Reading::Problem(problem));
            }
        }
    };
    let start = move || {
        reading.set(Reading::Waiting);
        // What others write while this is measured was not seen.
        asked.work.enter_field(&asked.path());
        watch.set_value(Some(platform::watch_position(heard)));
    };
    let body = move || match reading.get() {
        Reading::Idle => resting(asked, Callback::new(move |()| start())),
        other => measuring(
            &other,
            wanted_m,
            Callback::new(take),
            Callback::new(move |()| stop()),
        ),
    };
    view! { <div class="q">{heading(&head)} {live(body)}</div> }
}

/// The answer that is there, and the way to another.
fn resting(asked: Asked, start: Callback<()>) -> AnyView {
    let words = &texts().collector;
    let test = "measure";
    let begin = move |_| start.run(());
    match asked.answer() {
        Some(Answer::Value(Value::Point(point))) => view! {
            <div class="captured" data-test="position">
                <p class="value num">{point_text(&point)}</p>
                <div class="row">
                    <Button small=true test on_press=begin>{words.measure_again()}</Button>
                    <Button small=true kind=ButtonKind::Quiet test="clear-position" on_press=move |_| asked.write(Change::Unset)>
                        {words.remove()}
                    </Button>
                </div>
            </div>
        },
        _ => view! { <Button full=true test on_press=begin>{words.measure()}</Button> },
    }
}

fn measuring(
    reading: &Reading,
    wanted_m: i64,
    take: Callback<Point>,
    stop: Callback<()>,
) -> AnyView {
    let words = &texts().collector;
    let (text, point) = match reading {
        Reading::Found(point) => (
            words.measured(metres(point.accuracy_cm), wanted_m),
            Some(*point),
        ),
        Reading::Idle | Reading::Waiting => (words.measuring().to_owned(), None),
        Reading::Problem(problem) => (problem_text(*problem).to_owned(), None),
    };
    let kind = match reading {
        Reading::Problem(_) => MessageKind::Error,
        Reading::Idle | Reading::Waiting | Reading::Found(_) => MessageKind::Info,
    };
    let accept = point.map(|point| {
        view! {
            <p class="value num">{point_text(&point)}</p>
            <Button kind=ButtonKind::Primary full=true test="take-position" on_press=move |_| take.run(point)>
                {words.take_position(metres(point.accuracy_cm))}
            </Button>
        }
    });
    view! {
        <div class="captured" data-test="measuring">
            <Message kind>{text}</Message>
            {accept}
            <Button full=true test="stop-measuring" on_press=move |_| stop.run(())>{texts().common.cancel}</Button>
        </div>
    }
}

pub(super) fn problem_text(problem: PositionProblem) -> &'static str {
    let words = &texts().collector;
    match problem {
        PositionProblem::Denied => words.position_denied(),
        PositionProblem::Unavailable => words.position_unavailable(),
        PositionProblem::Slow => words.position_slow(),
        PositionProblem::Unsupported => words.position_unsupported(),
    }
}

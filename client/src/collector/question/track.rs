//! A line or an area: walked with the receiver, or tapped on a sketch.
//!
//! Always: each point is stored the moment it is taken, so that a phone that dies on the way loses none.
//! Never: measures without a tap; calls a line of one point an answer.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::answers::{Answer, Change, Point, Value};
use shared::questionnaire::model::Kind;

use super::sketch::{self, metres_between, span_text};
use super::{Asked, Head, heading, place};
use crate::i18n::texts;
use crate::platform::{self, Awake, Fix, PositionProblem, PositionWatch};
use crate::ui::{Button, ButtonKind, Message, MessageKind, live, view};

/// Points of one line; the server takes no more.
const POINTS_MAX: usize = 2_000;
/// A new point is taken this far from the last one, in metres, or at half the accuracy if that is more.
const STEP_M: f64 = 5.0;
/// A reading is worth a point from this accuracy on, in metres, where the question names none.
const ACCURACY_M: i64 = 20;

#[derive(Clone, Copy)]
struct Track {
    asked: Asked,
    points: RwSignal<Vec<Point>>,
    here: RwSignal<Option<Point>>,
    is_open: RwSignal<bool>,
    problem: RwSignal<Option<PositionProblem>>,
    watch: StoredValue<Option<(PositionWatch, Awake)>, LocalStorage>,
    /// Why points could not be stored.
    trouble: RwSignal<Option<String>>,
    /// Points that an earlier walk left behind.
    draft: RwSignal<Vec<Point>>,
    storing: RwSignal<Storing>,
}

/// One write at a time, so that the newest is the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Storing {
    Done,
    Busy,
    /// Something newer came while the disk was busy.
    Again,
}

impl Track {
    fn is_area(self) -> bool {
        self.asked.kind() == Kind::Geoshape
    }

    fn points_min(self) -> usize {
        if self.is_area() { 3 } else { 2 }
    }

    fn key(self) -> String {
        let case = self.asked.work.look(|open| open.id.clone());
        format!("track/{}/{}{}", case.round, case.region, self.asked.path())
    }

    fn load_draft(self) {
        let (driver, key) = (self.asked.work.driver(), self.key());
        spawn_local(async move {
            let kept = driver.note(&key).await.unwrap_or_default();
            let points = kept.split(';').filter_map(point_of).collect();
            self.draft.try_set(points);
        });
    }

    fn keep_draft(self) {
        if self.storing.get_untracked() != Storing::Done {
            self.storing.set(Storing::Again);
            return;
        }
        self.storing.set(Storing::Busy);
        let (driver, key) = (self.asked.work.driver(), self.key());
        let words = texts();
        spawn_local(async move {
            while let Some(text) = self.points.try_with_untracked(|points| text_of(points)) {
                let kept = driver.keep_note(&key, &text).await;
                self.trouble
                    .try_set(kept.err().map(|error| error.text(words)));
                let again = self.storing.try_update(|storing| {
                    let again = *storing == Storing::Again;
                    *storing = if again { Storing::Busy } else { Storing::Done };
                    again
                });
                if again != Some(true) {
                    return;
                }
            }
        });
    }

    /// The points are an answer now, or not wanted; the question may be leaving the screen.
    fn forget_draft(self) {
        self.draft.try_set(Vec::new());
        self.points.try_set(Vec::new());
        let (driver, key) = (self.asked.work.driver(), self.key());
        spawn_local(async move {
            let _ = driver.keep_note(&key, "").await;
        });
    }
}

fn text_of(points: &[Point]) -> String {
    let point = |point: &Point| {
        let Point {
            latitude_e7,
            longitude_e7,
            altitude_cm,
            accuracy_cm,
        } = point;
        format!("{latitude_e7} {longitude_e7} {altitude_cm} {accuracy_cm}")
    };
    let points: Vec<String> = points.iter().map(point).collect();
    points.join(";")
}

impl Track {
    fn begin(self, points: Vec<Point>) {
        self.points.set(points);
        self.problem.set(None);
        self.here.set(None);
        self.asked.work.enter_field(&self.asked.path());
        self.is_open.set(true);
        let watch = platform::watch_position(move |heard| self.heard(heard));
        self.watch.set_value(Some((watch, Awake::keep())));
    }

    fn heard(self, heard: Result<Fix, PositionProblem>) {
        match heard {
            Ok(fix) => {
                self.problem.set(None);
                self.here.set(Some(fix.point));
                if self.is_worth(&fix.point) {
                    self.add(fix.point);
                }
            }
            Err(problem) => self.problem.set(Some(problem)),
        }
    }

    /// Whether a walker has come far enough for a point of its own.
    fn is_worth(self, point: &Point) -> bool {
        let wanted_m = self.asked.parameter("capture-accuracy");
        let wanted_m = wanted_m.and_then(|text| text.parse().ok());
        let accuracy_m = point.accuracy_cm as f64 / 100.0;
        let is_exact = point.accuracy_cm <= wanted_m.unwrap_or(ACCURACY_M) * 100;
        let step = STEP_M.max(accuracy_m / 2.0);
        let last = self.points.with_untracked(|points| points.last().copied());
        is_exact && last.is_none_or(|last| step <= metres_between(&last, point))
    }

    fn add(self, point: Point) {
        if self.points.with_untracked(Vec::len) < POINTS_MAX {
            self.points.update(|points| points.push(point));
            self.keep_draft();
        }
    }

    /// The question is left: the points stay stored, and no line that was half walked becomes the answer.
    fn leave(self) {
        self.watch.try_update_value(Option::take);
        self.asked.work.stop_showing(&self.asked.path());
    }

    /// Ends the walk; enough points become the answer.
    fn end(self) {
        self.leave();
        let points = self.points.get_untracked();
        if self.points_min() <= points.len() {
            self.asked.write(Change::Set(Value::Points(points)));
            self.forget_draft();
        } else {
            self.draft.set(points);
        }
        self.is_open.set(false);
    }

    fn cancel(self) {
        self.forget_draft();
        self.end();
    }
}

fn point_of(text: &str) -> Option<Point> {
    let mut numbers = text.split(' ').map(|number| number.parse().ok());
    Some(Point {
        latitude_e7: numbers.next()??,
        longitude_e7: numbers.next()??,
        altitude_cm: numbers.next()??,
        accuracy_cm: numbers.next()??,
    })
}

pub(super) fn control(asked: Asked, head: Head) -> AnyView {
    let track = Track {
        asked,
        points: RwSignal::new(Vec::new()),
        here: RwSignal::new(None),
        is_open: RwSignal::new(false),
        problem: RwSignal::new(None),
        watch: StoredValue::new_local(None),
        trouble: RwSignal::new(None),
        draft: RwSignal::new(Vec::new()),
        storing: RwSignal::new(Storing::Done),
    };
    track.load_draft();
    on_cleanup(move || track.leave());
    let body = move || match track.is_open.get() {
        true => walking(track),
        false => resting(track),
    };
    view! { <div class="q">{heading(&head)} {live(body)}</div> }
}

fn resting(track: Track) -> AnyView {
    let words = &texts().collector.controls;
    let answered = match track.asked.answer() {
        Some(Answer::Value(Value::Points(points))) => points,
        _ => Vec::new(),
    };
    let unfinished = (!track.draft.with(Vec::is_empty)).then(|| {
        let go_on = move |_| track.begin(track.draft.get_untracked());
        view! {
            <Message kind=MessageKind::Doubt test="track-draft">
                <span>{words.walk_kept()}</span>
                <div class="row">
                    <Button small=true test="track-go-on" on_press=go_on>{words.walk_on()}</Button>
                    <Button small=true kind=ButtonKind::Quiet test="track-anew" on_press=move |_| track.forget_draft()>{words.walk_anew()}</Button>
                </div>
            </Message>
        }
    });
    let start_text = match (answered.is_empty(), track.is_area()) {
        (false, _) => texts().collector.measure_again(),
        (true, true) => words.walk_area(),
        (true, false) => words.walk_line(),
    };
    let shown = (!answered.is_empty()).then(|| {
        let remove = move |_| track.asked.write(Change::Unset);
        view! {
            <div class="captured" data-test="track">
                {sketch::still(&answered, track.is_area())}
                <div class="row apart">
                    <span class="value num">{span_text(&answered, track.is_area())}</span>
                    <Button small=true kind=ButtonKind::Quiet test="remove-track" on_press=remove>
                        {texts().collector.remove()}
                    </Button>
                </div>
            </div>
        }
    });
    let start = move |_| track.begin(Vec::new());
    // A new walk would write over the points that wait.
    let start = unfinished.is_none().then(|| {
        view! { <Button full=true test="track-start" on_press=start>{start_text}</Button> }
    });
    view! { {unfinished} {shown} {start} }
}

fn walking(track: Track) -> AnyView {
    let words = &texts().collector.controls;
    let told = move || {
        let (kind, text) = match (track.problem.get(), track.here.get()) {
            (Some(problem), None) => (MessageKind::Error, place::problem_text(problem)),
            (_, Some(_)) => (MessageKind::Info, words.walk_hint()),
            (None, None) => (MessageKind::Info, words.waiting_for_position()),
        };
        let is_full = POINTS_MAX <= track.points.with(Vec::len);
        let (kind, text) = match is_full {
            true => (MessageKind::Doubt, words.walk_full()),
            false => (kind, text),
        };
        view! { <Message kind>{text}</Message> }
    };
    let so_far = move || span_text(&track.points.get(), track.is_area());
    let add_here = move |_| {
        if let Some(here) = track.here.get_untracked() {
            track.add(here);
        }
    };
    let undo = move |_| {
        track.points.update(|points| {
            points.pop();
        });
        track.keep_draft();
    };
    let few = move || {
        let too_few = track.points.with(Vec::len) < track.points_min();
        let text = if track.is_area() {
            words.walk_area_few()
        } else {
            words.walk_line_few()
        };
        too_few.then(|| view! { <p class="small muted">{text}</p> })
    };
    let has_none = Signal::derive(move || track.points.with(Vec::is_empty));
    let too_few = Signal::derive(move || track.points.with(Vec::len) < track.points_min());
    let nowhere = Signal::derive(move || track.here.get().is_none());
    let busy = move || (track.storing.get() != Storing::Done).then_some("true");
    view! {
        <div class="captured" data-test="walking">
            {live(told)}
            {live(move || track.trouble.get().map(|text| view! { <Message kind=MessageKind::Error>{text}</Message> }))}
            {sketch::open(track.points, track.here, track.is_area(), Callback::new(move |point| track.add(point)))}
            <p class="value num" data-test="track-span" aria-busy=busy>{live(so_far)}</p>
            <div class="row">
                <Button small=true test="track-add" disabled=nowhere on_press=add_here>{words.walk_add()}</Button>
                <Button small=true kind=ButtonKind::Quiet test="track-undo" disabled=has_none on_press=undo>{words.walk_undo()}</Button>
            </div>
            {live(few)}
            <div class="row">
                <Button kind=ButtonKind::Primary test="track-done" disabled=too_few on_press=move |_| track.end()>{words.walk_done()}</Button>
                <Button kind=ButtonKind::Quiet test="track-cancel" on_press=move |_| track.cancel()>{texts().common.cancel}</Button>
            </div>
        </div>
    }
}

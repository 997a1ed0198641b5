//! A sketch of positions: the line or area so far, where one stands, and a scale. There is no map without signal.
//!
//! Always: north is up; the sketch moves only when a point falls outside, never under a finger.
//! Never: loads pictures from anywhere.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use shared::answers::Point;
use web_sys::Element;

use crate::i18n::{integer_text, texts};
use crate::ui::{effect, live, view};

/// Metres of one degree of latitude.
const DEGREE_M: f64 = 111_195.0;
/// Half of the drawing's edge, in its own units.
const HALF: f64 = 1_500.0;
/// The least that a sketch shows from its middle to its edge, in metres.
const REACH_MIN_M: f64 = 20.0;
const SQUARE_METRES_OF_HECTARE: f64 = 10_000.0;

/// What part of the ground is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Frame {
    latitude: f64,
    longitude: f64,
    /// From the middle to the edge, in metres.
    reach_m: f64,
}

impl Frame {
    /// Around all points, with room beside them.
    fn around(points: &[Point]) -> Option<Frame> {
        let first = points.first()?;
        let (mut low, mut high) = (degrees(first), degrees(first));
        for point in points {
            let (latitude, longitude) = degrees(point);
            low = (low.0.min(latitude), low.1.min(longitude));
            high = (high.0.max(latitude), high.1.max(longitude));
        }
        let middle = ((low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0);
        let tall = (high.0 - low.0) * DEGREE_M;
        let wide = (high.1 - low.1) * DEGREE_M * middle.0.to_radians().cos();
        Some(Frame {
            latitude: middle.0,
            longitude: middle.1,
            reach_m: (tall.max(wide) * 0.65).max(REACH_MIN_M),
        })
    }

    fn place(self, point: &Point) -> (f64, f64) {
        let (latitude, longitude) = degrees(point);
        let east = (longitude - self.longitude) * DEGREE_M * self.latitude.to_radians().cos();
        let north = (latitude - self.latitude) * DEGREE_M;
        let scale = HALF / self.reach_m;
        (HALF + east * scale, HALF - north * scale)
    }

    fn shows(self, point: &Point) -> bool {
        let (x, y) = self.place(point);
        let inside = |at: f64| (0.0..=2.0 * HALF).contains(&at);
        inside(x) && inside(y)
    }

    /// The position at shares of the drawing from its upper left corner.
    fn point_at(self, x: f64, y: f64) -> Point {
        let east = (x * 2.0 - 1.0) * self.reach_m;
        let north = (1.0 - y * 2.0) * self.reach_m;
        let longitude = self.longitude + east / (DEGREE_M * self.latitude.to_radians().cos());
        Point {
            latitude_e7: ((self.latitude + north / DEGREE_M) * 1e7).round() as i64,
            longitude_e7: (longitude * 1e7).round() as i64,
            altitude_cm: 0,
            // As exact as a finger on this sketch.
            accuracy_cm: (self.reach_m * 5.0).round() as i64,
        }
    }
}

fn degrees(point: &Point) -> (f64, f64) {
    (
        point.latitude_e7 as f64 / 1e7,
        point.longitude_e7 as f64 / 1e7,
    )
}

/// Metres between two near positions.
pub(super) fn metres_between(from: &Point, to: &Point) -> f64 {
    let ((from_lat, from_lon), (to_lat, to_lon)) = (degrees(from), degrees(to));
    let east = (to_lon - from_lon) * DEGREE_M * from_lat.to_radians().cos();
    let north = (to_lat - from_lat) * DEGREE_M;
    (east * east + north * north).sqrt()
}

/// `12 titik · 340 m` or `12 titik · 1,25 ha`; for the eye, expressions compute their own.
pub(super) fn span_text(points: &[Point], is_area: bool) -> String {
    let words = &texts().collector.controls;
    if is_area {
        let hundredths = (square_metres(points) / SQUARE_METRES_OF_HECTARE * 100.0).round() as i64;
        let whole = integer_text(hundredths / 100);
        let hectares = format!("{whole},{:02} ha", hundredths % 100);
        return words.area_text(points.len(), &hectares);
    }
    let metres: f64 = points
        .windows(2)
        .map(|two| metres_between(&two[0], &two[1]))
        .sum();
    words.line_text(
        points.len(),
        &format!("{} m", integer_text(metres.round() as i64)),
    )
}

fn square_metres(points: &[Point]) -> f64 {
    let Some(first) = points.first() else {
        return 0.0;
    };
    let origin = degrees(first);
    let flat = |point: &Point| {
        let (latitude, longitude) = degrees(point);
        let east = (longitude - origin.1) * DEGREE_M * origin.0.to_radians().cos();
        (east, (latitude - origin.0) * DEGREE_M)
    };
    let corners: Vec<(f64, f64)> = points.iter().map(flat).collect();
    let next = corners.iter().cycle().skip(1);
    let doubled: f64 = corners
        .iter()
        .zip(next)
        .map(|(from, to)| from.0 * to.1 - to.0 * from.1)
        .sum();
    doubled.abs() / 2.0
}

/// A finished line or area.
pub(super) fn still(points: &[Point], is_area: bool) -> AnyView {
    match Frame::around(points) {
        Some(frame) => drawing(frame, points, None, is_area, None),
        None => ().into_any(),
    }
}

/// A line or area under way; a tap adds a point.
pub(super) fn open(
    points: RwSignal<Vec<Point>>,
    here: RwSignal<Option<Point>>,
    is_area: bool,
    add: Callback<Point>,
) -> AnyView {
    let frame = RwSignal::new(None::<Frame>);
    effect(move |_| {
        let mut all = points.get();
        all.extend(here.get());
        let fits = frame.with_untracked(|frame| {
            frame.is_some_and(|frame| all.iter().all(|point| frame.shows(point)))
        });
        if !fits {
            frame.set(Frame::around(&all));
        }
    });
    let zoom = move |factor: f64| {
        frame.update(|frame| {
            if let Some(frame) = frame {
                frame.reach_m = (frame.reach_m * factor).clamp(REACH_MIN_M / 2.0, 50_000.0);
            }
        });
    };
    let body = move || {
        let frame = frame.get()?;
        let words = &texts().collector.controls;
        let drawn = points.with(|points| drawing(frame, points, here.get(), is_area, Some(add)));
        let button = |sign, label, factor, test| {
            view! { <button type="button" class="icon" aria-label=label data-test=test on:click=move |_| zoom(factor)>{sign}</button> }
        };
        Some(view! {
            {drawn}
            <div class="row apart">
                <span class="small muted">{words.sketch_hint()}</span>
                <span class="nowrap">
                    {button("−", words.wider(), 1.6, "sketch-wider")} {button("+", words.closer(), 1.0 / 1.6, "sketch-closer")}
                </span>
            </div>
        })
    };
    live(body)
}

fn drawing(
    frame: Frame,
    points: &[Point],
    here: Option<Point>,
    is_area: bool,
    add: Option<Callback<Point>>,
) -> AnyView {
    let place = |point: &Point| {
        let (x, y) = frame.place(point);
        format!("{},{}", whole(x), whole(y))
    };
    let places: Vec<String> = points.iter().map(place).collect();
    let places = places.join(" ");
    let line = match is_area && 2 < points.len() {
        true => view! { <polygon points=places></polygon> },
        false => view! { <polyline points=places></polyline> },
    };
    let dots = points.iter().map(|point| dot(frame, point, "40", "dot"));
    // Thousands of dots would hide the line, and weigh.
    let dots = dots.take(200).collect_view();
    let me = here.map(|here| dot(frame, &here, "70", "me"));
    let tap = move |event: MouseEvent| {
        let Some(add) = add else { return };
        let element: Element = event_target(&event);
        let drawing = element.closest("svg").ok().flatten().unwrap_or(element);
        let shown = drawing.get_bounding_client_rect();
        let share = |at: i32, from: f64, size: f64| (f64::from(at) - from) / size.max(1.0);
        add.run(frame.point_at(
            share(event.client_x(), shown.left(), shown.width()),
            share(event.client_y(), shown.top(), shown.height()),
        ));
    };
    let (bar_m, bar) = scale_bar(frame);
    view! {
        <svg
            class="sketch"
            viewBox="0 0 3000 3000"
            role="img"
            aria-label=texts().collector.controls.sketch()
            data-test="sketch"
            on:click=tap
        >
            {line} {dots} {me}
            <path class="bar" d=format!("M120 2840v60h{}v-60", whole(bar))></path>
            <text x="160" y="2790">{bar_m}</text>
            <path class="north" d="M2760 380l80-240 80 240-80-60z"></path>
        </svg>
    }
}

fn dot(frame: Frame, point: &Point, radius: &'static str, class: &'static str) -> AnyView {
    let (x, y) = frame.place(point);
    view! { <circle class=class cx=whole(x) cy=whole(y) r=radius></circle> }
}

/// Fractions of a unit are below what a screen shows, and writing them is a matter of kilobytes.
fn whole(number: f64) -> i64 {
    number.round() as i64
}

/// A round length of at most a third of the drawing, in words and in units of the drawing.
fn scale_bar(frame: Frame) -> (String, f64) {
    let most = frame.reach_m * 2.0 / 3.0;
    let rounds = [
        5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000,
    ];
    let metres = rounds
        .into_iter()
        .take_while(|&metres| f64::from(metres) <= most);
    let metres = metres.last().unwrap_or(2);
    let text = match metres < 1_000 {
        true => format!("{metres} m"),
        false => format!("{} km", metres / 1_000),
    };
    (text, f64::from(metres) * HALF / frame.reach_m)
}

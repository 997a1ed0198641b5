//! Peta: the points of a case against each other, with their accuracy; no tiles from anywhere.
//!
//! Always: north is up, both axes have one scale, the circle is the accuracy that the phone told.
//! Never: claims more than the coordinates say.

use leptos::prelude::*;
use shared::answers::Point;

use super::{Desktop, value};
use crate::i18n::{integer_text, texts};
use crate::ui::{ChipKind, EmptyState, live, view};

/// Metres of one degree of latitude.
const DEGREE_M: f64 = 111_320.0;
/// The least that the picture spans, in metres: closer points would only show the receiver's noise.
const SPAN_M_MIN: f64 = 100.0;
/// Side of the picture in its own units.
const SIDE: f64 = 400.0;
/// A fix that is coarser is worth a second look.
const COARSE_CM: i64 = 5_000;

pub(super) fn tab(desktop: Desktop) -> AnyView {
    let points = Memo::new(move |_| {
        let shown = desktop.shown.get()?;
        let point = |(path, point): (shared::ids::Path, Point)| (shown.label(&path), point);
        Some(shown.points().into_iter().map(point).collect::<Vec<_>>())
    });
    let body = move || {
        let words = &texts().console.review;
        let points = points.get()?;
        if points.is_empty() {
            return Some(
                view! { <EmptyState title=words.no_points body=words.no_points_body test="no-points"/> },
            );
        }
        let row = |(index, (label, point)): (usize, &(String, Point))| {
            let is_coarse = COARSE_CM < point.accuracy_cm;
            let chip = is_coarse
                .then(|| view! { <span class=ChipKind::Wait.class()>{words.coarse}</span> });
            view! {
                <li>
                    <b>{format!("{}. {label}", index + 1)}</b>
                    <span class="num" data-test=format!("point-{}", index + 1)>{value::point_text(*point)}</span>
                    {chip}
                </li>
            }
        };
        let rows: Vec<_> = points.iter().enumerate().map(row).collect();
        Some(view! {
            <div class="map">
                {picture(&points)}
                <div class="stack tight">
                    <ol class="plain lines">{rows}</ol>
                    <p class="small muted">{words.map_body}</p>
                </div>
            </div>
        })
    };
    live(body)
}

/// Metres east and north of the first point.
fn offsets(points: &[(String, Point)]) -> Vec<(f64, f64, f64)> {
    let origin = points[0].1;
    let shrink = (origin.latitude_e7 as f64 / 1e7).to_radians().cos();
    points
        .iter()
        .map(|(_, point)| {
            let east = (point.longitude_e7 - origin.longitude_e7) as f64 / 1e7 * DEGREE_M * shrink;
            let north = (point.latitude_e7 - origin.latitude_e7) as f64 / 1e7 * DEGREE_M;
            (east, north, point.accuracy_cm.max(0) as f64 / 100.0)
        })
        .collect()
}

fn picture(points: &[(String, Point)]) -> AnyView {
    let words = &texts().console.review;
    let offsets = offsets(points);
    let bound = |pick: fn(&(f64, f64, f64)) -> (f64, f64)| {
        offsets
            .iter()
            .map(pick)
            .fold((f64::MAX, f64::MIN), |(low, high), (from, to)| {
                (low.min(from), high.max(to))
            })
    };
    let (west, east) = bound(|(east, _, radius)| (east - radius, east + radius));
    let (south, north) = bound(|(_, north, radius)| (north - radius, north + radius));
    let span = (east - west).max(north - south).max(SPAN_M_MIN) * 1.2;
    let (middle_east, middle_north) = ((west + east) / 2.0, (south + north) / 2.0);
    let scale = SIDE / span;
    let marks: Vec<AnyView> = offsets
        .iter()
        .enumerate()
        .map(|(index, (east, north, radius))| {
            let x = SIDE / 2.0 + (east - middle_east) * scale;
            let y = SIDE / 2.0 - (north - middle_north) * scale;
            view! {
                <circle class="accuracy" cx=number(x) cy=number(y) r=number(radius * scale)></circle>
                <circle class="point" cx=number(x) cy=number(y) r="5"></circle>
                <text x=number(x + 9.0) y=number(y - 7.0)>{(index + 1).to_string()}</text>
            }
        })
        .collect();
    let bar_m = round_length(span / 4.0);
    let bar = number(16.0 + bar_m * scale);
    view! {
        <svg class="plot" viewBox="0 0 400 400" role="img" aria-label=words.map_label data-test="plot">
            <rect class="ground" x="0.5" y="0.5" width="399" height="399"></rect>
            <path class="grid" d="M100 0V400M200 0V400M300 0V400M0 100H400M0 200H400M0 300H400"></path>
            {marks}
            <path class="bar" d=format!("M16 376V384H{bar}V376")></path>
            <text x="16" y="368">{format!("{} m", integer_text(bar_m as i64))}</text>
            <path class="bar" d="M380 40V14M373 23L380 14L387 23"></path>
            <text x="376" y="56">{words.compass_north}</text>
        </svg>
    }
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

/// The greatest 1, 2 or 5 times a power of ten that is not longer.
fn round_length(metres: f64) -> f64 {
    let power = 10_f64.powf(metres.log10().floor());
    let times = [5.0, 2.0, 1.0]
        .into_iter()
        .find(|times| times * power <= metres);
    times.unwrap_or(1.0) * power
}

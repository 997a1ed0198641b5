//! What can be wrong with rules that cross, and with kawasan.
//!
//! Always: a fault has its place and the way out; all are told at once.
//! Never: sees a village; a lock that names nobody is told where the choice is made.

use std::collections::BTreeSet;

use super::Faults;
use crate::ids::RegionId;
use crate::priority::kawasan::MEMBERS_MAX;
use crate::priority::method::{Method, Programme, Quota};
use crate::priority::rules::{Mix, Spacing};

const MIXES_MAX: usize = 50;
const LOCKS_MAX: usize = 10_000;
/// Farther apart than any two villages of a country.
const KM_MAX: f64 = 6_000.0;

pub(super) fn check_rules(quota: &Quota, faults: &mut Faults) {
    if quota.per_subdistrict == Some(0) {
        faults.add(
            "programme.quota.per_subdistrict",
            "kuota kecamatan harus paling sedikit satu",
            "the quota of a kecamatan is at least one",
        );
    }
    if MIXES_MAX < quota.mixes.len() || LOCKS_MAX < quota.locks.len() {
        faults.add(
            "programme.quota",
            format!("paling banyak {MIXES_MAX} `mix` dan {LOCKS_MAX} `lock`"),
            format!("at most {MIXES_MAX} of `mix` and {LOCKS_MAX} of `lock`"),
        );
    }
    for (index, mix) in quota.mixes.iter().enumerate() {
        check_mix(index, mix, faults);
    }
    if let Some(spacing) = &quota.spacing {
        check_spacing("programme.quota.spacing", spacing, faults);
    }
    let mut seen = BTreeSet::new();
    for lock in &quota.locks {
        let place = format!("programme.quota.lock {}", lock.code);
        if !seen.insert(&lock.code) {
            faults.add(
                &place,
                "desa ini ditetapkan dua kali; simpan yang terakhir",
                "this village is locked twice; keep the last one",
            );
        }
        if lock.by.trim().is_empty() || lock.reason.trim().is_empty() {
            faults.add(
                &place,
                "isi nama penanggung jawab (`by`) dan alasannya (`reason`)",
                "give the name of who answers for it (`by`) and the reason",
            );
        }
    }
}

fn check_mix(index: usize, mix: &Mix, faults: &mut Faults) {
    let place = format!("programme.quota.mix[{index}]");
    if mix.at_least == 0 && mix.at_most.is_none() {
        faults.add(
            &place,
            "tulis `at_least` atau `at_most`",
            "give `at_least` or `at_most`",
        );
    }
    if mix.at_most.is_some_and(|most| most < mix.at_least) {
        faults.add(
            &place,
            "`at_least` lebih besar daripada `at_most`",
            "`at_least` is larger than `at_most`",
        );
    }
    if mix.areas.is_empty() && mix.indicator.is_none() {
        faults.add(
            &place,
            "tulis `areas`, atau `indicator` dengan `from` atau `to`",
            "give `areas`, or an `indicator` with `from` or `to`",
        );
    }
    let bounds = [mix.from, mix.to];
    let numbers = bounds.iter().flatten().all(|it| it.is_finite());
    let ordered = match bounds {
        [Some(from), Some(to)] => from <= to,
        _ => true,
    };
    let wanted = mix.indicator.is_some() == bounds.iter().any(Option::is_some);
    if !(numbers && ordered && wanted) {
        faults.add(
            &place,
            "`indicator` perlu `from` atau `to`, angka yang kecil dahulu; tanpa `indicator` keduanya kosong",
            "an `indicator` needs `from` or `to`, the smaller first; without one both stay away",
        );
    }
    for area in &mix.areas {
        if area.parse::<RegionId>().is_err() {
            faults.add(
                &place,
                format!("`{area}` bukan kode wilayah Kemendagri dengan titik, misalnya 53.21"),
                format!("`{area}` is no Kemendagri code with dots, such as 53.21"),
            );
        }
    }
}

fn check_spacing(place: &str, spacing: &Spacing, faults: &mut Faults) {
    if spacing.km.is_none() && spacing.borders.is_empty() {
        faults.add(
            place,
            "tulis jarak `km`, atau daftar tetangga `borders`",
            "give a distance `km`, or a list of neighbours `borders`",
        );
    }
    if spacing.km.is_some_and(|km| !(0.0 < km && km <= KM_MAX)) {
        faults.add(
            format!("{place}.km"),
            format!("jarak harus di atas nol dan paling jauh {KM_MAX} km"),
            format!("a distance is above zero and at most {KM_MAX} km"),
        );
    }
    let both = spacing.latitude.is_some() && spacing.longitude.is_some();
    if spacing.km.is_some() && !both {
        faults.add(
            place,
            "jarak perlu indikator `latitude` dan `longitude`; bobotnya boleh nol",
            "a distance needs the indicators `latitude` and `longitude`; their weight may be zero",
        );
    }
    for (index, line) in spacing.borders.iter().enumerate() {
        if line.split_whitespace().nth(1).is_none() {
            faults.add(
                format!("{place}.borders[{index}]"),
                "tulis satu kode lalu kode tetangganya, dipisah spasi",
                "write a code and then the codes of its neighbours, with spaces between",
            );
        }
    }
}

/// A kawasan needs neighbours, totals and dimensions that exist; rules of single villages do not fit it.
pub(super) fn check_kawasan(method: &Method, programme: &Programme, faults: &mut Faults) {
    let Some(kawasan) = &programme.kawasan else {
        return;
    };
    let place = "programme.kawasan";
    if !(1..=MEMBERS_MAX).contains(&kawasan.members_max) {
        faults.add(
            format!("{place}.members_max"),
            format!("satu kawasan berisi 1 sampai {MEMBERS_MAX} desa"),
            format!("a kawasan has 1 to {MEMBERS_MAX} villages"),
        );
    }
    check_spacing(&format!("{place}.neighbours"), &kawasan.neighbours, faults);
    let sound = |at_least: f64| at_least.is_finite() && 0.0 < at_least;
    if kawasan.totals.is_empty() || !kawasan.totals.iter().all(|it| sound(it.at_least)) {
        faults.add(
            format!("{place}.total"),
            "beri paling sedikit satu jumlah yang harus dicapai, di atas nol",
            "give at least one total to reach, above zero",
        );
    }
    for id in std::iter::once(&kawasan.centre).chain(&kawasan.functions) {
        if !method.dimensions.iter().any(|it| it.id == *id) {
            faults.add(
                place,
                format!("dimensi `{id}` tidak ada"),
                format!("there is no dimension `{id}`"),
            );
        }
    }
    let quota = &programme.quota;
    let counts_villages = !quota.earmarks.is_empty() || 0 < quota.reserves;
    if quota.crosses() || quota.is_narrowed() || counts_villages {
        faults.add(
            "programme.quota",
            "program kawasan hanya mengenal `per_area` dan `total`, dihitung dalam kawasan",
            "a programme of kawasan knows only `per_area` and `total`, counted in kawasan",
        );
    }
}

/// Every indicator that a rule reads must exist.
pub(super) fn check_figures(method: &Method, programme: &Programme, faults: &mut Faults) {
    for id in programme.figures() {
        if method.indicator(id).is_none() {
            faults.add(
                format!("programme, indicator {id}"),
                format!("indikator `{id}` yang dibaca aturan ini tidak ada"),
                format!("there is no indicator `{id}` for this rule to read"),
            );
        }
    }
}

//! Who gets a place under nested quotas.
//!
//! Always: the best sum of scores that the earmarks, the quota per area and the total allow.
//! Never: gives an earmarked place to another area.

use std::collections::BTreeMap;

use super::method::Quota;
use super::rank::RankedUnit;
use crate::ids::RegionId;

/// Who got a place: one entry per candidate.
#[derive(Debug)]
pub(super) struct Allotment {
    pub(super) place: Vec<Option<PlaceKind>>,
    /// How many places of each earmark were filled.
    pub(super) earmarked: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum PlaceKind {
    Open,
    Earmark(usize),
}

/// Takes the best for each earmark, then the best of all, never more than the quota of an area.
/// Earmarks do not overlap and areas nest in them, so no other choice has a higher sum of scores.
pub(super) fn allot(candidates: &[&RankedUnit], quota: &Quota) -> Allotment {
    let mut place = vec![None; candidates.len()];
    let mut taken: BTreeMap<&str, u32> = BTreeMap::new();
    let mut earmarked = Vec::with_capacity(quota.earmarks.len());
    let mut fill = |kind: PlaceKind, limit: u32, allowed: &dyn Fn(&RankedUnit) -> bool| {
        let mut filled = 0;
        for (index, unit) in candidates.iter().enumerate() {
            let area = taken.entry(unit.group.code.as_str()).or_default();
            let free = place[index].is_none() && *area < quota.per_area;
            if filled < limit && free && allowed(unit) {
                place[index] = Some(kind);
                *area += 1;
                filled += 1;
            }
        }
        filled
    };
    for (index, earmark) in quota.earmarks.iter().enumerate() {
        let inside = |unit: &RankedUnit| is_within(&unit.region, &earmark.area);
        earmarked.push(fill(PlaceKind::Earmark(index), earmark.places, &inside));
    }
    let kept: u32 = quota.earmarks.iter().map(|earmark| earmark.places).sum();
    let open = quota
        .total
        .map_or(u32::MAX, |total| total.saturating_sub(kept));
    fill(PlaceKind::Open, open, &|_| true);
    Allotment { place, earmarked }
}

fn is_within(region: &str, area: &str) -> bool {
    match (region.parse::<RegionId>(), area.parse::<RegionId>()) {
        (Ok(region), Ok(area)) => region.is_within(&area),
        _ => region == area,
    }
}

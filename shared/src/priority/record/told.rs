//! What a record says of its rules: places that stayed empty by name, its kawasan, whom it waited for, what to look at
//! in the method, changes by hand that break a rule.
//!
//! Always: from the record alone; a rule that the programme itself would have kept is held against every change.
//! Never: forbids a change; people decide, and it is said against what.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, ChangedTo, Record, Remark, ResultRow};
use crate::ids::RegionId;
use crate::priority::data::TOLD_MAX;
use crate::priority::document::Problem;
use crate::priority::method::{Earmark, Programme, Quota};
use crate::priority::proof::NextBest;
use crate::priority::rank::list;
use crate::priority::rules::{Locked, Mix, Spacing};
use crate::priority::scored::Scored;
use crate::priority::select::{QuotaPart, select, too_large};
use crate::priority::spacing::Position;
use crate::priority::strangers::{Overseen, strangers};
use crate::priority::table::Table;
use crate::priority::text::{Text, number_text};
use crate::priority::unit::Unit;

/// A rule that changes by hand go against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Code of the village; empty where it is all the chosen ones together.
    pub region: String,
    pub text: Text,
}

/// A kawasan that was chosen, as the record holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct KawasanTold {
    pub centre: String,
    /// The centre first.
    pub members: Vec<String>,
    /// Rounded as the method says.
    pub score: String,
    /// One per total, in document order.
    pub sums: Vec<f64>,
    /// Villages of which a total is not known, and adds nothing.
    pub unknown: Vec<String>,
}

impl Record {
    /// Every quota that was not filled, by its name, in the order of the remarks.
    pub fn shortfalls(&self) -> Vec<Text> {
        let told = |it: Short| {
            let (places, filled) = (it.places, it.filled);
            Text::new(
                format!("{}: terisi {filled} dari {places}", it.label.id),
                format!("{}: {filled} of {places} filled", it.label.en),
            )
        };
        self.short().into_iter().map(told).collect()
    }

    /// The same with what the remarks leave to be found: which number of the quota each is.
    fn short(&self) -> Vec<Short<'_>> {
        let Some(programme) = &self.method.programme else {
            return Vec::new();
        };
        let quota = &programme.quota;
        // As the selection writes them: earmarks, mixes, areas, the whole.
        let short = |it: &&Earmark| self.filled(it) < it.places;
        let mut earmarks = quota.earmarks.iter().filter(short).peekable();
        let reached = self.remarks.iter().filter(|it| it.kind == "mix");
        let reached = reached.map(|it| it.three.parse::<u32>().unwrap_or(u32::MAX));
        let mixes = quota.mixes.iter().zip(reached);
        let mut mixes = mixes.filter(|(mix, reached)| *reached < mix.at_least);
        let shortfalls = self.remarks.iter().filter(|it| it.kind == "shortfall");
        let named = shortfalls.map(|remark| {
            let (part, label) = if remark.one.is_empty() {
                match mixes.next() {
                    _ if programme.kawasan.is_some() => (QuotaPart::Kawasan, Text::same("kawasan")),
                    Some((mix, _)) => (QuotaPart::Mix, mix.label.clone()),
                    None => {
                        let label = Text::new("kuota seluruhnya", "the whole quota");
                        (QuotaPart::Total, label)
                    }
                }
            } else if let Some(earmark) = earmarks.next_if(|it| it.area == remark.one) {
                (QuotaPart::Earmark, earmark.label.clone())
            } else {
                let label = Text::same(self.area_name(&remark.one));
                (QuotaPart::Area, label)
            };
            Short {
                part,
                area: &remark.one,
                label,
                places: &remark.two,
                filled: &remark.three,
            }
        });
        named.collect()
    }

    /// The cheapest lawful exchange where areas, earmarks and a total alone decide: the remarks hold no proof there, so
    /// it is found anew. None where the remarks tell it, where there is no other choice, and where this program
    /// would not choose what the record holds.
    pub fn next_best(&self) -> Option<NextBest> {
        let quota = &self.method.programme.as_ref()?.quota;
        let table = Table::gather(&self.method, &self.units).ok()?;
        let ranking = list(&Scored::new(&self.method, &table, &self.seed), &self.seed);
        let selection = select(&self.method, &ranking, quota).ok()?;
        let chosen = self.result.iter().filter(|it| it.verdict == "chosen");
        let chosen: BTreeSet<&str> = chosen.map(|it| it.region.as_str()).collect();
        let again: BTreeSet<&str> = selection.chosen.iter().map(String::as_str).collect();
        let is_same = selection.is_plain() && chosen == again;
        selection.proof.filter(|_| is_same)?.next
    }

    /// What somebody should look at in the method: codes that name nobody in the data, and quotas that ask for more
    /// than could be chosen at all. As [`super::Scored::strangers`] and [`super::Selection::oversized`] tell it.
    pub fn cautions(&self) -> Vec<Problem> {
        self.cautions_of(Overseen::of(&[]))
    }

    /// The same for who oversees a part of the country.
    pub fn cautions_of(&self, overseen: Overseen) -> Vec<Problem> {
        let table = Table::gather(&self.method, &self.units).ok();
        let strangers = table.map(|it| strangers(&self.method, &it, overseen));
        let short = self.short();
        let mut oversized: Vec<Problem> =
            short.iter().filter_map(|it| self.oversized(it)).collect();
        oversized.extend(self.oversized_mixes());
        let mut cautions = strangers.unwrap_or_default().problems;
        cautions.extend(overseen.own_quotas(&self.method, oversized));
        cautions
    }

    /// Kinds of which more are asked for than there are candidates.
    fn oversized_mixes(&self) -> Vec<Problem> {
        let mixes = self.method.programme.iter().flat_map(|it| &it.quota.mixes);
        let mixes: Vec<&Mix> = mixes.collect();
        if mixes.is_empty() {
            return Vec::new();
        }
        let known = Known::of(self);
        let candidates = self.result.iter().filter(|it| it.competes());
        let candidates: Vec<&str> = candidates.map(|it| it.region.as_str()).collect();
        let each = mixes.into_iter().enumerate();
        let oversized = each.filter_map(|(index, mix)| {
            let able = candidates.iter().filter(|it| known.is_of_kind(it, mix));
            let able = able.count() as u32;
            let place = format!("programme.quota.mix[{index}]");
            (able < mix.at_least).then(|| too_large(place, &mix.label, mix.at_least, able))
        });
        oversized.collect()
    }

    fn oversized(&self, short: &Short) -> Option<Problem> {
        let programme = self.method.programme.as_ref()?;
        let whole = "programme.quota.total".to_owned();
        let (place, able) = match short.part {
            QuotaPart::Total => (whole, self.able(None)),
            QuotaPart::Earmark => {
                let place = format!("programme.quota.earmark {}", short.area);
                (place, self.able(Some(short.area)))
            }
            // Without a proof that there are no more, nobody can say so; a proved one needs no remark.
            QuotaPart::Kawasan => {
                let is_proved = self.remarks.iter().all(|it| it.kind != "proof");
                programme.quota.total.filter(|_| is_proved)?;
                (whole, short.filled.parse().ok()?)
            }
            QuotaPart::Area | QuotaPart::Mix => return None,
        };
        let places = short.places.parse().ok()?;
        (able < places).then(|| too_large(place, &short.label, places, able))
    }

    /// How many of all, or of those that lie in `outer`, could be chosen if nothing but the quotas of areas counted.
    fn able(&self, outer: Option<&str>) -> u32 {
        let per_area = self.method.programme.as_ref().map(|it| it.quota.per_area);
        let known = Known {
            record: self,
            table: None,
        };
        let candidates = self
            .result
            .iter()
            .filter(|it| it.competes() && outer.is_none_or(|outer| lies_in(&it.region, outer)));
        let areas = candidates.filter_map(|it| known.area(&it.region).map(str::to_owned));
        let in_areas = counted(areas).into_values();
        in_areas
            .map(|it| it.min(per_area.unwrap_or_default()))
            .sum()
    }

    /// Villages that the method waits for; only such a method names any.
    pub fn awaited(&self) -> Vec<&Unit> {
        let remarks = self.remarks.iter().filter(|it| it.kind == "held");
        let unit = |remark: &Remark| {
            let units = &self.units;
            let found = units.binary_search_by(|it| it.region.as_str().cmp(&remark.one));
            Some(&units[found.ok()?])
        };
        remarks.filter_map(unit).collect()
    }

    /// Those of them that no change by hand decides about.
    pub(super) fn undecided(&self) -> Vec<Problem> {
        let mut awaited = self.awaited();
        awaited.retain(|unit| self.changes.iter().all(|it| it.region != unit.region));
        let rest = awaited.len().saturating_sub(TOLD_MAX);
        let told = awaited.into_iter().take(TOLD_MAX).map(|unit| Problem {
            place: format!("held {}", unit.region),
            line: None,
            text: Text::new(
                format!(
                    "{} belum layak dinilai dan masih dapat terpilih; selesaikan isiannya, atau tulis perubahan \
                     dengan nama dan alasan",
                    unit.name
                ),
                format!(
                    "{} is not fit to be judged and could still be chosen; settle its answers, or write a change \
                     with a name and a reason",
                    unit.name
                ),
            ),
        });
        let mut problems: Vec<Problem> = told.collect();
        if 0 < rest {
            problems.push(Problem {
                place: "held".to_owned(),
                line: None,
                text: Text::new(
                    format!("dan {rest} desa lagi yang ditunggu"),
                    format!("and {rest} villages more that are waited for"),
                ),
            });
        }
        problems
    }

    /// How many places of an earmark were filled.
    fn filled(&self, earmark: &Earmark) -> u32 {
        let rows = self.result.iter();
        let own = rows.filter(|it| it.verdict == "chosen" && it.earmark == earmark.area);
        own.count() as u32
    }

    fn area_name<'a>(&'a self, code: &'a str) -> &'a str {
        let mut units = self.units.iter();
        let found = units.find(|it| it.group.code == code);
        found.map_or(code, |it| &it.group.name)
    }

    /// The kawasan that were chosen, in the order of the remarks.
    pub fn kawasan(&self) -> Vec<KawasanTold> {
        let programme = self.method.programme.as_ref();
        let Some(wanted) = programme.and_then(|it| it.kawasan.as_ref()) else {
            return Vec::new();
        };
        let known = Known::of(self);
        let remarks = self.remarks.iter().filter(|it| it.kind == "kawasan");
        let told = remarks.map(|remark| {
            let members: Vec<String> = remark.two.split(' ').map(str::to_owned).collect();
            let sum = |indicator: &str| -> f64 {
                let values = members.iter().filter_map(|it| known.value(it, indicator));
                values.map(|it| it.max(0.0)).sum()
            };
            let totals = || wanted.totals.iter().map(|it| it.indicator.as_str());
            let lacks = |it: &&String| totals().any(|total| known.value(it, total).is_none());
            KawasanTold {
                centre: remark.one.clone(),
                score: remark.three.clone(),
                sums: totals().map(sum).collect(),
                unknown: members.iter().filter(lacks).cloned().collect(),
                members,
            }
        });
        told.collect()
    }

    /// Rules that the changes by hand go against: those of single villages in the order of the changes, then those of
    /// the chosen ones together.
    pub fn breaches(&self) -> Vec<Breach> {
        let Some(programme) = &self.method.programme else {
            return Vec::new();
        };
        if self.changes.is_empty() {
            return Vec::new();
        }
        let chosen = self.result.iter().filter(|it| it.finally == "chosen");
        let judge = Judge {
            record: self,
            programme,
            known: Known::of(self),
            kawasan: self.kawasan(),
            chosen: chosen.map(|it| it.region.as_str()).collect(),
        };
        let mut breaches = Vec::new();
        for change in &self.changes {
            let texts = judge.alone(change).into_iter();
            breaches.extend(texts.map(|text| Breach {
                region: change.region.clone(),
                text,
            }));
        }
        // A quota of kawasan counts no villages.
        if programme.kawasan.is_none() {
            let texts = judge.together().into_iter();
            breaches.extend(texts.map(|text| Breach {
                region: String::new(),
                text,
            }));
        }
        breaches
    }
}

impl ResultRow {
    /// Whether the method could have chosen it.
    fn competes(&self) -> bool {
        matches!(self.verdict.as_str(), "chosen" | "reserve" | "below_cut")
    }
}

/// A quota that was not filled.
struct Short<'a> {
    part: QuotaPart,
    /// Code of the area or earmark; empty for the others.
    area: &'a str,
    label: Text,
    places: &'a str,
    filled: &'a str,
}

/// What the data of a record say of a village.
struct Known<'a> {
    record: &'a Record,
    /// None only where the record was forged.
    table: Option<Table>,
}

impl<'a> Known<'a> {
    fn of(record: &'a Record) -> Known<'a> {
        Known {
            record,
            table: Table::gather(&record.method, &record.units).ok(),
        }
    }

    /// Units and rows both stand by code.
    fn row(&self, region: &str) -> Option<usize> {
        let units = &self.record.units;
        units
            .binary_search_by(|it| it.region.as_str().cmp(region))
            .ok()
    }

    fn name(&self, region: &'a str) -> &'a str {
        self.row(region)
            .map_or(region, |row| &self.record.units[row].name)
    }

    fn area(&self, region: &str) -> Option<&'a str> {
        Some(&self.record.units[self.row(region)?].group.code)
    }

    /// The raw value of an indicator, as the rules read it.
    fn value(&self, region: &str, indicator: &str) -> Option<f64> {
        let mut indicators = self.record.method.indicators.iter();
        let place = indicators.position(|it| it.id == indicator)?;
        let value = self.table.as_ref()?.columns[place].values[self.row(region)?];
        value.is_finite().then_some(value)
    }

    /// Whether a village is of the kind that a mix counts.
    fn is_of_kind(&self, region: &str, mix: &Mix) -> bool {
        let inside = mix.areas.is_empty() || mix.areas.iter().any(|it| lies_in(region, it));
        let fits = |value: f64| {
            mix.from.is_none_or(|from| from <= value) && mix.to.is_none_or(|to| value <= to)
        };
        let value = |id: &String| self.value(region, id).is_some_and(fits);
        inside && mix.indicator.as_ref().is_none_or(value)
    }

    fn position(&self, region: &str, spacing: &Spacing) -> Option<Position> {
        let degrees = |id: &Option<String>| self.value(region, id.as_deref()?);
        Position::new(degrees(&spacing.latitude), degrees(&spacing.longitude))
    }
}

/// Holds the changes against the rules.
struct Judge<'a> {
    record: &'a Record,
    programme: &'a Programme,
    known: Known<'a>,
    kawasan: Vec<KawasanTold>,
    /// Codes that are chosen in the end.
    chosen: BTreeSet<&'a str>,
}

impl<'a> Judge<'a> {
    fn quota(&self) -> &'a Quota {
        &self.programme.quota
    }

    /// What one change goes against, whatever else was changed.
    fn alone(&self, change: &'a Change) -> Vec<Text> {
        let mut texts = Vec::new();
        let mut rows = self.record.result.iter();
        let Some(row) = rows.find(|it| it.region == change.region) else {
            return texts;
        };
        let enters = change.to != ChangedTo::NotChosen;
        texts.extend(status(row).filter(|_| enters));
        texts.extend(self.not_awaited(change).filter(|_| !enters));
        texts.extend(self.lock(change));
        texts.extend(self.broken_kawasan(change));
        if change.to == ChangedTo::Chosen {
            texts.extend(self.passed_over(row));
            let spacing = self.quota().spacing.as_ref();
            texts.extend(spacing.and_then(|it| self.near(&change.region, it)));
        }
        texts
    }

    fn not_awaited(&self, change: &Change) -> Option<Text> {
        let mut remarks = self.record.remarks.iter();
        remarks.find(|it| it.kind == "held" && it.one == change.region)?;
        Some(Text::new(
            "diputuskan tanpa menunggu isiannya, padahal ia masih dapat terpilih",
            "decided without waiting for its answers, while it could still be chosen",
        ))
    }

    fn lock(&self, change: &Change) -> Option<Text> {
        let mut locks = self.quota().locks.iter();
        let lock = locks.find(|it| it.code == change.region)?;
        let by = format!("{}: {}", lock.by, lock.reason);
        match (lock.place, change.to) {
            (Locked::Out, ChangedTo::Chosen | ChangedTo::Reserve) => Some(Text::new(
                format!("metode mengeluarkannya ({by})"),
                format!("the method takes it out ({by})"),
            )),
            (Locked::In, ChangedTo::Reserve | ChangedTo::NotChosen) => Some(Text::new(
                format!("metode menetapkannya terpilih ({by})"),
                format!("the method takes it in ({by})"),
            )),
            (Locked::Out, ChangedTo::NotChosen) | (Locked::In, ChangedTo::Chosen) => None,
        }
    }

    fn broken_kawasan(&self, change: &Change) -> Option<Text> {
        self.programme.kawasan.as_ref()?;
        let mut all = self.kawasan.iter();
        let own = all.find(|it| it.members.contains(&change.region));
        match (own, change.to == ChangedTo::Chosen) {
            (None, true) => Some(Text::new(
                "tidak termasuk kawasan mana pun",
                "it lies in no kawasan",
            )),
            (Some(own), false) => {
                let units = &self.record.units;
                let centre = units.iter().find(|it| it.region == own.centre);
                let centre = centre.map_or(own.centre.as_str(), |it| &it.name);
                Some(Text::new(
                    format!(
                        "kawasan berpusat {centre} kehilangan desa ini dan tidak mencapai syaratnya lagi"
                    ),
                    format!(
                        "the kawasan around {centre} loses this village and no longer reaches its minimums"
                    ),
                ))
            }
            (Some(_), true) | (None, false) => None,
        }
    }

    /// A reserve that waits further up.
    fn passed_over(&self, row: &ResultRow) -> Option<Text> {
        let place = |it: &ResultRow| it.position.parse::<u32>().unwrap_or(u32::MAX);
        let area = self.known.area(&row.region);
        let waiting = self.record.result.iter().filter(|it| {
            let waits = it.verdict == "reserve" && it.finally == "reserve";
            waits && place(it) < place(row) && self.known.area(&it.region) == area
        });
        let first = waiting.min_by_key(|it| place(it))?;
        let (position, name) = (&first.position, self.known.name(&first.region));
        Some(Text::new(
            format!("mendahului cadangan ke-{position} ({name})"),
            format!("passes over reserve number {position} ({name})"),
        ))
    }

    /// A chosen village that it is too near to.
    fn near(&self, region: &'a str, spacing: &'a Spacing) -> Option<Text> {
        let mut pairs = spacing.border_pairs();
        let borders = pairs.find_map(|(one, two)| match (one == region, two == region) {
            (true, _) => self.chosen.get(two),
            (_, true) => self.chosen.get(one),
            (false, false) => None,
        });
        if let Some(other) = borders {
            let name = self.known.name(other);
            return Some(Text::new(
                format!("berbatasan dengan {name} yang terpilih"),
                format!("borders on {name}, which is chosen"),
            ));
        }
        let km = spacing.km?;
        let Some(own) = self.known.position(region, spacing) else {
            return Some(Text::new(
                "posisinya belum diketahui, padahal jarak dihitung",
                "its position is not known, and distance counts",
            ));
        };
        let mut others = self.chosen.iter().filter(|it| **it != region);
        let other = others.find(|it| {
            let there = self.known.position(it, spacing);
            there.is_some_and(|there| own.metres_to(there) < (km * 1000.0) as u64)
        })?;
        let (name, km) = (self.known.name(other), number_text(km, 3));
        Some(Text::new(
            format!("lebih dekat dari {} km dengan {name} yang terpilih", km.id),
            format!("nearer than {} km to {name}, which is chosen", km.en),
        ))
    }

    /// What the chosen ones together go against.
    fn together(&self) -> Vec<Text> {
        let quota = self.quota();
        let mut texts = Vec::new();
        let area = |region: &&str| self.known.area(region).map(str::to_owned);
        for (code, count) in counted(self.chosen.iter().filter_map(area)) {
            let name = self.record.area_name(&code);
            texts.extend(above(&Text::same(name), count, Some(quota.per_area)));
        }
        if quota.per_subdistrict.is_some() {
            let regions = self.chosen.iter();
            let parents = regions.filter_map(|it| it.parse::<RegionId>().ok()?.parent());
            for (code, count) in counted(parents.map(|it| it.to_string())) {
                let name = Text::new(format!("kecamatan {code}"), format!("kecamatan {code}"));
                texts.extend(above(&name, count, quota.per_subdistrict));
            }
        }
        let whole = Text::new("seluruhnya", "altogether");
        texts.extend(above(&whole, self.chosen.len() as u32, quota.total));
        texts.extend(self.kept_places());
        texts.extend(quota.mixes.iter().flat_map(|it| self.mix(it)));
        texts
    }

    /// Places that are kept for an earmark, and were given to others.
    fn kept_places(&self) -> Option<Text> {
        let quota = self.quota();
        let (total, all) = (quota.total?, self.chosen.len() as u32);
        let inside = |earmark: &&Earmark| {
            let chosen = self.chosen.iter();
            chosen.filter(|it| lies_in(it, &earmark.area)).count() as u32
        };
        let earmarks = || quota.earmarks.iter();
        let kept: u32 = earmarks().map(|it| it.places).sum();
        let used: u32 = earmarks().map(|it| inside(&it).min(it.places)).sum();
        let open = total.saturating_sub(kept);
        if all - used <= open || total < all {
            return None;
        }
        let empty = earmarks().filter(|it| inside(it) < it.places);
        let (id, en): (Vec<&str>, Vec<&str>) = empty
            .map(|it| (it.label.id.as_str(), it.label.en.as_str()))
            .unzip();
        Some(Text::new(
            format!("memakai tempat yang disimpan untuk {}", id.join(", ")),
            format!("takes places that are kept for {}", en.join(", ")),
        ))
    }

    fn mix(&self, mix: &Mix) -> Vec<Text> {
        let chosen = self.chosen.iter();
        let count = chosen.filter(|it| self.known.is_of_kind(it, mix)).count() as u32;
        let mut remarks = self.record.remarks.iter();
        let by_method = remarks.find(|it| it.kind == "mix" && it.one == mix.label.id);
        let by_method = by_method.and_then(|it| it.three.parse::<u32>().ok());
        let mut texts = Vec::new();
        // What the method itself could not reach is a shortfall already.
        if count < mix.at_least && by_method.is_some_and(|it| count < it) {
            let least = mix.at_least;
            texts.push(Text::new(
                format!("{}: {count} terpilih, paling sedikit {least}", mix.label.id),
                format!("{}: {count} chosen, at least {least}", mix.label.en),
            ));
        }
        texts.extend(above(&mix.label, count, mix.at_most));
        texts
    }
}

/// A village that the method would not even compare.
fn status(row: &ResultRow) -> Option<Text> {
    let (id, en) = match row.verdict.as_str() {
        "held" => ("belum layak dinilai", "not yet fit to be judged"),
        "not_eligible" => ("tidak memenuhi syarat", "not eligible"),
        "eligibility_unknown" => ("syaratnya belum diketahui", "its eligibility is not known"),
        "not_scored" => ("tidak dinilai", "not scored"),
        "screened" => ("tidak diikutkan", "left out"),
        "unvisited" => ("belum dikunjungi", "not visited yet"),
        _ => return None,
    };
    Some(Text::new(
        format!("menurut metode {id}"),
        format!("by the method {en}"),
    ))
}

fn above(label: &Text, count: u32, most: Option<u32>) -> Option<Text> {
    let most = most.filter(|most| *most < count)?;
    Some(Text::new(
        format!("{}: {count} terpilih, paling banyak {most}", label.id),
        format!("{}: {count} chosen, at most {most}", label.en),
    ))
}

fn counted(names: impl Iterator<Item = String>) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// Whether a village lies in an area of any level.
fn lies_in(region: &str, area: &str) -> bool {
    match (region.parse::<RegionId>(), area.parse::<RegionId>()) {
        (Ok(region), Ok(area)) => region.is_within(&area),
        _ => region == area,
    }
}

#[cfg(test)]
mod tests;

//! Codes of a method that no village answers to: a typing error, or a list for another table.
//!
//! Always: each with its place, up to a number; the rest is counted. Whoever oversees a part of the country is told of
//! that part: what lies beyond it is no error, and only counted.
//! Never: judges a lock (`crossing` refuses those) or an earmark, whose places stay empty and are told so.

use std::collections::BTreeSet;

use super::crossing::lies_in;
use super::data::TOLD_MAX;
use super::document::Problem;
use super::method::Method;
use super::rules::Spacing;
use super::table::Table;
use super::text::Text;

/// What somebody oversees who does not see everything.
#[derive(Debug, Clone, Copy)]
pub struct Overseen<'a> {
    codes: &'a [String],
}

impl<'a> Overseen<'a> {
    /// Codes of regions; without any, everything.
    pub fn of(codes: &'a [String]) -> Overseen<'a> {
        Overseen { codes }
    }

    /// Whether nothing of this place is overseen.
    fn lacks(self, place: &str) -> bool {
        let meets = |own: &String| lies_in(place, own) || lies_in(own, place);
        !self.codes.is_empty() && !self.codes.iter().any(meets)
    }

    /// Places of the method whose quotas ask for what lies beyond.
    fn beyond(self, method: &Method) -> BTreeSet<String> {
        let quota = method.programme.iter().map(|it| &it.quota);
        let earmarks = quota.clone().flat_map(|it| &it.earmarks);
        let earmarks = earmarks.filter(|it| self.lacks(&it.area));
        let earmarks = earmarks.map(|it| format!("programme.quota.earmark {}", it.area));
        let mixes = quota.flat_map(|it| it.mixes.iter().enumerate());
        let mixes = mixes.filter(|(_, mix)| {
            !mix.areas.is_empty() && mix.areas.iter().all(|area| self.lacks(area))
        });
        let mixes = mixes.map(|(index, _)| format!("programme.quota.mix[{index}]"));
        earmarks.chain(mixes).collect()
    }

    /// Without the quotas of places that lie beyond: those are filled by others.
    pub fn own_quotas(self, method: &Method, mut oversized: Vec<Problem>) -> Vec<Problem> {
        let beyond = self.beyond(method);
        oversized.retain(|it| !beyond.contains(&it.place));
        oversized
    }
}

/// Codes that name nobody.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Strangers {
    /// Of what is overseen.
    pub problems: Vec<Problem>,
    /// How many lie beyond it.
    pub beyond: usize,
}

pub(super) fn strangers(method: &Method, table: &Table, overseen: Overseen) -> Strangers {
    let known = |code: &str| {
        let found = table
            .rows
            .binary_search_by(|it| it.region.as_str().cmp(code));
        found.is_ok()
    };
    let mut named: Vec<(String, &str)> = Vec::new();
    if let Some(screening) = &method.screening {
        let lists = [
            ("include", &screening.include),
            ("exclude", &screening.exclude),
        ];
        for (list, codes) in lists {
            let codes = codes.iter().filter(|it| !known(it));
            named.extend(codes.map(|it| (format!("screening.{list}"), it.as_str())));
        }
    }
    if let Some(programme) = &method.programme {
        let kawasan = programme.kawasan.iter().map(|it| &it.neighbours);
        let spacing = programme.quota.spacing.iter();
        let places = spacing.map(|it| ("programme.quota.spacing.borders", it));
        let places = places.chain(kawasan.map(|it| ("programme.kawasan.neighbours.borders", it)));
        for (place, spacing) in places {
            let codes = bordering(spacing).into_iter().filter(|it| !known(it));
            named.extend(codes.map(|it| (place.to_owned(), it)));
        }
        for (index, mix) in programme.quota.mixes.iter().enumerate() {
            let empty = mix.areas.iter().filter(|area| !peopled(table, area));
            named.extend(
                empty.map(|it| (format!("programme.quota.mix[{index}].areas"), it.as_str())),
            );
        }
    }
    let all = named.len();
    named.retain(|(_, code)| !overseen.lacks(code));
    let beyond = all - named.len();
    let rest = named.len().saturating_sub(TOLD_MAX);
    let told = named.into_iter().take(TOLD_MAX);
    let mut problems: Vec<Problem> = told.map(|(place, code)| stranger(place, code)).collect();
    if 0 < rest {
        problems.push(Problem {
            place: "method".to_owned(),
            line: None,
            text: Text::new(
                format!("dan {rest} kode lagi yang tidak ada di data"),
                format!("and {rest} codes more that are not in the data"),
            ),
        });
    }
    Strangers { problems, beyond }
}

/// Every code of the lists of neighbours, once.
fn bordering(spacing: &Spacing) -> BTreeSet<&str> {
    let lines = spacing.borders.iter();
    lines.flat_map(|line| line.split_whitespace()).collect()
}

/// Whether any village lies in the area. Rows stand by code.
fn peopled(table: &Table, area: &str) -> bool {
    let first = table.rows.partition_point(|it| it.region.as_str() < area);
    let below = format!("{area}.");
    let near = table.rows[first..].iter();
    near.take_while(|it| it.region.starts_with(area))
        .any(|it| it.region == area || it.region.starts_with(&below))
}

fn stranger(place: String, code: &str) -> Problem {
    Problem {
        place,
        line: None,
        text: Text::new(
            format!("tidak ada desa dengan kode `{code}` di data; perbaiki kode atau hapus"),
            format!("there is no village of code `{code}` in the data; mend the code or remove it"),
        ),
    }
}

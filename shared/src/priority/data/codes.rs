//! Codes of a table: which authority they belong to, and whether they are of one kind.
//!
//! Always: what is certainly no Kemendagri code is refused with its line; what is only likely to be one of BPS is refused
//! where codes decide about places, and remarked on elsewhere.
//! Never: turns one kind into another; villages were split and named anew in each of them.

use std::collections::BTreeMap;

use super::Faults;
use crate::ids::RegionId;
use crate::priority::document::Problem;
use crate::priority::text::Text;

/// Whether codes decide who gets a place: then a code that is only likely to be one of BPS is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::priority) enum Strictness {
    Decides,
    Ranks,
}

/// Why a code may be one of BPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Foreign {
    /// Kecamatan and village have three digits each, as nowhere else.
    Dotted,
    /// Ten or seven digits; Kemendagri's own have ten or six, with dots.
    Bare,
    /// Four digits: a kabupaten of either, or a number of something else.
    Short,
}

fn foreign(code: &str) -> Option<Foreign> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let lengths: Vec<usize> = code.split('.').map(str::len).collect();
    if !code.split('.').all(digits) {
        return None;
    }
    match lengths.as_slice() {
        [2, 2, 3] | [2, 2, 3, 3] => Some(Foreign::Dotted),
        [7] | [10] => Some(Foreign::Bare),
        [4] => Some(Foreign::Short),
        _ => None,
    }
}

impl Foreign {
    fn words(self) -> Text {
        match self {
            Foreign::Dotted => Text::new(
                "ini bentuk kode BPS, dengan tiga angka bagi kecamatan dan desa; tulis kode Kemendagri, misalnya \
                 53.21.03.2003",
                "this has the form of a BPS code, with three digits each for kecamatan and village; write the \
                 Kemendagri code, such as 53.21.03.2003",
            ),
            Foreign::Bare => Text::new(
                "kode tanpa titik bisa milik BPS; tulis kode Kemendagri dengan titik, misalnya 53.21.03.2003",
                "a code without dots may be one of BPS; write the Kemendagri code with dots, such as 53.21.03.2003",
            ),
            Foreign::Short => Text::new(
                "empat angka tanpa titik bisa kode kabupaten BPS, yang lain daripada kode Kemendagri; tulis dengan \
                 titik, misalnya 53.21",
                "four digits without dots may be a kabupaten of BPS, which differs from Kemendagri's; write the code \
                 with dots, such as 53.21",
            ),
        }
    }
}

/// Looks at the codes of villages, each with its line; gives what is to be said without a refusal.
pub(in crate::priority) fn check_codes(
    what: &str,
    codes: &[(usize, String)],
    strictness: Strictness,
    faults: &mut Faults,
) -> Option<Problem> {
    let dotted = |code: &str| code.contains('.') && code.parse::<RegionId>().is_ok();
    let any_dotted = codes.iter().any(|(_, code)| dotted(code));
    let mut likely = Likely::default();
    for (line, code) in codes {
        let refused = match foreign(code) {
            Some(Foreign::Short) if strictness == Strictness::Ranks && !any_dotted => {
                likely.add(*line, code);
                None
            }
            Some(foreign) => Some(foreign.words()),
            None if any_dotted && !code.is_empty() && !dotted(code) => Some(Text::new(
                "kode ini bukan kode Kemendagri seperti yang lain",
                "this is not a Kemendagri code, as the others are",
            )),
            None => None,
        };
        if let Some(text) = refused {
            faults.add(format!("{what} {code}"), Some(*line), text.id, text.en);
        }
    }
    likely.remark(what)
}

/// The same for groups, each once, by the line that names it first.
pub(super) fn check_groups(
    place: &str,
    groups: &BTreeMap<String, usize>,
    strictness: Strictness,
    faults: &mut Faults,
) -> Option<Problem> {
    let mut likely = Likely::default();
    for (group, line) in groups {
        let Some(foreign) = foreign(group) else {
            continue;
        };
        match (foreign, strictness) {
            (Foreign::Dotted, _) | (_, Strictness::Decides) => {
                let text = foreign.words();
                faults.add(format!("{place}, {group}"), Some(*line), text.id, text.en);
            }
            (Foreign::Bare | Foreign::Short, Strictness::Ranks) => likely.add(*line, group),
        }
    }
    likely.remark(place)
}

/// Codes that may be of BPS, counted.
#[derive(Default)]
struct Likely {
    first: Option<(usize, String)>,
    count: usize,
}

impl Likely {
    fn add(&mut self, line: usize, code: &str) {
        self.first.get_or_insert_with(|| (line, code.to_owned()));
        self.count += 1;
    }

    fn remark(self, what: &str) -> Option<Problem> {
        let (line, code) = self.first?;
        let count = self.count;
        let words = foreign(&code)?.words();
        Some(Problem {
            place: format!("{what} {code}"),
            line: Some(line),
            text: Text::new(
                format!("{} ({count} kode seperti ini)", words.id),
                format!("{} ({count} such codes)", words.en),
            ),
        })
    }
}

//! The country of the simulated world: its villages and its questionnaire.
//!
//! Always: small, so that people meet at the same questions.
//! Never: holds anything that changes.

use shared::answers::Op;
use shared::ids::{CaseId, Path, QuestionnaireId, RegionId, RoundId};

pub(crate) const ROUND: RoundId = RoundId([9; 16]);
pub(crate) const QUESTIONNAIRE: QuestionnaireId = QuestionnaireId([8; 16]);

/// Villages of the first kabupaten, then of the second.
const VILLAGES: [[&str; 3]; 2] = [
    ["53.21.03.2001", "53.21.03.2002", "53.21.04.2001"],
    ["53.02.01.2001", "53.02.01.2002", "53.02.02.2001"],
];

/// Others are told nothing of its answers.
pub(crate) const PERSONAL: &str = "/m/p";
/// A repeat; its rows have one question.
pub(crate) const REPEAT: &str = "/m/r";
/// Answered with a photo.
pub(crate) const PHOTO: &str = "/m/f";
/// No question of the questionnaire.
const UNKNOWN: &str = "/m/x";

pub(crate) fn villages(count: usize, kabupaten: usize) -> Vec<CaseId> {
    let of = |regency: &[&str; 3]| {
        let codes = regency[..count].iter();
        codes
            .map(|code| CaseId {
                round: ROUND,
                region: region(code),
            })
            .collect::<Vec<_>>()
    };
    VILLAGES[..kabupaten].iter().flat_map(of).collect()
}

pub(crate) fn region(code: &str) -> RegionId {
    code.parse().expect("the code of a region")
}

pub(crate) fn path(text: &str) -> Path {
    text.parse().expect("a path")
}

/// Questions that stand outside of rows.
pub(crate) fn questions() -> Vec<Path> {
    ["/m/a", "/m/b", PERSONAL].map(path).to_vec()
}

pub(crate) fn unknown() -> Path {
    path(UNKNOWN)
}

pub(crate) fn is_question(op: &Op) -> bool {
    op.path.as_str() != UNKNOWN
}

/// Whether a kabupaten or province holds a village.
pub(crate) fn holds(scope: &RegionId, village: &RegionId) -> bool {
    let rest = village.as_str().strip_prefix(scope.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

pub(crate) fn is_personal(op: &Op) -> bool {
    op.path.as_str() == PERSONAL
}

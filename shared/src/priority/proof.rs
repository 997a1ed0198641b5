//! How sure it is that no better choice exists, and how hard one is looked for.
//!
//! Always: "exact" is said only where the sum equals its upper bound; a search that ended without an answer is
//! told from one that found that there is none.
//! Never: solves anything.

use serde::{Deserialize, Serialize};

use super::exact::{Best, Failure, STEPS_MAX};
use super::text::{Text, number_text};

/// How hard a choice is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Effort {
    /// Steps of each search.
    pub(super) steps_max: u64,
    /// Whether the next best choice is wanted too.
    pub(super) next_best: bool,
}

impl Effort {
    pub(super) const WHOLE: Effort = Effort {
        steps_max: STEPS_MAX,
        next_best: true,
    };
    pub(super) const ALONE: Effort = Effort {
        next_best: false,
        ..Effort::WHOLE
    };
    /// For one of many choices.
    pub(super) const TRIAL: Effort = Effort {
        steps_max: 100_000,
        next_best: false,
    };
    /// For one of the choices of many draws.
    pub(super) const DRAWN: Effort = Effort {
        steps_max: 20_000,
        next_best: false,
    };
}

/// How sure it is that no better choice exists. Sums are those of rounded scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// Whether kawasan are chosen, so that sums are those of their mean scores.
    #[serde(default)]
    pub of_kawasan: bool,
    /// Whether sorting made the choice, which is exact where rules nest.
    #[serde(default)]
    pub by_sorting: bool,
    /// Villages, or kawasan.
    pub candidates: u32,
    /// Candidates that had to be looked at; the others are ruled out by their prices.
    pub considered: u32,
    pub total: f64,
    /// No choice that fills as many places under the same rules has a higher sum; none where not every kawasan that
    /// could be formed was found.
    pub bound: Option<f64>,
    /// Whether bound and sum are equal, and every minimum and the number of places are proved too.
    pub proved: bool,
    /// Whether, of all choices with this sum, it is the one that holds the better villages.
    pub first: bool,
    /// The best of all other choices, where one was found.
    pub next: Option<NextBest>,
    /// Whether that was not solved within its steps; without it, no `next` means that there is none.
    #[serde(default)]
    pub next_unsolved: bool,
}

/// The best of all other choices that fill as many places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NextBest {
    pub total: f64,
    /// What it has less.
    pub gap: f64,
    pub proved: bool,
    /// Codes.
    pub entering: Vec<String>,
    pub leaving: Vec<String>,
}

/// What became of the search for another choice.
pub(super) enum Next {
    Found(Best),
    /// There is no other one.
    Alone,
    Unsolved,
}

impl From<Result<Best, Failure>> for Next {
    fn from(solved: Result<Best, Failure>) -> Next {
        match solved {
            Ok(best) => Next::Found(best),
            Err(Failure::Impossible) => Next::Alone,
            Err(Failure::Unsolved) => Next::Unsolved,
        }
    }
}

impl Next {
    pub(super) fn is_unsolved(&self) -> bool {
        matches!(self, Next::Unsolved)
    }

    pub(super) fn found(self) -> Option<Best> {
        match self {
            Next::Found(best) => Some(best),
            Next::Alone | Next::Unsolved => None,
        }
    }
}

impl Proof {
    /// Decimals of the sums, where scores have `decimals`: means of several scores have more.
    pub fn decimals(&self, decimals: u8) -> u8 {
        match self.of_kawasan {
            true => decimals + KAWASAN_DECIMALS,
            false => decimals,
        }
    }

    /// What a reader may rely on.
    pub(super) fn words(&self, decimals: u8) -> Text {
        let decimals = self.decimals(decimals);
        let mut text = match self.of_kawasan {
            true => self.of_kawasan_words(decimals),
            false => self.of_villages_words(decimals),
        };
        let next = self.next_words(decimals);
        text.id.push_str(&format!("; {}", next.id));
        text.en.push_str(&format!("; {}", next.en));
        text
    }

    fn of_villages_words(&self, decimals: u8) -> Text {
        let (total, bound) = self.sums(decimals);
        let (all, seen) = (self.candidates, self.considered);
        if self.by_sorting {
            return Text::new(
                format!(
                    "Eksak: diurutkan menurut skor di antara {all} calon; kuota kecamatan, daerah, alokasi khusus dan \
                     kuota seluruhnya bersarang, dan desa yang ditetapkan mendahului; jumlah skor {}",
                    total.id
                ),
                format!(
                    "Exact: sorted by score among {all} candidates; quotas of kecamatan and areas, earmarks and the \
                     total are nested, and villages fixed by a decision go first; the sum of scores is {}",
                    total.en
                ),
            );
        }
        if self.proved {
            return Text::new(
                format!(
                    "Eksak di antara {all} calon: program bilangan bulat; jumlah skor {} sama dengan batas atasnya",
                    total.id
                ),
                format!(
                    "Exact among {all} candidates: integer programme; the sum of scores {} equals its upper bound",
                    total.en
                ),
            );
        }
        Text::new(
            format!(
                "Terbaik yang ditemukan di antara {seen} dari {all} calon: jumlah skor {}, batas atasnya {}; \
                 belum terbukti bahwa tidak ada yang lebih baik",
                total.id, bound.id
            ),
            format!(
                "The best found among {seen} of {all} candidates: sum of scores {}, upper bound {}; it is not \
                 proved that nothing is better",
                total.en, bound.en
            ),
        )
    }

    fn of_kawasan_words(&self, decimals: u8) -> Text {
        let (total, bound) = self.sums(decimals);
        let many = number_text(f64::from(self.candidates), 0);
        if self.proved {
            return Text::new(
                format!("Eksak: semua {} kawasan yang mungkin dibandingkan", many.id),
                format!("Exact: all {} possible kawasan were compared", many.en),
            );
        }
        if self.bound.is_none() {
            return Text::new(
                format!(
                    "Terbaik yang ditemukan di antara {} kawasan yang dicoba; kawasan lain mungkin ada",
                    many.id
                ),
                format!(
                    "The best found among {} kawasan that were tried; there may be others",
                    many.en
                ),
            );
        }
        Text::new(
            format!(
                "Terbaik yang ditemukan di antara semua {} kawasan yang mungkin: jumlah skor {}, batas atasnya {}; \
                 belum terbukti bahwa tidak ada yang lebih baik",
                many.id, total.id, bound.id
            ),
            format!(
                "The best found among all {} possible kawasan: sum of scores {}, upper bound {}; it is not proved \
                 that nothing is better",
                many.en, total.en, bound.en
            ),
        )
    }

    fn sums(&self, decimals: u8) -> (Text, Text) {
        let number = |value: f64| number_text(value, decimals);
        let bound = self.bound.map_or_else(Text::default, number);
        (number(self.total), bound)
    }

    /// What is known of the next best choice.
    pub(super) fn next_words(&self, decimals: u8) -> Text {
        match &self.next {
            None if self.next_unsolved => Text::new(
                "pilihan lain yang mengisi tempat sebanyak ini tidak ditemukan dalam batas langkah",
                "another choice that fills as many places was not found within the limit of steps",
            ),
            None if self.of_kawasan && self.bound.is_none() => Text::new(
                "di antaranya tidak ada pilihan lain yang mengisi tempat sebanyak ini",
                "none of them makes another choice that fills as many places",
            ),
            None => Text::new(
                "tidak ada pilihan lain yang mengisi tempat sebanyak ini",
                "no other choice fills as many places",
            ),
            Some(next) if next.gap == 0.0 => Text::new(
                "ada pilihan lain dengan jumlah yang sama; urutan peringkat yang menentukan",
                "another choice has the same sum; the order of the ranking decided",
            ),
            Some(next) => {
                let gap = number_text(next.gap, decimals);
                Text::new(
                    format!("pilihan terbaik berikutnya kurang {}", gap.id),
                    format!("the next best choice has {} less", gap.en),
                )
            }
        }
    }
}

/// Means of kawasan are compared in thousandths of a step.
pub(super) const KAWASAN_DECIMALS: u8 = 3;
pub(super) const KAWASAN_PARTS: i64 = 1000;

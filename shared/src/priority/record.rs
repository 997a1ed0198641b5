//! The decision record: data, method, result and changes by hand in one text that computes itself again.
//!
//! Always: equal content gives equal bytes; the result follows from what else stands in the record;
//! a record that was changed after it was written is refused with the place.
//! Never: holds a free text of an interview, a path of an answer or the name of a respondent.

mod cells;
mod differences;
mod read;
mod told;
mod write;

use std::collections::BTreeMap;

pub use differences::{Difference, differences};
use serde::{Deserialize, Serialize};
pub use told::{Breach, KawasanTold};

use super::data::TOLD_MAX;
use super::document::{Problem, parse};
use super::export::{count, rounded, status_word, verdict_word};
use super::held::{HeldRule, Waiting};
use super::method::Method;
use super::rank::{RankedUnit, Ranking, list};
use super::scored::Scored;
use super::select::{Selection, select_waiting};
use super::table::Table;
use super::text::Text;
use super::unit::Unit;

pub const RECORD_BYTES_MAX: usize = 256 << 20;
pub const CHANGES_MAX: usize = 10_000;
/// That a village is waited for because it only could not be ruled out.
const UNCOMPUTED: &str = "uncomputed";

/// A frozen ranking or selection. Obtain it from [`Record::decide`] or [`Record::read`].
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    software: String,
    seed: String,
    /// The whole document, as it was read.
    document: String,
    method: Method,
    /// By code.
    units: Vec<Unit>,
    changes: Vec<Change>,
    result: Vec<ResultRow>,
    remarks: Vec<Remark>,
}

/// A decision that a person changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub region: String,
    pub to: ChangedTo,
    /// Who answers for it.
    pub by: String,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangedTo {
    Chosen,
    Reserve,
    NotChosen,
}

impl ChangedTo {
    pub const ALL: [ChangedTo; 3] = [ChangedTo::Chosen, ChangedTo::Reserve, ChangedTo::NotChosen];

    pub fn word(self) -> &'static str {
        match self {
            ChangedTo::Chosen => "chosen",
            ChangedTo::Reserve => "reserve",
            ChangedTo::NotChosen => "not_chosen",
        }
    }
}

/// One village as it is printed; in the order of the ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultRow {
    pub region: String,
    pub status: String,
    pub rank: String,
    pub group_rank: String,
    /// Rounded as the method says.
    pub score: String,
    pub lower: String,
    pub upper: String,
    /// What the selection gave; empty where the method chooses nobody.
    pub verdict: String,
    /// Place among the reserves of its area.
    pub position: String,
    pub earmark: String,
    pub lottery: String,
    /// The verdict after the changes by hand.
    pub finally: String,
}

/// A quota that could not be filled, a tie that was broken, or how sure it is that nothing is better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// `shortfall`, `tie`, `mix`, `proof`, `kawasan` or `held`.
    pub kind: String,
    /// Area, winner, label of the mix, sum of the scores, centre, or village that is waited for.
    pub one: String,
    /// Places, loser, the least that the mix asks for, upper bound of the sum, members, or best score.
    pub two: String,
    /// Places that were filled, `cut` where only one of both was chosen, how many of the mix were chosen,
    /// the sum of the next best choice, the score, or `uncomputed` where it only could not be ruled out.
    pub three: String,
}

impl Record {
    /// Ranks and chooses by the method that `document` holds, and freezes it.
    ///
    /// Errors: every fault of the method, the villages and the changes; every village that the method waits for and
    /// that nobody decided about.
    pub fn decide(
        software: &str,
        seed: &str,
        document: &str,
        units: &[Unit],
        changes: &[Change],
    ) -> Result<Record, Vec<Problem>> {
        Record::draft(software, seed, document, units, changes)?.settled()
    }

    /// Errors: every village that the method waits for and that nobody decided about.
    fn settled(self) -> Result<Record, Vec<Problem>> {
        let open = self.undecided();
        match open.is_empty() {
            true => Ok(self),
            false => Err(open),
        }
    }

    /// What would be decided, whether it may be final or not: to be compared, never to be kept.
    ///
    /// Errors: every fault of the method, the villages and the changes.
    pub fn draft(
        software: &str,
        seed: &str,
        document: &str,
        units: &[Unit],
        changes: &[Change],
    ) -> Result<Record, Vec<Problem>> {
        let head = (software, seed, document);
        Record::draft_waiting(head, units, changes, Waiting::ForWhoCouldEnter)
    }

    fn draft_waiting(
        (software, seed, document): (&str, &str, &str),
        units: &[Unit],
        changes: &[Change],
        waiting: Waiting,
    ) -> Result<Record, Vec<Problem>> {
        let method = parse(document)?;
        let mut problems = Vec::new();
        for (place, text) in [("software", software), ("seed", seed)] {
            if text.is_empty() || text.contains(char::is_control) {
                problems.push(problem(place, "isi satu baris", "give one line of text"));
            }
        }
        let units = cells::canonical(&method, units);
        check_changes(&method, &units, changes, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let table = Table::gather(&method, &units)?;
        let ranking = list(&Scored::new(&method, &table, seed), seed);
        let selection = match &method.programme {
            Some(programme) => {
                let quota = &programme.quota;
                Some(select_waiting(&method, &ranking, quota, waiting)?)
            }
            None => None,
        };
        Ok(Record {
            software: software.to_owned(),
            seed: seed.to_owned(),
            document: document.to_owned(),
            result: result(&ranking, selection.as_ref(), changes),
            remarks: selection
                .as_ref()
                .map_or_else(Vec::new, |it| remarks(it, ranking.decimals)),
            method,
            units,
            changes: changes.to_vec(),
        })
    }

    /// Reads a record; the result is taken as it stands there.
    ///
    /// Errors: every place where it is damaged.
    pub fn read(bytes: &[u8]) -> Result<Record, Vec<Problem>> {
        read::read(bytes)
    }

    /// The record as text. [`Record::read`] gives an equal one.
    pub fn write(&self) -> String {
        write::write(self)
    }

    /// Decides once more from the frozen data. Equal to this one, unless the program has changed.
    ///
    /// Errors: what this program finds wrong with a method that the writer accepted.
    pub fn recompute(&self) -> Result<Record, Vec<Problem>> {
        self.draft_again(&self.units, &self.changes)?.settled()
    }

    /// What would be decided by this record's method, seed and program from other data; waits for held villages as this
    /// record did, so that only what the data changes differs. To be compared, never to be kept.
    ///
    /// Errors: as [`Record::draft`].
    pub fn draft_again(&self, units: &[Unit], changes: &[Change]) -> Result<Record, Vec<Problem>> {
        let head = (
            self.software.as_str(),
            self.seed.as_str(),
            self.document.as_str(),
        );
        Record::draft_waiting(head, units, changes, self.waiting())
    }

    /// As its remarks tell it: only where nobody could be ruled out are villages waited for without a computation.
    fn waiting(&self) -> Waiting {
        let waits = self.method.held.rule == HeldRule::Wait;
        let mut held = self.remarks.iter().filter(|it| it.kind == "held");
        match waits && held.any(|it| it.three == UNCOMPUTED) {
            true => Waiting::ForAll,
            false => Waiting::ForWhoCouldEnter,
        }
    }

    pub fn software(&self) -> &str {
        &self.software
    }

    pub fn seed(&self) -> &str {
        &self.seed
    }

    pub fn document(&self) -> &str {
        &self.document
    }

    pub fn method(&self) -> &Method {
        &self.method
    }

    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub fn result(&self) -> &[ResultRow] {
        &self.result
    }

    /// Quotas that could not be filled, and ties that were broken.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// SHA-256 of the data as the record holds it, hexadecimal.
    pub fn data_digest(&self) -> String {
        write::digest(&cells::write_units(&self.method, &self.units))
    }
}

/// Reads changes by hand: `code,decision,by,reason`.
///
/// Errors: every fault of the table.
pub fn read_changes(bytes: &[u8]) -> Result<Vec<Change>, Vec<Problem>> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        let id = "bukan teks UTF-8; simpan tabel sebagai CSV UTF-8";
        vec![problem(
            "changes",
            id,
            "this is not UTF-8; save the table as CSV in UTF-8",
        )]
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problems = Vec::new();
    let changes = read::changes("changes", text, 1, &mut problems);
    if problems.is_empty() {
        Ok(changes)
    } else {
        Err(problems)
    }
}

fn result(ranking: &Ranking, selection: Option<&Selection>, changes: &[Change]) -> Vec<ResultRow> {
    let changed: BTreeMap<&str, &Change> =
        changes.iter().map(|it| (it.region.as_str(), it)).collect();
    let decimals = ranking.decimals;
    let row = |(place, unit): (usize, &RankedUnit)| {
        // Decisions stand in the order of the ranking.
        let decision = selection.map(|it| &it.decisions[place]);
        let verdict = decision.map_or("", |it| verdict_word(it.verdict));
        let by_hand = changed.get(unit.region.as_str());
        ResultRow {
            region: unit.region.clone(),
            status: status_word(unit.status).to_owned(),
            rank: count(unit.rank),
            group_rank: count(unit.group_rank),
            score: rounded(unit.score, decimals),
            lower: rounded(unit.lower, decimals),
            upper: rounded(unit.upper, decimals),
            verdict: verdict.to_owned(),
            position: count(decision.and_then(|it| it.position)),
            earmark: decision
                .and_then(|it| it.earmark.clone())
                .unwrap_or_default(),
            lottery: unit.lottery.clone().unwrap_or_default(),
            finally: by_hand.map_or(verdict, |it| it.to.word()).to_owned(),
        }
    };
    ranking.units.iter().enumerate().map(row).collect()
}

fn remarks(selection: &Selection, decimals: u8) -> Vec<Remark> {
    let shortfalls = selection.shortfalls.iter().map(|it| Remark {
        kind: "shortfall".to_owned(),
        one: it.area.clone(),
        two: it.places.to_string(),
        three: it.filled.to_string(),
    });
    let ties = selection.ties.iter().map(|it| Remark {
        kind: "tie".to_owned(),
        one: it.winner.clone(),
        two: it.loser.clone(),
        three: if it.at_cut { "cut" } else { "" }.to_owned(),
    });
    let mixes = selection.mixes.iter().map(|it| Remark {
        kind: "mix".to_owned(),
        one: it.label.id.clone(),
        two: it.at_least.to_string(),
        three: it.chosen.to_string(),
    });
    // Kawasan that are proved need no word: so did records before there was a proof of them.
    // So do plain quotas: there `Record::next_best` tells what else could have been chosen.
    let proof = selection.proof.iter();
    let proof = proof.filter(|it| !(it.of_kawasan && it.proved || selection.is_plain()));
    let proof = proof.map(|it| Remark {
        kind: "proof".to_owned(),
        one: rounded(Some(it.total), it.decimals(decimals)),
        two: rounded(it.bound, it.decimals(decimals)),
        three: rounded(it.next.as_ref().map(|it| it.total), it.decimals(decimals)),
    });
    let kawasan = selection.kawasan.iter().map(|it| Remark {
        kind: "kawasan".to_owned(),
        one: it.centre.clone(),
        two: it.members.join(" "),
        three: rounded(Some(it.score), decimals),
    });
    let awaited = selection.awaited.iter().map(|it| Remark {
        kind: "held".to_owned(),
        one: it.region.clone(),
        two: rounded(it.upper, decimals),
        three: if it.computed { "" } else { UNCOMPUTED }.to_owned(),
    });
    let under_rules = mixes.chain(proof).chain(kawasan);
    let all = shortfalls.chain(ties).chain(under_rules);
    all.chain(awaited).collect()
}

/// What is wrong with changes by hand to villages `units`, in any order.
pub fn changes_faults(method: &Method, units: &[Unit], changes: &[Change]) -> Vec<Problem> {
    let mut sorted: Vec<Unit> = units.to_vec();
    sorted.sort_by(|one, two| one.region.cmp(&two.region));
    let mut problems = Vec::new();
    check_changes(method, &sorted, changes, &mut problems);
    problems
}

fn check_changes(method: &Method, units: &[Unit], changes: &[Change], problems: &mut Vec<Problem>) {
    if method.programme.is_none() && !changes.is_empty() {
        let id = "metode ini tidak memilih desa, maka tidak ada yang dapat diubah";
        let en = "this method chooses nobody, so there is nothing to change";
        problems.push(problem("changes", id, en));
    }
    if CHANGES_MAX < changes.len() {
        let id = format!("lebih dari {CHANGES_MAX} perubahan; ubah metodenya");
        let en = format!("more than {CHANGES_MAX} changes; change the method instead");
        problems.push(problem("changes", &id, &en));
        return;
    }
    let mut seen = BTreeMap::new();
    for change in changes {
        let place = format!("change {}", change.region);
        let known = units.binary_search_by(|it| it.region.as_str().cmp(&change.region));
        if known.is_err() {
            let en = "there is no village of this code in the data";
            problems.push(problem(&place, "desa ini tidak ada di data", en));
        }
        if seen.insert(&change.region, ()).is_some() {
            let en = "this village is changed twice; keep the last one";
            problems.push(problem(
                &place,
                "desa ini diubah dua kali; simpan yang terakhir",
                en,
            ));
        }
        if change.by.trim().is_empty() || change.reason.trim().is_empty() {
            let id = "isi nama penanggung jawab dan alasannya";
            problems.push(problem(
                &place,
                id,
                "give the name of who answers for it and the reason",
            ));
        }
    }
    problems.truncate(TOLD_MAX);
}

fn problem(place: &str, id: &str, en: &str) -> Problem {
    Problem {
        place: place.to_owned(),
        line: None,
        text: Text::new(id, en),
    }
}

#[cfg(test)]
mod tests;

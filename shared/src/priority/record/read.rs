//! Reading a record, whatever happened to the file.
//!
//! Always: what does not fit is told with its section and its line in the file; only what `write`
//! would write again is accepted.
//! Never: repairs anything, or computes the result.

use csv::{ReaderBuilder, StringRecord};

use super::cells::{HEAD, Part, columns, read_cell, read_holds};
use super::write::{CHANGE_COLUMNS, MAGIC, REMARK_COLUMNS, RESULT_COLUMNS, SECTIONS, digest};
use super::{Change, ChangedTo, RECORD_BYTES_MAX, Record, Remark, ResultRow, problem};
use crate::priority::data::TOLD_MAX;
use crate::priority::document::{Problem, method_hash, parse};
use crate::priority::method::Method;
use crate::priority::table::{UNITS_MAX, plain_number};
use crate::priority::unit::{Area, Observation, Unit};

pub(super) fn read(bytes: &[u8]) -> Result<Record, Vec<Problem>> {
    if RECORD_BYTES_MAX < bytes.len() {
        let id = format!("lebih dari {RECORD_BYTES_MAX} bita");
        let en = format!("this exceeds {RECORD_BYTES_MAX} bytes and is no record");
        return Err(vec![problem("record", &id, &en)]);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            let fault = problem("record", "bukan teks UTF-8", "this is not text in UTF-8");
            return Err(vec![at(line, fault)]);
        }
    };
    let mut lines = Lines {
        text,
        offset: 0,
        line: 1,
    };
    let parts = lines.parts().map_err(|fault| vec![fault])?;
    let mut problems = Vec::new();
    for section in &parts.sections {
        if digest(section.body) != section.digest {
            let place = format!("section {}", section.name);
            let id = "isinya diubah sesudah ditulis; ambil berkas aslinya";
            let en = "this was changed after it was written; take the original file";
            problems.push(at(section.line, problem(&place, id, en)));
        }
    }
    if problems.is_empty() && digest(&text[..parts.covered]) != parts.whole {
        let id = "kepala diubah sesudah ditulis; ambil berkas aslinya";
        let en = "the head was changed after it was written; take the original file";
        problems.push(at(1, problem("record", id, en)));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let record = parts.record()?;
    let again = record.write();
    if again != text {
        // The digest in the head of a section differs too, and says less.
        let same = |(one, two): &(&str, &str)| one == two || one.starts_with("section ");
        let line = 1 + again.lines().zip(text.lines()).take_while(same).count();
        let id = "tidak tertulis seperti program ini menulisnya";
        let en = "this is not spelled as this program spells it";
        return Err(vec![at(line, problem("record", id, en))]);
    }
    Ok(record)
}

fn at(line: usize, problem: Problem) -> Problem {
    Problem {
        line: Some(line),
        ..problem
    }
}

struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

struct Section<'a> {
    name: &'static str,
    body: &'a str,
    digest: &'a str,
    /// Of its head; the body begins on the next one.
    line: usize,
}

struct Parts<'a> {
    software: &'a str,
    seed: &'a str,
    method_hash: &'a str,
    sections: [Section<'a>; SECTIONS.len()],
    /// Bytes that the last digest covers.
    covered: usize,
    whole: &'a str,
}

impl<'a> Lines<'a> {
    fn fault(&self, place: &str, id: &str, en: &str) -> Problem {
        at(self.line, problem(place, id, en))
    }

    /// The rest of the next line behind `word` and a space.
    fn next(&mut self, word: &str) -> Result<&'a str, Problem> {
        let rest = &self.text[self.offset..];
        let cut = || {
            let en = format!("the file ends before `{word}`; take the whole file");
            self.fault("record", &format!("berkas berakhir sebelum `{word}`"), &en)
        };
        let end = rest.find('\n').ok_or_else(cut)?;
        let line = &rest[..end];
        if line.ends_with('\r') {
            let id = "akhir baris diubah oleh program lain; ambil berkas aslinya";
            let en = "another program changed the line ends; take the original file";
            return Err(self.fault("record", id, en));
        }
        let found = line.strip_prefix(word);
        let found = match found {
            Some("") => Some(""),
            Some(rest) => rest.strip_prefix(' '),
            None => None,
        };
        let found = found.ok_or_else(|| {
            let id = format!("di sini seharusnya `{word}`");
            self.fault("record", &id, &format!("`{word}` should stand here"))
        })?;
        self.offset += end + 1;
        self.line += 1;
        Ok(found)
    }

    fn section(&mut self, name: &'static str) -> Result<Section<'a>, Problem> {
        let line = self.line;
        let head = self.next(&format!("section {name}"))?;
        let place = format!("section {name}");
        let parsed = head.split_once(' ');
        let parsed = parsed.and_then(|(size, digest)| Some((size.parse().ok()?, digest)));
        let Some((size, digest)) = parsed else {
            let id = "di sini seharusnya panjang dan sidik isi";
            let fault = problem(&place, id, "its length and digest should stand here");
            return Err(at(line, fault));
        };
        let size: usize = size;
        let end = self.offset.checked_add(size);
        let body = end.and_then(|end| self.text.get(self.offset..end));
        let Some(body) = body else {
            let id = "isinya lebih pendek daripada yang tertulis; ambil berkas seluruhnya";
            let en = "it is shorter than it says; take the whole file";
            return Err(at(line, problem(&place, id, en)));
        };
        self.offset += size;
        self.line += body.matches('\n').count();
        if !self.text[self.offset..].starts_with('\n') {
            let id = "panjangnya tidak cocok dengan yang tertulis; ambil berkas aslinya";
            let en = "its length is not what it says; take the original file";
            return Err(at(line, problem(&place, id, en)));
        }
        self.offset += 1;
        self.line += 1;
        Ok(Section {
            name,
            body,
            digest,
            line,
        })
    }

    fn parts(&mut self) -> Result<Parts<'a>, Problem> {
        self.next(MAGIC)?;
        let software = self.next("software")?;
        let seed = self.next("seed")?;
        let method_hash = self.next("method_hash")?;
        let [method, data, changes, result, remarks] = SECTIONS;
        let sections = [
            self.section(method)?,
            self.section(data)?,
            self.section(changes)?,
            self.section(result)?,
            self.section(remarks)?,
        ];
        let covered = self.offset;
        let whole = self.next("end")?;
        if self.offset < self.text.len() {
            let en = "something stands after the end; take the original file";
            return Err(self.fault("record", "ada isi sesudah akhir berkas", en));
        }
        Ok(Parts {
            software,
            seed,
            method_hash,
            sections,
            covered,
            whole,
        })
    }
}

impl Parts<'_> {
    fn record(&self) -> Result<Record, Vec<Problem>> {
        let [method, data, changes, result, remarks] = &self.sections;
        let parsed = parse(method.body).map_err(|problems| {
            let mut problems = problems;
            for problem in &mut problems {
                let within = problem.line.unwrap_or(1);
                problem.line = Some(method.line + within);
                problem.place = format!("section method, {}", problem.place);
            }
            problems
        })?;
        let mut problems = Vec::new();
        if method_hash(&parsed) != self.method_hash {
            let id = "sidik metode tidak cocok dengan metodenya";
            let en = "the hash of the method is not that of the method below";
            problems.push(at(4, problem("method_hash", id, en)));
        }
        let changes = self::changes(
            "section changes",
            changes.body,
            changes.line + 1,
            &mut problems,
        );
        let rows = |section: &Section, header: &[&str], problems: &mut Vec<Problem>| {
            let place = format!("section {}", section.name);
            let header: Vec<String> = header.iter().map(|it| (*it).to_owned()).collect();
            table(&place, section.body, section.line + 1, &header, problems)
        };
        let result = rows(result, &RESULT_COLUMNS, &mut problems);
        let remarks = rows(remarks, &REMARK_COLUMNS, &mut problems);
        let units = units(&parsed, data, &mut problems);
        problems.truncate(TOLD_MAX);
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Record {
            software: self.software.to_owned(),
            seed: self.seed.to_owned(),
            document: method.body.to_owned(),
            units,
            changes,
            result: result.iter().map(|(_, row)| result_row(row)).collect(),
            remarks: remarks.iter().map(|(_, row)| remark(row)).collect(),
            method: parsed,
        })
    }
}

/// Rows below exactly this header, each with its line in the file. `first` is the line of the header.
fn table(
    place: &str,
    body: &str,
    first: usize,
    header: &[String],
    problems: &mut Vec<Problem>,
) -> Vec<(usize, StringRecord)> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(body.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else {
            // The text is UTF-8 and any length goes, so nothing is left that can fail.
            break;
        };
        let within = record.position().map_or(1, |it| it.line() as usize);
        let line = first + within - 1;
        if rows.is_empty() && line == first {
            if record.iter().ne(header.iter().map(String::as_str)) {
                let wanted = header.join(",");
                let id = format!("judul kolom seharusnya {wanted}");
                let fault = problem(place, &id, &format!("the header should be {wanted}"));
                problems.push(at(line, fault));
                return Vec::new();
            }
            continue;
        }
        if record.len() != header.len() {
            let (found, wanted) = (record.len(), header.len());
            let id = format!("baris ini berisi {found} sel, judulnya {wanted}");
            let en = format!("this row has {found} cells, the header {wanted}");
            problems.push(at(line, problem(place, &id, &en)));
            continue;
        }
        if UNITS_MAX < rows.len() {
            let id = format!("lebih dari {UNITS_MAX} baris");
            let en = format!("more than {UNITS_MAX} rows");
            problems.push(at(line, problem(place, &id, &en)));
            break;
        }
        rows.push((line, record));
    }
    rows
}

pub(super) fn changes(
    place: &str,
    body: &str,
    first: usize,
    problems: &mut Vec<Problem>,
) -> Vec<Change> {
    let header: Vec<String> = CHANGE_COLUMNS.map(str::to_owned).to_vec();
    let rows = table(place, body, first, &header, problems);
    let mut changes = Vec::new();
    for (line, row) in rows {
        let word = &row[1];
        let Some(to) = ChangedTo::ALL.into_iter().find(|it| it.word() == word) else {
            let id = format!("`{word}` seharusnya chosen, reserve atau not_chosen");
            let en = format!("`{word}` should be chosen, reserve or not_chosen");
            problems.push(at(line, problem(place, &id, &en)));
            continue;
        };
        changes.push(Change {
            region: row[0].to_owned(),
            to,
            by: row[2].to_owned(),
            reason: row[3].to_owned(),
        });
    }
    changes
}

fn result_row(row: &StringRecord) -> ResultRow {
    let cell = |index: usize| row[index].to_owned();
    ResultRow {
        region: cell(0),
        status: cell(1),
        rank: cell(2),
        group_rank: cell(3),
        score: cell(4),
        lower: cell(5),
        upper: cell(6),
        verdict: cell(7),
        position: cell(8),
        earmark: cell(9),
        lottery: cell(10),
        finally: cell(11),
    }
}

fn remark(row: &StringRecord) -> Remark {
    let cell = |index: usize| row[index].to_owned();
    Remark {
        kind: cell(0),
        one: cell(1),
        two: cell(2),
        three: cell(3),
    }
}

fn units(method: &Method, data: &Section, problems: &mut Vec<Problem>) -> Vec<Unit> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(data.body.as_bytes());
    let mut first = StringRecord::new();
    // An empty body leaves the header empty, and is refused by its columns.
    let _ = reader.read_record(&mut first);
    let mut header: Vec<String> = HEAD.map(str::to_owned).to_vec();
    let mut parts = Vec::new();
    for (index, column) in columns(method).iter().enumerate() {
        for part in Part::ALL {
            let name = format!("{column}{}", part.suffix());
            if part == Part::Value || first.get(header.len()) == Some(name.as_str()) {
                header.push(name);
                parts.push((index, part));
            }
        }
    }
    let rows = table("section data", data.body, data.line + 1, &header, problems);
    let mut units: Vec<Unit> = Vec::with_capacity(rows.len());
    for (line, row) in rows {
        let mut fault = |column: usize| {
            let place = format!("section data, column {}", header[column]);
            let id = format!("`{}` tidak dapat dibaca", &row[column]);
            let en = format!("`{}` cannot be read", &row[column]);
            problems.push(at(line, problem(&place, &id, &en)));
        };
        let mut unit = Unit::without_values(method);
        unit.region = row[0].to_owned();
        unit.name = row[1].to_owned();
        unit.group = Area {
            code: row[2].to_owned(),
            name: row[3].to_owned(),
        };
        match read_holds(&row[4]) {
            Some(holds) => unit.holds = holds,
            None => fault(4),
        }
        let mut own: Vec<&mut Observation> = observations_mut(&mut unit);
        for (offset, (index, part)) in parts.iter().enumerate() {
            let column = HEAD.len() + offset;
            let cell = &row[column];
            let number = || match cell {
                "" => Some(None),
                cell => plain_number(cell).map(Some),
            };
            let read = match part {
                Part::Value => read_cell(cell).map(|it| own[*index].value = it),
                Part::Lower => number().map(|it| own[*index].lower = it),
                Part::LastRound => number().map(|it| own[*index].last_round = it),
            };
            if read.is_none() {
                fault(column);
            }
        }
        let rises = units.last().is_none_or(|it| it.region < unit.region);
        if !rises {
            let id = format!("kode {} dua kali atau tidak berurutan", unit.region);
            let en = format!("code {} stands twice or out of order", unit.region);
            problems.push(at(line, problem("section data", &id, &en)));
        }
        units.push(unit);
    }
    units
}

fn observations_mut(unit: &mut Unit) -> Vec<&mut Observation> {
    let all = unit.indicators.iter_mut().chain(&mut unit.denominators);
    all.chain(&mut unit.eligibility)
        .chain(&mut unit.tie_break)
        .collect()
}

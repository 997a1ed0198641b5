//! Tables from elsewhere: units and indicators as CSV, without a questionnaire.
//!
//! Always: every fault is reported at once with its line, column and the way out; a number has a decimal
//! point; an empty cell or `NA` is missing.
//! Never: guesses a decimal comma, a separator of thousands, or which authority bare digits belong to.

mod codes;
mod given;

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord};

use super::document::Problem;
use super::method::{Indicator, Method, Normalise};
use super::table::{Gathering, Table, UNITS_MAX, plain_number};
use super::text::Text;
use super::unit::{Area, Hold, Observation, Observed, Unit};
use crate::ids::{RegionId, RegionLevel};
use codes::check_groups;
pub(super) use codes::{Strictness, check_codes};
pub use given::{Given, read_given};

pub const TABLE_BYTES_MAX: usize = 256 << 20;
/// So many faults are told one by one; the rest is counted.
pub const TOLD_MAX: usize = 200;

/// Names of the columns that are no indicators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    pub code: String,
    /// May be absent: then a unit is called by its code.
    pub name: String,
    /// May be absent: then dotted codes group by kabupaten, and others not at all.
    pub group: String,
}

impl Default for Columns {
    fn default() -> Self {
        Columns {
            code: "code".to_owned(),
            name: "name".to_owned(),
            group: "group".to_owned(),
        }
    }
}

/// Reads a table for `method`. A column belongs to an indicator, rule or tie key by its id, else by the
/// name that is its whole expression, as in `${penduduk}`.
///
/// `last_round` is the table of the round before, for methods that fill gaps from it.
/// Where the method counts unvisited villages, a row without any indicator and rule is one.
///
/// Errors: every fault, up to [`TOLD_MAX`] of them.
pub fn read_table(
    method: &Method,
    columns: &Columns,
    table: &[u8],
    last_round: Option<&[u8]>,
) -> Result<Table, Vec<Problem>> {
    let mut gathering = Gathering::new(method);
    let read = read_each(method, columns, table, last_round, |unit| {
        gathering.push(&unit);
    });
    match gathering.finish() {
        Ok(table) if read.problems.is_empty() => Ok(table),
        Ok(_) => Err(read.problems),
        Err(more) => {
            let more = read.placed(more).into_iter().take(TOLD_MAX);
            Err(read.problems.into_iter().chain(more).collect())
        }
    }
}

/// The same table as villages, for a record of the decision.
///
/// Errors: as [`read_table`], but codes that stand twice are left to who gathers the villages.
pub fn read_units(
    method: &Method,
    columns: &Columns,
    table: &[u8],
    last_round: Option<&[u8]>,
) -> Result<Vec<Unit>, Vec<Problem>> {
    let mut units = Vec::new();
    let read = read_each(method, columns, table, last_round, |unit| {
        if units.len() <= UNITS_MAX {
            units.push(unit);
        }
    });
    if read.problems.is_empty() {
        Ok(units)
    } else {
        Err(read.problems)
    }
}

/// What was met in a table beside its villages.
struct Told {
    problems: Vec<Problem>,
    remarks: Vec<Problem>,
    /// Codes with their lines.
    codes: Vec<(usize, String)>,
    /// Villages that the round before names too.
    met: usize,
}

impl Told {
    /// Problems of single villages, each with the line that its code stands in last.
    fn placed(&self, problems: Vec<Problem>) -> Vec<Problem> {
        let lines = self.codes.iter().map(|(line, code)| (code.as_str(), *line));
        let lines: BTreeMap<&str, usize> = lines.collect();
        let placed = problems.into_iter().map(|it| {
            let own = it.place.strip_prefix("unit ");
            let line = own.and_then(|code| lines.get(code).copied());
            Problem {
                line: it.line.or(line),
                ..it
            }
        });
        placed.collect()
    }
}

fn read_each(
    method: &Method,
    columns: &Columns,
    table: &[u8],
    last_round: Option<&[u8]>,
    mut push: impl FnMut(Unit),
) -> Told {
    let strictness = match &method.programme {
        Some(_) => Strictness::Decides,
        None => Strictness::Ranks,
    };
    let mut faults = Faults::default();
    let before = match last_round {
        Some(bytes) => read_last_round(method, columns, bytes, &mut faults),
        None => BTreeMap::new(),
    };
    let mut met = 0;
    let (mut codes, mut groups) = (Vec::new(), BTreeMap::new());
    if let Some(mut rows) = Rows::open("data", method, columns, table, &mut faults) {
        while let Some((line, record)) = rows.next(&mut faults) {
            let mut unit = rows.unit(line, &record, &mut faults);
            if let Some(before) = before.get(&unit.region) {
                unit.remember(before);
                met += 1;
            }
            if method.counts_unvisited() && is_blank(&unit) {
                unit.holds.push(Hold::unvisited());
            }
            codes.push((line, unit.region.clone()));
            if rows.group.is_some() && !groups.contains_key(&unit.group.code) {
                groups.insert(unit.group.code.clone(), line);
            }
            push(unit);
        }
    }
    let column = format!("data, column {}", columns.group);
    let remarks = [
        check_codes("unit", &codes, strictness, &mut faults),
        check_groups(&column, &groups, strictness, &mut faults),
    ];
    if met == 0 && !before.is_empty() && !codes.is_empty() {
        faults.add(
            "last round",
            None,
            "tidak ada kode ronde lalu yang sama dengan kode tabel ini; periksa kolom dan jenis kodenya",
            "no code of the round before is one of this table; see to the column and to the kind of codes",
        );
    }
    Told {
        problems: faults.finish(),
        remarks: remarks.into_iter().flatten().collect(),
        codes,
        met,
    }
}

/// How many villages of a table the table of the round before names too.
///
/// Errors: as [`read_table`].
pub fn matched(
    method: &Method,
    columns: &Columns,
    units: &[Unit],
    last_round: &[u8],
) -> Result<usize, Vec<Problem>> {
    let mut faults = Faults::default();
    let before = read_last_round(method, columns, last_round, &mut faults);
    let problems = faults.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    let known = units.iter().filter(|it| before.contains_key(&it.region));
    Ok(known.count())
}

/// Whether a row says nothing that was asked in the village itself: such a village could not be ranked either way.
fn is_blank(unit: &Unit) -> bool {
    let mut asked = unit.indicators.iter().chain(&unit.eligibility);
    asked.all(|it| it.value == Observed::Missing)
}

/// The villages of the round before, by code.
fn read_last_round(
    method: &Method,
    columns: &Columns,
    bytes: &[u8],
    faults: &mut Faults,
) -> BTreeMap<String, Unit> {
    let mut before = BTreeMap::new();
    let Some(mut rows) = Rows::open("last round", method, columns, bytes, faults) else {
        return before;
    };
    let mut codes = Vec::new();
    while let Some((line, record)) = rows.next(faults) {
        let unit = rows.unit(line, &record, faults);
        codes.push((line, unit.region.clone()));
        if let Some(twice) = before.insert(unit.region.clone(), unit) {
            faults.add(
                format!("last round, unit {}", twice.region),
                Some(line),
                "kode ini muncul lebih dari sekali; tiap desa hanya satu baris",
                "this code stands more than once; each village has one row",
            );
        }
    }
    // What is only likely is said of the table itself.
    check_codes("last round, unit", &codes, Strictness::Ranks, faults);
    before
}

/// Faults of a table, told one by one up to [`TOLD_MAX`].
#[derive(Default)]
pub(super) struct Faults {
    told: Vec<Problem>,
    untold: usize,
}

impl Faults {
    pub(super) fn add(
        &mut self,
        place: impl Into<String>,
        line: Option<usize>,
        id: impl Into<String>,
        en: impl Into<String>,
    ) {
        if TOLD_MAX <= self.told.len() {
            self.untold += 1;
            return;
        }
        self.told.push(Problem {
            place: place.into(),
            line,
            text: Text::new(id, en),
        });
    }

    pub(super) fn finish(mut self) -> Vec<Problem> {
        if 0 < self.untold {
            let rest = self.untold;
            self.told.push(Problem {
                place: "data".to_owned(),
                line: None,
                text: Text::new(
                    format!("dan {rest} kesalahan lagi"),
                    format!("and {rest} faults more"),
                ),
            });
        }
        self.told
    }
}

/// Where the values of a method stand in a row.
struct Rows<'a> {
    file: &'static str,
    method: &'a Method,
    reader: csv::Reader<&'a [u8]>,
    header: Vec<String>,
    code: usize,
    name: Option<usize>,
    group: Option<usize>,
    /// None where nothing scores the indicator.
    indicators: Vec<Option<usize>>,
    denominators: Vec<usize>,
    rules: Vec<usize>,
    keys: Vec<usize>,
}

impl<'a> Rows<'a> {
    fn open(
        file: &'static str,
        method: &'a Method,
        columns: &Columns,
        bytes: &'a [u8],
        faults: &mut Faults,
    ) -> Option<Rows<'a>> {
        if TABLE_BYTES_MAX < bytes.len() {
            faults.add(
                file,
                None,
                format!("tabel lebih dari {TABLE_BYTES_MAX} bita; bagi menurut provinsi"),
                format!("the table exceeds {TABLE_BYTES_MAX} bytes; split it by province"),
            );
            return None;
        }
        let mut reader = open_csv(bytes);
        let header: Vec<String> = match reader.headers() {
            Ok(header) => header.iter().map(|it| it.trim().to_owned()).collect(),
            Err(_) => {
                faults.add(
                    file,
                    Some(1),
                    "baris judul tidak terbaca; simpan tabel sebagai CSV UTF-8",
                    "the header cannot be read; save the table as CSV in UTF-8",
                );
                return None;
            }
        };
        Rows::placed(file, method, columns, reader, header, faults)
    }

    fn placed(
        file: &'static str,
        method: &'a Method,
        columns: &Columns,
        reader: csv::Reader<&'a [u8]>,
        header: Vec<String>,
        faults: &mut Faults,
    ) -> Option<Rows<'a>> {
        for (index, name) in header.iter().enumerate() {
            if !name.is_empty() && header[..index].contains(name) {
                faults.add(
                    format!("{file}, column {name}"),
                    Some(1),
                    "judul kolom ini dipakai dua kali",
                    "two columns have this name",
                );
            }
        }
        let find = |name: &str| header.iter().position(|it| it == name);
        let before = faults.told.len() + faults.untold;
        let mut need = |place: String, id: &str, expression: &str| {
            let found = find(id).or_else(|| find(bare(expression)));
            if found.is_none() {
                faults.add(
                    place,
                    Some(1),
                    format!("tabel tidak memuat kolom `{id}`"),
                    format!("the table has no column `{id}`"),
                );
            }
            found.unwrap_or_default()
        };
        let code = need(
            format!("{file}, column {}", columns.code),
            &columns.code,
            "",
        );
        let indicators = method.indicators.iter().map(|indicator| {
            let expression = indicator.expression.as_deref()?;
            Some(need(
                format!("indicator {}", indicator.id),
                &indicator.id,
                expression,
            ))
        });
        let indicators = indicators.collect();
        let denominators = method.denominators().map(|(indicator, denominator)| {
            let own = bare(&denominator.expression);
            need(format!("indicator {}.denominator", indicator.id), own, own)
        });
        let denominators = denominators.collect();
        let rules = method.programme.iter().flat_map(|it| &it.eligibility);
        let rules = rules
            .map(|it| {
                need(
                    format!("programme.eligible {}", it.id),
                    &it.id,
                    &it.expression,
                )
            })
            .collect();
        let keys = method.programme.iter().flat_map(|it| &it.tie_break);
        let keys = keys
            .map(|it| {
                need(
                    format!("programme.tie_break {}", it.id),
                    &it.id,
                    &it.expression,
                )
            })
            .collect();
        if before < faults.told.len() + faults.untold {
            return None;
        }
        Some(Rows {
            file,
            method,
            reader,
            code,
            name: find(&columns.name),
            group: find(&columns.group),
            indicators,
            denominators,
            rules,
            keys,
            header,
        })
    }

    /// The next row and its line; a row that cannot be read is a fault, and the next one follows.
    fn next(&mut self, faults: &mut Faults) -> Option<(usize, StringRecord)> {
        loop {
            let mut record = StringRecord::new();
            let line = self.reader.position().line() as usize;
            match self.reader.read_record(&mut record) {
                Ok(false) => return None,
                Ok(true) if record.len() == self.header.len() => {
                    let line = record.position().map_or(line, |it| it.line() as usize);
                    return Some((line, record));
                }
                Ok(true) => {
                    let line = record.position().map_or(line, |it| it.line() as usize);
                    let (found, wanted) = (record.len(), self.header.len());
                    faults.add(
                        self.file,
                        Some(line),
                        format!("baris ini berisi {found} sel, judulnya {wanted}; beri tanda kutip pada sel yang memuat koma"),
                        format!("this row has {found} cells, the header {wanted}; quote a cell that holds a comma"),
                    );
                }
                Err(_) => faults.add(
                    self.file,
                    Some(line),
                    "baris ini bukan teks UTF-8",
                    "this row is not text in UTF-8",
                ),
            }
        }
    }

    fn unit(&self, line: usize, record: &StringRecord, faults: &mut Faults) -> Unit {
        let cell = |index: usize| record.get(index).unwrap_or_default().trim();
        let region = cell(self.code).to_owned();
        if region.is_empty() {
            faults.add(
                self.place(self.code),
                Some(line),
                "kode kosong",
                "the code is empty",
            );
        }
        let group = match self.group {
            Some(index) => Area {
                code: cell(index).to_owned(),
                name: cell(index).to_owned(),
            },
            None => area_of(&region),
        };
        let mut number = |index: usize, column: usize| {
            let indicator = index.checked_sub(1).map(|it| &self.method.indicators[it]);
            self.observation(line, column, cell(column), indicator, faults)
        };
        let indicators = self.indicators.iter().enumerate();
        let indicators = indicators
            .map(|(index, column)| match column {
                // Counted from 1, so that 0 is what has no indicator.
                Some(column) => number(index + 1, *column),
                None => Observation::missing(),
            })
            .collect();
        let denominators = self.denominators.iter().map(|it| number(0, *it)).collect();
        let tie_break = self.keys.iter().map(|it| number(0, *it)).collect();
        let rules = self.rules.iter();
        let eligibility = rules
            .map(|column| self.condition(line, *column, cell(*column), faults))
            .collect();
        Unit {
            name: self.name.map_or(region.as_str(), cell).to_owned(),
            group,
            indicators,
            denominators,
            eligibility,
            tie_break,
            holds: Vec::new(),
            region,
        }
    }

    fn place(&self, column: usize) -> String {
        format!("{}, column {}", self.file, self.header[column])
    }

    fn observation(
        &self,
        line: usize,
        column: usize,
        text: &str,
        indicator: Option<&Indicator>,
        faults: &mut Faults,
    ) -> Observation {
        if is_missing(text) {
            return Observation::missing();
        }
        let rungs = indicator.and_then(|it| match &it.normalise {
            Normalise::Ladder { rungs, .. } => Some(rungs),
            _ => None,
        });
        if rungs.is_some_and(|rungs| rungs.iter().any(|rung| rung.fits_text(text))) {
            return Observation::text(text);
        }
        if let Some(value) = plain_number(text) {
            return Observation::number(value);
        }
        let comma = text.replacen(',', ".", 1);
        if text.contains(',') && plain_number(&comma).is_some() {
            faults.add(
                self.place(column),
                Some(line),
                format!("`{text}` memakai koma desimal; tulis {comma}"),
                format!("`{text}` has a decimal comma; write {comma}"),
            );
        } else if rungs.is_some() {
            faults.add(
                self.place(column),
                Some(line),
                format!("`{text}` bukan angka dan tidak ada di tangga skor"),
                format!("`{text}` is no number and no rung of the ladder"),
            );
        } else {
            faults.add(
                self.place(column),
                Some(line),
                format!("`{text}` bukan angka; tulis angka dengan titik desimal tanpa pemisah ribuan, atau kosongkan"),
                format!("`{text}` is no number; write digits with a decimal point and no separator of thousands, or leave it empty"),
            );
        }
        Observation::missing()
    }

    fn condition(
        &self,
        line: usize,
        column: usize,
        text: &str,
        faults: &mut Faults,
    ) -> Observation {
        match text.to_lowercase().as_str() {
            text if is_missing(text) => Observation::missing(),
            "1" | "true" | "ya" | "yes" => Observation::number(1.0),
            "0" | "false" | "tidak" | "no" => Observation::number(0.0),
            _ => {
                faults.add(
                    self.place(column),
                    Some(line),
                    format!("`{text}` harus 1 (ya), 0 (tidak) atau kosong"),
                    format!("`{text}` must be 1 (yes), 0 (no) or empty"),
                );
                Observation::missing()
            }
        }
    }
}

/// Without a mark of UTF-8; separated by what the header has first of comma, semicolon and tab.
pub(super) fn open_csv(bytes: &[u8]) -> csv::Reader<&[u8]> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let first = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let separator = [b',', b';', b'\t']
        .into_iter()
        .find(|separator| first.contains(separator))
        .unwrap_or(b',');
    ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(bytes)
}

pub(super) fn is_missing(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("na")
}

/// `${name}` and `name` are the column `name`; anything longer names none.
fn bare(expression: &str) -> &str {
    let trimmed = expression.trim();
    let inner = trimmed
        .strip_prefix("${")
        .and_then(|it| it.strip_suffix('}'));
    inner.unwrap_or(trimmed)
}

/// The kabupaten of a dotted code; no area for other codes, so that all are one group.
pub(super) fn area_of(code: &str) -> Area {
    let regency = code.parse::<RegionId>().ok().filter(|it| {
        matches!(
            it.level(),
            RegionLevel::Regency | RegionLevel::District | RegionLevel::Village
        )
    });
    let code = regency
        .map(|it| it.regency().to_string())
        .unwrap_or_default();
    Area {
        name: code.clone(),
        code,
    }
}

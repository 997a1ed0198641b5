//! Harvests and facilities as CSV.
//!
//! Always: every fault at once, with its line, column and the way out; an empty cell or `NA` is missing.
//! Never: takes a cell that it does not understand for an empty one.

use csv::StringRecord;

use super::{CapacityUnit, Facility, Harvest, Months, Standing};
use crate::priority::data::{
    Faults, Strictness, TABLE_BYTES_MAX, area_of, check_codes, is_missing, open_csv,
};
use crate::priority::document::Problem;
use crate::priority::table::plain_number;

const ROWS_MAX: usize = 1_000_000;
/// Tonnes, hectares or units of one row: far beyond any, and sums of so many stay finite.
const AMOUNT_MAX: f64 = 1e12;

/// Reads harvests: `code,commodity,form,produced_t,area_ha,harvest_months`, and as one likes
/// `use_months,available_percent,sold_percent,catchment`. Without a catchment, the kabupaten of the code is one.
///
/// Errors: every fault of the table.
pub fn read_harvests(bytes: &[u8]) -> Result<Vec<Harvest>, Vec<Problem>> {
    let needed = ["code", "commodity", "form", "harvest_months"];
    let either = ["produced_t", "area_ha"];
    rows("harvest", bytes, &needed, &either, |row, faults| Harvest {
        catchment: row.catchment(),
        region: row.text("code").to_owned(),
        commodity: row.needed("commodity", faults),
        form: row.text("form").to_owned(),
        produced_t: row.amount("produced_t", AMOUNT_MAX, faults),
        area_ha: row.amount("area_ha", AMOUNT_MAX, faults),
        harvested: row.months("harvest_months", faults),
        used: row.months("use_months", faults),
        available: row
            .amount("available_percent", 100.0, faults)
            .map_or(1.0, |it| it / 100.0),
        sold: row
            .amount("sold_percent", 100.0, faults)
            .map(|it| it / 100.0),
    })
}

/// Reads facilities: `code,commodity,unit,capacity`, and as one likes
/// `name,hours_per_day,days_per_year,status,catchment`. Units and states are those of the
/// questionnaire; `rencana` is one that is not built yet.
///
/// Errors: every fault of the table.
pub fn read_facilities(bytes: &[u8]) -> Result<Vec<Facility>, Vec<Problem>> {
    let needed = ["code", "commodity", "unit", "capacity"];
    rows("facilities", bytes, &needed, &needed, |row, faults| {
        let unit = row.word("unit", &UNITS, CapacityUnit::TonnesPerHour, faults);
        let commodity = match unit {
            CapacityUnit::Stalls => row.text("commodity").to_owned(),
            _ => row.needed("commodity", faults),
        };
        let region = row.text("code").to_owned();
        let name = match row.text("name") {
            "" => format!("{region} {}", row.text("unit")),
            name => name.to_owned(),
        };
        let capacity = row.amount("capacity", AMOUNT_MAX, faults);
        if capacity.is_none() && is_missing(row.text("capacity")) {
            row.fault(
                "capacity",
                "isi kapasitas, atau hapus baris ini",
                "give a capacity, or take this row out",
                faults,
            );
        }
        let standing = match row.text("status") {
            "" => Standing::Running,
            _ => row.word("status", &STANDINGS, Standing::Running, faults),
        };
        Facility {
            catchment: row.catchment(),
            region,
            name,
            commodity,
            unit,
            capacity: capacity.unwrap_or_default(),
            hours_per_day: row.amount("hours_per_day", 24.0, faults),
            days_per_year: row.amount("days_per_year", 366.0, faults),
            standing,
        }
    })
}

const UNITS: [(&str, CapacityUnit); 5] = [
    ("ton_jam", CapacityUnit::TonnesPerHour),
    ("ton_hari", CapacityUnit::TonnesPerDay),
    ("ton", CapacityUnit::TonnesStored),
    ("m2", CapacityUnit::SquareMetres),
    ("kios_los", CapacityUnit::Stalls),
];

const STANDINGS: [(&str, Standing); 5] = [
    ("beroperasi", Standing::Running),
    ("jarang", Standing::Running),
    ("rusak", Standing::Broken),
    ("mangkrak", Standing::Derelict),
    ("rencana", Standing::Planned),
];

fn rows<T>(
    file: &'static str,
    bytes: &[u8],
    needed: &[&str],
    either: &[&str],
    read: impl Fn(&Row, &mut Faults) -> T,
) -> Result<Vec<T>, Vec<Problem>> {
    let mut faults = Faults::default();
    if TABLE_BYTES_MAX < bytes.len() {
        faults.add(
            file,
            None,
            format!("tabel lebih dari {TABLE_BYTES_MAX} bita; bagi menurut provinsi"),
            format!("the table exceeds {TABLE_BYTES_MAX} bytes; split it by province"),
        );
        return Err(faults.finish());
    }
    let mut reader = open_csv(bytes);
    let Ok(header) = reader.headers() else {
        faults.add(
            file,
            Some(1),
            "baris judul tidak terbaca; simpan tabel sebagai CSV UTF-8",
            "the header cannot be read; save the table as CSV in UTF-8",
        );
        return Err(faults.finish());
    };
    let header: Vec<String> = header.iter().map(|it| it.trim().to_owned()).collect();
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
    let has = |name: &str| header.iter().any(|it| it == name);
    let lacking = needed.iter().filter(|name| !has(name)).copied();
    let lacking: Vec<String> = match either.iter().any(|name| has(name)) {
        true => lacking.map(str::to_owned).collect(),
        false => lacking
            .map(str::to_owned)
            .chain([either.join("` / `")])
            .collect(),
    };
    for name in lacking {
        faults.add(
            file,
            Some(1),
            format!("tabel tidak memuat kolom `{name}`"),
            format!("the table has no column `{name}`"),
        );
    }
    let problems = faults.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut faults = Faults::default();
    let mut read_rows = Vec::new();
    let mut codes: Vec<(usize, String)> = Vec::new();
    let mut record = StringRecord::new();
    loop {
        let line = reader.position().line() as usize;
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) if record.len() == header.len() => {
                let line = record.position().map_or(line, |it| it.line() as usize);
                let row = Row {
                    file,
                    line,
                    header: &header,
                    record: &record,
                };
                let code = row.needed("code", &mut faults);
                if codes.last().is_none_or(|(_, last)| *last != code) {
                    codes.push((line, code));
                }
                read_rows.push(read(&row, &mut faults));
            }
            Ok(true) => {
                let line = record.position().map_or(line, |it| it.line() as usize);
                let (found, wanted) = (record.len(), header.len());
                faults.add(
                    file,
                    Some(line),
                    format!("baris ini berisi {found} sel, judulnya {wanted}; beri tanda kutip pada sel yang memuat koma"),
                    format!("this row has {found} cells, the header {wanted}; quote a cell that holds a comma"),
                );
            }
            Err(_) => faults.add(
                file,
                Some(line),
                "baris ini bukan teks UTF-8",
                "this row is not text in UTF-8",
            ),
        }
        if ROWS_MAX < read_rows.len() {
            faults.add(
                file,
                Some(line),
                format!("lebih dari {ROWS_MAX} baris; bagi menurut provinsi"),
                format!("more than {ROWS_MAX} rows; split the table by province"),
            );
            break;
        }
    }
    // Each once, with the line that has it first.
    codes.sort_by(|one, two| one.1.cmp(&two.1));
    codes.dedup_by(|one, two| one.1 == two.1);
    check_codes("unit", &codes, Strictness::Decides, &mut faults);
    let problems = faults.finish();
    if problems.is_empty() {
        Ok(read_rows)
    } else {
        Err(problems)
    }
}

struct Row<'a> {
    file: &'static str,
    line: usize,
    header: &'a [String],
    record: &'a StringRecord,
}

impl Row<'_> {
    /// Empty where there is no such column.
    fn text(&self, column: &str) -> &str {
        let place = self.header.iter().position(|it| it == column);
        let cell = place.and_then(|it| self.record.get(it));
        cell.unwrap_or_default().trim()
    }

    fn fault(&self, column: &str, id: &str, en: &str, faults: &mut Faults) {
        let place = format!("{}, column {column}", self.file);
        faults.add(place, Some(self.line), id, en);
    }

    fn needed(&self, column: &str, faults: &mut Faults) -> String {
        let text = self.text(column);
        if text.is_empty() {
            self.fault(column, "sel ini kosong", "this cell is empty", faults);
        }
        text.to_owned()
    }

    /// A number from 0 to `most`.
    fn amount(&self, column: &str, most: f64, faults: &mut Faults) -> Option<f64> {
        let text = self.text(column);
        if is_missing(text) {
            return None;
        }
        let number = plain_number(text).filter(|it| (0.0..=most).contains(it));
        if number.is_none() {
            let id = format!("`{text}` bukan angka dari 0 sampai {most}");
            let en = format!("`{text}` is no number from 0 to {most}");
            self.fault(column, &id, &en, faults);
        }
        number
    }

    fn months(&self, column: &str, faults: &mut Faults) -> Months {
        let text = self.text(column);
        if is_missing(text) {
            return Months::default();
        }
        Months::parse(text).unwrap_or_else(|word| {
            let id = format!("`{word}` bukan bulan; tulis angka 1 sampai 12, dipisah spasi");
            let en = format!("`{word}` is no month; write 1 to 12 with spaces between");
            self.fault(column, &id, &en, faults);
            Months::default()
        })
    }

    fn word<T: Copy>(
        &self,
        column: &str,
        words: &[(&str, T)],
        fallback: T,
        faults: &mut Faults,
    ) -> T {
        let text = self.text(column);
        let found = words.iter().find(|(word, _)| *word == text);
        if let Some((_, value)) = found {
            return *value;
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let known = known.join(", ");
        let id = format!("`{text}` tidak dikenal; tulis {known}");
        let en = format!("`{text}` is not known; write one of {known}");
        self.fault(column, &id, &en, faults);
        fallback
    }

    fn catchment(&self) -> String {
        match self.text("catchment") {
            "" => area_of(self.text("code")).code,
            catchment => catchment.to_owned(),
        }
    }
}

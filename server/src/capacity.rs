//! What approved cases say of harvests and facilities, as the tables that `lumbung capacity` reads.
//!
//! Always: the answers that the last approval was given to; an unknown amount is an empty cell.
//! Never: computes a balance; `shared::priority` does, in the console as on the command line.

use std::collections::BTreeMap;

use shared::answers::{Answer, Value};
use shared::ids::{Path, RegionLevel, RoundId};
use shared::priority::{Village, cell};
use shared::questionnaire::interview::Interview;
use shared::wire::priority::CapacityView;

use crate::forms::Forms;
use crate::ranking::{RankingError, Reach, approved_interviews};
use crate::store::{Account, Store};

/// Rows of both tables; a nation has some 500,000.
const ROWS_MAX: usize = 200_000;

/// Column of the table and question of the questionnaire that ships.
type Question = (&'static str, &'static str);

/// What is sold is what others can have; a mill also sees what the village eats itself.
const HARVEST: [Question; 7] = [
    ("commodity", "e_komoditas"),
    ("form", "e_bentuk_hasil"),
    ("produced_t", "e_produksi_ton"),
    ("area_ha", "e_luas_panen_ha"),
    ("harvest_months", "e_bulan_panen"),
    ("use_months", "e_bulan_jual"),
    ("sold_percent", "e_persen_dijual"),
];

const FACILITY: [Question; 6] = [
    ("commodity", "f_komoditas"),
    ("unit", "f_satuan"),
    ("capacity", "f_kapasitas"),
    ("hours_per_day", "f_jam_hari"),
    ("days_per_year", "f_hari_tahun"),
    ("status", "f_status"),
];

/// A row of a table, by column.
type Said = BTreeMap<&'static str, String>;

/// Whether a harvest says enough to be compared; the others are counted.
fn is_harvest(said: &Said) -> bool {
    has(said, "commodity")
}

fn is_facility(said: &Said) -> bool {
    // A market takes whatever comes.
    let is_market = said.get("unit").is_some_and(|unit| unit == "kios_los");
    has(said, "unit") && has(said, "capacity") && (is_market || has(said, "commodity"))
}

fn has(said: &Said, column: &str) -> bool {
    said.get(column).is_some_and(|text| !text.is_empty())
}

/// Both tables of a round, as far as the reader oversees it.
pub async fn tables(
    store: &Store,
    forms: &Forms,
    reader: &Account,
    round: RoundId,
) -> Result<CapacityView, RankingError> {
    let reach = Reach::of(reader);
    let (view, cases) = approved_interviews(store, forms, reach, round).await?;
    let tables = Tables {
        harvests: Rows::new(&HARVEST),
        facilities: Rows::new(&FACILITY),
        villages: BTreeMap::new(),
    };
    let Tables {
        harvests,
        facilities,
        villages,
    } = cases.fold(store, tables, Tables::take).await?;
    if ROWS_MAX < harvests.count + facilities.count {
        return Err(RankingError::TooLarge);
    }
    let mut areas = view.regencies;
    areas.retain(|area| reach.meets(&area.code));
    let mut provinces = store.names_of_upper_levels().await?;
    provinces.retain(|code, _| areas.iter().any(|area| area.code.is_within(code)));
    provinces.retain(|code, _| code.level() == RegionLevel::Province);
    let provinces = provinces.into_iter();
    Ok(CapacityView {
        round,
        round_name: view.name,
        areas,
        provinces: provinces
            .map(|(code, name)| (code.to_string(), name))
            .collect(),
        villages,
        left_out: harvests.left_out + facilities.left_out,
        harvests: harvests.text,
        facilities: facilities.text,
    })
}

struct Tables {
    harvests: Rows,
    facilities: Rows,
    villages: BTreeMap<String, String>,
}

impl Tables {
    fn take(&mut self, village: Village, interview: &Interview) {
        self.harvests.take(&village.region, interview, is_harvest);
        self.facilities
            .take(&village.region, interview, is_facility);
        self.villages.insert(village.region, village.name);
    }
}

/// A table that grows by the rows of a repeat.
struct Rows {
    questions: &'static [Question],
    text: String,
    count: usize,
    left_out: u32,
}

impl Rows {
    fn new(questions: &'static [Question]) -> Rows {
        let columns: Vec<&str> = questions.iter().map(|(column, _)| *column).collect();
        Rows {
            questions,
            text: format!("code,{}\n", columns.join(",")),
            count: 0,
            left_out: 0,
        }
    }

    fn take(&mut self, region: &str, interview: &Interview, is_whole: fn(&Said) -> bool) {
        let mut rows: BTreeMap<Path, Said> = BTreeMap::new();
        for (path, answer) in interview.counted_answers().iter() {
            let asked = self.questions.iter();
            let mut asked = asked.filter(|(_, question)| *question == path.name());
            let (Some((column, _)), Some(row)) = (asked.next(), path.parent()) else {
                continue;
            };
            rows.entry(row)
                .or_default()
                .insert(*column, text_of(answer));
        }
        for row in rows.values_mut() {
            take_over(row);
            if !is_whole(row) {
                self.left_out += 1;
                continue;
            }
            self.text.push_str(region);
            for (column, _) in self.questions {
                let text = row.get(column).map_or("", String::as_str);
                self.text.push(',');
                self.text.push_str(&cell(text));
            }
            self.text.push('\n');
            self.count += 1;
        }
    }
}

/// Months of sale that were left open are those of the harvest, as the question says.
fn take_over(row: &mut Said) {
    if let (None, Some(harvested)) = (row.get("use_months"), row.get("harvest_months")) {
        row.insert("use_months", harvested.clone());
    }
}

/// A choice by its name, a number with a point; nothing for what is not known.
fn text_of(answer: &Answer) -> String {
    match answer {
        Answer::Value(Value::Integer(number)) => number.to_string(),
        Answer::Value(Value::Decimal(number)) => number.to_string(),
        Answer::Value(Value::Text(text) | Value::Choice(text)) => text.clone(),
        Answer::Value(Value::Choices(names)) => names.join(" "),
        Answer::Value(_) | Answer::Unknown | Answer::Refused => String::new(),
    }
}

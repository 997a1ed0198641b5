//! Balances as CSV.
//!
//! Always: a header that `capacity_dictionary` documents; the same balances give the same bytes.
//! Never: a name of a person.

use super::{Assumptions, Balance, Service, UTILISATION_DECIMALS};
use crate::priority::export::{ColumnNote, cell, rounded};
use crate::priority::text::Text;

const TONNE_DECIMALS: u8 = 3;
const HECTARE_DECIMALS: u8 = 1;

/// One row per service and commodity of each catchment.
pub fn balances_csv(assumptions: &Assumptions, balances: &[Balance]) -> String {
    let columns: Vec<&str> = BALANCE.iter().map(|(name, ..)| *name).collect();
    let mut csv = columns.join(",");
    csv.push('\n');
    for balance in balances {
        let tonnes = |value: f64| rounded(Some(value), TONNE_DECIMALS);
        let join = |texts: &[Text], of: fn(&Text) -> &str| {
            let texts: Vec<&str> = texts.iter().map(of).collect();
            cell(&texts.join("; "))
        };
        let row = [
            cell(&balance.catchment),
            service_word(balance.service).to_owned(),
            cell(&balance.commodity),
            cell(&balance.form),
            tonnes(balance.harvest_t),
            tonnes(balance.supply_t),
            tonnes(balance.without_month_t),
            tonnes(balance.existing_t),
            tonnes(balance.planned_t),
            rounded(balance.utilisation, UTILISATION_DECIMALS),
            band_word(assumptions, balance.band),
            rounded(balance.planned_utilisation, UTILISATION_DECIMALS),
            band_word(assumptions, balance.planned_band),
            rounded(balance.break_even_ha, HECTARE_DECIMALS),
            join(&balance.used, |text| &text.en),
            join(&balance.notes, |text| &text.en),
            cell(&balance.words.id),
            cell(&balance.words.en),
        ];
        csv.push_str(&row.join(","));
        csv.push('\n');
    }
    csv
}

/// Twelve rows per service and commodity of each catchment.
pub fn months_csv(assumptions: &Assumptions, balances: &[Balance]) -> String {
    let columns: Vec<&str> = MONTH.iter().map(|(name, ..)| *name).collect();
    let mut csv = columns.join(",");
    csv.push('\n');
    for balance in balances {
        for (index, month) in balance.months.iter().enumerate() {
            let tonnes = |value: f64| rounded(Some(value), TONNE_DECIMALS);
            let row = [
                cell(&balance.catchment),
                service_word(balance.service).to_owned(),
                cell(&balance.commodity),
                (index + 1).to_string(),
                tonnes(month.supply_t),
                tonnes(month.capacity_t),
                tonnes(month.waiting_t),
                rounded(month.utilisation, UTILISATION_DECIMALS),
                band_word(assumptions, month.band),
            ];
            csv.push_str(&row.join(","));
            csv.push('\n');
        }
    }
    csv
}

/// What the columns of both files mean.
pub fn capacity_dictionary() -> Vec<ColumnNote> {
    let mut notes: Vec<ColumnNote> = Vec::new();
    for (name, id, en) in BALANCE.iter().chain(&MONTH) {
        if notes.iter().all(|note| note.name != *name) {
            notes.push(ColumnNote {
                name: (*name).to_owned(),
                text: Text::new(*id, *en),
            });
        }
    }
    notes
}

const BALANCE: [(&str, &str, &str); 18] = [
    ("catchment", "daerah pasokan", "catchment"),
    (
        "service",
        "process (olah), store (simpan), sell (jual)",
        "process, store or sell",
    ),
    (
        "commodity",
        "komoditas; kosong berarti semua",
        "commodity; empty for all",
    ),
    ("form", "bentuk yang dihitung", "the form that is counted"),
    (
        "harvest_t",
        "hasil setahun, ton",
        "harvest of a year, tonnes",
    ),
    (
        "supply_t",
        "bahan; gudang: simpanan terbanyak, ton",
        "supply; of a store the most that lies there at once, tonnes",
    ),
    (
        "without_month_t",
        "hasil yang bulannya tidak diketahui, ton",
        "harvest whose months are not known, tonnes",
    ),
    (
        "existing_t",
        "kapasitas yang ada, ton",
        "capacity that exists, tonnes",
    ),
    (
        "planned_t",
        "kapasitas yang direncanakan, ton",
        "capacity that is planned, tonnes",
    ),
    (
        "utilisation",
        "bahan dibagi kapasitas",
        "supply over capacity",
    ),
    ("band", "sebutannya", "its word"),
    (
        "planned_utilisation",
        "sisa bahan dibagi kapasitas rencana",
        "what is left over the planned capacity",
    ),
    ("planned_band", "sebutannya", "its word"),
    (
        "break_even_ha",
        "luas panen setahun yang memenuhi kapasitas, ha",
        "hectares harvested a year that fill the capacity",
    ),
    (
        "used",
        "faktor dan hasil per hektare yang dipakai",
        "factors and yields that were used",
    ),
    ("notes", "catatan", "notes"),
    (
        "words_id",
        "dalam kalimat, bahasa Indonesia",
        "as a sentence, Indonesian",
    ),
    (
        "words_en",
        "dalam kalimat, bahasa Inggris",
        "as a sentence, English",
    ),
];

const MONTH: [(&str, &str, &str); 9] = [
    ("catchment", "daerah pasokan", "catchment"),
    (
        "service",
        "process (olah), store (simpan), sell (jual)",
        "process, store or sell",
    ),
    (
        "commodity",
        "komoditas; kosong berarti semua",
        "commodity; empty for all",
    ),
    ("month", "bulan", "month"),
    (
        "month_supply_t",
        "hasil bulan itu, ton",
        "harvest of the month, tonnes",
    ),
    (
        "month_capacity_t",
        "kapasitas bulan itu, ton",
        "capacity of the month, tonnes",
    ),
    (
        "waiting_t",
        "yang menunggu pada akhir bulan, ton",
        "what waits at the end of the month, tonnes",
    ),
    (
        "utilisation",
        "bahan dibagi kapasitas",
        "supply over capacity",
    ),
    ("band", "sebutannya", "its word"),
];

fn service_word(service: Service) -> &'static str {
    match service {
        Service::Process => "process",
        Service::Store => "store",
        Service::Sell => "sell",
    }
}

fn band_word(assumptions: &Assumptions, band: Option<usize>) -> String {
    band.map_or_else(String::new, |it| cell(&assumptions.bands[it].id))
}

//! Whether mills, stores and markets fit what their catchment harvests.
//!
//! Always: every tonne is counted in the commodity's own form, by a factor whose province, year and
//! source are told; what could not be counted is told beside the result; sums run in the order given.
//! Never: guesses a factor, a yield or what a square metre holds; calls a band by a number of its own.

mod calendar;
mod document;
mod files;
mod table;

use std::collections::BTreeMap;

pub use calendar::Months;
pub use document::{
    Assumptions, CAPACITY_ENTRIES_MAX, Commodity, Factor, KAPASITAS, Operation, PASOKAN_IKN, Yield,
    parse_assumptions,
};
pub use files::{balances_csv, capacity_dictionary, months_csv};
pub use table::{read_facilities, read_harvests};

use super::document::Problem;
use super::rank::class_place;
use super::text::{Text, number_text};

/// Utilisation is rounded to so many decimals before it is called by a word.
pub const UTILISATION_DECIMALS: u8 = 3;

/// What one village harvests of one commodity in a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Harvest {
    pub catchment: String,
    /// Kemendagri code; its first two digits choose factors and yields.
    pub region: String,
    pub commodity: String,
    pub form: String,
    /// Tonnes in `form`; else `area_ha` times a yield.
    pub produced_t: Option<f64>,
    pub area_ha: Option<f64>,
    /// The harvest is spread evenly over these; none where they are not known.
    pub harvested: Months,
    /// What is stored is taken out evenly in these; none are all twelve.
    pub used: Months,
    /// Share that reaches the facilities, between 0 and 1.
    pub available: f64,
    /// Share that is sold, between 0 and 1: what others can have. None where nobody told.
    pub sold: Option<f64>,
}

/// What it does, and in which unit its capacity is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CapacityUnit {
    TonnesPerHour,
    TonnesPerDay,
    TonnesStored,
    SquareMetres,
    Stalls,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    Process,
    Store,
    Sell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Running,
    /// Installed, and counted as if it ran; the notes say so.
    Broken,
    /// Told, but not counted.
    Derelict,
    /// Compared with what those that exist leave over.
    Planned,
}

/// One mill, store or market.
#[derive(Debug, Clone, PartialEq)]
pub struct Facility {
    pub catchment: String,
    pub region: String,
    pub name: String,
    /// Empty for a market of all commodities.
    pub commodity: String,
    pub unit: CapacityUnit,
    pub capacity: f64,
    /// Instead of those of the assumptions.
    pub hours_per_day: Option<f64>,
    pub days_per_year: Option<f64>,
    pub standing: Standing,
}

/// One month of one catchment, in tonnes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Month {
    pub supply_t: f64,
    pub capacity_t: f64,
    /// What waits at its end: for the mill, or to be used.
    pub waiting_t: f64,
    pub utilisation: Option<f64>,
    /// Place among the bands.
    pub band: Option<usize>,
}

/// One service for one commodity in one catchment.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    pub catchment: String,
    pub service: Service,
    /// Empty for markets of all commodities.
    pub commodity: String,
    pub form: String,
    /// Tonnes a year; of a store, the most that lies there at once.
    pub supply_t: f64,
    /// Of a year, whatever the service.
    pub harvest_t: f64,
    pub existing_t: f64,
    pub planned_t: f64,
    /// Supply over what exists; none without capacity.
    pub utilisation: Option<f64>,
    pub band: Option<usize>,
    /// What the existing ones leave over, over what is planned.
    pub planned_utilisation: Option<f64>,
    pub planned_band: Option<usize>,
    /// Hectares harvested a year that would fill all mills, existing and planned.
    pub break_even_ha: Option<f64>,
    /// Harvest whose months nobody told: in the year, not in the months.
    pub without_month_t: f64,
    pub months: [Month; 12],
    /// Factors and yields that were used, each with its source.
    pub used: Vec<Text>,
    /// What was left out, and what to know before trusting the number.
    pub notes: Vec<Text>,
    pub words: Text,
}

/// Compares every service and commodity of every catchment. Of factors and yields, the newest up to
/// `year` count.
///
/// Errors: every harvest for which a factor or yield is missing, with what to add.
pub fn balances(
    assumptions: &Assumptions,
    year: u16,
    harvests: &[Harvest],
    facilities: &[Facility],
) -> Result<Vec<Balance>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut supplies: BTreeMap<(&str, &str), Supply> = BTreeMap::new();
    for harvest in harvests {
        let commodity = assumptions.commodity_of(&harvest.commodity);
        let supply = supplies.entry((&harvest.catchment, commodity)).or_default();
        if let Err(problem) = supply.add(assumptions, year, harvest) {
            problems.push(problem);
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut wanted: BTreeMap<(&str, &str, Service), Vec<&Facility>> = BTreeMap::new();
    for facility in facilities {
        let commodity = assumptions.commodity_of(&facility.commodity);
        wanted
            .entry((&facility.catchment, commodity, facility.unit.service()))
            .or_default()
            .push(facility);
    }
    // A harvest without a mill is a result too.
    for (catchment, commodity) in supplies.keys() {
        if assumptions.is_processed(commodity) {
            wanted
                .entry((catchment, commodity, Service::Process))
                .or_default();
        }
    }
    let all = wanted.into_iter();
    Ok(all
        .map(|((catchment, commodity, service), facilities)| {
            let supply = match commodity {
                "" => Supply::sum(catchment, &supplies),
                _ => supplies
                    .get(&(catchment, commodity))
                    .cloned()
                    .unwrap_or_default(),
            };
            let province = facilities
                .first()
                .map_or(supply.province.as_str(), |it| province_of(&it.region));
            let balance = Balance {
                catchment: catchment.to_owned(),
                service,
                commodity: commodity.to_owned(),
                form: match assumptions.form_of(commodity) {
                    Some(form) => form.to_owned(),
                    None => supply.form.clone().unwrap_or_default(),
                },
                ..Balance::empty(service)
            };
            balance.filled(assumptions, year, province, &supply, &facilities)
        })
        .collect())
}

/// The harvest of one commodity in one catchment, in the commodity's own form.
#[derive(Debug, Clone, Default)]
struct Supply {
    province: String,
    /// Of the first harvest.
    form: Option<String>,
    harvest_t: f64,
    by_month: [f64; 12],
    used_by_month: [f64; 12],
    without_month_t: f64,
    used: Vec<Text>,
    untold: usize,
}

impl Supply {
    fn add(
        &mut self,
        assumptions: &Assumptions,
        year: u16,
        harvest: &Harvest,
    ) -> Result<(), Problem> {
        let province = province_of(&harvest.region);
        let commodity = assumptions.commodity_of(&harvest.commodity);
        if self.province.is_empty() {
            self.province = province.to_owned();
        }
        let (amount, from) = match (harvest.produced_t, harvest.area_ha) {
            (Some(tonnes), _) => (tonnes, harvest.form.as_str()),
            (None, Some(area)) => {
                let found = assumptions.yield_of(commodity, province, year);
                let found = found.ok_or_else(|| missing_yield(harvest, commodity, province))?;
                self.note(found.told());
                (area * found.t_per_ha, found.form.as_str())
            }
            (None, None) => {
                self.untold += 1;
                return Ok(());
            }
        };
        let first = self.form.get_or_insert_with(|| from.to_owned());
        let to = assumptions.form_of(commodity).unwrap_or(first);
        let path = assumptions.conversion(commodity, from, to, province, year);
        let path = path.ok_or_else(|| missing_factor(harvest, commodity, from, to))?;
        let mut tonnes = amount * harvest.available;
        for step in path {
            tonnes *= step.times;
            self.note(step.factor.told());
        }
        self.harvest_t += tonnes;
        if harvest.harvested.is_empty() {
            self.without_month_t += tonnes;
            return Ok(());
        }
        harvest.harvested.spread(tonnes, &mut self.by_month);
        harvest
            .used
            .or_all()
            .spread(tonnes, &mut self.used_by_month);
        Ok(())
    }

    fn note(&mut self, text: Text) {
        if !self.used.contains(&text) {
            self.used.push(text);
        }
    }

    /// All commodities of a catchment: what comes to a market.
    fn sum(catchment: &str, supplies: &BTreeMap<(&str, &str), Supply>) -> Supply {
        let mut sum = Supply::default();
        for ((_, _), supply) in supplies.iter().filter(|((it, _), _)| *it == catchment) {
            if sum.province.is_empty() {
                sum.province.clone_from(&supply.province);
            }
            sum.harvest_t += supply.harvest_t;
            sum.without_month_t += supply.without_month_t;
            sum.untold += supply.untold;
            for month in 0..12 {
                sum.by_month[month] += supply.by_month[month];
                sum.used_by_month[month] += supply.used_by_month[month];
            }
            for text in &supply.used {
                sum.note(text.clone());
            }
        }
        sum
    }
}

impl Balance {
    fn empty(service: Service) -> Balance {
        Balance {
            catchment: String::new(),
            service,
            commodity: String::new(),
            form: String::new(),
            supply_t: 0.0,
            harvest_t: 0.0,
            existing_t: 0.0,
            planned_t: 0.0,
            utilisation: None,
            band: None,
            planned_utilisation: None,
            planned_band: None,
            break_even_ha: None,
            without_month_t: 0.0,
            months: [Month::default(); 12],
            used: Vec::new(),
            notes: Vec::new(),
            words: Text::default(),
        }
    }

    fn filled(
        mut self,
        assumptions: &Assumptions,
        year: u16,
        province: &str,
        supply: &Supply,
        facilities: &[&Facility],
    ) -> Balance {
        self.used.clone_from(&supply.used);
        self.harvest_t = supply.harvest_t;
        self.without_month_t = supply.without_month_t;
        if 0 < supply.untold {
            let count = supply.untold;
            self.notes.push(Text::new(
                format!("{count} hasil tanpa produksi maupun luas panen tidak dihitung"),
                format!("{count} harvests with neither tonnes nor area are not counted"),
            ));
        }
        for facility in facilities {
            self.add(assumptions, facility);
        }
        let stock = calendar::stock(&supply.by_month, &supply.used_by_month);
        self.supply_t = match self.service {
            Service::Store => stock.iter().copied().fold(0.0, f64::max),
            Service::Process | Service::Sell => supply.harvest_t,
        };
        let in_months = supply.by_month.iter().sum::<f64>();
        let waiting = match self.service {
            Service::Store => stock,
            Service::Process | Service::Sell => {
                calendar::backlog(&supply.by_month, self.existing_t / 12.0)
            }
        };
        for (month, waiting_t) in self.months.iter_mut().zip(waiting) {
            month.waiting_t = waiting_t;
        }
        for (month, supply_t) in self.months.iter_mut().zip(supply.by_month) {
            month.supply_t = supply_t;
            month.capacity_t = match self.service {
                Service::Store => self.existing_t,
                Service::Process | Service::Sell => self.existing_t / 12.0,
            };
            let load = match self.service {
                Service::Store => month.waiting_t,
                Service::Process | Service::Sell => supply_t,
            };
            // Without a calendar nothing is known of a month.
            if 0.0 < in_months {
                month.utilisation = ratio(load, month.capacity_t);
                month.band = band(assumptions, month.utilisation);
            }
        }
        self.utilisation = ratio(self.supply_t, self.existing_t);
        self.band = band(assumptions, self.utilisation);
        let left = (self.supply_t - self.existing_t).max(0.0);
        self.planned_utilisation = ratio(left, self.planned_t);
        self.planned_band = band(assumptions, self.planned_utilisation);
        if self.service == Service::Process {
            self.break_even(assumptions, year, province);
        }
        self.words = self.in_words(assumptions);
        self
    }

    fn add(&mut self, assumptions: &Assumptions, facility: &Facility) {
        let name = &facility.name;
        let Some(tonnes) = facility.tonnes(&assumptions.operation) else {
            let key = match facility.unit {
                CapacityUnit::SquareMetres => "t_per_m2",
                _ => "t_per_stall_day",
            };
            self.notes.push(Text::new(
                format!("{name}: tidak dihitung, isi operation.{key} di dokumen anggapan"),
                format!("{name}: not counted; give operation.{key} in the assumptions"),
            ));
            return;
        };
        match facility.standing {
            Standing::Running => self.existing_t += tonnes,
            Standing::Broken => {
                self.existing_t += tonnes;
                self.notes.push(Text::new(
                    format!("{name}: rusak sementara, tetap dihitung"),
                    format!("{name}: broken for now, and counted"),
                ));
            }
            Standing::Derelict => self.notes.push(Text::new(
                format!("{name}: mangkrak, tidak dihitung"),
                format!("{name}: derelict, and not counted"),
            )),
            Standing::Planned => self.planned_t += tonnes,
        }
    }

    fn break_even(&mut self, assumptions: &Assumptions, year: u16, province: &str) {
        let Some(found) = assumptions.yield_of(&self.commodity, province, year) else {
            return;
        };
        let path = assumptions.conversion(&self.commodity, &found.form, &self.form, province, year);
        let Some(path) = path else { return };
        let per_ha = path.iter().fold(found.t_per_ha, |it, step| it * step.times);
        let all = self.existing_t + self.planned_t;
        self.break_even_ha = (0.0 < all).then(|| all / per_ha);
        let told = found.told();
        if self.break_even_ha.is_some() && !self.used.contains(&told) {
            self.used.push(told);
        }
    }

    fn in_words(&self, assumptions: &Assumptions) -> Text {
        let label = assumptions.label_of(&self.commodity);
        let form = assumptions.form_label_of(&self.commodity);
        let space = if form.is_empty() { "" } else { " " };
        let supply = number_text(self.supply_t, 0);
        let existing = number_text(self.existing_t, 0);
        let (what_id, what_en) = match self.service {
            Service::Process => ("pengolahan", "processing of"),
            Service::Store => ("penyimpanan", "storage of"),
            Service::Sell => ("pasar", "market for"),
        };
        let mut text = Text::new(
            format!(
                "{}, {what_id} {}: bahan {} ton{space}{}, kapasitas {} ton",
                self.catchment, label.id, supply.id, form.id, existing.id
            ),
            format!(
                "{}, {what_en} {}: supply {} t{space}{}, capacity {} t",
                self.catchment, label.en, supply.en, form.en, existing.en
            ),
        );
        let mut add = |id: String, en: String| {
            text.id.push_str(&id);
            text.en.push_str(&en);
        };
        let bands = &assumptions.bands;
        if let (Some(utilisation), Some(band)) = (self.utilisation, self.band) {
            let times = number_text(utilisation, 2);
            let label = &bands[band].label;
            add(
                format!("; pemakaian {}: {}", times.id, label.id),
                format!("; utilisation {}: {}", times.en, label.en),
            );
        } else if self.planned_t <= 0.0 {
            add(
                "; tidak ada yang terpasang".to_owned(),
                "; nothing is installed".to_owned(),
            );
        }
        if let (Some(utilisation), Some(band)) = (self.planned_utilisation, self.planned_band) {
            let (times, planned) = (number_text(utilisation, 2), number_text(self.planned_t, 0));
            let label = &bands[band].label;
            add(
                format!(
                    "; rencana {} ton dengan sisa bahan, pemakaian {}: {}",
                    planned.id, times.id, label.id
                ),
                format!(
                    "; planned {} t with what is left, utilisation {}: {}",
                    planned.en, times.en, label.en
                ),
            );
        }
        if let Some(area) = self.break_even_ha {
            let area = number_text(area, 0);
            add(
                format!("; penuh bila {} ha dipanen setahun", area.id),
                format!("; full if {} ha are harvested a year", area.en),
            );
        }
        text
    }
}

impl CapacityUnit {
    pub fn service(self) -> Service {
        match self {
            CapacityUnit::TonnesPerHour | CapacityUnit::TonnesPerDay => Service::Process,
            CapacityUnit::TonnesStored | CapacityUnit::SquareMetres => Service::Store,
            CapacityUnit::Stalls => Service::Sell,
        }
    }
}

impl Facility {
    /// Tonnes a year, of a store tonnes at once; none where the assumptions do not say.
    fn tonnes(&self, operation: &Operation) -> Option<f64> {
        let hours = self.hours_per_day.unwrap_or(operation.hours_per_day);
        let days = self.days_per_year.unwrap_or(operation.days_per_year);
        Some(match self.unit {
            CapacityUnit::TonnesPerHour => self.capacity * hours * days,
            CapacityUnit::TonnesPerDay => self.capacity * days,
            CapacityUnit::TonnesStored => self.capacity,
            CapacityUnit::SquareMetres => self.capacity * operation.t_per_m2?,
            CapacityUnit::Stalls => self.capacity * operation.t_per_stall_day? * days,
        })
    }
}

fn ratio(supply: f64, capacity: f64) -> Option<f64> {
    (0.0 < capacity).then(|| supply / capacity)
}

fn band(assumptions: &Assumptions, utilisation: Option<f64>) -> Option<usize> {
    class_place(&assumptions.bands, UTILISATION_DECIMALS, utilisation?)
}

/// The first two digits of a dotted code, else nothing: then only factors of the nation count.
fn province_of(region: &str) -> &str {
    let digits = region.split('.').next().unwrap_or_default();
    let province = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if province { digits } else { "" }
}

fn missing_factor(harvest: &Harvest, commodity: &str, from: &str, to: &str) -> Problem {
    Problem {
        place: format!("harvest {} {}", harvest.region, harvest.commodity),
        line: None,
        text: Text::new(
            format!(
                "tidak ada faktor {commodity} dari `{from}` ke `{to}`; tambahkan [[commodity]] dan [[factor]]"
            ),
            format!(
                "there is no factor of {commodity} from `{from}` to `{to}`; add a [[commodity]] and a [[factor]]"
            ),
        ),
    }
}

fn missing_yield(harvest: &Harvest, commodity: &str, province: &str) -> Problem {
    Problem {
        place: format!("harvest {} {}", harvest.region, harvest.commodity),
        line: None,
        text: Text::new(
            format!(
                "tidak ada hasil per hektare {commodity} untuk provinsi `{province}`; isi produksi atau tambahkan [[yield]]"
            ),
            format!(
                "there is no yield of {commodity} for province `{province}`; give the tonnes or add a [[yield]]"
            ),
        ),
    }
}

#[cfg(test)]
mod tests;

//! Whether mills, stores and markets fit the harvest of their catchment: `lumbung capacity`.
//!
//! Always: writes the assumptions beside the result; equal tables give equal files.
//! Never: writes a file before all tables were found sound.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use shared::priority::{
    KAPASITAS, PASOKAN_IKN, balances, balances_csv, capacity_dictionary, cell, months_csv,
    parse_assumptions, read_facilities, read_harvests,
};

use super::tables::{Folder, read_bytes, told};

#[derive(Debug, Args)]
pub(super) struct CapacityArgs {
    /// Harvests as CSV: code, commodity, form, produced_t or area_ha, harvest_months
    #[arg(long)]
    harvests: PathBuf,
    /// Facilities as CSV: code, commodity, unit, capacity, and as one likes name, status, hours_per_day, days_per_year
    #[arg(long)]
    facilities: PathBuf,
    /// Factors, yields, hours, days and bands (.toml), or the name of those that ship: kapasitas, pasokan_ikn [default: kapasitas]
    #[arg(long)]
    assumptions: Option<PathBuf>,
    /// Year of the harvest: factors and yields of later years do not count
    #[arg(long)]
    year: u16,
    /// Folder for the files; those of an earlier run are overwritten
    #[arg(long)]
    out: PathBuf,
}

pub(super) fn capacity(args: &CapacityArgs) -> Result<()> {
    let named = args.assumptions.clone();
    let named = named.unwrap_or_else(|| PathBuf::from("kapasitas"));
    let shipped = [KAPASITAS, PASOKAN_IKN].into_iter().find(|it| {
        let stem = it.file.trim_end_matches(".toml");
        named.to_str() == Some(stem)
    });
    let document = match shipped {
        Some(shipped) => shipped.document.to_owned(),
        None => std::fs::read_to_string(&named)
            .with_context(|| format!("cannot read the assumptions {}", named.display()))?,
    };
    let assumptions = parse_assumptions(&document).or_else(|problems| told(&named, problems))?;
    let harvests = read_harvests(&read_bytes(&args.harvests)?);
    let harvests = harvests.or_else(|problems| told(&args.harvests, problems))?;
    let facilities = read_facilities(&read_bytes(&args.facilities)?);
    let facilities = facilities.or_else(|problems| told(&args.facilities, problems))?;
    let balances = balances(&assumptions, args.year, &harvests, &facilities);
    let balances = balances.or_else(|problems| told(&named, problems))?;
    let mut dictionary = String::from("column,id,en\n");
    for column in capacity_dictionary() {
        let (id, en) = (cell(&column.text.id), cell(&column.text.en));
        let _ = writeln!(dictionary, "{},{id},{en}", cell(&column.name));
    }
    let out = Folder::make(&args.out)?;
    out.write("balances.csv", &balances_csv(&assumptions, &balances))?;
    out.write("months.csv", &months_csv(&assumptions, &balances))?;
    out.write("dictionary.csv", &dictionary)?;
    out.write("assumptions.toml", &document)?;
    for balance in &balances {
        println!("{}", balance.words.id);
    }
    Ok(())
}

#[cfg(test)]
mod tests;

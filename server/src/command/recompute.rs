//! A decision record, computed once more: `lumbung recompute`.
//!
//! Always: ends with success only where the bytes are the same, or where other data was asked for.
//! Never: changes the record.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use shared::priority::{Columns, Difference, Record, TOLD_MAX, differences, read_units};

use super::tables::{SOFTWARE, read_bytes, told};

#[derive(Debug, Args)]
pub(super) struct RecomputeArgs {
    /// The record (record.txt of lumbung rank)
    record: PathBuf,
    /// A newer table: says what its villages and answers change
    #[arg(long)]
    data: Option<PathBuf>,
    /// The table of the round before, for methods that fill gaps from it
    #[arg(long, requires = "data")]
    last_round: Option<PathBuf>,
    /// Where the record of the newer table goes
    #[arg(long, requires = "data")]
    out: Option<PathBuf>,
    /// Column of the codes
    #[arg(long, default_value = "code")]
    code: String,
    /// Column of the names, if there is one
    #[arg(long, default_value = "name")]
    name: String,
    /// Column of the groups; without it, dotted codes group by kabupaten
    #[arg(long, default_value = "group")]
    group: String,
}

pub(super) fn recompute(args: &RecomputeArgs) -> Result<()> {
    let bytes = read_bytes(&args.record)?;
    let record = Record::read(&bytes).or_else(|problems| told(&args.record, problems))?;
    if record.software() != SOFTWARE {
        println!("written by {}, computed by {SOFTWARE}", record.software());
    }
    let again = record.recompute();
    let again = again.or_else(|problems| told(&args.record, problems))?;
    if again.write().as_bytes() != bytes {
        tell(&differences(&record, &again));
        bail!(
            "{} does not follow from its own data and method: the lines above differ",
            args.record.display()
        );
    }
    println!(
        "{} villages by {} {}: the same bytes; data {}",
        record.units().len(),
        record.method().id,
        record.method().version,
        record.data_digest()
    );
    tell_held(&record);
    for caution in record.cautions() {
        println!("{caution}");
    }
    match &args.data {
        Some(data) => compare(args, &record, data),
        None => Ok(()),
    }
}

/// What became of villages that were not fit to be judged.
fn tell_held(record: &Record) {
    let held = record.result().iter().filter(|it| it.verdict == "held");
    let held = held.count();
    if 0 < held {
        println!(
            "{held} not fit to be judged: {}",
            record.method().held.words().en
        );
    }
    for unit in record.awaited().into_iter().take(TOLD_MAX) {
        println!("  {} {}: decided without waiting", unit.region, unit.name);
    }
}

/// Decides by the record's method and seed from newer data, and says what that changes.
fn compare(args: &RecomputeArgs, record: &Record, data: &Path) -> Result<()> {
    let columns = Columns {
        code: args.code.clone(),
        name: args.name.clone(),
        group: args.group.clone(),
    };
    let table = read_bytes(data)?;
    let before = match &args.last_round {
        Some(path) => Some(read_bytes(path)?),
        None => None,
    };
    let units = read_units(record.method(), &columns, &table, before.as_deref());
    let units = units.or_else(|problems| told(data, problems))?;
    // The program is the record's too, so that only what the data changes is told.
    let seed = record.seed();
    let newer = record.draft_again(&units, record.changes());
    let newer = newer.or_else(|problems| told(data, problems))?;
    let found = differences(record, &newer);
    match found.len() {
        0 => println!("{}: the same villages, answers and result", data.display()),
        count => println!("{}: {count} differences", data.display()),
    }
    tell(&found);
    if let Some(out) = &args.out {
        let newer = Record::decide(SOFTWARE, seed, record.document(), &units, record.changes());
        let newer = newer.or_else(|problems| told(data, problems))?;
        std::fs::write(out, newer.write())
            .with_context(|| format!("cannot write {}", out.display()))?;
    }
    Ok(())
}

fn tell(found: &[Difference]) {
    for difference in found.iter().take(TOLD_MAX) {
        match difference.region.as_str() {
            "" => println!("  {}", difference.text.en),
            region => println!("  {region}: {}", difference.text.en),
        }
    }
    if TOLD_MAX < found.len() {
        println!("  and {} more", found.len() - TOLD_MAX);
    }
}

#[cfg(test)]
mod tests;

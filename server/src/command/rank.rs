//! Any table ranked by any method, without a database: `lumbung rank`.
//!
//! Always: writes every step down; equal method, table and seed give equal files on every machine.
//! Never: writes a file before method and table were found sound; puts files for anybody beside others.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::priority::{
    COUNT_SHOWN_MIN, Change, ColumnNote, Columns, Draws, Exchange, Interval, LeftOut, Method, Part,
    Problem, Record, SHIPPED, STEP_FILES, Scored, Selection, Sensitivity, Shifts, Text, Tried,
    Uncertainty, VillageTable, beyond_villages, cell, changes_faults, file_dictionary,
    intervals_csv, kawasan_csv, kawasan_dictionary, leave_one_out, list, method_hash, parse,
    proof_csv, proof_dictionary, read_changes, read_given, read_places, select, selection_csv,
    selection_dictionary,
};

use crate::exports::{self, About, DrawsFormat, Format, write_draws};

use super::tables::{Folder, Refused, SOFTWARE, hex, read_bytes, refuse, told};

/// Base samples of the sensitivity, each some rankings.
const SAMPLES_DEFAULT: u32 = 128;
const SAMPLES_MAX: u32 = 16_384;
/// The one step that has no value of a village; the others have them in full digits.
const PUBLIC_STEP: &str = "6-weights.csv";

#[derive(Debug, Args)]
pub(super) struct RankArgs {
    /// A method document (.toml), or the name of one that ships, such as idm
    #[arg(long)]
    method: PathBuf,
    /// Units and indicators as CSV: a column per indicator, named by its id; a row without values is a village that nobody visited, where the method counts those
    #[arg(long)]
    data: PathBuf,
    /// Folder for the files; those of an earlier run are overwritten
    #[arg(long)]
    out: PathBuf,
    /// The table of the round before, for methods that fill gaps from it
    #[arg(long)]
    last_round: Option<PathBuf>,
    /// Text that draws and lotteries start from [default: id and version of the method]
    #[arg(long)]
    seed: Option<String>,
    /// Column of the codes
    #[arg(long, default_value = "code")]
    code: String,
    /// Column of the names, if there is one
    #[arg(long, default_value = "name")]
    name: String,
    /// Column of the groups; without it, dotted codes group by kabupaten
    #[arg(long, default_value = "group")]
    group: String,
    /// Decisions that people changed, as CSV: code, decision (chosen, reserve, not_chosen), by, reason
    #[arg(long)]
    changes: Option<PathBuf>,
    /// How many draws, instead of what the method says
    #[arg(long)]
    draws: Option<u32>,
    /// How many base samples tell which assumption matters most; 0 for none
    #[arg(long, default_value_t = SAMPLES_DEFAULT)]
    samples: u32,
    /// Formats of the table of villages, with commas between
    #[arg(long, value_enum, value_delimiter = ',', default_value = "csv")]
    formats: Vec<Format>,
    /// Column of the latitude in degrees, if there is one
    #[arg(long, default_value = "latitude")]
    latitude: String,
    /// Column of the longitude in degrees, if there is one
    #[arg(long, default_value = "longitude")]
    longitude: String,
    /// Files for anybody: numbers of 1 to 4 people or families are left out, no step is written that would tell them, and nobody is named
    #[arg(long)]
    public: bool,
    /// Also write the rank of every village in every draw, in this format
    #[arg(long, value_enum)]
    write_draws: Option<DrawsFormat>,
}

pub(super) fn rank(args: &RankArgs) -> Result<()> {
    let (mut method, document) = read_method(&args.method)?;
    let hash = method_hash(&method);
    if let Some(draws) = args.draws {
        let uncertainty = method.uncertainty.get_or_insert_with(Uncertainty::default);
        uncertainty.draws = draws;
        refuse("the command line", shared::priority::check(&method))?;
    }
    if SAMPLES_MAX < args.samples {
        bail!(
            "--samples {} exceeds the limit of {SAMPLES_MAX}",
            args.samples
        );
    }
    let columns = Columns {
        code: args.code.clone(),
        name: args.name.clone(),
        group: args.group.clone(),
    };
    let data = read_bytes(&args.data)?;
    let before = match &args.last_round {
        Some(path) => Some(read_bytes(path)?),
        None => None,
    };
    let given = read_given(&method, &columns, &data, before.as_deref());
    let is_whole = given.problems.is_empty();
    let mut refused = Refused::default();
    refused.add(args.data.display(), given.problems);
    let places = read_places(&columns, &args.latitude, &args.longitude, &data);
    let places = refused
        .take(args.data.display(), places)
        .unwrap_or_default();
    let changes = changes(args, &mut refused)?;
    let seed = args.seed.clone();
    let seed = seed.unwrap_or_else(|| format!("{}@{}", method.id, method.version));
    let Some(table) = given.table else {
        refused.finish()?;
        bail!("{} holds no rows", args.data.display());
    };
    let (units, matched, remarks) = (given.units, given.matched, given.remarks);
    let scored = Scored::new(&method, &table, &seed);
    let method_name = args.method.display();
    refused.add(&method_name, scored.strangers());
    let (mut chosen, mut record) = (None, None);
    if is_whole {
        chosen = refused.take(&method_name, selection(&method, &scored, &seed));
        let oversized = chosen.iter().flatten().flat_map(Selection::oversized);
        refused.add(&method_name, oversized.collect());
    } else {
        refused.add(&method_name, beyond_villages(&method, &table));
    }
    let selection = chosen.flatten();
    if selection.is_some() {
        let decided = Record::decide(SOFTWARE, &seed, &document, &units, &changes);
        record = refused.take("the decision", decided);
    } else {
        refused.add("the changes", changes_faults(&method, &units, &changes));
    }
    refused.finish()?;
    if args.public {
        refuse_mixed(&args.out)?;
    }
    let out = Folder::make(&args.out)?;
    // What says that a folder is for anybody goes first and comes last: a run that is interrupted leaves none.
    out.remove("run.json")?;
    let is_written = |name: &str| !args.public || name == PUBLIC_STEP;
    for file in STEP_FILES.iter().filter(|it| is_written(it.name)) {
        out.write(file.name, &(file.write)(&scored))?;
    }
    write_robustness(&out, &scored, &seed, args)?;
    if let Some(selection) = &selection {
        tell_selection(&method, selection);
        if !args.public {
            write_selection(&out, &method, selection)?;
        }
    }
    let mut villages = VillageTable::new(&scored, &units, selection.as_ref(), &places);
    if let Some(record) = &record {
        if !args.public {
            out.write("record.txt", &record.write())?;
        }
        let finally = record.result().iter().map(|it| it.finally.as_str());
        villages = villages.with_final(finally.collect());
    }
    let mut about = About::new(&method, &document, &seed, selection.as_ref());
    if args.public {
        villages = villages.public();
        about.for_public(&method, &villages);
    }
    let proof = selection.as_ref().filter(|_| !villages.hides_scores());
    if let Some(proof) = proof.and_then(|it| proof_csv(it, method.decimals)) {
        out.write("9-proof.csv", &proof)?;
    }
    for format in &args.formats {
        let name = format!("villages.{}", format.extension());
        out.make_file(&name, |file| {
            exports::write(*format, &villages, &about, file)
        })?;
    }
    out.write("villages-dictionary.csv", &villages.dictionary_csv())?;
    out.write("dictionary.csv", &dictionary(&method))?;
    if !about.document.is_empty() {
        out.write("method.toml", &document)?;
    }
    let mut run = json!({
        "software": SOFTWARE,
        "method": { "id": method.id, "version": method.version, "hash": hash },
        "data_sha256": hex(&Sha256::digest(&data)),
        "last_round_sha256": before.as_ref().map(|it| hex(&Sha256::digest(it))),
        "last_round_matched": matched,
        "seed": seed,
        "draws": method.uncertainty.clone().unwrap_or_default().draws,
        "units": table.len(),
        "chosen": selection.map(|it| it.chosen.len()),
    });
    if method.programme.is_some() {
        run["held"] = json!(method.held.rule);
    }
    if method.counts_unvisited() {
        let unvisited = units.iter().filter(|unit| unit.is_unvisited());
        run["unvisited"] = json!(unvisited.count());
    }
    if args.public {
        run["public"] = json!({ "count_shown_min": COUNT_SHOWN_MIN });
        if method.indicators.iter().all(|it| it.counts.is_none()) {
            println!(
                "no indicator of this method says that it counts people or families (`counts`), so no number was left out"
            );
        }
    }
    if !remarks.is_empty() {
        let told = remarks.iter().map(ToString::to_string);
        run["remarks"] = json!(told.collect::<Vec<String>>());
    }
    out.write("run.json", &format!("{run:#}\n"))?;
    for remark in &remarks {
        println!("{remark}");
    }
    if let Some(matched) = matched {
        println!(
            "{matched} of {} units are in the table of the round before",
            table.len()
        );
    }
    println!(
        "{} units ranked by {} {}; {} files in {}",
        table.len(),
        method.id,
        method.version,
        out.written(),
        args.out.display()
    );
    Ok(())
}

/// The changes by hand, where there are some.
///
/// Errors: the file cannot be read at all.
fn changes(args: &RankArgs, refused: &mut Refused) -> Result<Vec<Change>> {
    let Some(path) = &args.changes else {
        return Ok(Vec::new());
    };
    let changes = read_changes(&read_bytes(path)?);
    Ok(refused.take(path.display(), changes).unwrap_or_default())
}

/// The method and the text it was read from.
fn read_method(path: &Path) -> Result<(Method, String)> {
    let shipped = SHIPPED.iter().find(|shipped| {
        let stem = shipped.file.trim_end_matches(".toml");
        path.to_str() == Some(stem)
    });
    let document = match shipped {
        Some(shipped) => shipped.document.to_owned(),
        None => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the method {}", path.display()))?,
    };
    let method = parse(&document).or_else(|problems| told(path, problems))?;
    Ok((method, document))
}

fn write_robustness(out: &Folder, scored: &Scored, seed: &str, args: &RankArgs) -> Result<()> {
    let samples = args.samples;
    let quota = scored.method().programme.as_ref().map(|it| &it.quota);
    let draws = Draws::new(scored, quota, seed);
    let draws = draws.or_else(|problems| told(Path::new("the draws"), problems))?;
    if draws.is_empty() {
        return Ok(());
    }
    let parts: Vec<Part> = side_by_side(draws.count() as usize, 1, |range| {
        draws.run(range.start as u32..range.end as u32)
    });
    let intervals: Vec<Vec<Interval>> =
        side_by_side(draws.len(), 64, |range| draws.intervals(&parts, range));
    if let Some(format) = args.write_draws {
        let method = format!("{} {}", scored.method().id, scored.method().version);
        out.make_file(format.file_name(), |file| {
            write_draws(format, (&draws, &parts), (&method, seed), file)
        })?;
    }
    drop(parts);
    let mut intervals: Vec<Interval> = intervals.into_iter().flatten().collect();
    let mut basis = draws.basis();
    if let Some(trials) = draws.trials(quota) {
        let tried: Vec<Tried> = side_by_side(trials.count() as usize, 1, |range| {
            trials.run(range.start as u32..range.end as u32)
        });
        let chances = trials.chances(&tried);
        chances.put_into(&mut intervals);
        basis = Some(chances.basis);
    }
    out.write("9-intervals.csv", &intervals_csv(&mut intervals, basis))?;
    if 0 < samples {
        let shifts: Vec<Shifts> = side_by_side(samples as usize, 1, |range| {
            draws.sensitivity_part(range.start as u32..range.end as u32)
        });
        out.write(
            "9-sensitivity.csv",
            &sensitivity_csv(&draws.sensitivity(&shifts)),
        )?;
    }
    let left = leave_one_out(scored, quota, seed);
    let left = left.or_else(|problems| told(Path::new("leaving one out"), problems))?;
    out.write("9-leave-one-out.csv", &left_out_csv(&left))
}

/// Splits `count` things among the processors, at multiples of `step`; the parts keep their order.
fn side_by_side<T: Send>(
    count: usize,
    step: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, |it| it.get());
    let share = count.div_ceil(threads).next_multiple_of(step).max(step);
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..count)
            .step_by(share)
            .map(|first| {
                let work = &work;
                scope.spawn(move || work(first..(first + share).min(count)))
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().expect("ranking does not panic"))
            .collect()
    })
}

fn sensitivity_csv(found: &Sensitivity) -> String {
    let mut csv = String::from("factor,first_order,total,replications,failed,mean_shift\n");
    let number = |value: Option<f64>| value.map_or(String::new(), |it| it.to_string());
    for factor in &found.factors {
        let _ = writeln!(
            csv,
            "{},{},{},{},{},{}",
            factor.factor,
            number(factor.first),
            number(factor.total),
            found.replications,
            found.failed,
            number(found.mean_shift)
        );
    }
    csv
}

fn left_out_csv(left: &[LeftOut]) -> String {
    let mut csv = String::from("indicator,mean_shift,largest_shift,exchanged,entering,leaving\n");
    for left in left {
        // Empty where it is not known, so that nobody reads "nobody".
        let exchanged = left.exchange.as_ref().map_or_else(String::new, |it| {
            it.entering.len().max(it.leaving.len()).to_string()
        });
        let codes = |of: fn(&Exchange) -> &Vec<String>| {
            let codes = left.exchange.as_ref().map(|it| of(it).join(" "));
            cell(&codes.unwrap_or_default())
        };
        let _ = writeln!(
            csv,
            "{},{},{},{exchanged},{},{}",
            cell(&left.indicator),
            left.mean_shift,
            left.largest_shift,
            codes(|it| &it.entering),
            codes(|it| &it.leaving)
        );
    }
    csv
}

/// The columns of the two files above, as far as no other file has them.
fn robustness_dictionary() -> Vec<ColumnNote> {
    let columns = [
        (
            "factor",
            "anggapan yang diubah: weights, normalise, missing, aggregation, unknown, unvisited",
            "the assumption that was changed: weights, normalise, missing, aggregation, unknown, unvisited",
        ),
        (
            "first_order",
            "indeks Sobol orde pertama; kosong: tidak dapat ditentukan",
            "Sobol's index of first order; empty: it cannot be told",
        ),
        (
            "total",
            "9-sensitivity: indeks Sobol total; kosong: tidak dapat ditentukan",
            "9-sensitivity: Sobol's total index; empty: it cannot be told",
        ),
        (
            "replications",
            "banyaknya pemeringkatan ulang",
            "how many rankings were made again",
        ),
        (
            "failed",
            "di antaranya tanpa satu pun skor",
            "those among them without any score",
        ),
        (
            "mean_shift",
            "rata-rata pergeseran peringkat satu satuan",
            "mean shift of a unit's rank",
        ),
        (
            "largest_shift",
            "pergeseran peringkat terbesar tanpa indikator ini; bobot dari komponen utama atau perbandingan dicari lagi \
             tanpanya, desa yang ikut tetap",
            "largest shift of a rank without this indicator; weights by components or comparisons are found anew \
             without it, who takes part stays",
        ),
        (
            "exchanged",
            "berapa yang berganti terpilih tanpa indikator ini; kosong: tidak dihitung, sebab tidak ada yang dipilih \
             atau aturannya tidak selesai dihitung ulang dalam batasnya",
            "how many chosen ones change without this indicator; empty: not computed, since nobody is chosen or the \
             rules were not solved again within their bounds",
        ),
        (
            "entering",
            "kode yang terpilih hanya tanpa indikator ini",
            "codes that are chosen only without this indicator",
        ),
        (
            "leaving",
            "kode yang tidak terpilih lagi tanpa indikator ini",
            "codes that are not chosen any more without this indicator",
        ),
        (
            "draw_0",
            "9-draws.csv: peringkat di tarikan nomor itu, dari 0; tanpa skor di situ: peringkat terakhir",
            "9-draws.csv: rank in the draw of that number, from 0; without a score there, the last rank",
        ),
        (
            "ranks",
            "9-draws.parquet: daftar peringkat, satu per tarikan dari nomor 0; tanpa skor di situ: peringkat terakhir",
            "9-draws.parquet: a list of ranks, one per draw from number 0; without a score there, the last rank",
        ),
    ];
    let note = |(name, id, en): (&str, &str, &str)| ColumnNote {
        name: name.to_owned(),
        text: Text::new(id, en),
    };
    columns.map(note).to_vec()
}

/// Who is chosen, where the method chooses.
///
/// Errors: rules that contradict each other, or name whom nobody can choose.
fn selection(
    method: &Method,
    scored: &Scored,
    seed: &str,
) -> Result<Option<Selection>, Vec<Problem>> {
    let Some(programme) = &method.programme else {
        return Ok(None);
    };
    let ranking = list(scored, seed);
    select(method, &ranking, &programme.quota).map(Some)
}

/// Files for anybody lie alone: a folder is published as a whole.
///
/// Errors: the folder holds something that no public run wrote.
fn refuse_mixed(folder: &Path) -> Result<()> {
    let Ok(mut entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    let run = std::fs::read(folder.join("run.json")).unwrap_or_default();
    let run: serde_json::Value = serde_json::from_slice(&run).unwrap_or_default();
    if entries.next().is_none() || run.get("public").is_some() {
        return Ok(());
    }
    bail!(
        "{} holds files that are not of a public run, and --public would leave them beside its own; name a new folder",
        folder.display()
    );
}

/// Writes who is chosen, with reasons and sums.
fn write_selection(out: &Folder, method: &Method, selection: &Selection) -> Result<()> {
    let decimals = method.decimals;
    out.write("9-selection.csv", &selection_csv(selection, decimals))?;
    if let Some(kawasan) = kawasan_csv(selection, method) {
        out.write("9-kawasan.csv", &kawasan)?;
    }
    Ok(())
}

/// Says what could not be filled, and who was not fit to be judged.
fn tell_selection(method: &Method, selection: &Selection) {
    if !selection.held.is_empty() || !method.held.is_default() {
        let (many, rule) = (selection.held.len(), method.held.words().en);
        println!("{many} not fit to be judged: {rule}");
    }
    for shortfall in &selection.shortfalls {
        println!("{}", shortfall.text.en);
    }
}

/// What every column means: those of the files, and the method's own.
fn dictionary(method: &Method) -> String {
    let mut csv = String::from("column,id,en\n");
    let mut row = |name: &str, id: &str, en: &str| {
        let _ = writeln!(csv, "{},{},{}", cell(name), cell(id), cell(en));
    };
    let mut columns = file_dictionary();
    columns.extend(robustness_dictionary());
    columns.extend(selection_dictionary());
    if let Some(programme) = &method.programme {
        columns.extend(proof_dictionary());
        columns.extend(programme.kawasan.iter().flat_map(kawasan_dictionary));
    }
    for column in columns {
        row(&column.name, &column.text.id, &column.text.en);
    }
    for dimension in &method.dimensions {
        row(&dimension.id, &dimension.label.id, &dimension.label.en);
    }
    for indicator in &method.indicators {
        let with_unit = |label: &str, unit: &str| match unit {
            "" => label.to_owned(),
            unit => format!("{label} ({unit})"),
        };
        row(
            &indicator.id,
            &with_unit(&indicator.label.id, &indicator.unit.id),
            &with_unit(&indicator.label.en, &indicator.unit.en),
        );
    }
    csv
}

#[cfg(test)]
mod tests;

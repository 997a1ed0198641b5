//! The command line: one verb per chore.
//!
//! Always: an error names the thing, the cause and the next step.
//! Never: prints a password or link twice.

mod account;
mod backup;
mod capacity;
mod demo;
mod doctor;
mod questionnaire;
mod rank;
mod recompute;
mod serve;
mod tables;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use clap::{Args, Parser, Subcommand};

use crate::backups::Schedule;
use crate::clock::Clock;
use crate::config::ConfigFile;
use crate::error::Problem;
use crate::http::{Refused, import_regions};
use crate::store::{self, Act, Store};

const DATA_DEFAULT: &str = "data";

/// Offline village surveys: collects, merges, reviews, ranks.
#[derive(Debug, Parser)]
#[command(name = "lumbung", version)]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Args)]
struct Place {
    /// Folder of the data [default: data]
    #[arg(long, global = true, env = "LUMBUNG_DATA")]
    data: Option<PathBuf>,
    /// A PostgreSQL, as postgres://user@host:5432/lumbung; without it the data folder holds the database
    #[arg(long, global = true, env = "LUMBUNG_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Configuration file (TOML: data, database, listen, origin, backup_folder, backup_every, backup_keep)
    #[arg(long, global = true, env = "LUMBUNG_CONFIG")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Serve the apps and the API
    Serve(ServeArgs),
    /// Serve with a demo round, accounts and answers
    Demo(ServeArgs),
    /// Say what is wrong, if anything
    Doctor(ScheduleArgs),
    /// Read everything back and say what does not fit
    Check,
    /// Backups, made while the server runs
    #[command(subcommand)]
    Backup(BackupVerb),
    /// Bring a backup back into a place without data
    Restore(BackupArgs),
    /// Make accounts and passwords from here
    #[command(subcommand)]
    Account(AccountVerb),
    /// Regions
    #[command(subcommand)]
    Region(RegionVerb),
    /// Questionnaires
    #[command(subcommand)]
    Questionnaire(questionnaire::Verb),
    /// Rank a table of units and indicators by a method, and write every step down
    Rank(rank::RankArgs),
    /// Compute a decision record once more, and say what newer data changes
    Recompute(recompute::RecomputeArgs),
    /// Compare mills, stores and markets with the harvest around them
    Capacity(capacity::CapacityArgs),
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "LUMBUNG_LISTEN")]
    listen: Option<SocketAddr>,
    /// Address that browsers use, such as https://desa.example.id
    #[arg(long, env = "LUMBUNG_ORIGIN")]
    origin: Option<String>,
    #[command(flatten)]
    backups: ScheduleArgs,
}

#[derive(Debug, Args)]
struct ScheduleArgs {
    /// Folder in which the server makes backups by itself, elsewhere at best
    #[arg(long, env = "LUMBUNG_BACKUP_FOLDER")]
    backup_folder: Option<PathBuf>,
    /// Hours between two backups [default: 24]
    #[arg(long, env = "LUMBUNG_BACKUP_EVERY", value_name = "HOURS")]
    backup_every: Option<u32>,
    /// How many of the newest backups that count are kept [default: 14]
    #[arg(long, env = "LUMBUNG_BACKUP_KEEP", value_name = "NUMBER")]
    backup_keep: Option<usize>,
}

#[derive(Debug, Subcommand)]
enum BackupVerb {
    /// Make one in a folder, elsewhere at best, and read it back
    Create {
        folder: PathBuf,
        /// Count it although photos on record are lost; later ones count without those too
        #[arg(long)]
        accept_lost: bool,
    },
    /// Read one back
    Verify(BackupArgs),
}

#[derive(Debug, Args)]
struct BackupArgs {
    /// Folder of the backups
    folder: PathBuf,
    /// Name of one of them [default: the newest that is not later than now]
    #[arg(long)]
    name: Option<String>,
}

#[derive(Debug, Subcommand)]
enum AccountVerb {
    /// All accounts
    List,
    /// Make one account and print its generated password
    Make(AccountArgs),
    /// Set a new generated password and print it
    Password { username: String },
    /// Print a new single-use link that makes an administrator
    Link,
}

#[derive(Debug, Args)]
struct AccountArgs {
    username: String,
    /// Name of the person
    #[arg(long)]
    name: String,
    /// enumerator, supervisor, regency, province, national, analyst or administrator
    #[arg(long)]
    role: String,
    /// Code of a region, such as 53.21; may be given more than once
    #[arg(long = "region")]
    regions: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum RegionVerb {
    /// Import a CSV with the columns code,name; without a file, the list that came with the build
    Import {
        file: Option<PathBuf>,
        /// Save the good rows of a file that has bad ones
        #[arg(long)]
        skip_refused: bool,
    },
}

impl ScheduleArgs {
    /// The backups that the server makes by itself, as these arguments and the file want them.
    fn schedule(self, file: &ConfigFile) -> Result<Option<Schedule>> {
        Schedule::new(
            self.backup_folder.or_else(|| file.backup_folder.clone()),
            self.backup_every.or(file.backup_every),
            self.backup_keep.or(file.backup_keep),
        )
    }
}

fn database(text: &str) -> Result<store::PostgresUrl> {
    let read = text.parse().map_err(|error: String| anyhow!(error));
    read.context("the address of the database (--database or LUMBUNG_DATABASE) cannot be used")
}

/// Runs the verb of the command line.
pub async fn run(cli: Cli) -> Result<()> {
    if let Verb::Questionnaire(questionnaire::Verb::Tool(verb)) = cli.verb {
        return questionnaire::tool(verb);
    }
    if let Verb::Rank(args) = &cli.verb {
        return rank::rank(args);
    }
    if let Verb::Recompute(args) = &cli.verb {
        return recompute::recompute(args);
    }
    if let Verb::Capacity(args) = &cli.verb {
        return capacity::capacity(args);
    }
    let file = ConfigFile::read(cli.place.config.as_deref())?;
    let data = cli.place.data.or_else(|| file.data.clone());
    let place = store::Place {
        folder: data.unwrap_or_else(|| PathBuf::from(DATA_DEFAULT)),
        postgres: match &cli.place.database {
            // Not by the parser of the arguments, which would repeat the password in its error.
            Some(text) => Some(database(text)?),
            None => file.database.clone(),
        },
    };
    let clock = Clock::default();
    match cli.verb {
        Verb::Restore(args) => return backup::restore(place, &clock, args).await,
        Verb::Backup(BackupVerb::Verify(args)) => return backup::verify(&clock, args).await,
        _ => {}
    }
    let opened = match cli.verb {
        Verb::Doctor(_) | Verb::Check => Store::open_to_look(place.clone()).await,
        // From a wrong folder it must not make an empty hub and back that up.
        Verb::Backup(_) => Store::open_existing(place.clone(), clock.now()).await,
        _ => Store::open(place.clone(), clock.now()).await,
    };
    let store = opened.with_context(|| {
        format!(
            "cannot open the data in {place}; --data names its folder, --database its PostgreSQL"
        )
    })?;
    match cli.verb {
        Verb::Serve(args) => serve::serve(store, clock, args, &file).await,
        Verb::Demo(args) => demo::demo(store, clock, args, &file).await,
        Verb::Doctor(args) => doctor::doctor(&store, args.schedule(&file)?, clock.now()).await,
        Verb::Check => backup::check(&store).await,
        Verb::Backup(BackupVerb::Create {
            folder,
            accept_lost,
        }) => backup::create(&store, &clock, &folder, accept_lost).await,
        Verb::Backup(BackupVerb::Verify(args)) => backup::verify(&clock, args).await,
        Verb::Restore(args) => backup::restore(place, &clock, args).await,
        Verb::Account(verb) => account::run(&store, &clock, verb).await,
        Verb::Region(verb) => region(&store, &clock, verb).await,
        Verb::Questionnaire(questionnaire::Verb::Import { form }) => {
            questionnaire::import(&store, &clock, form).await
        }
        Verb::Questionnaire(questionnaire::Verb::Tool(verb)) => questionnaire::tool(verb),
        Verb::Rank(args) => rank::rank(&args),
        Verb::Recompute(args) => recompute::recompute(&args),
        Verb::Capacity(args) => capacity::capacity(&args),
    }
}

async fn region(store: &Store, clock: &Clock, verb: RegionVerb) -> Result<()> {
    let RegionVerb::Import { file, skip_refused } = verb;
    let bytes = match file {
        Some(file) => {
            std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?
        }
        None => crate::http::builtin_regions()
            .context("this build has no list of regions; name a CSV file")?,
    };
    let refused = if skip_refused {
        Refused::Skip
    } else {
        Refused::SaveNothing
    };
    let act = Act::by_program(clock.now());
    let view = import_regions(store, &bytes, refused, act)
        .await
        .map_err(plain)?;
    println!(
        "{} rows: {} saved, {} refused",
        view.rows, view.saved, view.refused
    );
    for fault in &view.faults {
        println!("{}: {}", fault.place, fault.text);
    }
    Ok(())
}

/// A problem as lines for a terminal.
fn plain(problem: Problem) -> anyhow::Error {
    let view = problem.view();
    let mut text = view.detail_en;
    for fault in view.faults {
        text.push_str(&format!("\n  {}: {}", fault.place, fault.text_en));
    }
    anyhow::Error::msg(text)
}

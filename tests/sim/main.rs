//! The simulator as a program: `cargo xtask sim [--seeds N] [--seed S] [--threads N]`.
//!
//! Always: a failing seed is lived through once more, to tell its story; then the program fails.
//! Never: differs between two runs of one seed.

mod chance;
mod device;
mod hub;
mod mutants;
mod options;
mod photo;
mod places;
mod truth;
mod wire;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use world::{Life, Report, Tally, live};

const USAGE: &str =
    "usage: sim [--seeds N] [--seed S] [--threads N] [--list | --story | --mutants]";
/// Lines of a story that are shown; the end is what matters.
const STORY_LINES_MAX: usize = 80;
/// After so many worlds a run says how far it is: one that is cut short has then seen something too.
const WORLDS_TOLD: u64 = 50_000;

struct Wish {
    first: u64,
    seeds: u64,
    threads: usize,
    /// One seed, with its story.
    tells: bool,
    /// Lists every seed that fails.
    goes_on: bool,
    /// All rules left out, one after the other.
    breaks: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(wish) = read(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    if wish.breaks {
        return break_rules();
    }
    let started = Instant::now();
    let findings = AtomicU64::new(0);
    let (tally, failed) = run(&wish, &findings);
    let seconds = started.elapsed().as_secs_f64();
    if let Some(report) = failed {
        tell(&report, wish.tells);
        return ExitCode::FAILURE;
    }
    println!(
        "{} worlds from seed {} in {seconds:.0} s ({:.0} a second): {} findings. {} ops typed, {} effects, {} crashes, \
         {} hubs put back, {} phones on a new lane, {} photos taken, {} ops and {} photos given up by phones, {} pushes \
         and bundles of full phones.",
        wish.seeds,
        wish.first,
        wish.seeds as f64 / seconds,
        findings.load(Ordering::Relaxed),
        tally.typed,
        tally.effects,
        tally.crashes,
        tally.restores,
        tally.forks,
        tally.photos,
        tally.given_up,
        tally.photos_given_up,
        tally.sent_full,
    );
    match findings.load(Ordering::Relaxed) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// One line for each rule: in how many worlds its absence was noticed, and what was broken first.
fn break_rules() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    let mut code = ExitCode::SUCCESS;
    for broken in mutants::ALL {
        match mutants::catch(broken, true) {
            Some(caught) => println!(
                "{broken:?}: in {} of {}, first in seed {}: {}",
                caught.worlds,
                mutants::SEEDS_MAX,
                caught.seed,
                caught.rule
            ),
            None => {
                println!("{broken:?}: NOT NOTICED in {} worlds", mutants::SEEDS_MAX);
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

fn run(wish: &Wish, findings: &AtomicU64) -> (Tally, Option<Report>) {
    let next = AtomicU64::new(wish.first);
    let end = wish.first.saturating_add(wish.seeds);
    let is_over = AtomicBool::new(false);
    let lived = AtomicU64::new(0);
    let started = Instant::now();
    let sum = Mutex::new((Tally::default(), None));
    std::thread::scope(|scope| {
        for _ in 0..wish.threads {
            scope.spawn(|| {
                let mut own = Tally::default();
                while !is_over.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if end <= seed {
                        break;
                    }
                    let report = caught(seed, wish.tells);
                    add(&mut own, &report.tally);
                    if let (Err(rule), true) = (&report.verdict, wish.goes_on) {
                        println!("{seed}: {rule}");
                        findings.fetch_add(1, Ordering::Relaxed);
                        continue;
                    }
                    let lived = lived.fetch_add(1, Ordering::Relaxed) + 1;
                    if lived.is_multiple_of(WORLDS_TOLD) && report.verdict.is_ok() {
                        let seconds = started.elapsed().as_secs();
                        eprintln!("{lived} of {} worlds after {seconds} s", wish.seeds);
                    }
                    if report.verdict.is_err() || wish.tells {
                        is_over.store(true, Ordering::Relaxed);
                        if let Ok(mut sum) = sum.lock() {
                            sum.1 = Some(report);
                        }
                    }
                }
                if let Ok(mut sum) = sum.lock() {
                    add(&mut sum.0, &own);
                }
            });
        }
    });
    sum.into_inner().unwrap_or_default()
}

fn add(sum: &mut Tally, own: &Tally) {
    sum.typed += own.typed;
    sum.effects += own.effects;
    sum.crashes += own.crashes;
    sum.restores += own.restores;
    sum.forks += own.forks;
    sum.given_up += own.given_up;
    sum.sent_full += own.sent_full;
    sum.photos += own.photos;
    sum.photos_given_up += own.photos_given_up;
}

/// A machine that stops with a panic is a finding too.
fn caught(seed: u64, tells: bool) -> Report {
    let lived = catch_unwind(AssertUnwindSafe(|| {
        let life = Life {
            tells,
            ..Life::default()
        };
        live(seed, life)
    }));
    lived.unwrap_or_else(|_| Report {
        seed,
        verdict: Err("a machine stopped; its message is above".to_owned()),
        tally: Tally::default(),
        options: String::new(),
        story: Vec::new(),
    })
}

fn tell(report: &Report, is_whole: bool) {
    let again = caught(report.seed, true);
    println!("seed {}\n{}\n", again.seed, again.options);
    let skipped = match is_whole {
        true => 0,
        false => again.story.len().saturating_sub(STORY_LINES_MAX),
    };
    if 0 < skipped {
        println!("… {skipped} lines before");
    }
    for line in again.story.iter().skip(skipped) {
        println!("{line}");
    }
    match &report.verdict {
        Err(rule) => println!(
            "\nBROKEN: {rule}\nagain: cargo xtask sim --seeds 1 --seed {}",
            report.seed
        ),
        Ok(()) => println!("\nno finding"),
    }
}

fn read(arguments: &[String]) -> Option<Wish> {
    let mut wish = Wish {
        first: 1,
        seeds: 10_000,
        threads: 2,
        tells: false,
        goes_on: false,
        breaks: false,
    };
    let mut left = arguments.iter();
    while let Some(argument) = left.next() {
        let mut value = || left.next()?.parse().ok();
        match argument.as_str() {
            "--story" => wish.tells = true,
            "--list" => wish.goes_on = true,
            "--mutants" => wish.breaks = true,
            "--seeds" => wish.seeds = value()?,
            "--seed" => wish.first = value()?,
            "--threads" => wish.threads = value()? as usize,
            _ => return None,
        }
    }
    Some(wish)
}

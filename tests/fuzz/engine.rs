//! Runs the cases of a target, and keeps the input of the one that fails.
//!
//! Always: a case has the stack of a phone's browser, a bound on memory and a deadline; what it is
//! doing lies in `target/fuzz/NAME/running` before it begins, so that an abort leaves it behind.
//! Never: two cases at once, because memory is counted for the whole process.

use std::any::Any;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tests::harness::workspace;

use crate::memory;
use crate::mutate::{Chance, mutated};
use crate::targets::Target;

/// Browsers on phones give a page about so much.
const STACK_BYTES: usize = 1024 * 1024;
/// What one case may need on top of what was in use before it.
const MEMORY_BYTES_MAX: u64 = 300 * 1024 * 1024;
/// Only to notice what hangs; a case takes about a millisecond.
const DEADLINE: Duration = Duration::from_secs(10);
/// Inputs that showed something new, beside those of the corpus.
const POOL_MAX: usize = 2_000;
/// Of every run that is a test.
const SEED: u64 = 20_261_122;

/// Memory is counted for the whole process: one at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Runs a target: its corpus, then cases by chance.
pub(crate) fn fuzz(target: &Target) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut run = Run::new(target);
    if let Some(file) = std::env::var_os("LUMBUNG_FUZZ_INPUT") {
        let input = fs::read(&file).expect("the input to run again can be read");
        run.case("again", &input);
        return;
    }
    let mut pool = corpus(target);
    assert!(!pool.is_empty(), "{} has no corpus", target.name);
    pool.extend((target.seeds)());
    let mut seen = BTreeSet::new();
    for input in pool.clone() {
        seen.insert(run.case("corpus", &input));
    }
    let seed = number("LUMBUNG_FUZZ_SEED").unwrap_or(SEED);
    let minutes = number("LUMBUNG_FUZZ_MINUTES");
    let mut chance = Chance::new(seed);
    let begun = Instant::now();
    let goes_on = |cases: u32| match minutes {
        Some(minutes) => begun.elapsed() < Duration::from_secs(60 * minutes),
        None => cases < target.cases,
    };
    let mut cases = 0;
    while goes_on(cases) {
        let input = mutated(&mut chance, &pool, target.words);
        let outcome = run.case(&format!("seed {seed}, case {cases}"), &input);
        cases += 1;
        if pool.len() < POOL_MAX && seen.insert(outcome) {
            pool.push(input);
        }
    }
    println!(
        "{}: {cases} cases from seed {seed}, {} outcomes",
        target.name,
        seen.len()
    );
    run.done();
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("seed and minutes are whole numbers"))
}

/// Our own small files, and what was found before.
pub(crate) fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let folder = workspace().join("tests/fuzz/corpus").join(target.name);
    let files = fs::read_dir(&folder).expect("every target has a corpus");
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a folder").path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).expect("a file"))
        .collect()
}

/// A thread with a small stack that runs one case after the other.
struct Run {
    folder: PathBuf,
    running: File,
    inputs: Sender<Vec<u8>>,
    outcomes: Receiver<Result<String, String>>,
}

impl Run {
    fn new(target: &Target) -> Run {
        let folder = workspace().join("target/fuzz").join(target.name);
        fs::create_dir_all(&folder).expect("a folder below target");
        let path = folder.join("running");
        let running = File::create(&path).expect("a file below target");
        let (inputs, given) = channel::<Vec<u8>>();
        let (tell, outcomes) = channel();
        let run = target.run;
        let work = move || {
            for input in given {
                let outcome = catch_unwind(AssertUnwindSafe(|| run(&input)));
                if tell.send(outcome.map_err(|panic| words(&*panic))).is_err() {
                    return;
                }
            }
        };
        // The runtime names the thread when its stack overflows.
        let name = format!("input in target/fuzz/{}/running", target.name);
        let thread = thread::Builder::new().name(name).stack_size(STACK_BYTES);
        thread.spawn(work).expect("a thread");
        Run {
            folder,
            running,
            inputs,
            outcomes,
        }
    }

    fn case(&mut self, which: &str, input: &[u8]) -> String {
        self.running.set_len(0).expect("a file below target");
        self.running
            .seek(SeekFrom::Start(0))
            .expect("a file below target");
        self.running.write_all(input).expect("a file below target");
        let before = memory::reset();
        self.inputs.send(input.to_vec()).expect("the thread waits");
        let outcome = match self.outcomes.recv_timeout(DEADLINE) {
            Ok(outcome) => outcome,
            Err(_) => Err(format!("took longer than {DEADLINE:?}")),
        };
        let taken = memory::peak().saturating_sub(before);
        let outcome = outcome.and_then(|outcome| match taken {
            0..=MEMORY_BYTES_MAX => Ok(outcome),
            _ => Err(format!(
                "took {taken} bytes of memory, limit {MEMORY_BYTES_MAX}"
            )),
        });
        outcome.unwrap_or_else(|why| {
            let file = self.keep(input);
            panic!("{which}: {why}; the input is {}", file.display())
        })
    }

    /// Puts a failing input where the next run does not overwrite it.
    fn keep(&self, input: &[u8]) -> PathBuf {
        let free = (1..).map(|number| self.folder.join(format!("failed-{number}")));
        let mut free = free.filter(|path| !Path::exists(path));
        let file = free.next().expect("there is always another number");
        fs::write(&file, input).expect("a file below target");
        file
    }

    /// After an abort the file tells what was running; after the end nothing is.
    fn done(self) {
        fs::remove_file(self.folder.join("running")).expect("it was made when the run began");
    }
}

/// Runs once with the stack and the memory of a case.
pub(crate) fn within_bounds(run: impl FnOnce() -> String + Send + 'static) -> String {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let before = memory::reset();
    let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(run);
    let outcome = thread.expect("a thread").join();
    let taken = memory::peak().saturating_sub(before);
    let outcome = outcome.unwrap_or_else(|panic| panic!("{}", words(&*panic)));
    assert!(
        taken <= MEMORY_BYTES_MAX,
        "took {taken} bytes of memory, limit {MEMORY_BYTES_MAX}: {outcome}"
    );
    outcome
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("without a word"))
}

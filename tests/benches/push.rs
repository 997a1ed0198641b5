//! Submissions of 250 answers that the server takes in durably: the real `lumbung` in a process of its own, on SQLite
//! and on a PostgreSQL that syncs; beside them the rate at which SQLite itself takes the same bytes.
//!
//! Always: bodies and heads as phones send them, over loopback; counts what was merged, dense and readable afterwards.
//! Never: a figure of its own machine alone: compare only figures of one run. The phones run on the same processors.
//!
//! Words after `--` choose scenarios by a part of their name, such as `sqlite_50`.

#[path = "push/field.rs"]
mod field;
#[path = "push/line.rs"]
mod line;
#[path = "push/plain.rs"]
mod plain;

use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use server::clock::Clock;
use server::store::{Place, Store};
use shared::ids::{CaseId, Seq};
use tests::harness::Server;
use tests::postgres::Cluster;

use field::{Field, Phone};
use line::Line;

/// Phones at once, kabupaten that they are in, and submissions of each.
const SCENARIOS: [(usize, usize, usize); 4] =
    [(1, 1, 200), (50, 1, 40), (50, 10, 40), (500, 10, 8)];

fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let is_wanted =
        |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    let mut largest = None;
    for (phones, partitions, count) in SCENARIOS {
        let place = match partitions {
            1 if 1 < phones => "_one_kabupaten",
            _ => "",
        };
        let names =
            ["sqlite", "postgres"].map(|database| format!("{database}_{phones}_phones{place}"));
        if !names.iter().any(|name| is_wanted(name)) && !is_wanted("plain") {
            continue;
        }
        let field = Arc::new(Field::new(phones, partitions, count)?);
        if is_wanted(&names[0]) {
            measure(&names[0], &field, None)?;
        }
        if is_wanted(&names[1]) {
            // The last setting of a name counts: this one syncs, as the shipped configuration does.
            let cluster = Cluster::start(&["fsync=on"])?;
            measure(&names[1], &field, Some(&cluster))?;
        }
        largest = Some(field);
    }
    if is_wanted("plain") {
        let field = largest.context("no scenario was made")?;
        plain::measure(&field)?;
    }
    Ok(())
}

/// Starts a server on fresh data, lets all phones send at once, and looks at what became of it.
fn measure(name: &str, field: &Arc<Field>, cluster: Option<&Cluster>) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let data = tempfile::Builder::new().prefix("lumbung-data-").tempdir()?;
    let url = cluster.map(Cluster::database).transpose()?;
    let place = Place {
        folder: data.path().to_owned(),
        postgres: url
            .as_ref()
            .map(|url| url.parse())
            .transpose()
            .map_err(anyhow::Error::msg)?,
    };
    let bearers = runtime.block_on(field.prepare(&place))?;
    let before = stored_bytes(data.path(), cluster, url.as_deref())?;
    let mut arguments = vec!["serve"];
    if let Some(url) = &url {
        arguments.extend(["--database", url]);
    }
    let server = Server::start_on(data, &arguments)?;
    let begin = Arc::new(Barrier::new(field.phones.len() + 1));
    let threads: Vec<_> = (0..field.phones.len())
        .map(|index| {
            let (field, begin) = (Arc::clone(field), Arc::clone(&begin));
            let bearer = bearers[index].clone();
            let address = server.address();
            thread::spawn(move || -> Result<Sent> {
                let line = Line::open(address, &bearer, "gzip, deflate, br, zstd");
                begin.wait();
                send_all(line?, &field.phones[index])
            })
        })
        .collect();
    begin.wait();
    let begun = Instant::now();
    let mut all = Sent::default();
    for thread in threads {
        let sent = thread
            .join()
            .map_err(|_| anyhow::anyhow!("a phone panicked"))??;
        all.times.extend(sent.times);
        all.up += sent.up;
        all.down += sent.down;
    }
    let elapsed = begun.elapsed().as_secs_f64();
    let memory = peak_memory(server.process_id())?;
    let processor = processor_seconds(server.process_id())?;
    let data = server.end();
    let place = Place {
        folder: data.path().to_owned(),
        ..place
    };
    runtime.block_on(check(&place, field))?;
    let stored = stored_bytes(data.path(), cluster, url.as_deref())?.saturating_sub(before);
    all.times.sort_unstable();
    let count = all.times.len() as f64;
    let at = |share: usize| all.times[(all.times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    let print =
        |figure: &str, value: f64, unit: &str| print(&format!("{name}_{figure}"), value, unit);
    print("submissions", count / elapsed, "per_second");
    print("p50", at(50), "ms");
    print("p99", at(99), "ms");
    print("processor", processor * 1e6 / count, "us_per_submission");
    print("peak_memory", memory as f64 / 1e6, "MB");
    print("sent", all.up as f64 / count, "bytes_per_submission");
    print("received", all.down as f64 / count, "bytes_per_submission");
    print("stored", stored as f64 / count, "bytes_per_submission");
    if let (Some(cluster), Some(url)) = (cluster, url.as_deref()) {
        let lost = ask(cluster, url, ROLLED_BACK)?;
        print("races_lost", lost as f64 / count, "per_submission");
    }
    Ok(())
}

/// Transactions that were begun in vain.
const ROLLED_BACK: &str =
    "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()";

fn ask(cluster: &Cluster, url: &str, sql: &str) -> Result<u64> {
    let database = url
        .rsplit('/')
        .next()
        .context("an address names a database")?;
    Ok(cluster.run_sql(database, sql)?.parse()?)
}

fn print(figure: &str, value: f64, unit: &str) {
    let value = (value * 10.0).round() / 10.0;
    let line = serde_json::json!({"bench": "push", "figure": figure, "value": value, "unit": unit});
    println!("{line}");
}

#[derive(Default)]
struct Sent {
    times: Vec<Duration>,
    /// Bytes that went up and came down, heads and all.
    up: usize,
    down: usize,
}

fn send_all(mut line: Line, phone: &Phone) -> Result<Sent> {
    let mut sent = Sent::default();
    for body in &phone.bodies {
        let begun = Instant::now();
        let (up, down) = line.post("/api/v1/sync/push", body)?;
        sent.times.push(begun.elapsed());
        ensure!(!line.answer().is_empty(), "an answer without a word");
        sent.up += up;
        sent.down += down;
    }
    Ok(sent)
}

/// Every op of every phone is merged, at dense positions, and the last case of each reads back whole.
async fn check(place: &Place, field: &Field) -> Result<()> {
    let store = Store::open(place.clone(), Clock::default().now()).await?;
    for (partition, ops) in field.partitions() {
        let position = store.log_position(&partition).await?;
        ensure!(
            position == Seq(ops),
            "{partition} has {} ops of {ops}",
            position.0
        );
    }
    for phone in &field.phones {
        let region = phone
            .villages
            .last()
            .context("a phone without villages")?
            .clone();
        let case = store
            .case(&CaseId {
                round: field::ROUND,
                region,
            })
            .await?;
        ensure!(case.len() == field::OPS, "a case has {} ops", case.len());
    }
    store.close().await;
    Ok(())
}

/// Of the whole database; what SQLite still holds beside its file is in it, because the store was closed before.
fn stored_bytes(folder: &Path, cluster: Option<&Cluster>, url: Option<&str>) -> Result<u64> {
    let (Some(cluster), Some(url)) = (cluster, url) else {
        return Ok(std::fs::metadata(folder.join("lumbung.sqlite"))?.len());
    };
    ask(cluster, url, "SELECT pg_database_size(current_database())")
}

/// The most that the process ever had in memory, in bytes.
fn peak_memory(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let line = line.context("the kernel tells no peak")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}

/// How long the process kept processors busy, for itself and in the kernel.
fn processor_seconds(process: u32) -> Result<f64> {
    /// The kernel's own unit here, on every Linux.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name before the bracket may hold blanks.
    let (_, fields) = stat
        .rsplit_once(") ")
        .context("the kernel tells no times")?;
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<f64>);
    let ticks = ticks.sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS_PER_SECOND)
}

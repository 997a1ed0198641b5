//! What a phone reads: all of its villages at first, and later what a day brought; from the real `lumbung`.
//!
//! Always: asked for as a phone asks, page by page, packed by gzip; every op of its villages comes once.
//! Never: a figure of its own machine alone: compare only figures of one run.

#[path = "push/field.rs"]
mod field;
#[path = "push/line.rs"]
mod line;

use std::io::{Read as _, Write as _};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use server::store::Place;
use shared::wire::v1::{BATCH_OPS_MAX, Cursor, PullRequest, PullResponse, WIRE_VERSION};
use tests::harness::Server;

use field::{Field, OPS};
use line::Line;

/// Phones of the kabupaten; the one that reads sees its own villages only.
const PHONES: usize = 4;
const VILLAGES: usize = 30;
/// Villages that each phone sends after the first sync.
const VILLAGES_OF_A_DAY: usize = 2;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let field = Field::new(PHONES, 1, VILLAGES + VILLAGES_OF_A_DAY)?;
    let data = tempfile::Builder::new().prefix("lumbung-data-").tempdir()?;
    let bearers = runtime.block_on(field.prepare(&Place::from(data.path())))?;
    let server = Server::start_on(data, &["serve"])?;
    let mut lines = Vec::new();
    for (phone, bearer) in field.phones.iter().zip(&bearers) {
        let mut line = Line::open(server.address(), bearer, "gzip")?;
        for body in &phone.bodies[..VILLAGES] {
            line.post("/api/v1/sync/push", body)?;
        }
        lines.push(line);
    }
    let cursor = read(&mut lines[0], &field, "first_sync", None, VILLAGES)?;
    for (phone, line) in field.phones.iter().zip(&mut lines) {
        for body in &phone.bodies[VILLAGES..] {
            line.post("/api/v1/sync/push", body)?;
        }
    }
    read(
        &mut lines[0],
        &field,
        "a_day",
        Some(cursor),
        VILLAGES_OF_A_DAY,
    )?;
    Ok(())
}

/// Reads to the end of the log and prints what it took.
fn read(
    line: &mut Line,
    field: &Field,
    name: &str,
    mut cursor: Option<Cursor>,
    villages: usize,
) -> Result<Cursor> {
    let begun = Instant::now();
    let (mut pages, mut ops, mut down, mut slowest) = (0, 0, 0, 0.0_f64);
    loop {
        let asked = PullRequest {
            wire: WIRE_VERSION,
            partition: field.phones[0].partition.clone(),
            cursor,
            limit: u32::try_from(BATCH_OPS_MAX)?,
            digests: Vec::new(),
            giving_up: None,
        };
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(&serde_json::to_vec(&asked)?)?;
        let page_begun = Instant::now();
        let (_, received) = line.post("/api/v1/sync/pull", &packer.finish()?)?;
        slowest = slowest.max(page_begun.elapsed().as_secs_f64());
        down += received;
        pages += 1;
        let mut text = String::new();
        GzDecoder::new(line.answer()).read_to_string(&mut text)?;
        match serde_json::from_str(&text).context("an answer to a pull")? {
            PullResponse::Reset { .. } => bail!("the cursor is of another life of the server"),
            PullResponse::Page {
                ops: some,
                cursor: next,
                more,
                ..
            } => {
                ops += some.ops.len();
                cursor = Some(next);
                if !more {
                    break;
                }
            }
        }
    }
    let elapsed = begun.elapsed().as_secs_f64();
    ensure!(
        ops == villages * OPS,
        "{ops} ops came of {villages} villages"
    );
    print(&format!("{name}_bytes"), down as f64, "bytes");
    print(&format!("{name}_pages"), f64::from(pages), "pages");
    print(&format!("{name}_time"), elapsed * 1000.0, "ms");
    print(&format!("{name}_slowest_page"), slowest * 1000.0, "ms");
    cursor.context("a page has a cursor")
}

fn print(figure: &str, value: f64, unit: &str) {
    let value = (value * 10.0).round() / 10.0;
    let line = serde_json::json!({"bench": "pull", "figure": figure, "value": value, "unit": unit});
    println!("{line}");
}

//! A hundred photos over a link that is cut at random, every 300 KB on average: what is sent beside what is needed.
//!
//! Always: the shipped phone's machine and the real `lumbung`; the photos are all there at the end, checked by hash.
//! Never: a figure of time: the link is as fast as the machine.

#[path = "push/field.rs"]
mod field;
#[path = "push/handset.rs"]
mod handset;

use std::io::{Read, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use anyhow::{Context as _, Result, ensure};
use server::store::Place;
use shared::ids::CaseId;
use tests::harness::Server;

use field::{Field, ROUND};
use handset::Handset;

const PHOTOS: u64 = 100;
/// Bytes of a photo as phones shrink it.
const PHOTO_BYTES: std::ops::Range<u64> = 120_000..400_000;
/// Between two cuts, on average.
const CUT_BYTES: u64 = 300_000;
const ROUNDS_MAX: usize = 2_000;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let field = Field::new(1, 1, 1)?;
    let data = tempfile::Builder::new().prefix("lumbung-data-").tempdir()?;
    let bearers = runtime.block_on(field.prepare(&Place::from(data.path())))?;
    let server = Server::start_on(data, &["serve"])?;
    let link = Link::start(server.address())?;
    let phone = &field.phones[0];
    let bearer = bearers.first().context("one phone is enrolled")?.clone();
    let mut handset = Handset::new(phone, bearer, link.address);
    let case = CaseId {
        round: ROUND,
        region: phone.villages[0].clone(),
    };
    // Text goes first.
    let question = "/a_identitas/a_narasumber/a_narasumber_nama".parse()?;
    handset.write(&case, &question, field.form.fingerprint(), "Kepala desa")?;
    let mut chance = Chance(20_261_127);
    let mut needed = 0;
    for _ in 0..PHOTOS {
        let photo = photo(&mut chance);
        needed += photo.len() as u64;
        handset.keep_photo(&case, photo);
    }
    let mut rounds = 0;
    while handset.numbers().waiting != 0 || handset.numbers().photos_waiting != 0 {
        rounds += 1;
        ensure!(rounds < ROUNDS_MAX, "the photos do not arrive");
        handset.sync()?;
    }
    let passed = link.passed();
    print("photos", needed as f64 / 1e6, "MB");
    print("cuts", passed.cuts as f64, "count");
    print("rounds", rounds as f64, "count");
    print("sent_per_needed", passed.up as f64 / needed as f64, "ratio");
    Ok(())
}

fn photo(chance: &mut Chance) -> Vec<u8> {
    let length = PHOTO_BYTES.start + chance.below(PHOTO_BYTES.end - PHOTO_BYTES.start);
    let mut bytes = b"\xff\xd8\xff".to_vec();
    bytes.extend((3..length).map(|_| chance.below(256) as u8));
    bytes
}

fn print(figure: &str, value: f64, unit: &str) {
    let value = (value * 1000.0).round() / 1000.0;
    let line =
        serde_json::json!({"bench": "resume", "figure": figure, "value": value, "unit": unit});
    println!("{line}");
}

/// The way to the server, which is cut again and again.
struct Link {
    address: SocketAddr,
    state: Arc<Mutex<Passed>>,
}

#[derive(Debug, Clone)]
struct Passed {
    up: u64,
    cuts: u64,
    /// Bytes until the next cut.
    left: u64,
    chance: Chance,
}

impl Link {
    fn start(server: SocketAddr) -> Result<Link> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(Passed {
            up: 0,
            cuts: 0,
            left: CUT_BYTES,
            chance: Chance(3),
        }));
        let passing = Arc::clone(&state);
        // Ends with the process.
        thread::spawn(move || {
            for phone in listener.incoming().flatten() {
                let state = Arc::clone(&passing);
                thread::spawn(move || pass(phone, server, &state));
            }
        });
        Ok(Link { address, state })
    }

    fn passed(&self) -> Passed {
        locked(&self.state).clone()
    }
}

fn locked(state: &Mutex<Passed>) -> MutexGuard<'_, Passed> {
    state
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Carries one connection until it ends or is cut.
fn pass(mut phone: TcpStream, server: SocketAddr, state: &Mutex<Passed>) -> Option<()> {
    let mut up = TcpStream::connect(server).ok()?;
    let (mut back, mut home) = (up.try_clone().ok()?, phone.try_clone().ok()?);
    thread::spawn(move || {
        drop(std::io::copy(&mut back, &mut home));
        drop(home.shutdown(Shutdown::Both));
    });
    // As much as goes into one packet.
    let mut piece = [0; 1_400];
    loop {
        let count = phone.read(&mut piece).ok().filter(|count| *count != 0);
        let Some(count) = count else {
            break;
        };
        let passes = locked(state).take(count as u64);
        if up.write_all(&piece[..passes as usize]).is_err() || passes < count as u64 {
            break;
        }
    }
    drop(up.shutdown(Shutdown::Both));
    drop(phone.shutdown(Shutdown::Both));
    Some(())
}

impl Passed {
    /// How much of a packet passes: less than all where the link is cut.
    fn take(&mut self, bytes: u64) -> u64 {
        // What a packet holds was sent, whether it arrives or not.
        self.up += bytes;
        if bytes <= self.left {
            self.left -= bytes;
            return bytes;
        }
        let passes = self.left;
        self.cuts += 1;
        self.left = self.chance.below(2 * CUT_BYTES);
        passes
    }
}

/// A tiny generator: the same photos and cuts in every run.
#[derive(Debug, Clone)]
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

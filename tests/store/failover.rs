//! A PostgreSQL with a standby, whose primary dies while phones send.
//!
//! Always: the real server, which goes on over the failover; real clusters, killed as by a power cut.
//! Always: it may also fall silent, as a machine without power does: nobody is told that its connections ended.
//! Always: with a synchronous standby, what was acknowledged is there when the standby takes over; with one that lagged
//! behind, phones bring it back by themselves.

#[path = "../benches/push/field.rs"]
mod field;
#[path = "../benches/push/handset.rs"]
mod handset;
#[path = "../benches/push/line.rs"]
mod line;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result, anyhow, ensure};
use server::clock::Clock;
use server::store::{Place, Store};
use shared::answers::Op;
use shared::ids::{CaseId, LaneId, OpId, Seq};
use tempfile::TempDir;
use tests::harness::{Server, Signal, Weather, wait_until};
use tests::postgres::Cluster;

use field::{Field, OPS, Phone};
use handset::Handset;
use line::Line;

/// A sample; `LUMBUNG_FAILOVERS` asks for more, as `cargo xtask failover` does.
const FAILOVERS: usize = 1;
const PHONES: usize = 6;
const PARTITIONS: usize = 2;
/// Submissions of each phone.
const COUNT: usize = 12;

/// A primary, its standby, the server above them, and phones that work for it.
struct World {
    primary: Cluster,
    standby: Cluster,
    database: String,
    /// Between the server and its database.
    wire: Signal,
    server: Server,
    field: Arc<Field>,
    bearers: Vec<String>,
}

impl World {
    fn begin() -> Result<World> {
        let primary = Cluster::start(&[])?;
        let url = primary.database()?;
        let database = url.rsplit('/').next().context("a name")?.to_owned();
        let field = Arc::new(Field::new(PHONES, PARTITIONS, COUNT)?);
        let data = TempDir::new()?;
        let place = place(data.path(), primary.address(), &database)?;
        let bearers = runtime()?.block_on(field.prepare(&place))?;
        let standby = primary.standby(&[])?;
        let wire = Signal::start()?;
        wire.lead_to(primary.address());
        let url = url_at(wire.address(), &database);
        let server = Server::start_on(data, &["serve", "--database", &url])?;
        Ok(World {
            primary,
            standby,
            database,
            wire,
            server,
            field,
            bearers,
        })
    }

    /// Commits wait for the standby from now on.
    fn wait_for_standby(&self) -> Result<()> {
        let set = "ALTER SYSTEM SET synchronous_standby_names = '*'";
        self.primary.run_sql("postgres", set)?;
        self.primary
            .run_sql("postgres", "SELECT pg_reload_conf()")?;
        wait_until("a synchronous standby", || {
            let state = "SELECT sync_state FROM pg_stat_replication";
            let state = self.primary.run_sql("postgres", state)?;
            Ok((state == "sync").then_some(()))
        })
    }

    /// The standby hears nothing any more.
    fn cut_standby_off(&self) -> Result<()> {
        let caught_up =
            "SELECT COUNT(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()";
        wait_until("the standby to have all", || {
            Ok((self.primary.run_sql("postgres", caught_up)? == "1").then_some(()))
        })?;
        let set = "ALTER SYSTEM SET primary_conninfo = ''";
        self.standby.run_sql("postgres", set)?;
        self.standby
            .run_sql("postgres", "SELECT pg_reload_conf()")?;
        wait_until("the standby to be alone", || {
            let followers = "SELECT COUNT(*) FROM pg_stat_replication";
            Ok((self.primary.run_sql("postgres", followers)? == "0").then_some(()))
        })
    }

    fn lose_primary(&self) -> Result<()> {
        self.primary.kill()?;
        self.wire.set(Weather::Cut);
        Ok(())
    }

    fn take_over(&self) -> Result<()> {
        self.standby.promote()?;
        self.wire.lead_to(self.standby.address());
        self.wire.set(Weather::Fair);
        Ok(())
    }

    /// Reads what the standby has, beside the server.
    fn look<T>(&self, look: impl AsyncFnOnce(&Store) -> Result<T>) -> Result<T> {
        let place = place(self.server.data(), self.standby.address(), &self.database)?;
        runtime()?.block_on(async {
            let store = Store::open(place, Clock::default().now()).await?;
            let seen = look(&store).await;
            store.close().await;
            seen
        })
    }
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Runtime::new()?)
}

fn url_at(address: SocketAddr, database: &str) -> String {
    format!("postgres://lumbung@{address}/{database}")
}

fn place(folder: &std::path::Path, address: SocketAddr, database: &str) -> Result<Place> {
    let url = url_at(address, database);
    Ok(Place {
        folder: folder.to_owned(),
        postgres: Some(url.parse().map_err(anyhow::Error::msg)?),
    })
}

#[test]
fn a_primary_that_dies_under_load_loses_nothing_that_was_acknowledged() -> Result<()> {
    let failovers = std::env::var("LUMBUNG_FAILOVERS").map_or(Ok(FAILOVERS), |n| n.parse())?;
    for number in 0..failovers {
        // Early, late, and in between.
        let until = 1 + (7 + number * 13) % (PHONES * COUNT / 2);
        let (acknowledged, last) = fail_over_under_load(until)?;
        println!("failover {number}: {acknowledged} acknowledged before, {last} after");
    }
    Ok(())
}

/// The primary dies once so many submissions were acknowledged; returns how many were before and after.
fn fail_over_under_load(until: usize) -> Result<(usize, usize)> {
    let world = World::begin()?;
    world.wait_for_standby()?;
    let sent = while_phones_send(&world, until, || world.lose_primary())?;
    let before: usize = sent.iter().sum();
    ensure!(before < PHONES * COUNT, "the primary died too late");
    world.take_over()?;
    world.look(async |store| {
        for (phone, sent) in world.field.phones.iter().zip(&sent) {
            let lane = LaneId(phone.device.0);
            let last = Seq((OPS * sent) as u64);
            let now = Clock::default().now();
            let end = store.lane_end(&phone.partition, lane, last, now).await?;
            ensure!(
                last <= end.length,
                "of {} acknowledged ops the standby has {}",
                last.0,
                end.length.0
            );
        }
        Ok(())
    })?;
    send_the_rest(&world, &sent)?;
    Ok((before, PHONES * COUNT - before))
}

/// Does `meanwhile` once so many submissions were acknowledged; returns how many of each phone were, in all.
fn while_phones_send(
    world: &World,
    until: usize,
    meanwhile: impl FnOnce() -> Result<()>,
) -> Result<Vec<usize>> {
    let acknowledged = AtomicUsize::new(0);
    let address = world.server.address();
    thread::scope(|scope| {
        let phones = world.field.phones.iter().zip(&world.bearers);
        let phones = phones.map(|(phone, bearer)| {
            let acknowledged = &acknowledged;
            scope.spawn(move || send_until_it_fails(address, bearer, phone, acknowledged))
        });
        let phones: Vec<_> = phones.collect();
        wait_until("submissions to be acknowledged", || {
            Ok((until <= acknowledged.load(Ordering::Relaxed)).then_some(()))
        })?;
        meanwhile()?;
        let sent = phones.into_iter().map(|phone| phone.join());
        sent.map(|sent| sent.map_err(|_| anyhow!("a phone panicked")))
            .collect()
    })
}

/// The server goes on by itself.
fn send_the_rest(world: &World, sent: &[usize]) -> Result<()> {
    let address = world.server.address();
    for ((phone, bearer), sent) in world.field.phones.iter().zip(&world.bearers).zip(sent) {
        for body in &phone.bodies[*sent..] {
            wait_until("a submission to be taken", || {
                let mut line = Line::open(address, bearer, "identity")?;
                Ok(line.post("/api/v1/sync/push", body).ok().map(drop))
            })?;
        }
    }
    world.look(async |store| {
        for (partition, ops) in world.field.partitions() {
            let position = store.log_position(&partition).await?;
            ensure!(
                position == Seq(ops),
                "{partition} has {} of {ops}",
                position.0
            );
        }
        let check = store.check().await?;
        ensure!(check.faults.is_empty(), "{:?}", check.faults);
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_primary_that_falls_silent_is_left_for_the_standby_that_took_over() -> Result<()> {
    let world = World::begin()?;
    world.wait_for_standby()?;
    let sent = while_phones_send(&world, PHONES, || {
        world.wire.freeze();
        world.standby.promote()?;
        world.wire.lead_to(world.standby.address());
        Ok(())
    })?;
    let before: usize = sent.iter().sum();
    println!(
        "{before} of {} acknowledged without asking again",
        PHONES * COUNT
    );
    send_the_rest(&world, &sent)
}

fn send_until_it_fails(
    address: SocketAddr,
    bearer: &str,
    phone: &Phone,
    acknowledged: &AtomicUsize,
) -> usize {
    let Ok(mut line) = Line::open(address, bearer, "identity") else {
        return 0;
    };
    let taken = phone.bodies.iter().map_while(|body| {
        line.post("/api/v1/sync/push", body).ok()?;
        // An answer without a word is none.
        (!line.answer().is_empty()).then_some(())?;
        acknowledged.fetch_add(1, Ordering::Relaxed);
        Some(())
    });
    taken.count()
}

#[test]
fn phones_bring_back_by_themselves_what_a_standby_that_lagged_behind_never_had() -> Result<()> {
    let world = World::begin()?;
    let address = world.server.address();
    let path = "/a_identitas/a_narasumber/a_narasumber_nama".parse()?;
    let phones = world.field.phones.iter().zip(&world.bearers);
    let mut handsets: Vec<Handset> = phones
        .map(|(phone, bearer)| Handset::new(phone, bearer.clone(), address))
        .collect();
    let write = |handsets: &mut Vec<Handset>, text: &str| -> Result<()> {
        for (handset, phone) in handsets.iter_mut().zip(&world.field.phones) {
            for region in &phone.villages {
                let case = CaseId {
                    round: field::ROUND,
                    region: region.clone(),
                };
                handset.write(&case, &path, world.field.form.fingerprint(), text)?;
            }
            handset.sync()?;
            ensure!(handset.numbers().waiting == 0, "all is received");
        }
        Ok(())
    };
    for (handset, phone) in handsets.iter_mut().zip(&world.field.phones) {
        let region = phone.villages.first().context("a village")?.clone();
        let case = CaseId {
            round: field::ROUND,
            region,
        };
        handset.keep_photo(
            &case,
            [b"\xff\xd8\xff photo of ", &phone.device.0[..]].concat(),
        );
    }
    write(&mut handsets, "Kepala desa")?;
    world.cut_standby_off()?;
    write(&mut handsets, "Sekretaris desa")?;
    world.lose_primary()?;
    world.take_over()?;
    let everything: BTreeSet<OpId> = handsets
        .iter()
        .flat_map(|handset| handset.ops.keys().copied())
        .collect();
    let before = world.look(async |store| ids(store, &world.field).await)?;
    let lost = everything.difference(&before).count();
    ensure!(0 < lost, "nothing was lost, so nothing is shown");
    wait_until("everything to be back", || {
        for handset in &mut handsets {
            handset.sync()?;
        }
        let now = world.look(async |store| ids(store, &world.field).await)?;
        Ok((now == everything).then_some(()))
    })?;
    for handset in &mut handsets {
        handset.sync()?;
        assert_eq!(handset.numbers().waiting, 0);
    }
    println!("{lost} of {} ops were lost, and are back", everything.len());
    Ok(())
}

async fn ids(store: &Store, field: &Field) -> Result<BTreeSet<OpId>> {
    let mut ids = BTreeSet::new();
    for phone in &field.phones {
        for region in &phone.villages {
            let case = CaseId {
                round: field::ROUND,
                region: region.clone(),
            };
            ids.extend(store.case_log(&case).await?.iter().map(Op::id));
        }
    }
    Ok(ids)
}

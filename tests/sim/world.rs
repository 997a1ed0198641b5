//! The simulated world: people, phones, a hub, and what goes wrong between them.
//!
//! Always: everything follows from the seed; each effect of a machine happens, fails or is cut off on its own.
//! Always: after every effect, what was typed is somewhere, what was acknowledged is durable, and nobody is given what
//! the role forbids.
//! Never: a clock, a thread or a network of this machine.

mod checks;
mod effects;
mod heal;
mod pockets;
mod turns;

use std::collections::BTreeSet;

use shared::ids::{AccountId, BlobId, CaseId, DeviceId, OpId, Role};
use shared::mutants::{Mutant, Setting};
use shared::sync::hub::RoundStanding;
use shared::sync::phone::{Me, Reach, Request, Response, Scope};
use shared::wire::bundle::BundleReceipt;

use crate::chance::Chance;
use crate::device::{Device, Disk};
use crate::hub::{Account, Beside, Chunk, Hub, Office, StoreMutant, assignment, round};
use crate::options::Options;
use crate::places;
use crate::truth::Truth;

use pockets::Pocket;

/// A rule that a run leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    Machine(Mutant),
    Store(StoreMutant),
}

/// How to live through a world.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Life {
    pub(crate) broken: Option<Broken>,
    /// Phone and hub do not compare what they have: then nothing mends what a broken rule breaks.
    pub(crate) compares_not: bool,
    pub(crate) tells: bool,
    /// Makes a store that lives through the same, from the time at which the world begins.
    pub(crate) beside: Option<fn(u64) -> Box<dyn Beside>>,
}

/// What a finished world was like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) typed: u64,
    pub(crate) effects: u64,
    pub(crate) crashes: u64,
    pub(crate) restores: u64,
    pub(crate) forks: u64,
    /// Ops that phones gave up because they were safe.
    pub(crate) given_up: u64,
    /// Pushes and bundles of phones whose disk takes nothing.
    pub(crate) sent_full: u64,
    pub(crate) photos: u64,
    pub(crate) photos_given_up: u64,
    /// Of everything that happened, in order: equal seeds have equal traces.
    pub(crate) trace: u64,
}

/// A request or its answer on the way.
#[derive(Debug)]
struct Message {
    number: u64,
    device: usize,
    leg: Leg,
}

#[derive(Debug)]
enum Leg {
    Request {
        posted: Posted,
        reserved: Option<u64>,
    },
    Answer(Result<Response, shared::sync::phone::Failure>),
}

/// What a phone sends.
#[derive(Debug)]
struct Posted {
    request: Request,
    /// The bytes that go with it.
    chunk: Option<Chunk>,
}

type Check = Result<(), String>;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Bytes of photos that a careful person lets go in a day.
const PHOTO_BUDGET: u64 = 300_000;

/// When each world begins.
const BEGINNING_MS: u64 = 1_000_000_000_000;

#[derive(Debug)]
pub(crate) struct World {
    chance: Chance,
    pub(crate) options: Options,
    hub: Hub,
    /// What the office wants; a restored hub may have forgotten some of it.
    office: Office,
    devices: Vec<Device>,
    wire: Vec<Message>,
    /// Bundles that somebody carries, and receipts that came of them.
    pockets: Vec<Pocket>,
    receipts: Vec<BundleReceipt>,
    truth: Truth,
    /// Ops that the hub's durable state was counted for.
    counted: BTreeSet<OpId>,
    counted_photos: BTreeSet<BlobId>,
    cases: Vec<CaseId>,
    now_ms: u64,
    requests: u64,
    fresh: u64,
    is_healing: bool,
    was_reassigned: bool,
    tally: Tally,
    story: Option<Vec<String>>,
}

/// Lives through one world; the story is told only when asked for.
pub(crate) fn live(seed: u64, life: Life) -> Report {
    let mut world = World::new(seed, life);
    let setting = Setting {
        mutant: match life.broken {
            Some(Broken::Machine(mutant)) => Some(mutant),
            Some(Broken::Store(_)) | None => None,
        },
        batch_ops_max: world.options.batch,
        retention_ms: 2 * turns::BACKUP_AGE_MS_MAX as i64,
    };
    let verdict = shared::mutants::within(setting, || world.live());
    Report {
        seed,
        verdict,
        tally: world.tally,
        options: format!("{:?}", world.options),
        story: world.story.unwrap_or_default(),
    }
}

#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) verdict: Check,
    pub(crate) tally: Tally,
    pub(crate) options: String,
    pub(crate) story: Vec<String>,
}

impl World {
    fn new(seed: u64, life: Life) -> World {
        let mutant = match life.broken {
            Some(Broken::Store(mutant)) => Some(mutant),
            Some(Broken::Machine(_)) | None => None,
        };
        let mut chance = Chance::new(seed);
        let options = Options::draw(&mut chance);
        let cases = places::villages(options.villages, options.kabupaten);
        let office = office(&mut chance, &options, &cases);
        let beside = life.beside.map(|beside| beside(BEGINNING_MS));
        let hub = Hub::new(
            office.clone(),
            options.page,
            mutant,
            life.compares_not,
            beside,
        );
        let mut world = World {
            hub,
            office,
            devices: Vec::new(),
            wire: Vec::new(),
            pockets: Vec::new(),
            receipts: Vec::new(),
            truth: Truth::default(),
            counted: BTreeSet::new(),
            counted_photos: BTreeSet::new(),
            cases,
            now_ms: BEGINNING_MS,
            requests: 0,
            fresh: 0,
            is_healing: false,
            was_reassigned: false,
            tally: Tally::default(),
            story: life.tells.then(Vec::new),
            chance,
            options,
        };
        for account in 0..world.office.accounts.len() {
            let disk = world.enrolled(account);
            world.add_device(account, disk);
        }
        world
    }

    fn live(&mut self) -> Check {
        for _ in 0..self.options.turns {
            self.turn()?;
            for _ in 0..self.chance.below(self.options.effects + 1) {
                self.effect()?;
            }
        }
        self.heal()?;
        self.hub.end();
        Ok(())
    }

    /// A device that was enrolled just now.
    fn add_device(&mut self, account: usize, disk: Disk) {
        let certificate = self.office.account(account).expect("somebody's").clone();
        // Some of those who review have a phone and not a desk.
        let has_desk = certificate.role.reviews() && !self.chance.is_in(300);
        let reach = match has_desk {
            true => Reach::OpenedCases,
            false => Reach::WholeScope,
        };
        let is_old_app = self.chance.is_in(self.options.phones.old_app);
        let mut device = Device::new(account, reach, disk, certificate, is_old_app);
        device.only_reads = self.chance.is_in(self.options.phones.only_reads);
        self.devices.push(device);
        let device = self.devices.len() - 1;
        self.boot(device);
        if self.chance.is_in(self.options.phones.budget) {
            let machine = self.devices[device].machine.as_mut();
            let machine = machine.expect("it was just switched on");
            let actions = machine.set_photo_budget(Some(PHOTO_BUDGET));
            self.perform(device, actions)
                .expect("a phone that was just switched on breaks no rule");
        }
    }

    /// A disk as enrolment leaves it.
    fn enrolled(&mut self, account: usize) -> Disk {
        self.fresh += 1;
        let mut device = [0xd0; 16];
        device[..8].copy_from_slice(&self.fresh.to_be_bytes());
        let account = self.office.account(account).expect("somebody's");
        let me = Me {
            account: account.view(),
            device: DeviceId(device),
            app_version: "0.1.0".to_owned(),
            counter: 0,
        };
        let work = self.office.now.iter().filter(|(who, _)| *who == account.id);
        let scope = Scope {
            rounds: vec![round(true)],
            assignments: work.map(|(_, region)| assignment(region)).collect(),
            ..Scope::default()
        };
        Disk::new(me, scope)
    }

    fn boot(&mut self, device: usize) {
        let mut seed = [0; 32];
        seed[..16].copy_from_slice(&self.chance.bytes_16());
        seed[16..].copy_from_slice(&self.chance.bytes_16());
        let now_ms = self.now_ms;
        self.devices[device].boot(seed, now_ms);
        self.tell(|world| format!("{} starts", world.name(device)));
    }

    fn account(&self, device: usize) -> &Account {
        let account = self.office.account(self.devices[device].account);
        account.expect("somebody's")
    }

    fn name(&self, device: usize) -> String {
        let it = &self.devices[device];
        let what = match it.reach {
            Reach::WholeScope => "phone",
            Reach::OpenedCases => "desk",
        };
        format!("{what} {device} of account {}", it.account)
    }

    /// Adds a line to the story, and something of it to the trace.
    fn tell(&mut self, line: impl Fn(&World) -> String) {
        if self.story.is_some() {
            let line = line(self);
            self.story.get_or_insert_default().push(line);
        }
    }

    fn trace(&mut self, what: u64, of: usize) {
        let mixed = self.tally.trace ^ what.wrapping_mul(31) ^ of as u64;
        self.tally.trace = mixed.wrapping_mul(0x0100_0000_01b3).rotate_left(17);
    }
}

/// Everybody works in some villages; most supervisors oversee one kabupaten.
fn office(chance: &mut Chance, options: &Options, cases: &[CaseId]) -> Office {
    let mut accounts = Vec::new();
    let mut now = BTreeSet::new();
    for number in 0..options.enumerators + options.supervisors {
        let is_desk = options.enumerators <= number;
        let id = AccountId([number as u8 + 1; 16]);
        for (place, case) in cases.iter().enumerate() {
            // The first enumerator has work in any case; few who review do some themselves.
            let is_first = number == 0 && place == 0;
            if is_first || chance.is_in(if is_desk { 150 } else { 700 }) {
                now.insert((id, case.region.clone()));
            }
        }
        accounts.push(Some(Account {
            id,
            role: match is_desk {
                true => Role::Supervisor,
                false => Role::Enumerator,
            },
            regions: match is_desk {
                true => vec![places::region(overseen(chance, options))],
                false => Vec::new(),
            },
            revoked: false,
        }));
    }
    Office {
        accounts,
        ever: now.clone(),
        now,
        round: RoundStanding::Open,
    }
}

/// The kabupaten or province under a supervisor's review.
fn overseen(chance: &mut Chance, options: &Options) -> &'static str {
    let own = match options.kabupaten {
        1 => "53.21",
        _ => "53.02",
    };
    ["53.21", own, "53"][chance.below(3)]
}

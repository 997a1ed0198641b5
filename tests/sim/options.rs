//! What kind of world a seed makes: how many people, how long, and how often what goes wrong.
//!
//! Always: drawn from the seed alone, and printed with a failure.
//! Always: each fault is off in about half of the worlds, so that quiet and violent ones both occur.

use crate::chance::Chance;

/// A world. Rates are in a thousand.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) enumerators: usize,
    pub(crate) supervisors: usize,
    pub(crate) villages: usize,
    pub(crate) kabupaten: usize,
    /// Turns before all faults stop.
    pub(crate) turns: usize,
    /// Small effects between two turns, at most.
    pub(crate) effects: usize,
    /// Ops in one page of a pull.
    pub(crate) page: usize,
    /// Ops in one push.
    pub(crate) batch: usize,
    /// Messages travel as JSON, through the readers and writers that ship.
    pub(crate) is_written: bool,
    pub(crate) network: Network,
    pub(crate) phones: Phones,
    pub(crate) hub: HubFaults,
    pub(crate) office: Office,
}

/// Per request on its way.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) request_lost: u16,
    pub(crate) answer_lost: u16,
    pub(crate) repeated: u16,
    /// The phone gives up, and the request arrives later.
    pub(crate) late: u16,
    pub(crate) stranger: u16,
    /// Per turn: a phone is without signal for some turns.
    pub(crate) cut_off: u16,
}

/// Per turn, but the first two: per effect.
#[derive(Debug, Clone)]
pub(crate) struct Phones {
    pub(crate) crash: u16,
    pub(crate) quota: u16,
    /// The disk takes nothing, for some turns.
    pub(crate) full: u16,
    pub(crate) evicted: u16,
    pub(crate) cloned: u16,
    pub(crate) rolled_back: u16,
    pub(crate) wall_jump: u16,
    /// Per phone: its app is older than what was added to the wire, until the faults stop.
    pub(crate) old_app: u16,
    /// A bundle is made, delivered, or its receipt is brought home.
    pub(crate) handed: u16,
    /// Per phone: its person never writes; nothing of it stands in a lane by which it could learn of a loss.
    pub(crate) only_reads: u16,
}

/// Per turn, but the first two: per effect.
#[derive(Debug, Clone)]
pub(crate) struct HubFaults {
    pub(crate) crash: u16,
    /// In the middle of what phones ask; no new epoch.
    pub(crate) copied_back_midway: u16,
    /// Per hello that was answered: the next request finds another hub than the one that answered.
    pub(crate) copied_back_after_hello: u16,
    pub(crate) backup: u16,
    pub(crate) restored: u16,
    /// A copied disk or a standby: no new epoch.
    pub(crate) copied_back: u16,
    /// Per restore: the round was opened after the backup.
    pub(crate) round_forgotten: u16,
    /// Time passes, so that what was received grows old.
    pub(crate) days_pass: u16,
    /// So much that phones give up what they do not need.
    pub(crate) weeks_pass: u16,
}

/// Per turn.
#[derive(Debug, Clone)]
pub(crate) struct Office {
    pub(crate) reassigned: u16,
    pub(crate) revoked: u16,
    pub(crate) closed: u16,
    pub(crate) admitted: u16,
    /// Somebody new gets an account and a phone.
    pub(crate) hired: u16,
}

impl Options {
    pub(crate) fn draw(chance: &mut Chance) -> Options {
        let is_large = chance.is_in(4);
        // Villages change hands and weeks go by, so that phones give up what they do not need any more.
        let is_long = chance.is_in(250);
        // Phones that nobody writes on meet hubs that were put back between two requests.
        let is_read = chance.is_in(150);
        // Some of them without backups for long: then phones have to keep what they hold.
        let long_backups = *chance.pick(&[0, 30, 250]);
        let enumerators = match is_large {
            true => chance.between(5, 46),
            // Where few hold a village, it matters what one gives up.
            false => chance.between(1, if is_long { 2 } else { 4 }),
        };
        Options {
            enumerators,
            supervisors: chance.below(if is_large { 4 } else { 2 }),
            villages: chance.between(1, 3),
            kabupaten: if chance.is_in(250) { 2 } else { 1 },
            turns: match is_large {
                true => chance.between(60, 200),
                false => chance.between(10, 45) + if is_long { 40 } else { 0 },
            },
            effects: *chance.pick(&[3, 8, 15, 30]),
            page: *chance.pick(&[1, 2, 3, 500]),
            batch: *chance.pick(&[1, 3, 7, 500]),
            is_written: chance.is_in(60),
            network: Network {
                request_lost: rate(chance, 200),
                answer_lost: rate(chance, 200),
                repeated: rate(chance, 150),
                late: rate(chance, 100),
                stranger: rate(chance, 60),
                cut_off: rate(chance, 150),
            },
            phones: Phones {
                crash: rate(chance, 80),
                quota: rate(chance, 200),
                full: rate(chance, 60),
                evicted: rate(chance, 60),
                cloned: rate(chance, 50),
                rolled_back: rate(chance, 50),
                wall_jump: rate(chance, 100),
                old_app: rate(chance, 400),
                handed: rate(chance, 300),
                only_reads: rate(chance, 600) + if is_read { 300 } else { 0 },
            },
            hub: HubFaults {
                crash: rate(chance, 25),
                copied_back_midway: rate(chance, 24),
                copied_back_after_hello: rate(chance, 200) + if is_read { 300 } else { 0 },
                backup: rate(chance, 200) + if is_long { long_backups } else { 60 },
                restored: rate(chance, 60),
                copied_back: rate(chance, 60),
                round_forgotten: rate(chance, 300),
                days_pass: rate(chance, 200),
                weeks_pass: if is_long { 200 } else { 0 },
            },
            office: Office {
                reassigned: rate(chance, 100) + if is_long { 200 } else { 0 },
                revoked: rate(chance, 25),
                closed: rate(chance, 50),
                admitted: rate(chance, 80),
                hired: rate(chance, 60),
            },
        }
    }
}

fn rate(chance: &mut Chance, most: usize) -> u16 {
    match chance.is_in(500) {
        true => 0,
        false => chance.between(1, most) as u16,
    }
}

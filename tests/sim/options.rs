//! What kind of world a seed makes: how many people, how long, and how often what goes wrong.
//!
//! Always: drawn from the seed alone, and printed with a failure.
//! Always: each fault is off in about half of the worlds, so that quiet and violent ones both occur; some worlds are of
//! one kind, in which the faults that belong together come often.

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
    /// Rounds of sync begin when the phones themselves want to be woken.
    pub(crate) wakes: bool,
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
    /// Of a piece of a photo, only the beginning arrives.
    pub(crate) broken: u16,
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
    /// Per eviction: and is not heard of again.
    pub(crate) gone: u16,
    pub(crate) cloned: u16,
    pub(crate) rolled_back: u16,
    pub(crate) wall_jump: u16,
    /// Per phone: its app is older than what was added to the wire, until the faults stop.
    pub(crate) old_app: u16,
    /// A bundle is made, delivered, or its receipt is brought home.
    pub(crate) handed: u16,
    /// Per phone: its person never writes; nothing of it stands in a lane by which it could learn of a loss.
    pub(crate) only_reads: u16,
    /// Per act: the pages of villages that were taken away are open yet.
    pub(crate) lingers: u16,
    /// Per act: its person takes a photo.
    pub(crate) photos: u16,
    /// Per phone: its person bounds what photos may use in a day.
    pub(crate) budget: u16,
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
    /// Per piece of a photo: the hub takes none, as of somebody who brought too many.
    pub(crate) photo_refused: u16,
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
        // Villages change hands, and no day goes by: who gives up anything is in a hurry.
        let is_hasty = chance.is_in(100);
        // Nothing is put back or thrown away meanwhile: after that, everything waits anew.
        let is_calm = (is_long || is_hasty) && chance.is_in(600);
        // Phones that nobody writes on meet hubs that were put back between two requests, and others that lost all.
        let is_read = chance.is_in(200);
        // Copies of a phone go on side by side; or far from any signal, where people carry their bundles.
        let is_copied = chance.is_in(150);
        let is_carried = chance.is_in(100);
        // Photos, over lines that break.
        let takes_photos = is_long || chance.is_in(150);
        // Some of them without backups for long: then phones have to keep what they hold.
        let long_backups = *chance.pick(&[0, 30, 250]);
        let enumerators = match is_large {
            true => chance.between(5, 46),
            // Where few hold a village, it matters what one gives up or brings back.
            false if is_long || is_hasty || is_carried => chance.between(1, 2),
            false if is_read => chance.between(2, 3),
            false => chance.between(1, 4),
        };
        let mut options = Options {
            enumerators,
            supervisors: chance.below(if is_large { 4 } else { 2 }),
            villages: chance.between(1, 3),
            kabupaten: if chance.is_in(250) { 2 } else { 1 },
            turns: match is_large {
                true => chance.between(60, 200),
                false => {
                    chance.between(10, 45)
                        + if is_long || is_read || is_carried {
                            40
                        } else {
                            0
                        }
                }
            },
            // In few effects a round of sync lasts for turns.
            effects: *chance.pick(match is_hasty {
                true => &[15, 30],
                false => &[3, 8, 15, 30],
            }),
            page: *chance.pick(&[1, 2, 3, 500]),
            batch: *chance.pick(if is_copied { &[1, 2] } else { &[1, 3, 7, 500] }),
            is_written: chance.is_in(60),
            wakes: chance.is_in(300),
            network: Network {
                request_lost: rate(chance, 200),
                answer_lost: rate(chance, 200),
                repeated: rate(chance, 150) + if takes_photos { 50 } else { 0 },
                late: rate(chance, 100),
                stranger: rate(chance, 60),
                broken: rate(chance, 300) + if takes_photos { 300 } else { 0 },
                cut_off: rate(chance, 150) + if is_carried { 600 } else { 0 },
            },
            phones: Phones {
                crash: rate(chance, 80),
                quota: rate(chance, 200),
                full: rate(chance, 60),
                evicted: rate(chance, 60) + if is_read { 100 } else { 0 },
                gone: if is_read { 700 } else { 0 },
                cloned: rate(chance, 50) + if is_copied { 100 } else { 0 },
                rolled_back: rate(chance, 50) + if is_copied { 100 } else { 0 },
                wall_jump: rate(chance, 100),
                old_app: rate(chance, 400),
                handed: rate(chance, 300) + if is_carried { 700 } else { 0 },
                only_reads: rate(chance, 600) + if is_read { 300 } else { 0 },
                lingers: *chance.pick(if is_long || is_hasty {
                    &[20, 20, 300]
                } else {
                    &[100, 500, 1000]
                }),
                photos: 30 + if takes_photos { 150 } else { 0 },
                budget: rate(chance, 400),
            },
            hub: HubFaults {
                crash: rate(chance, 25),
                copied_back_midway: rate(chance, 24),
                copied_back_after_hello: rate(chance, 200) + if is_read { 200 } else { 0 },
                backup: match is_long {
                    true => rate(chance, 200) + long_backups,
                    false => rate(chance, 200) + if is_hasty || is_read { 200 } else { 60 },
                },
                restored: rate(chance, 60),
                copied_back: rate(chance, 60),
                round_forgotten: rate(chance, 300),
                photo_refused: match is_long {
                    true => *chance.pick(&[0, 100, 1000]),
                    false => rate(chance, 100),
                },
                days_pass: if is_hasty { 0 } else { rate(chance, 200) },
                weeks_pass: if is_long && !is_hasty { 200 } else { 0 },
            },
            office: Office {
                reassigned: rate(chance, 100) + if is_long || is_hasty { 100 } else { 0 },
                revoked: rate(chance, 25),
                closed: rate(chance, 50),
                admitted: rate(chance, 80),
                hired: rate(chance, 60),
            },
        };
        if is_calm {
            options.grow_calm();
        }
        if is_carried {
            // Two phones of one person, and nobody else who could bring what they hold.
            options.enumerators = 1;
            options.network.cut_off = 1000;
            let phones = &mut options.phones;
            (phones.evicted, phones.rolled_back) = (0, 0);
            phones.only_reads = 0;
        }
        options
    }
}

impl Options {
    /// Only the office is restless: whatever else happens makes phones wait anew before they give up anything.
    fn grow_calm(&mut self) {
        let (network, phones, hub) = (&mut self.network, &mut self.phones, &mut self.hub);
        (network.request_lost, network.answer_lost) = (0, 0);
        (network.late, network.stranger) = (0, 0);
        (phones.evicted, phones.rolled_back, phones.cloned) = (0, 0, 0);
        (phones.crash, phones.old_app, phones.only_reads) = (0, 0, 0);
        (self.office.closed, self.office.revoked) = (0, 0);
        self.office.admitted = 300;
        (hub.crash, hub.restored, hub.copied_back) = (0, 0, 0);
        (hub.copied_back_midway, hub.copied_back_after_hello) = (0, 0);
        self.effects = self.effects.max(15);
    }
}

fn rate(chance: &mut Chance, most: usize) -> u16 {
    match chance.is_in(500) {
        true => 0,
        false => chance.between(1, most) as u16,
    }
}

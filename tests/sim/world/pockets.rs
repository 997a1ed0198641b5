//! Bundles by hand: what a phone hands to somebody comes to the hub days later, twice, or never.
//!
//! Always: the machine's own bundle and the hub's own decisions; only the seal is left out.

use shared::answers::Op;
use shared::ids::{BlobId, DeviceId, OpId};
use shared::sync::bundle::stretch_digest;
use shared::sync::hub::Detours;
use shared::sync::phone::{Bundled, Request, Response};
use shared::time::Millis;
use shared::wire::bundle::{BundleReceipt, LaneReceipt};
use shared::wire::v1::PushResponse;

use super::{Check, World};
use crate::hub::Account;
use crate::photo::Bytes;
use crate::places::ROUND;

/// Bundles that are on their way at the same time.
const POCKETS_MAX: usize = 8;
/// Tries to store what a bundle says of its lanes; a phone that stays full hands over what was stored before.
const COMMITS_MAX: usize = 20;

/// A bundle in somebody's pocket.
#[derive(Debug, Clone)]
pub(super) struct Pocket {
    account: usize,
    certificate: Account,
    device: DeviceId,
    number: u64,
    bundled: Bundled,
    photos: Vec<(BlobId, Bytes)>,
}

impl World {
    /// Somebody's phone makes a bundle, one that was made arrives, or a receipt comes home.
    pub(super) fn befall_pockets(&mut self) -> Check {
        if !self.chance.is_in(self.options.phones.handed) {
            return Ok(());
        }
        let device = self.chance.below(self.devices.len());
        match self.chance.below(4) {
            0 | 1 if self.pockets.len() < POCKETS_MAX => self.hand_over(device),
            2 if !self.receipts.is_empty() => {
                let place = self.chance.below(self.receipts.len());
                let receipt = self.receipts.swap_remove(place);
                self.bring_home(&receipt)
            }
            _ if !self.pockets.is_empty() => {
                let place = self.chance.below(self.pockets.len());
                // A file may be copied, and delivered again.
                let pocket = match self.chance.is_in(400) {
                    true => self.pockets[place].clone(),
                    false => self.pockets.swap_remove(place),
                };
                self.open_pocket(&pocket)
            }
            _ => Ok(()),
        }
    }

    fn hand_over(&mut self, device: usize) -> Check {
        let Some(machine) = &mut self.devices[device].machine else {
            return Ok(());
        };
        let actions = machine.seal_all();
        self.perform(device, actions)?;
        for _ in 0..COMMITS_MAX {
            if !self.devices[device].pending.is_empty() {
                self.commit(device)?;
            }
        }
        let it = &self.devices[device];
        let Some(machine) = it.machine.as_ref() else {
            return Ok(());
        };
        let bundled = machine.bundle();
        self.tally.sent_full += u64::from(0 < it.full && 0 < bundled.answers());
        if bundled.is_empty() {
            return Ok(());
        }
        for push in &bundled.pushes {
            self.check_request(device, &Request::Push(push.clone()))?;
        }
        self.trace(30, device);
        self.tell(|world| {
            format!(
                "{} hands over a bundle of {} ops",
                world.name(device),
                bundled.answers()
            )
        });
        self.fresh += 1;
        let on_disk = &self.devices[device].disk.photos;
        let photos = bundled.photos.iter().filter_map(|photo| {
            let bytes = on_disk.get(&photo.blob)?;
            Some((photo.blob, bytes.clone()))
        });
        let photos = photos.collect();
        self.pockets.push(Pocket {
            account: self.devices[device].account,
            certificate: self.devices[device].certificate.clone(),
            device: self.devices[device].disk.me.device,
            number: self.fresh,
            bundled,
            photos,
        });
        Ok(())
    }

    fn open_pocket(&mut self, pocket: &Pocket) -> Check {
        self.trace(31, pocket.account);
        if !self.hub.knows(pocket.account) {
            self.tell(|_| format!("bundle {} shows its certificate", pocket.number));
            self.hub.enrol_again(pocket.account, &pocket.certificate);
        }
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&pocket.number.to_be_bytes());
        let mut detours = Detours::of(digest);
        let mut lanes = Vec::new();
        for push in &pocket.bundled.pushes {
            let mut answer = self.take(pocket.account, detours.placed(push.clone()))?;
            if !matches!(answer, PushResponse::Accepted { .. }) {
                detours.take(push);
                answer = self.take(pocket.account, detours.placed(push.clone()))?;
            }
            if !matches!(answer, PushResponse::Accepted { .. }) {
                return Err(format!("the hub takes no bundle: {answer:?}"));
            }
            if !detours.has(&push.partition) {
                let ops = push.ops.clone().unpack(ROUND);
                let ops: Vec<(Op, _)> = ops.map_err(|error| error.to_string())?;
                let ids: Vec<OpId> = ops.iter().map(|(op, _)| op.id()).collect();
                lanes.push(LaneReceipt {
                    partition: push.partition.clone(),
                    lane: push.lane,
                    from: push.from,
                    digest: stretch_digest(&ids),
                    answer,
                });
            }
        }
        let mut photos = Vec::new();
        for (blob, bytes) in &pocket.photos {
            let is_here = self
                .hub
                .keep_whole(pocket.device, *blob, bytes, self.now_ms);
            self.count_photo(*blob);
            photos.extend(is_here.then_some(*blob));
        }
        self.receipts.push(BundleReceipt {
            number: pocket.number.to_string(),
            device: pocket.device,
            at: Millis(self.now_ms as i64),
            lanes,
            photos,
        });
        self.tell(|_| format!("the hub opens bundle {}", pocket.number));
        Ok(())
    }

    /// One push of a bundle, as its author would send it.
    fn take(
        &mut self,
        account: usize,
        push: shared::wire::v1::PushRequest,
    ) -> Result<PushResponse, String> {
        let request = Request::Push(push);
        let answer = self.hub.answer(account, &request, None, self.now_ms);
        let (Request::Push(push), Ok(Response::Push(answer))) = (&request, answer) else {
            return Err("a push is answered".to_owned());
        };
        self.check_acknowledged(push, &answer)?;
        Ok(answer)
    }

    /// A receipt comes to the phones of its author, copies of it included.
    fn bring_home(&mut self, receipt: &BundleReceipt) -> Check {
        self.trace(32, 0);
        for device in 0..self.devices.len() {
            let it = &mut self.devices[device];
            let is_author = it.disk.me.device == receipt.device;
            let Some(machine) = it.machine.as_mut().filter(|_| is_author) else {
                continue;
            };
            let actions = machine.take_receipt(receipt.clone());
            self.tell(|world| format!("{} is brought a receipt", world.name(device)));
            self.perform(device, actions)?;
        }
        Ok(())
    }
}

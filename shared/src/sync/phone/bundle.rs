//! What a phone gives to a person when no network comes, and takes back from one.
//!
//! Always: the lanes that a bundle speaks of are committed before it leaves.
//! Never: counts anything as received because it was handed to somebody.

use super::lanes::place;
use super::record::{BlobRecord, Write};
use super::session::{accept, next_batch, push_request};
use super::{Action, Phone};
use crate::ids::OpId;
use crate::mutants::{Mutant, is_on};
use crate::sorted::sort_by;
use crate::sync::bundle::stretch_digest;
use crate::wire::bundle::{
    BUNDLE_BYTES_MAX, BUNDLE_PHOTOS_MAX, BUNDLE_PUSHES_MAX, BUNDLE_TEXT_BYTES_MAX, BundleReceipt,
};
use crate::wire::v1::{PushRequest, PushResponse};

/// Room for mark, head, seal and signature, and for what gzip adds to what it cannot pack.
const AROUND_BYTES: u64 = 8 * 1024;

/// What fits into one bundle, and what does not.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundled {
    pub pushes: Vec<PushRequest>,
    /// The smallest first; as many as fit beside the text.
    pub photos: Vec<BlobRecord>,
    pub answers_left: usize,
    pub photos_left: usize,
}

impl Phone {
    /// Gives a place in its lane to everything that was written. Carry out the commit before [`Phone::bundle`].
    ///
    /// Does nothing while a round of sync or a commit is under way: a push would carry what has a place in memory only,
    /// and a phone that died then would not know that it was sent.
    pub fn seal_all(&mut self) -> Vec<Action> {
        let writes = match self.is_free() {
            true => place(self),
            false => Vec::new(),
        };
        match writes.is_empty() {
            true => Vec::new(),
            false => vec![self.commit(writes, Vec::new())],
        }
    }

    /// Whether the records of lanes are stored as they are: commits that are tried again may end in any order.
    fn is_free(&self) -> bool {
        !self.is_syncing() && self.open_commits.is_empty()
    }

    /// What the hub has not received, as far as its place in a lane is stored and it fits. Looks only; making a bundle
    /// twice gives the same.
    pub fn bundle(&self) -> Bundled {
        let mut bundled = Bundled {
            pushes: Vec::new(),
            photos: Vec::new(),
            answers_left: self.unsealed.len(),
            photos_left: 0,
        };
        let mut room = BUNDLE_TEXT_BYTES_MAX / 2;
        for record in self.partitions.values() {
            let mut rest = record.clone();
            // A phone that stays full may be storing the others for days.
            let saved = rest.out.iter().take_while(|op| !self.is_being_saved(**op));
            let saved = saved.count();
            bundled.answers_left += rest.out.len() - saved;
            rest.out.truncate(saved);
            while !rest.out.is_empty() {
                let (ops, bytes) = next_batch(self, &rest);
                if room < bytes || bundled.pushes.len() == BUNDLE_PUSHES_MAX {
                    bundled.answers_left += rest.out.len();
                    break;
                }
                room -= bytes;
                bundled.pushes.push(push_request(self, &rest, &ops));
                rest.verified = rest.verified.plus(ops.len());
                rest.last = ops.last().copied();
                rest.out.drain(..ops.len());
            }
        }
        let text = BUNDLE_TEXT_BYTES_MAX / 2 - room;
        self.add_photos(&mut bundled, text as u64);
        bundled
    }

    fn add_photos(&self, bundled: &mut Bundled, text: u64) {
        let waiting = self.blobs.values().filter(|blob| !blob.complete);
        let mut waiting: Vec<&BlobRecord> = waiting.collect();
        sort_by(&mut waiting, |a, b| {
            (a.bytes, a.blob).cmp(&(b.bytes, b.blob))
        });
        // Compressed, the text is smaller than it is counted here; what is over is room for the head.
        let mut room = BUNDLE_BYTES_MAX.saturating_sub(text + AROUND_BYTES);
        for blob in waiting {
            if room < blob.bytes || bundled.photos.len() == BUNDLE_PHOTOS_MAX {
                bundled.photos_left += 1;
                continue;
            }
            room -= blob.bytes;
            bundled.photos.push(blob.clone());
        }
    }

    /// Takes in what the hub said to a bundle of this phone, by the rules for the answer to a push. What does not fit
    /// to the lanes as they stand is passed over: the next hello asks for it.
    ///
    /// So is everything but photos while a round of sync or a commit is under way. One commit for all: lanes of one kabupaten may stand in it more than once, and a later record that was stored
    /// without the proofs of an earlier one would make the phone forget that it sent them.
    pub fn take_receipt(&mut self, receipt: BundleReceipt) -> Vec<Action> {
        let mut writes = Vec::new();
        for id in &receipt.photos {
            if let Some(blob) = self.blobs.get_mut(id)
                && !blob.complete
            {
                blob.offset = blob.bytes;
                blob.complete = true;
                writes.push(Write::PutBlob(blob.clone()));
            }
        }
        let is_free = self.is_free();
        for lane in receipt.lanes.into_iter().filter(|_| is_free) {
            let PushResponse::Accepted {
                verified,
                macs,
                quarantined,
                receipt,
                safe: _,
            } = lane.answer
            else {
                continue;
            };
            let Some(record) = self.partitions.get(&lane.partition) else {
                continue;
            };
            let ops: Option<Vec<OpId>> = record.out.get(..macs.len()).map(<[OpId]>::to_vec);
            let is_next = record.lane == lane.lane
                && record.verified.plus(1) == lane.from
                && record.verified.plus(macs.len()) == verified;
            let is_of_these = |ops: &Vec<OpId>| {
                stretch_digest(ops) == lane.digest || is_on(Mutant::ReceiptUnread)
            };
            if let Some(ops) = ops.filter(|ops| is_next && is_of_these(ops)) {
                let taken = accept(self, &lane.partition, &ops, &macs, &quarantined, receipt);
                writes.extend(taken);
            }
        }
        match writes.is_empty() {
            true => Vec::new(),
            false => vec![self.commit(writes, Vec::new())],
        }
    }
}

impl Bundled {
    /// Answers and acts in it.
    pub fn answers(&self) -> usize {
        self.pushes.iter().map(|push| push.ops.ops.len()).sum()
    }

    /// Whether the hub has everything.
    pub fn is_empty(&self) -> bool {
        self.pushes.is_empty() && self.photos.is_empty()
    }
}

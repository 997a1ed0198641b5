//! A phone or desk of the simulated world: the shipped machine on a disk that forgets what was not committed.
//!
//! Always: commits become durable one by one, and each is reported after that.
//! Never: holds anything over a crash but its disk.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use shared::answers::Op;
use shared::ids::{BlobId, CaseId, OpId, PartitionId, RegionId};
use shared::sync::phone::{
    Asked, BlobRecord, Mark, Me, OpRecord, Opened, PartitionRecord, Phone, Reach, Scope, Stored,
    Token, Write,
};
use shared::wire::v1::{Cursor, Mac, PushRequest};

use crate::hub::Account;
use crate::photo::Bytes;
use crate::truth::Bits;

/// What was committed.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    pub(crate) me: Me,
    pub(crate) scope: Scope,
    pub(crate) ops: BTreeMap<OpId, OpRecord>,
    partitions: BTreeMap<PartitionId, PartitionRecord>,
    pub(crate) blobs: BTreeMap<BlobId, BlobRecord>,
    /// What the records speak of; stored before them.
    pub(crate) photos: BTreeMap<BlobId, Bytes>,
}

impl Disk {
    pub(crate) fn new(me: Me, scope: Scope) -> Disk {
        Disk {
            me,
            scope,
            ops: BTreeMap::new(),
            partitions: BTreeMap::new(),
            blobs: BTreeMap::new(),
            photos: BTreeMap::new(),
        }
    }

    pub(crate) fn apply(&mut self, write: Write) {
        match write {
            Write::PutMe(me) => self.me = me,
            Write::PutScope(scope) => self.scope = scope,
            Write::PutOp(record) => {
                self.ops.insert(record.id, record);
            }
            Write::DeleteOp(id) => {
                self.ops.remove(&id);
            }
            Write::PutPartition(record) => {
                self.partitions.insert(record.partition.clone(), record);
            }
            Write::PutBlob(record) => {
                self.blobs.insert(record.blob, record);
            }
            Write::DeleteBlob(id) => {
                self.blobs.remove(&id);
                self.photos.remove(&id);
            }
        }
    }

    /// Whether the lane that a push or bundle speaks of stands here as it says.
    pub(crate) fn has_lane(&self, push: &PushRequest, ids: &[OpId]) -> bool {
        let record = self.partitions.get(&push.partition);
        record.is_some_and(|record| {
            let before = push.from.0.checked_sub(record.verified.0 + 1);
            let behind = before.and_then(|before| record.out.get(before as usize..));
            record.lane == push.lane && behind.is_some_and(|behind| behind.starts_with(ids))
        })
    }

    pub(crate) fn cursor(&self, partition: &PartitionId) -> Option<Cursor> {
        self.partitions.get(partition)?.cursor
    }

    fn stored(&self) -> Stored {
        Stored {
            me: self.me.clone(),
            scope: self.scope.clone(),
            partitions: self.partitions.values().cloned().collect(),
            ops: self.ops.values().cloned().collect(),
            blobs: self.blobs.values().cloned().collect(),
        }
    }
}

/// A commit that is under way.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) token: Token,
    pub(crate) writes: Vec<Write>,
}

/// What was on the screen when it was drawn.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) mark: Mark,
    pub(crate) ops: Bits,
}

/// The hub's answer to a desk that opens a case.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) case: CaseId,
    pub(crate) ops: Vec<(Op, Mac)>,
    pub(crate) asked: Asked,
    pub(crate) opened: Opened,
}

#[derive(Debug)]
pub(crate) struct Device {
    /// Place of the owner among the hub's accounts.
    pub(crate) account: usize,
    pub(crate) reach: Reach,
    pub(crate) disk: Disk,
    /// None while it is switched off.
    pub(crate) machine: Option<Phone>,
    pub(crate) pending: VecDeque<Pending>,
    /// The request that an answer is awaited for.
    pub(crate) request: Option<u64>,
    /// Villages that the hub took for its owner's work at any time since that request left.
    pub(crate) worked: BTreeSet<RegionId>,
    pub(crate) shown: BTreeMap<CaseId, Shown>,
    /// What was opened at a desk and has not arrived yet.
    pub(crate) openings: Vec<Opening>,
    /// Turns without signal.
    pub(crate) cut_off: usize,
    /// Turns in which its disk takes nothing.
    pub(crate) full: usize,
    /// A copy of the disk that somebody made.
    pub(crate) copy: Option<Disk>,
    /// Another disk carries, or carried, the same installation.
    pub(crate) is_forked: bool,
    pub(crate) booted_ms: u64,
    pub(crate) wall_offset_ms: i64,
    pub(crate) boots: u64,
    /// What the hub said of the account when the phone was enrolled.
    pub(crate) certificate: Account,
    pub(crate) is_old_app: bool,
    pub(crate) only_reads: bool,
}

impl Device {
    pub(crate) fn new(
        account: usize,
        reach: Reach,
        disk: Disk,
        certificate: Account,
        is_old_app: bool,
    ) -> Device {
        Device {
            account,
            reach,
            disk,
            machine: None,
            pending: VecDeque::new(),
            request: None,
            worked: BTreeSet::new(),
            shown: BTreeMap::new(),
            openings: Vec::new(),
            cut_off: 0,
            full: 0,
            copy: None,
            is_forked: false,
            booted_ms: 0,
            wall_offset_ms: 0,
            boots: 0,
            certificate,
            is_old_app,
            only_reads: false,
        }
    }

    pub(crate) fn boot(&mut self, seed: [u8; 32], now_ms: u64) {
        self.booted_ms = now_ms;
        self.boots += 1;
        self.machine = Some(Phone::new(self.disk.stored(), self.reach, seed));
    }

    /// The battery is out: everything in memory is gone.
    pub(crate) fn die(&mut self) {
        self.machine = None;
        self.pending.clear();
        self.request = None;
        self.shown.clear();
        self.openings.clear();
    }

    pub(crate) fn uptime_ms(&self, now_ms: u64) -> u64 {
        now_ms - self.booted_ms
    }
}

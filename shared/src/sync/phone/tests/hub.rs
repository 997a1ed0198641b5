//! A naive hub that runs the shipped decisions.

use super::*;

/// Everything a hub keeps for one partition; cloning it is a backup.
#[derive(Clone, Default)]
pub(super) struct Hub {
    pub(super) epoch: u8,
    pub(super) lanes: BTreeMap<LaneId, Vec<OpId>>,
    pub(super) log: Vec<Op>,
    pub(super) known: BTreeSet<OpId>,
    /// Kept aside: from phones that were revoked, or after the round was closed.
    pub(super) aside: Vec<Op>,
    pub(super) revokes: bool,
    pub(super) is_closed: bool,
    /// Says of every copy that it differs.
    pub(super) disagrees: bool,
    /// A village that nobody is given.
    pub(super) hides: Option<CaseId>,
    /// A village that is nobody's work.
    pub(super) unassigned: Option<usize>,
    pub(super) now: Millis,
    /// No answer that came names it.
    pub(super) unnamed: Option<BlobId>,
    /// How much of each photo is here, and whether that is all.
    pub(super) uploads: BTreeMap<BlobId, (u64, bool)>,
    /// How many photos may be half here, at most.
    pub(super) unfinished_max: Option<usize>,
    /// Pieces of photos that came for nothing.
    pub(super) refused: usize,
    /// When each op came.
    pub(super) came: BTreeMap<OpId, Millis>,
    /// The lanes in the newest backup, and the length of the log.
    pub(super) backed_up: Option<(BTreeMap<LaneId, Seq>, usize)>,
}

impl Hub {
    pub(super) fn epoch(&self) -> Epoch {
        Epoch([self.epoch; 16])
    }

    pub(super) fn key() -> MacKey {
        MacKey::new([3; 32])
    }

    pub(super) fn cursor(&self, position: usize) -> Cursor {
        let id = position.checked_sub(1).map(|index| self.log[index].id());
        Cursor {
            epoch: self.epoch(),
            position: Seq(position as u64),
            id,
        }
    }

    /// What a desk is given that opens the village.
    pub(super) fn open(&self, village: usize, asked: Option<Cursor>) -> (Vec<(Op, Mac)>, Opened) {
        let case = case_id(village);
        let placed = self.log.iter().enumerate();
        let of_case: Vec<(usize, &Op)> = placed.filter(|(_, op)| op.case == case).collect();
        let before = asked.and_then(|cursor| cursor.position.0.checked_sub(1));
        let stored = before.and_then(|index| self.log.get(index as usize));
        let opened = Opened {
            stands: cursor_matches(asked.as_ref(), self.epoch(), stored.map(Op::id)),
            last: of_case.last().map(|(index, _)| self.cursor(index + 1)),
        };
        let given = of_case.into_iter().map(|(_, op)| op);
        let given = given.map(|op| (op.clone(), Hub::key().mac(op.id())));
        (given.collect(), opened)
    }

    pub(super) fn refusal(&mut self, request: &Request) -> Option<Failure> {
        let unfinished = self.uploads.values().filter(|(_, is_whole)| !is_whole);
        if let Request::BlobChunk { offset: 0, .. } = request
            && self
                .unfinished_max
                .is_some_and(|max| max <= unfinished.count())
        {
            self.refused += 1;
            let code = "blobs_unfinished".to_owned();
            return Some(Failure::Refused { code });
        }
        if let Request::BlobChunk { blob, .. } = request
            && self.unnamed == Some(*blob)
        {
            self.refused += 1;
            let code = "blob_unnamed".to_owned();
            return Some(Failure::Refused { code });
        }
        let brings = matches!(
            request,
            Request::Push(_) | Request::BlobStatus(_) | Request::BlobChunk { .. }
        );
        let may = brings || !self.revokes;
        (!may).then(|| Failure::Refused {
            code: "device_revoked".to_owned(),
        })
    }

    pub(super) fn answer(&mut self, request: Request, account: &AccountView) -> Response {
        match request {
            Request::Hello(hello) => Response::Hello(self.hello(hello, account)),
            Request::Push(push) => Response::Push(self.push(push, account)),
            Request::Prove(proof) => Response::Push(self.prove(&proof)),
            Request::Pull(pull) => Response::Pull(self.pull(&pull)),
            Request::BlobStatus(blob) => {
                let (offset, complete) = self.uploads.get(&blob).copied().unwrap_or_default();
                Response::Blob(BlobStatus {
                    blob,
                    offset,
                    complete,
                })
            }
            Request::BlobChunk {
                blob, end, bytes, ..
            } => {
                self.uploads.insert(blob, (end, end == bytes));
                Response::Blob(BlobStatus {
                    blob,
                    offset: end,
                    complete: end == bytes,
                })
            }
        }
    }

    pub(super) fn hello(&self, hello: HelloRequest, account: &AccountView) -> HelloResponse {
        let status = |asked: crate::wire::v1::PartitionHello| {
            let lane = self.lanes.get(&asked.lane).cloned().unwrap_or_default();
            let at = |seq: Seq| {
                seq.0
                    .checked_sub(1)
                    .and_then(|i| lane.get(i as usize))
                    .copied()
            };
            let stored = asked.cursor.and_then(|cursor| {
                cursor
                    .position
                    .0
                    .checked_sub(1)
                    .and_then(|i| self.log.get(i as usize))
                    .map(Op::id)
            });
            PartitionStatus {
                partition: asked.partition,
                lane_length: Seq(lane.len() as u64),
                lane_matches: asked.verified == Seq::ZERO || at(asked.verified) == asked.last,
                cursor_matches: cursor_matches(asked.cursor.as_ref(), self.epoch(), stored),
                safe: self
                    .backed_up
                    .as_ref()
                    .map(|(lanes, _)| lanes.get(&asked.lane).copied().unwrap_or(Seq::ZERO)),
            }
        };
        HelloResponse {
            epoch: self.epoch(),
            now: self.now,
            account: account.clone(),
            partitions: hello.partitions.into_iter().map(status).collect(),
            rounds: vec![RoundView {
                id: ROUND,
                name: "Uji".to_owned(),
                training: false,
                open: true,
                questionnaire: QuestionnaireId([0; 16]),
                earlier: Vec::new(),
            }],
            assignments: (0..VILLAGES.len())
                .filter(|village| self.unassigned != Some(*village))
                .map(|village| assignment(VILLAGES[village]))
                .collect(),
            bundle_key: None,
        }
    }

    pub(super) fn back_up(&mut self) {
        let lanes = self.lanes.iter();
        let lanes = lanes.map(|(lane, ids)| (*lane, Seq(ids.len() as u64)));
        self.backed_up = Some((lanes.collect(), self.log.len()));
    }

    /// Photos count as in every backup.
    pub(super) fn keeping(&self, asked: &GivingUp) -> Keeping {
        let backed_up = self.backed_up.as_ref();
        let ops = asked.ops.iter().map(|id| {
            let Some(place) = self.log.iter().position(|op| op.id() == *id) else {
                let is_aside = self.aside.iter().any(|op| op.id() == *id);
                return is_aside.then_some(Kept {
                    received: self.now,
                    backed_up: false,
                });
            };
            Some(Kept {
                received: self.came[id],
                backed_up: backed_up.is_some_and(|(_, length)| place < *length),
            })
        });
        keeping(ops, self.now)
    }

    pub(super) fn push(&mut self, push: PushRequest, account: &AccountView) -> PushResponse {
        let lane = self.lanes.entry(push.lane).or_default().clone();
        let tail_from = (push.from.0 as usize).saturating_sub(2).min(lane.len());
        let sender = Sender {
            account: account.id,
            role: account.role,
            regions: account.regions.clone(),
            revoked: self.revokes,
        };
        let assigned: BTreeSet<RegionId> =
            VILLAGES.iter().map(|code| code.parse().unwrap()).collect();
        let ops = push.ops.unpack(ROUND).unwrap();
        let lamports = self.log.iter().chain(&self.aside);
        let view = PushView {
            sender: &sender,
            lane_length: Seq(lane.len() as u64),
            lane_tail: &lane[tail_from..],
            known: &self.known,
            lamports: &lamports.map(|op| (op.id(), op.lamport)).collect(),
            round: match self.is_closed {
                true => RoundStanding::Closed,
                false => RoundStanding::Open,
            },
            assigned: &assigned,
            key: &Hub::key(),
        };
        let stretch = Stretch {
            from: push.from,
            previous: push.previous,
        };
        match decide_push(stretch, &ops, view, |_| true) {
            PushDecision::Gap { length } => PushResponse::Gap { length },
            PushDecision::Fork => PushResponse::Fork,
            PushDecision::Accept(accepted) => {
                self.lanes
                    .get_mut(&push.lane)
                    .unwrap()
                    .extend(accepted.lane_appends);
                for op in accepted.merges {
                    assert!(self.known.insert(op.id()), "an op is stored once");
                    self.came.entry(op.id()).or_insert(self.now);
                    self.log.push(op.clone());
                }
                self.aside
                    .extend(accepted.quarantines.into_iter().map(|(op, _)| op.clone()));
                let aside = |(position, code)| Quarantined { position, code };
                PushResponse::Accepted {
                    verified: accepted.verified,
                    macs: accepted.macs,
                    quarantined: accepted.quarantined.into_iter().map(aside).collect(),
                    receipt: Receipt {
                        number: Seq(1),
                        at: Millis(0),
                    },
                    safe: None,
                }
            }
        }
    }

    pub(super) fn prove(&self, asked: &ProveRequest) -> PushResponse {
        let lane = self.lanes.get(&asked.lane).cloned().unwrap_or_default();
        let tail_from = (asked.from.0 as usize).saturating_sub(2).min(lane.len());
        let code = QuarantineCode::RevokedDevice;
        let view = ProofView {
            lane_length: Seq(lane.len() as u64),
            lane_tail: &lane[tail_from..],
            aside: &self.aside.iter().map(|op| (op.id(), code)).collect(),
            key: &Hub::key(),
        };
        let stretch = Stretch {
            from: asked.from,
            previous: asked.previous,
        };
        match decide_proof(stretch, asked.count as usize, asked.digest, view) {
            PushDecision::Gap { length } => PushResponse::Gap { length },
            PushDecision::Fork => PushResponse::Fork,
            PushDecision::Accept(accepted) => PushResponse::Accepted {
                verified: accepted.verified,
                macs: accepted.macs,
                quarantined: Vec::new(),
                receipt: Receipt {
                    number: Seq(1),
                    at: Millis(0),
                },
                safe: None,
            },
        }
    }

    pub(super) fn pull(&self, pull: &PullRequest) -> PullResponse {
        let from = pull.cursor.map_or(0, |cursor| cursor.position.0 as usize);
        let stored = from
            .checked_sub(1)
            .and_then(|index| self.log.get(index))
            .map(Op::id);
        if !cursor_matches(pull.cursor.as_ref(), self.epoch(), stored) {
            return PullResponse::Reset {
                epoch: self.epoch(),
            };
        }
        // Small pages, so that edges of pages are walked all the time.
        let end = self.log.len().min(from + 3);
        let page = &self.log[from.min(end)..end];
        let hides = |op: &&Op| self.hides.as_ref() == Some(&op.case);
        let page: Vec<&Op> = page.iter().filter(|op| !hides(op)).collect();
        let differs = |theirs: &&CaseDigest| {
            let below = self.log[..from].iter();
            let of_case = below.filter(|op| op.case.region == theirs.region && !hides(op));
            self.disagrees || digest(&of_case.map(Op::id).collect()) != theirs.digest
        };
        let differing = pull.digests.iter().filter(differs);
        PullResponse::Page {
            ops: OpBatch::pack(page.iter().map(|op| (*op, None))),
            macs: page.iter().map(|op| Hub::key().mac(op.id())).collect(),
            cursor: self.cursor(end),
            more: end < self.log.len(),
            sight: Some(Digest([u8::from(self.hides.is_some()); 16])),
            differs: differing.map(|theirs| theirs.region.clone()).collect(),
            keeping: pull.giving_up.as_ref().map(|asked| self.keeping(asked)),
        }
    }
}

pub(super) fn assignment(code: &str) -> AssignmentView {
    AssignmentView {
        round: ROUND,
        region: code.parse().unwrap(),
        name: code.to_owned(),
        district: String::new(),
        regency: String::new(),
        province: String::new(),
        modules: vec![],
    }
}

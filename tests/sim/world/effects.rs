//! Small effects, one at a time: a commit becomes durable, a message arrives, a round of sync begins.
//!
//! Always: whatever can go wrong with an effect is drawn when it happens.
//! Never: two effects at once; what looks parallel is an order of effects.

use shared::ids::{BlobId, OpId};
use shared::sync::phone::{Action, Failure, Request, Response, Write};
use shared::time::Millis;
use shared::wire::v1::{BlobStatus, DeviceFacts, PushResponse};

use super::{Check, Leg, Message, Posted, World};
use crate::hub::{Chunk, StoreMutant};
use crate::wire;

/// Something that can happen next.
#[derive(Debug, Clone, Copy)]
enum Next {
    Commit(usize),
    Message(usize),
    Sync(usize),
    Flush,
}

impl World {
    /// One effect, chosen among all that are possible.
    pub(super) fn effect(&mut self) -> Check {
        self.tally.effects += 1;
        self.now_ms += self.chance.below(2_000) as u64;
        if self.chance.is_in(self.options.hub.crash) && !self.is_healing {
            return self.crash_hub();
        }
        if self.goes_wrong(self.options.hub.copied_back_midway) {
            return self.restore(false);
        }
        let mut possible = Vec::new();
        for (place, device) in self.devices.iter().enumerate() {
            if device.machine.is_none() {
                continue;
            }
            possible.extend((!device.pending.is_empty()).then_some(Next::Commit(place)));
            let begins = match self.options.wakes {
                true => self.is_due(place),
                false => {
                    let idles = device.machine.as_ref().is_some_and(|it| !it.is_syncing());
                    idles && device.cut_off == 0
                }
            };
            possible.extend(begins.then_some(Next::Sync(place)));
        }
        possible.extend((0..self.wire.len()).map(Next::Message));
        // A round under way is worth more than one more that begins.
        possible.extend((0..self.wire.len()).map(Next::Message));
        if self.hub.mutant == Some(StoreMutant::AcknowledgedBeforeCommit) {
            possible.push(Next::Flush);
        }
        if possible.is_empty() {
            self.sleep();
            return Ok(());
        }
        match *self.chance.pick(&possible) {
            Next::Commit(device) => self.commit(device),
            Next::Message(message) => self.carry(message),
            Next::Sync(device) => self.sync(device),
            Next::Flush => {
                self.hub.flush();
                Ok(())
            }
        }
    }

    /// Whether the phone's own alarm rings, signal or not.
    pub(super) fn is_due(&self, device: usize) -> bool {
        let it = &self.devices[device];
        let uptime_ms = it.uptime_ms(self.now_ms);
        let idle = it.machine.as_ref().filter(|it| !it.is_syncing());
        let wakeup = idle.and_then(|machine| machine.wakeup());
        wakeup.is_some_and(|at_ms| at_ms <= uptime_ms)
    }

    /// Nothing happens until the first phone wakes.
    fn sleep(&mut self) {
        let awake = self.devices.iter().filter_map(|it| {
            let at_ms = it.machine.as_ref()?.wakeup()?;
            Some(it.booted_ms + at_ms)
        });
        if let Some(first) = awake.min() {
            self.now_ms = self.now_ms.max(first);
        }
    }

    pub(super) fn sync(&mut self, device: usize) -> Check {
        self.trace(1, device);
        let now_ms = self.now_ms;
        let it = &mut self.devices[device];
        let Some(machine) = &mut it.machine else {
            return Ok(());
        };
        let facts = DeviceFacts {
            wall: Millis(now_ms as i64 + it.wall_offset_ms),
            unsent_ops: machine.ops_to_bring() as u64,
            oldest_unsent: machine.oldest_unsent(),
            ..DeviceFacts::default()
        };
        let uptime_ms = now_ms - it.booted_ms;
        let actions = machine.sync(facts, uptime_ms);
        self.perform(device, actions)
    }

    /// Starts what the machine asks for.
    pub(super) fn perform(&mut self, device: usize, actions: Vec<Action>) -> Check {
        for action in actions {
            match action {
                Action::Commit { token, writes } => {
                    let pending = crate::device::Pending { token, writes };
                    self.devices[device].pending.push_back(pending);
                }
                Action::Send(request) => {
                    self.check_request(device, &request)?;
                    self.tell(|world| format!("{} sends {}", world.name(device), brief(&request)));
                    if self.devices[device].request.is_some() {
                        return Err(format!("{} asks two things at once", self.name(device)));
                    }
                    let is_push =
                        matches!(&request, Request::Push(push) if !push.ops.ops.is_empty());
                    self.tally.sent_full += u64::from(is_push && 0 < self.devices[device].full);
                    self.requests += 1;
                    let number = self.requests;
                    self.devices[device].request = Some(number);
                    self.devices[device].worked.clear();
                    self.note_work();
                    let message = self.posted(number, device, request);
                    self.wire.push(message);
                }
            }
        }
        self.check_awake(device)
    }

    /// A request as it leaves, with the bytes of a photo where it carries some.
    fn posted(&self, number: u64, device: usize, request: Request) -> Message {
        let photos = &self.devices[device].disk.photos;
        let chunk = match &request {
            Request::BlobChunk {
                blob,
                offset,
                end,
                bytes,
            } => match photos.get(blob) {
                Some(photo) => Some(Chunk {
                    blob: *blob,
                    offset: *offset,
                    length: *bytes,
                    bytes: photo.cut(*offset, *end),
                }),
                None => return Message::failed(number, device, Failure::Storage),
            },
            _ => None,
        };
        Message::request(number, device, Posted { request, chunk }, None)
    }

    /// A commit becomes durable, or the phone is full and it is tried again later, or the battery dies around it.
    pub(super) fn commit(&mut self, device: usize) -> Check {
        self.trace(2, device);
        if !self.is_healing {
            let it = &mut self.devices[device];
            if 0 < it.full || self.chance.is_in(self.options.phones.quota) {
                it.pending.rotate_left(1);
                let machine = it.machine.as_mut().expect("the phone is on");
                let actions = machine.unsaved();
                self.tell(|world| format!("{} is full", world.name(device)));
                return self.perform(device, actions);
            }
            if self.chance.is_in(self.options.phones.crash) {
                return self.crash(device);
            }
        }
        let pending = self.devices[device].pending.pop_front();
        let pending = pending.expect("a commit is under way");
        self.store(device, pending.writes, true)?;
        let uptime_ms = self.devices[device].uptime_ms(self.now_ms);
        let machine = self.devices[device].machine.as_mut();
        let machine = machine.expect("the phone is on");
        let actions = machine.committed(pending.token, uptime_ms);
        self.perform(device, actions)
    }

    /// The battery dies: of the commits under way, some were durable.
    pub(super) fn crash(&mut self, device: usize) -> Check {
        self.trace(3, device);
        self.tally.crashes += 1;
        let pending = std::mem::take(&mut self.devices[device].pending);
        let durable = self.chance.below(pending.len() + 1);
        self.tell(|world| {
            let name = world.name(device);
            format!(
                "{name} dies; {durable} of {} commits are there",
                pending.len()
            )
        });
        for (place, commit) in pending.into_iter().enumerate() {
            if place < durable {
                self.store(device, commit.writes, false)?;
            } else if self.hub.mutant == Some(StoreMutant::TornCommit) {
                let half = commit.writes.len() / 2;
                let writes = commit.writes.into_iter().take(half).collect();
                self.store(device, writes, false)?;
            }
        }
        self.devices[device].die();
        Ok(())
    }

    /// One transaction on a phone's disk. `reports`: the person is told.
    fn store(&mut self, device: usize, writes: Vec<Write>, reports: bool) -> Check {
        let mut deleted: Vec<OpId> = Vec::new();
        let mut photos: Vec<BlobId> = Vec::new();
        // What a person writes replaces; it holds no lane, as what is given at a desk does.
        let holds_lane = |write: &Write| matches!(write, Write::PutPartition(_));
        let replaces = writes.iter().any(|write| matches!(write, Write::PutOp(_)))
            && !writes.iter().any(holds_lane);
        for write in writes {
            match &write {
                Write::PutOp(record) => {
                    self.check_record(device, record)?;
                    let is_new = !self.devices[device].disk.ops.contains_key(&record.id);
                    let typed = self.truth.of(record.id).expect("somebody typed it");
                    typed.copies += usize::from(is_new);
                    typed.saved |= reports;
                }
                Write::DeleteOp(id) => {
                    if self.devices[device].disk.ops.contains_key(id) {
                        let typed = self.truth.of(*id).expect("somebody typed it");
                        typed.copies -= 1;
                        typed.withdrawn |= replaces;
                        deleted.push(*id);
                    }
                }
                Write::PutBlob(record) => self.check_photo_record(device, record)?,
                Write::DeleteBlob(blob) => {
                    if self.devices[device].disk.photos.contains_key(blob) {
                        self.truth.photo(*blob).copies -= 1;
                        photos.push(*blob);
                    }
                }
                Write::PutMe(_) | Write::PutScope(_) | Write::PutPartition(_) => {}
            }
            self.devices[device].disk.apply(write);
        }
        for id in deleted {
            self.check_copies(id)?;
            if !replaces {
                self.tally.given_up += 1;
                self.check_given_up(device, id)?;
            }
        }
        for blob in photos {
            self.tally.photos_given_up += 1;
            self.check_photo_unneeded(device, blob)?;
            self.check_photo_given_up(device, blob)?;
        }
        Ok(())
    }

    /// A message goes on its way, if nothing stops it.
    pub(super) fn carry(&mut self, place: usize) -> Check {
        let message = self.wire.swap_remove(place);
        let (number, device) = (message.number, message.device);
        self.trace(4, device);
        let Leg::Request { posted, reserved } = message.leg else {
            return self.deliver(message);
        };
        if let Some(failure) = self.hindrance(device) {
            return self.deliver(Message::failed(number, device, failure));
        }
        if self.is_awaited(number, device) && self.goes_wrong(self.options.network.late) {
            self.wire
                .push(Message::request(number, device, posted, reserved));
            return self.deliver(Message::failed(number, device, Failure::NoSignal));
        }
        if let (Request::Push(push), None) = (&posted.request, reserved)
            && self.hub.mutant == Some(StoreMutant::PlainSequence)
        {
            let reserved = Some(self.hub.reserve(push));
            self.wire
                .push(Message::request(number, device, posted, reserved));
            return Ok(());
        }
        let answer = match &posted.chunk {
            Some(chunk) => self.bring_chunk(device, chunk)?,
            None => self.ask_hub(device, &posted.request, reserved)?,
        };
        if self.goes_wrong(self.options.network.repeated) {
            self.wire
                .push(Message::request(number, device, posted, None));
        }
        let answer = match self.goes_wrong(self.options.network.answer_lost) {
            true => Err(Failure::NoSignal),
            false => answer,
        };
        self.wire.push(Message {
            number,
            device,
            leg: Leg::Answer(answer),
        });
        Ok(())
    }

    /// Why a request does not reach the hub.
    fn hindrance(&mut self, device: usize) -> Option<Failure> {
        let is_cut_off = self.devices[device].cut_off != 0;
        if is_cut_off || self.goes_wrong(self.options.network.request_lost) {
            return Some(Failure::NoSignal);
        }
        let is_stranger = self.goes_wrong(self.options.network.stranger);
        is_stranger.then_some(Failure::Stranger)
    }

    fn goes_wrong(&mut self, permille: u16) -> bool {
        !self.is_healing && self.chance.is_in(permille)
    }

    fn is_awaited(&self, number: u64, device: usize) -> bool {
        self.devices[device].request == Some(number)
    }

    /// One transaction at the hub, and its answer.
    fn ask_hub(
        &mut self,
        device: usize,
        request: &Request,
        reserved: Option<u64>,
    ) -> Result<Result<Response, Failure>, String> {
        let (account, now_ms) = (self.devices[device].account, self.now_ms);
        let is_old_app = self.devices[device].is_old_app;
        let mut request = request.clone();
        if is_old_app {
            request = wire::said_long_ago(request);
        }
        if self.options.is_written {
            request = wire::sent(&request)?;
        }
        let request = &request;
        if let Request::BlobStatus(blob) = request {
            return self.ask_about_photo(device, *blob);
        }
        let mut answer = self.hub.answer(account, request, reserved, now_ms);
        let is_unknown = self.hub.state.office.account(account).is_none();
        if is_unknown && matches!(request, Request::Hello(_)) {
            self.tell(|world| format!("{} shows its certificate", world.name(device)));
            let certificate = &self.devices[device].certificate;
            self.hub.enrol_again(account, certificate);
            answer = self.hub.answer(account, request, reserved, now_ms);
        }
        if let Ok(response) = &mut answer {
            if self.options.is_written {
                *response = wire::answered(response)?;
            }
            if is_old_app {
                *response = wire::understood_long_ago(response.clone());
            }
        }
        self.tell_answer(device, &answer);
        if let (Request::Push(push), Ok(Response::Push(pushed))) = (request, &answer) {
            self.tally.forks += u64::from(*pushed == PushResponse::Fork);
            self.check_acknowledged(push, pushed)?;
        }
        Ok(answer)
    }

    fn ask_about_photo(
        &mut self,
        device: usize,
        blob: BlobId,
    ) -> Result<Result<Response, Failure>, String> {
        let it = &self.devices[device];
        let status = self.hub.photo(it.account, it.disk.me.device, blob);
        self.photo_answered(device, status)
    }

    /// A piece of a photo comes to the hub; the line may break in the middle of it.
    fn bring_chunk(
        &mut self,
        device: usize,
        chunk: &Chunk,
    ) -> Result<Result<Response, Failure>, String> {
        if self.goes_wrong(self.options.hub.photo_refused) {
            let code = "blobs_unfinished".to_owned();
            return self.photo_answered(device, Err(Failure::Refused { code }));
        }
        let (account, now_ms) = (self.devices[device].account, self.now_ms);
        let sender = self.devices[device].disk.me.device;
        let mut chunk = chunk.clone();
        let breaks = self.goes_wrong(self.options.network.broken);
        if breaks {
            let came = self.chance.below(chunk.bytes.len() as usize + 1);
            chunk.bytes = chunk.bytes.cut(0, came as u64);
        }
        let taken = self.hub.take_chunk(account, sender, &chunk, now_ms);
        self.tell(|world| {
            let (from, end) = (chunk.offset, chunk.offset + chunk.bytes.len());
            format!(
                "bytes {from} to {end} of a photo come from {}",
                world.name(device)
            )
        });
        self.count_photo(chunk.blob);
        match taken {
            _ if breaks => Ok(Err(Failure::NoSignal)),
            // Another request got further, or the hub lost a piece: the phone asks where it stands.
            Err(Failure::Refused { code }) if code == "blob_offset" => {
                match self.hindrance(device) {
                    Some(failure) => Ok(Err(failure)),
                    None => self.ask_about_photo(device, chunk.blob),
                }
            }
            taken => self.photo_answered(device, taken),
        }
    }

    fn photo_answered(
        &mut self,
        device: usize,
        status: Result<BlobStatus, Failure>,
    ) -> Result<Result<Response, Failure>, String> {
        if let Ok(status) = &status {
            self.check_photo_answer(device, status)?;
        }
        let answer = status.map(Response::Blob);
        self.tell_answer(device, &answer);
        Ok(answer)
    }

    fn tell_answer(&mut self, device: usize, answer: &Result<Response, Failure>) {
        self.tell(|world| {
            let answer = match answer {
                Ok(response) => brief_answer(response),
                Err(failure) => format!("{failure:?}"),
            };
            format!("the hub answers {}: {answer}", world.name(device))
        });
    }

    /// An answer comes to the phone that awaits it; to nobody else.
    fn deliver(&mut self, message: Message) -> Check {
        if !self.is_awaited(message.number, message.device) {
            return Ok(());
        }
        let device = message.device;
        let Leg::Answer(answer) = message.leg else {
            return Ok(());
        };
        self.devices[device].request = None;
        let uptime_ms = self.devices[device].uptime_ms(self.now_ms);
        let is_hello = matches!(answer, Ok(Response::Hello(_)));
        if let Ok(response) = &answer {
            self.check_response(device, response)?;
        }
        let it = &mut self.devices[device];
        let Some(machine) = &mut it.machine else {
            return Ok(());
        };
        let actions = match answer {
            Ok(response) => machine.received(response, uptime_ms),
            Err(failure) => machine.failed(failure, uptime_ms),
        };
        // A screen of what the phone gave up is drawn again.
        it.shown.retain(|case, _| machine.case(case).is_some());
        self.perform(device, actions)?;
        match is_hello && self.goes_wrong(self.options.hub.copied_back_after_hello) {
            true => self.restore(false),
            false => Ok(()),
        }
    }

    fn crash_hub(&mut self) -> Check {
        self.trace(5, 0);
        self.tally.crashes += 1;
        self.tell(|_| "the hub dies and starts again".to_owned());
        self.hub.crash(self.now_ms);
        self.recount()?;
        // Whoever waited for an answer gets none.
        for message in std::mem::take(&mut self.wire) {
            let failed = Message::failed(message.number, message.device, Failure::NoSignal);
            self.deliver(failed)?;
        }
        Ok(())
    }
}

impl Message {
    fn request(number: u64, device: usize, posted: Posted, reserved: Option<u64>) -> Message {
        let leg = Leg::Request { posted, reserved };
        Message {
            number,
            device,
            leg,
        }
    }

    fn failed(number: u64, device: usize, failure: Failure) -> Message {
        Message {
            number,
            device,
            leg: Leg::Answer(Err(failure)),
        }
    }
}

fn brief(request: &Request) -> String {
    match request {
        Request::Hello(_) => "hello".to_owned(),
        Request::Push(push) => format!(
            "push of {} ops from {} of lane {:?}",
            push.ops.ops.len(),
            push.from.0,
            push.lane
        ),
        Request::Prove(proof) => format!(
            "proof of {} ops from {} of lane {:?}",
            proof.count, proof.from.0, proof.lane
        ),
        Request::Pull(pull) => format!(
            "pull after {}",
            pull.cursor.map_or(0, |cursor| cursor.position.0)
        ),
        Request::BlobStatus(_) | Request::BlobChunk { .. } => "photo".to_owned(),
    }
}

fn brief_answer(response: &Response) -> String {
    use shared::wire::v1::PullResponse;
    match response {
        Response::Hello(hello) => format!("hello of {:?}", hello.epoch),
        Response::Push(PushResponse::Accepted {
            verified,
            quarantined,
            ..
        }) => {
            let codes: std::collections::BTreeSet<_> =
                quarantined.iter().map(|aside| aside.code).collect();
            format!(
                "verified {}, {} aside {codes:?}",
                verified.0,
                quarantined.len()
            )
        }
        Response::Push(PushResponse::Gap { length }) => format!("gap after {}", length.0),
        Response::Push(PushResponse::Fork) => "fork".to_owned(),
        Response::Pull(PullResponse::Page { ops, cursor, .. }) => {
            format!("{} ops, cursor {}", ops.ops.len(), cursor.position.0)
        }
        Response::Pull(PullResponse::Reset { .. }) => "begin again".to_owned(),
        Response::Blob(status) if status.complete => "photo whole".to_owned(),
        Response::Blob(status) => format!("photo at {}", status.offset),
    }
}

//! A phone without a browser: the shipped machine, a disk in memory, and requests as a phone sends them.
//!
//! Always: commits before it goes on; whatever is not an answer of the server counts as no signal.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use shared::answers::{Change, Evidence, Op, Value};
use shared::ids::{BootId, CaseId, OpId, Path, QuestionnaireId, VisitId};
use shared::json::{self, FromJson};
use shared::sync::phone::{
    Action, Draft, Failure, Me, Numbers, Phone, Reach, Request, Response, Scope, Stored, Write,
};
use shared::time::Millis;
use shared::wire::v1::DeviceFacts;

use super::line::Line;

/// Effects of one round of sync, at most.
const EFFECTS_MAX: usize = 10_000;

pub(crate) struct Handset {
    machine: Phone,
    /// What the disk holds.
    pub(crate) ops: BTreeMap<OpId, Op>,
    bearer: String,
    server: SocketAddr,
}

impl Handset {
    pub(crate) fn new(me: Me, bearer: String, server: SocketAddr) -> Handset {
        let seed = [me.device.0[0]; 32];
        let stored = Stored {
            me,
            scope: Scope::default(),
            partitions: Vec::new(),
            ops: Vec::new(),
            blobs: Vec::new(),
        };
        Handset {
            machine: Phone::new(stored, Reach::WholeScope, seed),
            ops: BTreeMap::new(),
            bearer,
            server,
        }
    }

    pub(crate) fn write(
        &mut self,
        case: &CaseId,
        path: &Path,
        form: QuestionnaireId,
        text: &str,
    ) -> Result<()> {
        let draft = Draft {
            case: case.clone(),
            shown: self.machine.mark(case),
            path: path.clone(),
            change: Change::Set(Value::Text(text.to_owned())),
            source: None,
            written: Evidence {
                wall: Millis(0),
                zone_minutes: 480,
                monotonic_ms: 0,
                boot: BootId([1; 16]),
                visit: VisitId([1; 16]),
            },
            questionnaire: form,
        };
        let (_, actions) = self.machine.write(draft);
        self.perform(actions)
    }

    /// One round, until the phone rests.
    pub(crate) fn sync(&mut self) -> Result<()> {
        let actions = self.machine.sync(DeviceFacts::default(), 0);
        self.perform(actions)
    }

    pub(crate) fn numbers(&self) -> Numbers {
        self.machine.numbers()
    }

    fn perform(&mut self, mut open: Vec<Action>) -> Result<()> {
        for _ in 0..EFFECTS_MAX {
            if open.is_empty() {
                return Ok(());
            }
            let next = match open.remove(0) {
                Action::Commit { token, writes } => {
                    for write in writes {
                        self.store(write);
                    }
                    self.machine.committed(token, 0)
                }
                Action::Send(request) => match self.ask(&request) {
                    Ok(response) => self.machine.received(response, 0),
                    Err(_) => self.machine.failed(Failure::NoSignal, 0),
                },
            };
            open.extend(next);
        }
        anyhow::bail!("a round of sync does not end")
    }

    fn store(&mut self, write: Write) {
        match write {
            Write::PutOp(record) => {
                let op = Op::new(record.body.clone());
                self.ops.insert(record.id, op);
            }
            Write::DeleteOp(id) => {
                self.ops.remove(&id);
            }
            // It is never switched off here.
            _ => {}
        }
    }

    fn ask(&self, request: &Request) -> Result<Response> {
        match request {
            Request::Hello(hello) => self
                .post("hello", &json::to_text(hello))
                .map(Response::Hello),
            Request::Push(push) => self.post("push", &json::to_text(push)).map(Response::Push),
            Request::Prove(proof) => self
                .post("prove", &json::to_text(proof))
                .map(Response::Push),
            Request::Pull(pull) => self.post("pull", &json::to_text(pull)).map(Response::Pull),
            Request::BlobStatus(_) | Request::BlobChunk { .. } => {
                anyhow::bail!("this phone takes no photos")
            }
        }
    }

    fn post<T: FromJson>(&self, verb: &str, said: &str) -> Result<T> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(said.as_bytes())?;
        let mut line = Line::open(self.server, &self.bearer, "identity")?;
        line.post(&format!("/api/v1/sync/{verb}"), &packer.finish()?)?;
        ensure!(!line.answer().is_empty(), "an answer without a word");
        let text = std::str::from_utf8(line.answer())?;
        json::read(text).ok().context("a stranger's answer")
    }
}

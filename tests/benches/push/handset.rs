//! A phone without a browser: the shipped machine, a disk in memory, and requests as a phone sends them.
//!
//! Always: commits before it goes on; whatever is not an answer of the server counts as no signal.
//! Always: a connection for each request, so that a cut costs nothing but what was under way.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use shared::answers::{Change, Evidence, Op, Value};
use shared::ids::{BlobId, BootId, CaseId, OpId, Path, QuestionnaireId, Role, VisitId};
use shared::json::{self, FromJson};
use shared::sync::phone::{
    Action, BlobRecord, Draft, Failure, Me, Numbers, Phone, Reach, Request, Response, Scope,
    Stored, Write,
};
use shared::time::Millis;
use shared::wire::v1::{AccountView, BlobStatus, DeviceFacts};

/// Effects of one round of sync, at most.
const EFFECTS_MAX: usize = 10_000;
/// Until an answer begins; one that was cut off says so at once.
const ANSWER_MAX: Duration = Duration::from_secs(20);

pub(crate) struct Handset {
    machine: Phone,
    /// What the disk holds.
    pub(crate) ops: BTreeMap<OpId, Op>,
    photos: BTreeMap<BlobId, Vec<u8>>,
    bearer: String,
    server: SocketAddr,
}

impl Handset {
    /// The phone of the field, as its enrolment left it.
    pub(crate) fn new(phone: &super::field::Phone, bearer: String, server: SocketAddr) -> Handset {
        let me = Me {
            account: AccountView {
                id: phone.account,
                username: String::new(),
                name: String::new(),
                role: Role::Enumerator,
                regions: Vec::new(),
            },
            device: phone.device,
            app_version: "0.1.0".to_owned(),
            counter: 0,
        };
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
            photos: BTreeMap::new(),
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

    pub(crate) fn keep_photo(&mut self, case: &CaseId, bytes: Vec<u8>) {
        let blob = BlobId(Sha256::digest(&bytes).into());
        let record = BlobRecord {
            blob,
            case: case.clone(),
            bytes: bytes.len() as u64,
            media_type: "image/jpeg".to_owned(),
            offset: 0,
            complete: false,
        };
        self.photos.insert(blob, bytes);
        self.machine.keep_blob(record);
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
            Request::BlobStatus(blob) => {
                let answer = self.send("HEAD", &format!("/api/v1/blobs/{blob}"), "", &[])?;
                Ok(Response::Blob(answer.progress(*blob)))
            }
            Request::BlobChunk {
                blob,
                offset,
                end,
                bytes,
            } => {
                let piece = &self.photos[blob][*offset as usize..*end as usize];
                let head = format!(
                    "upload-offset: {offset}\r\nupload-length: {bytes}\r\ntus-resumable: 1.0.0\r\n\
                     content-type: application/offset+octet-stream\r\n"
                );
                let answer = self.send("PATCH", &format!("/api/v1/blobs/{blob}"), &head, piece)?;
                Ok(Response::Blob(answer.progress(*blob)))
            }
        }
    }

    fn post<T: FromJson>(&self, verb: &str, said: &str) -> Result<T> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(said.as_bytes())?;
        let head = "content-type: application/json\r\ncontent-encoding: gzip\r\n";
        let path = format!("/api/v1/sync/{verb}");
        let answer = self.send("POST", &path, head, &packer.finish()?)?;
        let text = std::str::from_utf8(&answer.body)?;
        json::read(text).ok().context("a stranger's answer")
    }

    fn send(&self, method: &str, path: &str, head: &str, body: &[u8]) -> Result<Answer> {
        let mut stream = TcpStream::connect(self.server)?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
             {head}content-length: {}\r\n\r\n",
            self.server,
            self.bearer,
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        stream.write_all(&request)?;
        let mut received = Vec::new();
        stream.read_to_end(&mut received)?;
        Answer::read(&received)
    }
}

/// An answer that came whole.
struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn read(received: &[u8]) -> Result<Answer> {
        let border = received.windows(4).position(|some| some == b"\r\n\r\n");
        let (head, body) = received.split_at(border.context("an answer that broke off")? + 4);
        let head = std::str::from_utf8(head)?.to_ascii_lowercase();
        ensure!(
            head.starts_with("http/1.1 20"),
            "the server answered {head}"
        );
        let answer = Answer {
            head,
            body: body.to_vec(),
        };
        let length = answer.number("content-length");
        ensure!(
            length.is_none_or(|length| length <= body.len() as u64) || body.is_empty(),
            "an answer that broke off"
        );
        Ok(answer)
    }

    fn number(&self, name: &str) -> Option<u64> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| *found == name)?.1.parse().ok()
    }

    fn progress(&self, blob: BlobId) -> BlobStatus {
        let offset = self.number("upload-offset").unwrap_or(0);
        let length = self.number("upload-length");
        BlobStatus {
            blob,
            offset,
            complete: length.is_some_and(|length| length <= offset),
        }
    }
}

//! The bytes of an op body that are hashed.
//!
//! Frozen: `lumbung-op-1`. Every field in the order of `OpBody`, integers as big-endian, texts and
//! lists with a length in front, variants with a tag. A new field or variant needs a new prefix;
//! bodies of the old kind keep theirs, or every phone in the field would disagree with the hub.

use sha2::{Digest as _, Sha256};

use super::{Change, File, OpBody, Point, Review, Value};
use crate::ids::{OpId, Role};

const PREFIX: &[u8] = b"lumbung-op-1\n";
/// Most bodies fit, and the bytes of most ops are made without growing.
const BYTES_USUAL: usize = 448;

pub(super) fn id(body: &OpBody) -> OpId {
    let mut writer = Writer {
        bytes: Vec::with_capacity(BYTES_USUAL),
    };
    writer.fixed(PREFIX);
    writer.body(body);
    let hash = Sha256::digest(&writer.bytes);
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    OpId(id)
}

struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn body(&mut self, body: &OpBody) {
        self.fixed(&body.case.round.0);
        self.text(body.case.region.as_str());
        self.text(body.path.as_str());
        self.change(&body.change);
        match &body.source {
            None => self.tag(0),
            Some(source) => {
                self.tag(1);
                self.text(source);
            }
        }
        self.count(body.seen.len());
        for id in &body.seen {
            self.fixed(&id.0);
        }
        self.number(body.lamport);
        self.signed(body.written.wall.0);
        self.signed(i64::from(body.written.zone_minutes));
        self.number(body.written.monotonic_ms);
        self.fixed(&body.written.boot.0);
        self.fixed(&body.written.visit.0);
        self.fixed(&body.author.0);
        self.tag(role_tag(body.role));
        self.fixed(&body.device.0);
        self.number(body.counter);
        self.fixed(&body.questionnaire.0);
        self.text(&body.app_version);
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Set(value) => {
                self.tag(1);
                self.value(value);
            }
            Change::Unset => self.tag(2),
            Change::Unknown => self.tag(3),
            Change::Refused => self.tag(4),
            Change::AddRow => self.tag(5),
            Change::RemoveRow => self.tag(6),
            Change::Comment(text) => {
                self.tag(7);
                self.text(text);
            }
            Change::Review(review) => {
                self.tag(8);
                self.review(review);
            }
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => {
                self.tag(1);
                self.text(text);
            }
            Value::Integer(number) => {
                self.tag(2);
                self.signed(*number);
            }
            Value::Decimal(number) => {
                self.tag(3);
                self.text(number.as_str());
            }
            Value::Date(date) => {
                self.tag(4);
                self.signed(date.days());
            }
            Value::Time(ms) => {
                self.tag(5);
                self.number(u64::from(*ms));
            }
            Value::DateTime(at) => {
                self.tag(6);
                self.signed(at.wall_ms);
                self.signed(i64::from(at.zone_minutes));
            }
            Value::Choice(name) => {
                self.tag(7);
                self.text(name);
            }
            Value::Choices(names) => {
                self.tag(8);
                self.texts(names);
            }
            Value::Point(point) => {
                self.tag(9);
                self.point(point);
            }
            Value::Points(points) => {
                self.tag(10);
                self.count(points.len());
                points.iter().for_each(|point| self.point(point));
            }
            Value::File(file) => {
                self.tag(11);
                self.file(file);
            }
        }
    }

    fn point(&mut self, point: &Point) {
        self.signed(point.latitude_e7);
        self.signed(point.longitude_e7);
        self.signed(point.altitude_cm);
        self.signed(point.accuracy_cm);
    }

    fn file(&mut self, file: &File) {
        self.fixed(&file.blob.0);
        self.number(file.bytes);
        self.text(&file.media_type);
        self.text(&file.name);
    }

    fn review(&mut self, review: &Review) {
        match review {
            Review::Submit(submission) => {
                self.tag(1);
                self.fixed(&submission.digest.0);
                self.texts(&submission.modules);
            }
            Review::Approve { digest } => {
                self.tag(2);
                self.fixed(&digest.0);
            }
            Review::Return {
                digest,
                questions,
                reason,
            } => {
                self.tag(3);
                self.fixed(&digest.0);
                self.count(questions.len());
                questions.iter().for_each(|path| self.text(path.as_str()));
                self.text(reason);
            }
            Review::Reopen { digest, reason } => {
                self.tag(4);
                self.fixed(&digest.0);
                self.text(reason);
            }
            Review::Reject { digest, reason } => {
                self.tag(5);
                self.fixed(&digest.0);
                self.text(reason);
            }
        }
    }

    fn texts(&mut self, texts: &[String]) {
        self.count(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn count(&mut self, count: usize) {
        let count = u32::try_from(count).expect("every list of an op is bounded far below 2^32");
        self.bytes.extend_from_slice(&count.to_be_bytes());
    }

    fn fixed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn number(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    fn signed(&mut self, number: i64) {
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    fn tag(&mut self, tag: u8) {
        self.bytes.push(tag);
    }
}

fn role_tag(role: Role) -> u8 {
    match role {
        Role::Enumerator => 1,
        Role::Supervisor => 2,
        Role::Regency => 3,
        Role::Province => 4,
        Role::National => 5,
        Role::Analyst => 6,
        Role::Administrator => 7,
    }
}

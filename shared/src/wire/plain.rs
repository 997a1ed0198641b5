//! How a phone reads its records and the hub's answers, type by type.
//!
//! Always: the same fields and names as the derived readers, which the server and the console use.
//! Never: reads what a phone does not read.

use crate::answers::{
    Change, DateTime, Decimal, Evidence, File, OpBody, Point, Review, Submission, Value,
};
use crate::ids::{
    AccountId, BlobId, BootId, CaseId, DeviceId, Digest, Epoch, LaneId, OpId, PartitionId, Path,
    QuestionnaireId, RegionId, Role, RoundId, Seq, VisitId,
};
use crate::json::{Faults, Fields, FromJson, Json, fields, kind, kinds, texts};
use crate::sync::phone::{BlobRecord, Idle, Me, OpRecord, PartitionRecord, PhotosSent, Scope};
use crate::time::{Date, Millis};
use crate::wire::bundle::{BundleHead, BundleReceipt, LaneReceipt};
use crate::wire::office;
use crate::wire::v1::{
    AccountView, AssignmentView, Cursor, HelloResponse, Keeping, Mac, OpBatch, Origin, PackedOp,
    PartitionStatus, PullResponse, PushResponse, QuarantineCode, Quarantined, Receipt, RoundView,
};

texts! {
    AccountId = AccountId([0; 16]);
    BlobId = BlobId([0; 32]);
    BootId = BootId([0; 16]);
    Date = Date::from_days(0);
    DeviceId = DeviceId([0; 16]);
    Digest = Digest([0; 16]);
    Epoch = Epoch([0; 16]);
    LaneId = LaneId([0; 16]);
    OpId = OpId([0; 16]);
    Path = Path::root();
    QuestionnaireId = QuestionnaireId([0; 16]);
    RoundId = RoundId([0; 16]);
    VisitId = VisitId([0; 16]);
}

kinds! {
    Role {
        Enumerator "enumerator" Supervisor "supervisor" Regency "regency" Province "province"
        National "national" Analyst "analyst" Administrator "administrator"
    }
    QuarantineCode {
        NeverAssigned "never_assigned" RoundClosed "round_closed" UnknownRound "unknown_round"
        UnknownQuestion "unknown_question" ForeignAuthor "foreign_author"
        RoleMismatch "role_mismatch" ReviewNotAllowed "review_not_allowed"
        RevokedDevice "revoked_device" TooLarge "too_large" LamportMismatch "lamport_mismatch"
    }
    Keeping { Missing "missing" Here "here" Safe "safe" }
    office::Language { Id "id" En "en" }
}

fields! {
    AccountView { id username name role regions }
    BundleHead { hub origin device name made villages answers photos bytes }
    BundleReceipt { number device at lanes photos }
    LaneReceipt { partition lane from digest answer }
    AssignmentView { round region name district regency province modules }
    BlobRecord { blob case bytes media_type offset complete }
    CaseId { round region }
    Cursor { epoch position id }
    DateTime { wall_ms zone_minutes }
    Evidence { wall zone_minutes monotonic_ms boot visit }
    File { blob bytes media_type name }
    HelloResponse { epoch now account partitions rounds assignments bundle_key }
    Idle { region since verified }
    Me { account device app_version counter }
    OpBody {
        case path change source seen lamport written author role device counter questionnaire
        app_version
    }
    OpRecord { id body mac quarantined }
    Origin { author role device questionnaire app_version zone_minutes boot visit region }
    PackedOp { origin path change source lamport wall monotonic_ms counter mac; seen }
    PartitionId { round regency }
    PartitionRecord { partition lane verified last out cursor epoch; sight again again_sight safe idle }
    PartitionStatus { partition lane_length lane_matches cursor_matches safe }
    Point { latitude_e7 longitude_e7 altitude_cm accuracy_cm }
    Quarantined { position code }
    Receipt { number at }
    RoundView { id name training open questionnaire; earlier }
    PhotosSent { day bytes }
    Scope { rounds assignments hub_now receipt bundle_key photo_budget; photos_sent }
    Submission { digest modules }
    office::AccountView { id username name role regions language disabled created revived }
    office::Enrolled { device secret account epoch now; certificate }
}

impl FromJson for Mac {
    fn from_json(json: Json, faults: &mut Faults) -> Self {
        Mac(OpId::from_json(json, faults).0)
    }
}

impl FromJson for RegionId {
    fn from_json(json: Json, faults: &mut Faults) -> Self {
        let text = String::from_json(json, faults);
        text.parse().unwrap_or_else(|_| {
            faults.expected("the code of a region");
            "11".parse().expect("a province")
        })
    }
}

impl FromJson for Millis {
    fn from_json(json: Json, faults: &mut Faults) -> Self {
        Millis(FromJson::from_json(json, faults))
    }
}

impl FromJson for Seq {
    fn from_json(json: Json, faults: &mut Faults) -> Self {
        Seq(FromJson::from_json(json, faults))
    }
}

impl FromJson for Decimal {
    fn from_json(json: Json, faults: &mut Faults) -> Self {
        let text = String::from_json(json, faults);
        let read = Decimal::parse(&text).filter(|decimal| decimal.as_str() == text);
        read.unwrap_or_else(|| {
            faults.expected("a decimal number");
            Decimal::parse("0").expect("a digit")
        })
    }
}

impl FromJson for Value {
    fn from_json(json: Json, faults: &mut Faults) -> Self {
        let (name, json) = kind(json, faults);
        match name.as_str() {
            "text" => Value::Text(FromJson::from_json(json, faults)),
            "integer" => Value::Integer(FromJson::from_json(json, faults)),
            "decimal" => Value::Decimal(FromJson::from_json(json, faults)),
            "date" => Value::Date(FromJson::from_json(json, faults)),
            "time" => Value::Time(FromJson::from_json(json, faults)),
            "date_time" => Value::DateTime(FromJson::from_json(json, faults)),
            "choice" => Value::Choice(FromJson::from_json(json, faults)),
            "choices" => Value::Choices(FromJson::from_json(json, faults)),
            "point" => Value::Point(FromJson::from_json(json, faults)),
            "points" => Value::Points(FromJson::from_json(json, faults)),
            "file" => Value::File(FromJson::from_json(json, faults)),
            _ => {
                faults.expected("a known type of value");
                Value::Integer(0)
            }
        }
    }
}

impl FromJson for Change {
    fn from_json(json: Json, faults: &mut Faults) -> Self {
        let (name, json) = kind(json, faults);
        match name.as_str() {
            "set" => Change::Set(FromJson::from_json(json, faults)),
            "unset" => Change::Unset,
            "unknown" => Change::Unknown,
            "refused" => Change::Refused,
            "add_row" => Change::AddRow,
            "remove_row" => Change::RemoveRow,
            "comment" => Change::Comment(FromJson::from_json(json, faults)),
            "review" => Change::Review(FromJson::from_json(json, faults)),
            _ => {
                faults.expected("a known change");
                Change::Unset
            }
        }
    }
}

impl FromJson for Review {
    fn from_json(json: Json, faults: &mut Faults) -> Self {
        let (name, json) = kind(json, faults);
        if name == "submit" {
            return Review::Submit(FromJson::from_json(json, faults));
        }
        let mut act = Fields::of(json, faults);
        let digest = FromJson::from_json(act.take("digest", faults), faults);
        if name == "approve" {
            return Review::Approve { digest };
        }
        let reason = FromJson::from_json(act.take("reason", faults), faults);
        match name.as_str() {
            "return" => Review::Return {
                digest,
                questions: FromJson::from_json(act.take("questions", faults), faults),
                reason,
            },
            "reopen" => Review::Reopen { digest, reason },
            "reject" => Review::Reject { digest, reason },
            _ => {
                faults.expected("a known review");
                Review::Approve { digest }
            }
        }
    }
}

impl FromJson for PushResponse {
    fn from_json(json: Json, faults: &mut Faults) -> Self {
        let mut answer = Fields::of(json, faults);
        let result = String::from_json(answer.take("result", faults), faults);
        match result.as_str() {
            "accepted" => PushResponse::Accepted {
                verified: FromJson::from_json(answer.take("verified", faults), faults),
                macs: FromJson::from_json(answer.take("macs", faults), faults),
                quarantined: FromJson::from_json(answer.take("quarantined", faults), faults),
                receipt: FromJson::from_json(answer.take("receipt", faults), faults),
                safe: FromJson::from_json(answer.take("safe", faults), faults),
            },
            "gap" => PushResponse::Gap {
                length: FromJson::from_json(answer.take("length", faults), faults),
            },
            "fork" => PushResponse::Fork,
            _ => {
                faults.expected("a known answer to a push");
                PushResponse::Fork
            }
        }
    }
}

impl FromJson for PullResponse {
    fn from_json(json: Json, faults: &mut Faults) -> Self {
        let mut answer = Fields::of(json, faults);
        let result = String::from_json(answer.take("result", faults), faults);
        if result == "page" {
            return PullResponse::Page {
                ops: OpBatch {
                    origins: FromJson::from_json(answer.take("origins", faults), faults),
                    ops: FromJson::from_json(answer.take("ops", faults), faults),
                },
                macs: FromJson::from_json(answer.take("macs", faults), faults),
                cursor: FromJson::from_json(answer.take("cursor", faults), faults),
                more: FromJson::from_json(answer.take("more", faults), faults),
                sight: FromJson::from_json(answer.take("sight", faults), faults),
                differs: answer.take_or_default("differs", faults),
                keeping: FromJson::from_json(answer.take("keeping", faults), faults),
            };
        }
        if result != "reset" {
            faults.expected("a known answer to a pull");
        }
        PullResponse::Reset {
            epoch: FromJson::from_json(answer.take("epoch", faults), faults),
        }
    }
}

#[cfg(test)]
mod tests;

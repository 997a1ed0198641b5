//! Answers of the hub as the phone reads them: all fields of all variants, side by side.
//!
//! Always: reads what the derived reader of the tagged enum reads.
//! Never: buffers; a derived reader of a tagged enum is compiled twice for everything inside it,
//! which was a tenth of the phone's app.

use serde::Deserialize;

use super::{
    Cursor, Mac, OpBatch, Origin, PackedOp, PullResponse, PushResponse, Quarantined, Receipt,
};
use crate::ids::{Epoch, Seq};

/// A field that this kind of answer must have and that was not there.
#[derive(Debug)]
pub(super) struct Missing(&'static str);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "missing field `{}`", self.0)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PushResult {
    Accepted,
    Gap,
    Fork,
}

#[derive(Deserialize)]
pub(super) struct PushFields {
    result: PushResult,
    verified: Option<Seq>,
    macs: Option<Vec<Mac>>,
    quarantined: Option<Vec<Quarantined>>,
    receipt: Option<Receipt>,
    length: Option<Seq>,
}

impl TryFrom<PushFields> for PushResponse {
    type Error = Missing;

    fn try_from(fields: PushFields) -> Result<PushResponse, Missing> {
        Ok(match fields.result {
            PushResult::Accepted => PushResponse::Accepted {
                verified: fields.verified.ok_or(Missing("verified"))?,
                macs: fields.macs.ok_or(Missing("macs"))?,
                quarantined: fields.quarantined.ok_or(Missing("quarantined"))?,
                receipt: fields.receipt.ok_or(Missing("receipt"))?,
            },
            PushResult::Gap => PushResponse::Gap {
                length: fields.length.ok_or(Missing("length"))?,
            },
            PushResult::Fork => PushResponse::Fork,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PullResult {
    Page,
    Reset,
}

#[derive(Deserialize)]
pub(super) struct PullFields {
    result: PullResult,
    origins: Option<Vec<Origin>>,
    ops: Option<Vec<PackedOp>>,
    macs: Option<Vec<Mac>>,
    cursor: Option<Cursor>,
    more: Option<bool>,
    epoch: Option<Epoch>,
}

impl TryFrom<PullFields> for PullResponse {
    type Error = Missing;

    fn try_from(fields: PullFields) -> Result<PullResponse, Missing> {
        Ok(match fields.result {
            PullResult::Page => PullResponse::Page {
                ops: OpBatch {
                    origins: fields.origins.ok_or(Missing("origins"))?,
                    ops: fields.ops.ok_or(Missing("ops"))?,
                },
                macs: fields.macs.ok_or(Missing("macs"))?,
                cursor: fields.cursor.ok_or(Missing("cursor"))?,
                more: fields.more.ok_or(Missing("more"))?,
            },
            PullResult::Reset => PullResponse::Reset {
                epoch: fields.epoch.ok_or(Missing("epoch"))?,
            },
        })
    }
}

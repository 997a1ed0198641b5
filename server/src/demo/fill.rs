//! Pushes the invented interviews, as phones would.
//!
//! Always: a village that holds anything already is left alone, so a second start changes nothing.
//! Never: bypasses the hub's decision.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use shared::answers::Op;
use shared::ids::{AccountId, CaseId, DeviceId, LaneId, RegionId, Role, Seq};
use shared::sync::hub::{Sender, Stretch};
use shared::time::{Millis, Moment};
use shared::wire::v1::{BATCH_OPS_MAX, PushResponse};

use super::Demo;
use super::interviews::{Author, Filled, Work as Interview, fill};
use super::people::{Work, fixed_id};
use crate::forms::{Form, Forms};
use crate::store::{Push, Store};

/// 2026-10-05T00:00Z: the invented fieldwork begins.
const BEGUN_MS: i64 = 1_791_158_400_000;
const DAY_MS: i64 = 86_400_000;
/// WITA, where most demo villages lie.
const ZONE_MINUTES: i16 = 480;

/// Fills every village that is to be answered and holds nothing yet. Returns how many.
pub async fn fill_villages(
    store: &Store,
    forms: &Forms,
    demo: &Demo,
    now: Millis,
) -> Result<usize> {
    let form = forms
        .whole(store, demo.questionnaire)
        .await
        .context("the demo's questionnaire is not there")?;
    let mut filled = 0;
    for (index, work) in demo
        .work
        .iter()
        .enumerate()
        .filter(|(_, work)| work.is_answered)
    {
        let case = CaseId {
            round: demo.round,
            region: work.village.clone(),
        };
        if store.case(&case).await?.is_empty() {
            fill_village(store, &form, demo, work, case, index, now).await?;
            filled += 1;
        }
    }
    Ok(filled)
}

async fn fill_village(
    store: &Store,
    form: &Form,
    demo: &Demo,
    work: &Work,
    case: CaseId,
    index: usize,
    now: Millis,
) -> Result<()> {
    let enumerator = author(work.enumerator, Role::Enumerator, &work.village);
    let supervisor = author(work.supervisor, Role::Supervisor, &work.village);
    let begun = Moment {
        wall: Millis(BEGUN_MS + (index as i64 % 25) * DAY_MS),
        zone_minutes: ZONE_MINUTES,
    };
    let interview = Interview {
        case,
        village_name: &work.village_name,
        form: &form.questionnaire,
        questionnaire: demo.questionnaire,
        enumerator: &enumerator,
        supervisor: &supervisor,
        begun,
    };
    let Filled { answered, reviewed } = fill(&interview);
    push(store, form, &enumerator, &work.village, answered, now).await?;
    push(store, form, &supervisor, &work.village, reviewed, now).await
}

/// One invented device per person and village, so that lanes never meet.
fn author(account: AccountId, role: Role, village: &RegionId) -> Author {
    Author {
        account,
        role,
        device: DeviceId(fixed_id(&format!("device {account} {village}"))),
    }
}

async fn push(
    store: &Store,
    form: &Form,
    author: &Author,
    village: &RegionId,
    ops: Vec<Op>,
    now: Millis,
) -> Result<()> {
    let Some(first) = ops.first() else {
        return Ok(());
    };
    let partition = first.case.partition();
    let lane = LaneId(fixed_id(&format!("lane {} {village}", author.device)));
    let key = store.hub_keys().await?.mac_key();
    let mut previous = None;
    for (page, ops) in ops.chunks(BATCH_OPS_MAX).enumerate() {
        let stretch = Stretch {
            from: Seq((page * BATCH_OPS_MAX) as u64 + 1),
            previous,
        };
        previous = ops.last().map(Op::id);
        let personal = ops.iter().filter(|op| form.is_personal(op));
        let push = Push {
            partition: partition.clone(),
            lane,
            stretch,
            ops: ops.iter().map(|op| (op.clone(), None)).collect(),
            came: None,
            strangers: BTreeSet::new(),
            personal: personal.map(Op::id).collect(),
            sender: Sender {
                account: author.account,
                role: author.role,
                regions: vec![village.clone()],
                revoked: false,
            },
            key: key.clone(),
        };
        match store.push(push, now).await? {
            PushResponse::Accepted { quarantined, .. } if quarantined.is_empty() => {}
            other => bail!("the demo's answers of {village} were not accepted: {other:?}"),
        }
    }
    Ok(())
}

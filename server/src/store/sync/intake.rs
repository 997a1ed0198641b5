//! Pushes that wait for their partition, and are taken in together: one transaction, then all their answers.
//!
//! Always: what is taken together has no lane, account or village in common, so that each is decided on what was there
//! before, as if it were alone; what has waits for the next transaction.
//! Always: a group that fails is taken in again one by one, so that nobody fails for a neighbour.
//! Never: waits for more to come; holds more than its bounds; answers before the commit.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::ids::{AccountId, LaneId, PartitionId, RegionId};
use shared::wire::v1::PushResponse;
use tokio::sync::oneshot;

use super::super::{Result, Store, StoreError};
use super::push::{Pending, write_pushes};

/// Pushes of all partitions that wait or are being written, at most; who comes then is told to ask again.
const WAITING_MAX: usize = 1_024;
/// Bytes of their answers, unpacked.
const WAITING_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Pushes in one transaction: what a power cut undoes, and what one waits for.
const GROUP_MAX: usize = 32;
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What waits, by partition. Clones share it.
#[derive(Debug, Clone, Default)]
pub(in crate::store) struct Intake {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// An entry means that a task takes in what is there.
    queues: BTreeMap<PartitionId, VecDeque<Waiting>>,
    /// Also of what is being written.
    count: usize,
    bytes: usize,
}

#[derive(Debug)]
struct Waiting {
    pending: Arc<Pending>,
    reply: oneshot::Sender<Result<PushResponse>>,
}

impl Intake {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a push wait; says whether nobody takes in its partition yet.
    fn put(&self, waiting: Waiting) -> Result<bool> {
        let mut state = self.state();
        let bytes = state.bytes + waiting.pending.bytes;
        // One that is alone may be of any size that a request may have.
        if WAITING_MAX <= state.count || (WAITING_BYTES_MAX < bytes && state.count != 0) {
            return Err(StoreError::Busy);
        }
        state.count += 1;
        state.bytes = bytes;
        let partition = waiting.pending.push.partition.clone();
        let is_first = !state.queues.contains_key(&partition);
        state
            .queues
            .entry(partition)
            .or_default()
            .push_back(waiting);
        Ok(is_first)
    }

    /// The next that go together, in the order in which they came; none when nothing waits, and then nobody takes in.
    fn next_group(&self, partition: &PartitionId) -> Vec<Waiting> {
        let mut state = self.state();
        let Some(queue) = state.queues.get_mut(partition) else {
            return Vec::new();
        };
        let group = draw(queue);
        if group.is_empty() {
            state.queues.remove(partition);
        }
        group
    }

    fn leave(&self, group: &[Waiting]) {
        let mut state = self.state();
        state.count -= group.len();
        state.bytes -= bytes_of(group);
    }
}

/// Takes what goes together out of a queue, the first at least.
fn draw(queue: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let mut group: Vec<Waiting> = Vec::new();
    let mut bytes = 0;
    let mut held = Held::default();
    let mut left = VecDeque::new();
    while let Some(waiting) = queue.pop_front() {
        let pending = &waiting.pending;
        let is_full = GROUP_MAX <= group.len() || GROUP_BYTES_MAX < bytes + pending.bytes;
        // What stays counts as held too: what comes after it on the same lane stays after it.
        let is_apart = held.hold(pending);
        if group.is_empty() || (is_apart && !is_full) {
            bytes += pending.bytes;
            group.push(waiting);
        } else {
            left.push_back(waiting);
        }
        if GROUP_MAX <= group.len() {
            break;
        }
    }
    left.append(queue);
    *queue = left;
    group
}

fn bytes_of(group: &[Waiting]) -> usize {
    group.iter().map(|waiting| waiting.pending.bytes).sum()
}

/// Lanes, accounts and villages of a group.
#[derive(Default)]
struct Held {
    lanes: BTreeSet<LaneId>,
    accounts: BTreeSet<AccountId>,
    regions: BTreeSet<RegionId>,
}

impl Held {
    /// Adds those of a push; says whether all of them are new.
    fn hold(&mut self, pending: &Pending) -> bool {
        let push = &pending.push;
        let is_lane = self.lanes.insert(push.lane);
        let is_account = self.accounts.insert(push.sender.account);
        let mut is_apart = is_lane && is_account;
        for region in &pending.regions {
            is_apart &= self.regions.insert(region.clone());
        }
        is_apart
    }
}

/// The task that takes in a partition. However it ends, nobody waits for it.
struct Leader {
    intake: Intake,
    partition: PartitionId,
    is_done: bool,
}

impl Drop for Leader {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        // It broke off: who waits is told to ask again, and the next push begins anew.
        let mut state = self.intake.state();
        let left = state.queues.remove(&self.partition).unwrap_or_default();
        state.count -= left.len();
        state.bytes -= left.iter().map(|one| one.pending.bytes).sum::<usize>();
    }
}

/// A group on its way; its place is given back however that ends.
struct UnderWay {
    intake: Intake,
    group: Vec<Waiting>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.intake.leave(&self.group);
    }
}

impl Store {
    /// Lets a push wait for its turn; returns its answer once it is committed.
    pub(super) async fn take_in(&self, pending: Pending) -> Result<PushResponse> {
        let (reply, answer) = oneshot::channel();
        let partition = pending.push.partition.clone();
        let waiting = Waiting {
            pending: Arc::new(pending),
            reply,
        };
        if self.intake.put(waiting)? {
            // A task of its own: whoever is first may go away.
            tokio::spawn(lead(self.clone(), partition));
        }
        answer.await.map_err(|_| StoreError::Busy)?
    }
}

async fn lead(store: Store, partition: PartitionId) {
    let mut leader = Leader {
        intake: store.intake.clone(),
        partition,
        is_done: false,
    };
    loop {
        let group = store.intake.next_group(&leader.partition);
        if group.is_empty() {
            leader.is_done = true;
            return;
        }
        let mut under_way = UnderWay {
            intake: store.intake.clone(),
            group,
        };
        let answers = commit(&store, &leader.partition, &under_way.group).await;
        let group = std::mem::take(&mut under_way.group);
        store.intake.leave(&group);
        for (waiting, answer) in group.into_iter().zip(answers) {
            // Who went away does not need the answer; what was taken in stays.
            let _ = waiting.reply.send(answer);
        }
    }
}

/// One answer per push, in order.
async fn commit(
    store: &Store,
    partition: &PartitionId,
    group: &[Waiting],
) -> Vec<Result<PushResponse>> {
    let pushes: Arc<[Arc<Pending>]> = group.iter().map(|one| Arc::clone(&one.pending)).collect();
    match write_group(store, partition, Arc::clone(&pushes)).await {
        Ok(answers) => answers,
        // The queue is full, or the database does not come back: the next would only wait as long.
        Err(StoreError::Busy) => pushes.iter().map(|_| Err(StoreError::Busy)).collect(),
        Err(error) if pushes.len() == 1 => vec![Err(error)],
        Err(error) => {
            tracing::warn!(%error, pushes = pushes.len(), "store.group");
            let mut answers = Vec::with_capacity(pushes.len());
            for push in pushes.iter() {
                let alone = Arc::new([Arc::clone(push)]);
                let answer = write_group(store, partition, alone).await;
                answers.push(answer.and_then(|mut one| one.pop().unwrap_or(Err(StoreError::Busy))));
            }
            answers
        }
    }
}

async fn write_group(
    store: &Store,
    partition: &PartitionId,
    pushes: Arc<[Arc<Pending>]>,
) -> Result<Vec<Result<PushResponse>>> {
    let id = partition.clone();
    store
        .write_in(partition, move |connection| {
            Box::pin(async move { write_pushes(connection, &id, &pushes).await })
        })
        .await
}

#[cfg(test)]
mod tests;

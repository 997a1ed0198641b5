//! Room in memory for bodies of requests that are large, so that a hundred phones at once find a server that answers.
//!
//! Always: room is taken before a byte is read, as much as the request says that its body has, and given back with the
//! answer.
//! Never: lets more wait than a bound, or longer than phones do, nor one sender hold more than its share; who comes then
//! is told to come again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::Problem;

/// What room is counted in.
const UNIT_BYTES: usize = 1024;
/// Less than the half minute after which a phone believes that nobody is there.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// Room for the bodies of one kind of request.
#[derive(Debug)]
pub(crate) struct Bodies {
    room: Arc<Semaphore>,
    waiting: Semaphore,
    /// Units that one sender may hold, and those that hold some.
    each: usize,
    held: Arc<Mutex<HashMap<String, usize>>>,
}

/// What a sender holds or waits for, as long as it is kept.
#[derive(Debug)]
struct Share {
    held: Arc<Mutex<HashMap<String, usize>>>,
    sender: String,
    units: usize,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(units) = held.get_mut(&self.sender) {
            *units = units.saturating_sub(self.units);
            if *units == 0 {
                held.remove(&self.sender);
            }
        }
    }
}

/// A body's room, as long as it is kept.
#[derive(Debug)]
pub(crate) struct Room {
    _units: OwnedSemaphorePermit,
    _share: Share,
}

impl Bodies {
    /// Room for so many bytes at once, of which a sender may hold `each`, and so many requests that wait for some.
    pub(crate) fn new(bytes: usize, each: usize, waiting: usize) -> Bodies {
        Bodies {
            room: Arc::new(Semaphore::new(bytes / UNIT_BYTES)),
            waiting: Semaphore::new(waiting),
            each: each.div_ceil(UNIT_BYTES),
            held: Arc::default(),
        }
    }

    /// A phone that announces much and sends nothing takes its own share, and nobody else's.
    fn share(&self, sender: String, units: usize) -> Option<Share> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let before = held.get(&sender).copied().unwrap_or(0);
        if self.each < before + units {
            return None;
        }
        held.insert(sender.clone(), before + units);
        Some(Share {
            held: Arc::clone(&self.held),
            sender,
            units,
        })
    }

    /// Waits for room for the body of a request that may have `limit` bytes, of a sender who has shown who that is.
    pub(crate) async fn hold(
        &self,
        sender: String,
        headers: &HeaderMap,
        limit: usize,
    ) -> Result<Room, Problem> {
        let units = said_length(headers).map_or(limit, |said| said.min(limit));
        let units = units.div_ceil(UNIT_BYTES);
        let share = self.share(sender, units).ok_or_else(Problem::busy)?;
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room);
        if let Ok(units) = Arc::clone(&room).try_acquire_many_owned(units) {
            return Ok(Room {
                _units: units,
                _share: share,
            });
        }
        let _place = self.waiting.try_acquire().map_err(|_| Problem::busy())?;
        match timeout(WAIT_MAX, room.acquire_many_owned(units)).await {
            Ok(Ok(units)) => Ok(Room {
                _units: units,
                _share: share,
            }),
            Ok(Err(_)) | Err(_) => Err(Problem::busy()),
        }
    }
}

/// What is said here is what comes: the connection ends a body that is longer. One in pieces says nothing.
fn said_length(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

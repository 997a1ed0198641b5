//! Room in memory for bodies of requests that are large, so that a hundred phones at once find a server that answers.
//!
//! Always: room is taken before a byte is read, as much as the request says that its body has, and given back with the
//! answer.
//! Never: lets more wait than a bound, or longer than phones do; who comes then is told to come again.

use std::sync::Arc;
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
}

/// A body's room, as long as it is kept.
#[derive(Debug)]
pub(crate) struct Room {
    _units: OwnedSemaphorePermit,
}

impl Bodies {
    /// Room for so many bytes at once, and so many requests that wait for some.
    pub(crate) fn new(bytes: usize, waiting: usize) -> Bodies {
        Bodies {
            room: Arc::new(Semaphore::new(bytes / UNIT_BYTES)),
            waiting: Semaphore::new(waiting),
        }
    }

    /// Waits for room for the body of a request that may have `limit` bytes.
    pub(crate) async fn hold(&self, headers: &HeaderMap, limit: usize) -> Result<Room, Problem> {
        let units = said_length(headers).map_or(limit, |said| said.min(limit));
        let units = u32::try_from(units.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room);
        if let Ok(units) = Arc::clone(&room).try_acquire_many_owned(units) {
            return Ok(Room { _units: units });
        }
        let _place = self.waiting.try_acquire().map_err(|_| Problem::busy())?;
        match timeout(WAIT_MAX, room.acquire_many_owned(units)).await {
            Ok(Ok(units)) => Ok(Room { _units: units }),
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

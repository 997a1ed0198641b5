//! Real processes for tests: the server, the signal between it and the phones, and browsers.
//!
//! Always: every wait is for a condition and ends at its deadline with what was seen instead;
//! every process is ended by its id when its value is dropped.
//! Never: sleeps a fixed time and hopes; looks the other way when a page logs an error.

mod browser;
mod devtools;
mod page;
mod server;
mod signal;
mod site;

pub use browser::{Backing, Browser, Screen};
pub use page::Page;
pub use server::{Server, binary};
pub use signal::{Signal, Weather};
pub use site::{File, Site};

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// Longer than anything takes on a loaded machine, shorter than patience.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// A first start may import the whole country and answer a round before it listens.
pub(crate) const START_DEADLINE: Duration = Duration::from_secs(180);

/// Between two looks at a condition that cannot announce itself.
const TICK: Duration = Duration::from_millis(20);

/// Looks until `condition` gives something, or says what was awaited.
pub fn wait_until<T>(
    awaited: &str,
    condition: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    wait_within(DEADLINE, awaited, condition)
}

pub(crate) fn wait_within<T>(
    deadline: Duration,
    awaited: &str,
    mut condition: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = condition()? {
            return Ok(found);
        }
        if deadline < started.elapsed() {
            anyhow::bail!("waited {deadline:?} in vain for {awaited}");
        }
        pause(TICK);
    }
}

/// Gives up the processor for a while, between two looks at a condition.
fn pause(time: Duration) {
    let lock = Mutex::new(());
    let guard = lock.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    // Nobody notifies; only the time ends it.
    drop(Condvar::new().wait_timeout(guard, time));
}

/// The folder of the workspace.
pub fn workspace() -> PathBuf {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    tests.parent().map(PathBuf::from).unwrap_or(tests)
}

/// A loopback port that was free a moment ago.
pub(crate) fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

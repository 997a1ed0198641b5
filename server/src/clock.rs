//! The one place where the server reads the time.
//!
//! Always: milliseconds since 1970 UTC; a stopped clock moves only by `advance`.
//! Never: decides anything; those who do are handed the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use shared::time::Millis;

/// The system's clock, or one that stands still until it is moved.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    #[default]
    System,
    Stopped(Arc<AtomicI64>),
}

impl Clock {
    pub fn stopped(at: Millis) -> Clock {
        Clock::Stopped(Arc::new(AtomicI64::new(at.0)))
    }

    pub fn now(&self) -> Millis {
        match self {
            Clock::System => system_now(),
            Clock::Stopped(at) => Millis(at.load(Ordering::Relaxed)),
        }
    }

    /// Moves a stopped clock and all its clones ahead; the system's goes its own way.
    pub fn advance(&self, ms: i64) {
        match self {
            Clock::System => {}
            Clock::Stopped(at) => {
                at.fetch_add(ms, Ordering::Relaxed);
            }
        }
    }
}

fn system_now() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

//! The one place where the server reads the time.
//!
//! Always: milliseconds since 1970 UTC; a test may move it ahead.
//! Never: decides anything; those who do are handed the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use shared::time::Millis;

/// The system's clock, ahead by what a test asked for.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    pub fn now(&self) -> Millis {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let wall = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Millis(wall.saturating_add(self.ahead_ms.load(Ordering::Relaxed)))
    }

    /// Moves the clock ahead for all its clones.
    pub fn advance(&self, ms: i64) {
        self.ahead_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

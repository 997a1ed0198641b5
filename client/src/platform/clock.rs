//! Clocks and timers of the browser.
//!
//! Always: a dropped [`Timer`] never fires.
//! Never: orders anything; wall clocks may be wrong by years.

use js_sys::{Date, Promise};
use shared::time::{Millis, Moment};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::JsFuture;

use super::page::window;

/// All clocks read at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    pub moment: Moment,
    /// Milliseconds since this page was opened; never goes back.
    pub monotonic_ms: u64,
}

/// Reads the wall clock, its zone and the monotonic clock.
pub fn clock() -> Clock {
    let now = Date::new_0();
    Clock {
        moment: Moment {
            wall: Millis(now.get_time() as i64),
            // JavaScript counts minutes west of UTC.
            zone_minutes: -(now.get_timezone_offset() as i16),
        },
        monotonic_ms: monotonic_ms(),
    }
}

/// Milliseconds since this page was opened.
pub fn monotonic_ms() -> u64 {
    window().performance().map_or(0, |p| p.now() as u64)
}

/// A call that is still to come; dropping it cancels it.
#[derive(Debug)]
pub struct Timer {
    id: i32,
    // The browser calls into this closure, so it lives as long as the timer.
    _call: Closure<dyn FnMut()>,
}

impl Drop for Timer {
    fn drop(&mut self) {
        window().clear_timeout_with_handle(self.id);
    }
}

/// Calls once, that many milliseconds from now, unless the timer is dropped before.
pub fn after(delay_ms: u32, call: impl FnOnce() + 'static) -> Timer {
    let call = Closure::once(call);
    let delay = i32::try_from(delay_ms).unwrap_or(i32::MAX);
    let id = window()
        .set_timeout_with_callback_and_timeout_and_arguments_0(call.as_ref().unchecked_ref(), delay)
        .unwrap_or(0);
    Timer { id, _call: call }
}

/// Waits that many milliseconds.
pub async fn sleep(delay_ms: u32) {
    let delay = i32::try_from(delay_ms).unwrap_or(i32::MAX);
    let promise = Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, delay);
    });
    let _ = JsFuture::from(promise).await;
}

//! Several tabs of one app: one drives, the others read.
//!
//! Always: at most one tab of an origin holds [`DriverLock`]; the browser gives it to the next when a tab ends.
//! Never: sends data between tabs; the channel only says "read again".

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::BroadcastChannel;

use super::page::{Listener, navigator};

const DRIVER_LOCK: &str = "lumbung-driver";

#[wasm_bindgen]
extern "C" {
    // Stable in every browser since 2022; `web_sys` still asks for a compiler flag.
    #[derive(Debug, Clone)]
    type LockManager;
    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &JsValue,
        call: &Function,
    ) -> Result<Promise, JsValue>;
}

/// The right to drive. It lasts until it is dropped or its page ends.
#[derive(Debug)]
pub struct DriverLock {
    release: Rc<RefCell<Option<Function>>>,
}

impl Drop for DriverLock {
    fn drop(&mut self) {
        if let Some(release) = self.release.borrow_mut().take() {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

/// Asks to drive. `now` is called in this tab at once or soon with the lock; `wait` is called first if another tab
/// drives, and `now` then when that tab has ended.
///
/// A browser without Web Locks has one tab that drives: this one.
pub fn drive(wait: impl FnOnce() + 'static, now: impl FnOnce(DriverLock) + 'static) {
    drive_as(DRIVER_LOCK, wait, now);
}

/// Like [`drive`], by a lock of that name: phone and office may be open in one browser.
pub fn drive_as(
    name: &'static str,
    wait: impl FnOnce() + 'static,
    now: impl FnOnce(DriverLock) + 'static,
) {
    let Some(locks) = manager() else {
        return now(DriverLock {
            release: Rc::default(),
        });
    };
    let now = Rc::new(RefCell::new(Some(now)));
    let wait = RefCell::new(Some(wait));
    let next = now.clone();
    let again = locks.clone();
    let at_once = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |lock: JsValue| {
        if !lock.is_null() {
            return held(&next);
        }
        if let Some(wait) = wait.borrow_mut().take() {
            wait();
        }
        queue(&again, name, next.clone());
        JsValue::UNDEFINED
    });
    let options = js_sys::Object::new();
    let _ = Reflect::set(&options, &"ifAvailable".into(), &true.into());
    ask(&locks, name, &options, at_once);
}

fn queue<F: FnOnce(DriverLock) + 'static>(
    locks: &LockManager,
    name: &str,
    now: Rc<RefCell<Option<F>>>,
) {
    let later = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |_| held(&now));
    ask(locks, name, &js_sys::Object::new(), later);
}

/// Tells the caller, and holds the lock by a promise that only the lock's drop fulfils.
fn held<F: FnOnce(DriverLock) + 'static>(now: &Rc<RefCell<Option<F>>>) -> JsValue {
    let release = Rc::new(RefCell::new(None));
    let kept = release.clone();
    let until_released = Promise::new(&mut |resolve, _| *kept.borrow_mut() = Some(resolve));
    if let Some(now) = now.borrow_mut().take() {
        now(DriverLock { release });
    }
    until_released.into()
}

fn ask(
    locks: &LockManager,
    name: &str,
    options: &JsValue,
    call: Closure<dyn FnMut(JsValue) -> JsValue>,
) {
    // Refused only in a page that is going away; then nothing drives it any more.
    let _ = locks.request(name, options, call.as_ref().unchecked_ref());
    // The browser calls it once, at a time that nothing here knows.
    call.forget();
}

fn manager() -> Option<LockManager> {
    let locks = Reflect::get(&navigator(), &"locks".into()).ok()?;
    (!locks.is_undefined()).then(|| locks.unchecked_into())
}

/// Says "read again" to the other tabs, and hears it from them.
#[derive(Debug)]
pub struct Channel {
    channel: BroadcastChannel,
    _heard: Listener,
}

impl Channel {
    /// `None` where the browser has no channels; then tabs read again when they are shown.
    pub fn open(name: &str, mut changed: impl FnMut() + 'static) -> Option<Channel> {
        let channel = BroadcastChannel::new(name).ok()?;
        let heard = Listener::new(channel.clone().into(), "message", move |_| changed());
        Some(Channel {
            channel,
            _heard: heard,
        })
    }

    /// Tells the other tabs that something was committed.
    pub fn say_changed(&self) {
        let _ = self.channel.post_message(&JsValue::TRUE);
    }
}

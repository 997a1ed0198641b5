//! What the script for bundles, `client/web/bundle.js`, asks of the engine.
//!
//! Always: what goes into a bundle has its place in a lane that is stored; the script waits until it is.
//! Never: counts as received what was handed over; only the server's signed receipt does.

use js_sys::{Array, Function};
use leptos::prelude::GetUntracked;
use shared::json::{self, to_text};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::spawn_local;

use super::{Driver, Saving};
use crate::net::Auth;
use crate::store::StoreName;

impl Driver {
    /// A function for the script. It is given what is asked for, a text, and a function that takes the answer, which is
    /// null where there is nothing:
    ///
    /// - `seal`: gives a place in its lane to all that was written. `busy`: whether that, or a round of sync, goes on; not
    ///   on a phone that is full, where it would not end.
    /// - `make`: its pushes, each with a comma after it, and the ids of its photos, each with a blank; the certificate;
    ///   then how many answers and photos did not fit. `who`: the server's key, this device, its person.
    /// - `photo`: its bytes, by its id. `token`: of this phone.
    /// - `receipt`: takes in one whose signature was checked.
    pub fn hand(&self) -> Function {
        let driver = self.clone();
        let hand = Closure::<dyn FnMut(JsValue)>::new(move |asked: JsValue| {
            let asked: Array = asked.unchecked_into();
            let text = |place: u32| asked.get(place).as_string().unwrap_or_default();
            let done: Function = asked.get(2).unchecked_into();
            let give = move |answer: &JsValue| drop(done.call1(&JsValue::NULL, answer));
            let (what, with) = (text(0), text(1));
            if what == "photo" {
                let store = driver.inner.store.clone();
                spawn_local(async move {
                    let bytes = store.get(StoreName::Blobs, &with).await;
                    give(&bytes.ok().flatten().unwrap_or(JsValue::NULL));
                });
                return;
            }
            give(&driver.handed(&what, &with));
        });
        hand.into_js_value().unchecked_into()
    }

    fn handed(&self, what: &str, with: &str) -> JsValue {
        match what {
            "seal" => {
                let actions = self.inner.phone.borrow_mut().seal_all();
                self.perform(actions);
                JsValue::NULL
            }
            "busy" => self.is_busy().into(),
            "token" => match self.inner.hub.auth() {
                Auth::Bearer(token) => token.into(),
                Auth::Cookie => JsValue::NULL,
            },
            "receipt" => {
                let Ok(receipt) = json::read(with) else {
                    return JsValue::NULL;
                };
                let actions = self.inner.phone.borrow_mut().take_receipt(receipt);
                self.perform(actions);
                self.tell();
                JsValue::TRUE
            }
            "make" => self.parts(),
            _ => {
                let me = self.me();
                let key = self.scope().bundle_key.unwrap_or_default();
                list([key, me.device.to_string(), me.account.name]).into()
            }
        }
    }

    fn is_busy(&self) -> bool {
        let is_full = matches!(self.inner.saving.get_untracked(), Saving::Failed(_));
        !is_full && (self.is_syncing() || self.inner.open_commits.get() != 0)
    }

    fn parts(&self) -> JsValue {
        let bundled = self.inner.phone.borrow().bundle();
        let (mut pushes, mut photos) = (String::new(), String::new());
        for push in &bundled.pushes {
            pushes.push_str(&to_text(push));
            pushes.push(',');
        }
        for photo in &bundled.photos {
            photos.push_str(&photo.blob.to_string());
            photos.push(' ');
        }
        let list = list([
            pushes,
            photos,
            self.inner.hub.certificate().unwrap_or_default(),
        ]);
        for left in [bundled.answers_left, bundled.photos_left] {
            list.push(&(left as f64).into());
        }
        list.into()
    }
}

fn list(parts: [String; 3]) -> Array {
    parts.into_iter().map(JsValue::from).collect()
}

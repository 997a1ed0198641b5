//! What a page asks of the server, and what a person does there.
//!
//! Always: an answer that a newer question overtook is dropped; a failure says what to do and keeps what was shown.
//! Never: asks twice at once for one press.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::faults::FaultTable;
use crate::console::{Session, use_session};
use crate::i18n::{Texts, texts};
use crate::net::{self, Auth, Body, Call, Method, NetError};
use crate::ui::{ErrorState, Loading, Message, MessageKind, Toasts, use_toasts, view};

/// Something that the server has, by its address.
pub struct Source<T: Send + Sync + 'static> {
    pub value: RwSignal<Option<T>>,
    problem: RwSignal<Option<String>>,
    /// The code by which the server refused.
    refusal: RwSignal<Option<String>>,
    path: StoredValue<String>,
    timeout_ms: u32,
    /// Counts the questions, so that only the answer of the last one is shown.
    asked: StoredValue<u32>,
    words: &'static Texts,
    session: Session,
}

/// How far a first answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    Waiting,
    There,
    Failed(String),
}

impl<T: Send + Sync + 'static> Clone for Source<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Source<T> {}

impl<T: DeserializeOwned + Clone + Send + Sync + 'static> Source<T> {
    /// Asks at once; without an address, asks when [`Source::ask`] names one.
    pub fn new(path: impl Into<String>) -> Source<T> {
        Source::waiting(path, net::TIMEOUT_MS)
    }

    /// Of something that the server computes for a while, such as the villages of a province.
    pub fn slow(path: impl Into<String>) -> Source<T> {
        Source::waiting(path, net::LONG_TIMEOUT_MS)
    }

    fn waiting(path: impl Into<String>, timeout_ms: u32) -> Source<T> {
        let source = Source {
            timeout_ms,
            value: RwSignal::new(None),
            problem: RwSignal::new(None),
            refusal: RwSignal::new(None),
            path: StoredValue::new(path.into()),
            asked: StoredValue::new(0),
            words: texts(),
            session: use_session(),
        };
        if source.path.with_value(|path| !path.is_empty()) {
            source.reload();
        }
        source
    }

    /// Asks for something else.
    pub fn ask(self, path: String) {
        self.path.set_value(path);
        self.reload();
    }

    /// Asks again; what is shown stays until the answer comes.
    pub fn reload(self) {
        // The page may be gone by the time that something it began has ended.
        self.asked.try_update_value(|asked| *asked += 1);
        let (Some(asked), Some(path)) = (self.asked.try_get_value(), self.path.try_get_value())
        else {
            return;
        };
        spawn_local(async move {
            let answer = asked_within::<T>(&path, self.timeout_ms).await;
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            match answer {
                Ok(value) => {
                    self.problem.try_set(None);
                    self.refusal.try_set(None);
                    self.value.try_set(Some(value));
                }
                Err(error) => {
                    self.session.explain(&error);
                    self.refusal.try_set(error.code().map(str::to_owned));
                    self.problem.try_set(Some(error.text(self.words)));
                }
            }
        });
    }

    /// Forgets what is shown, so that the next answer is waited for.
    pub fn clear(self) {
        self.problem.set(None);
        self.refusal.set(None);
        self.value.set(None);
    }

    /// Why the server gave nothing, by its code.
    pub fn refusal(self) -> Option<String> {
        self.refusal.get()
    }

    /// `view` once there is a value; before that, waiting or the failure.
    pub fn show(self, view: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
        // What is shown stays as it is until one of these becomes another.
        let phase = Memo::new(move |_| match self.value.with(Option::is_some) {
            true => Phase::There,
            false => self.problem.get().map_or(Phase::Waiting, Phase::Failed),
        });
        let retry = Callback::new(move |()| {
            self.problem.set(None);
            self.reload();
        });
        let content = move || match phase.get() {
            Phase::There => view(),
            Phase::Waiting => view! { <Loading/> },
            Phase::Failed(text) => view! { <ErrorState text=text on_retry=retry/> },
        };
        content.into_any()
    }
}

async fn asked_within<T: DeserializeOwned>(path: &str, timeout_ms: u32) -> Result<T, NetError> {
    let mut call = Call::new(Method::Get, path, Auth::Cookie);
    call.timeout_ms = timeout_ms;
    net::read(&net::send(call).await?.text().await?)
}

/// Sends JSON for something that the server computes for a while.
pub async fn post_slow<B: Serialize, T: DeserializeOwned>(
    path: &str,
    body: &B,
) -> Result<T, NetError> {
    let mut call = Call::new(Method::Post, path, Auth::Cookie);
    call.timeout_ms = net::LONG_TIMEOUT_MS;
    call.body = Body::Json(shared::json::to_text(body));
    net::read(&net::send(call).await?.text().await?)
}

impl<T: DeserializeOwned + Clone + Default + Send + Sync + 'static> Source<T> {
    /// The value, or an empty one until it is there.
    pub fn or_empty(self) -> Signal<T> {
        Signal::derive(move || self.value.get().unwrap_or_default())
    }
}

/// Why something did not work, with each fault's place and text.
#[derive(Debug, Clone)]
pub struct Failure {
    pub text: String,
    pub faults: Vec<(String, String)>,
}

/// One thing that a person does: whether it runs, and why it failed.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    pub busy: RwSignal<bool>,
    pub failure: RwSignal<Option<Failure>>,
    pub words: &'static Texts,
    pub toasts: Toasts,
    session: Session,
}

impl Work {
    pub fn new() -> Work {
        Work {
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            words: texts(),
            toasts: use_toasts(),
            session: use_session(),
        }
    }

    /// Runs `call`, and `done` with its answer; a failure is kept to be shown.
    pub fn run<T: 'static>(
        self,
        call: impl Future<Output = Result<T, NetError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let answer = call.await;
            // Nobody is left to be told when the page or dialog is gone.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(value) => done(value),
                Err(error) => {
                    let faults = match &error {
                        NetError::Problem(problem) => problem.faults.clone(),
                        _ => Vec::new(),
                    };
                    self.session.explain(&error);
                    let text = error.text(self.words);
                    self.failure.try_set(Some(Failure { text, faults }));
                }
            }
        });
    }

    /// Says something that the server need not be asked about.
    pub fn refuse(self, text: &str) {
        let text = text.to_owned();
        self.failure.set(Some(Failure {
            text,
            faults: Vec::new(),
        }));
    }

    /// The failure, where it is shown.
    pub fn failure_view(self) -> AnyView {
        let content = move || {
            let failure = self.failure.get()?;
            let count = failure.faults.len() as u64;
            // A single fault says no more than the text does.
            let faults = if count == 1 && failure.faults[0].1 == failure.text {
                Vec::new()
            } else {
                failure.faults
            };
            Some(view! {
                <Message kind=MessageKind::Error test="failure">{failure.text}</Message>
                <FaultTable faults=faults all=count/>
            })
        };
        content.into_any()
    }
}

/// A value of a query, as an address carries it.
pub fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

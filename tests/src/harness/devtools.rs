//! The wire to a Chromium: DevTools messages over two named pipes.
//!
//! Always: each call gets its own answer, or an error that names the method.
//! Never: a port that another process could reach.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

use super::DEADLINE;

/// Events kept until somebody takes them; more than any test provokes.
const EVENTS_MAX: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Devtools {
    requests: Mutex<Requests>,
    inbox: Arc<Inbox>,
}

#[derive(Debug)]
struct Requests {
    pipe: File,
    id_last: u64,
}

#[derive(Debug, Default)]
struct Inbox {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    answers: BTreeMap<u64, Value>,
    events: Vec<Event>,
    closed: bool,
}

/// Something that the browser said by itself.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) session: String,
    pub(crate) method: String,
    pub(crate) params: Value,
}

impl Devtools {
    /// Talks over a pair of pipes whose other ends the browser holds as its descriptors 3 and 4.
    pub(crate) fn new(to_browser: File, from_browser: File) -> Devtools {
        let inbox = Arc::new(Inbox::default());
        let reader_inbox = Arc::clone(&inbox);
        std::thread::spawn(move || reader_inbox.read_all(from_browser));
        let requests = Requests {
            pipe: to_browser,
            id_last: 0,
        };
        Devtools {
            requests: Mutex::new(requests),
            inbox,
        }
    }

    /// Calls a method in a session (empty: the browser itself) and returns its result.
    pub(crate) fn call(&self, session: &str, method: &str, params: Value) -> Result<Value> {
        let id = self
            .send(session, method, params)
            .with_context(|| format!("cannot send {method}; did the browser end?"))?;
        let answer = self.inbox.answer(id, method)?;
        if let Some(error) = answer.get("error") {
            bail!(
                "{method}: {}",
                error["message"].as_str().unwrap_or("failed")
            );
        }
        Ok(answer["result"].clone())
    }

    /// Takes the events for which `wanted` holds, the oldest first.
    pub(crate) fn take_events(&self, wanted: impl Fn(&Event) -> bool) -> Vec<Event> {
        let mut state = self.inbox.lock();
        let (taken, left) = state.events.drain(..).partition(wanted);
        state.events = left;
        taken
    }

    /// Calls a method without waiting for what it returns; the number by which it is answered.
    pub(crate) fn send(&self, session: &str, method: &str, params: Value) -> Result<u64> {
        let mut requests = self
            .requests
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        requests.id_last += 1;
        let id = requests.id_last;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !session.is_empty() {
            message["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&message)?;
        bytes.push(0);
        requests.pipe.write_all(&bytes)?;
        Ok(id)
    }
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn read_all(&self, pipe: File) {
        for message in BufReader::new(pipe).split(0) {
            let Ok(message) = message else { break };
            let Ok(message) = serde_json::from_slice::<Value>(&message) else {
                continue;
            };
            self.put(message);
        }
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn put(&self, mut message: Value) {
        let mut state = self.lock();
        if let Some(id) = message["id"].as_u64() {
            state.answers.insert(id, message);
        } else if state.events.len() < EVENTS_MAX {
            state.events.push(Event {
                session: message["sessionId"].as_str().unwrap_or_default().to_owned(),
                method: message["method"].as_str().unwrap_or_default().to_owned(),
                params: message["params"].take(),
            });
        }
        drop(state);
        self.changed.notify_all();
    }

    fn answer(&self, id: u64, method: &str) -> Result<Value> {
        let started = Instant::now();
        let mut state = self.lock();
        loop {
            if let Some(answer) = state.answers.remove(&id) {
                return Ok(answer);
            }
            if state.closed {
                bail!("the browser ended before it answered {method}");
            }
            let Some(left) = DEADLINE.checked_sub(started.elapsed()) else {
                bail!("the browser did not answer {method} within {DEADLINE:?}");
            };
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        }
    }
}

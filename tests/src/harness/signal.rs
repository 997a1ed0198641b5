//! The way between phones and the server, which can be cut: a small TCP relay.
//!
//! Browsers know only the relay's address, so "no signal" is real for page, service worker and wasm alike.
//!
//! Always: a cut ends open connections too; a freeze leaves them open, and silent for ever.
//! Never: changes a byte while the weather is fair.

use super::pause;
use anyhow::Result;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

const PORTAL_BODY: &str = "<!doctype html><title>WiFi Gratis</title><p>Silakan masuk";
const PROXY_BODY: &str = "<!doctype html><title>502 Bad Gateway</title><p>nginx";

/// What happens to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Everything passes.
    Fair,
    /// Nothing passes.
    Cut,
    /// Everything passes, each piece this much later.
    Slow(Duration),
    /// A stranger answers every request with a page of its own and status 200.
    Portal,
    /// Everything passes until a request that begins so is answered: the answer breaks off after so many bytes of its
    /// body, or of its head where it has no body. It never comes whole, and nothing passes from then on.
    CutAfter {
        /// Such as `POST /api/v1/sync/push`.
        request: &'static str,
        /// Bytes that still arrive.
        bytes: usize,
    },
    /// A proxy that does not reach the server answers every request with a page of its own and status 502.
    BadGateway,
}

/// A relay that listens on a loopback port of its own.
#[derive(Debug)]
pub struct Signal {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    weather: Weather,
    target: Option<SocketAddr>,
    open: Vec<TcpStream>,
    /// Of the connections that are open.
    is_frozen: Arc<AtomicBool>,
    ended: bool,
}

impl Signal {
    /// Listens, so that the origin is known before the server starts.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start() -> Result<Signal> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State {
            weather: Weather::Fair,
            target: None,
            open: Vec::new(),
            is_frozen: Arc::default(),
            ended: false,
        }));
        let accepting = Arc::clone(&state);
        std::thread::spawn(move || accept_all(&listener, &accepting));
        Ok(Signal { address, state })
    }

    /// Leads to this server from now on.
    pub fn lead_to(&self, target: SocketAddr) {
        lock(&self.state).target = Some(target);
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The origin that browsers see, such as `http://127.0.0.1:40123`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes what happens from now on; connections that are open end.
    pub fn set(&self, weather: Weather) {
        set(&self.state, weather);
    }

    /// From now on nothing passes on connections that are open, not even that one ended, as if the machine at the
    /// other end had lost its power; new ones pass.
    pub fn freeze(&self) {
        let mut state = lock(&self.state);
        state.is_frozen.store(true, Ordering::Relaxed);
        state.is_frozen = Arc::default();
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        self.set(Weather::Cut);
        lock(&self.state).ended = true;
        // Wakes the listener, which then sees that it has ended.
        drop(TcpStream::connect(self.address));
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn set(state: &Mutex<State>, weather: Weather) {
    let mut state = lock(state);
    state.weather = weather;
    for stream in state.open.drain(..) {
        drop(stream.shutdown(Shutdown::Both));
    }
}

fn accept_all(listener: &TcpListener, state: &Arc<Mutex<State>>) {
    for stream in listener.incoming() {
        if lock(state).ended {
            return;
        }
        let Ok(stream) = stream else { continue };
        // A connection that fails ends; the browser sees what it would see outside.
        drop(serve(stream, state));
    }
}

fn serve(phone: TcpStream, state: &Arc<Mutex<State>>) -> std::io::Result<()> {
    let mut locked = lock(state);
    let weather = locked.weather;
    match weather {
        Weather::Fair | Weather::Slow(_) | Weather::CutAfter { .. } => {}
        Weather::Cut => return phone.shutdown(Shutdown::Both),
        Weather::Portal => return answer_later(phone, "200 OK", PORTAL_BODY),
        Weather::BadGateway => return answer_later(phone, "502 Bad Gateway", PROXY_BODY),
    }
    let Some(target) = locked.target else {
        return phone.shutdown(Shutdown::Both);
    };
    let server = TcpStream::connect(target)?;
    phone.set_nodelay(true)?;
    server.set_nodelay(true)?;
    locked.open.push(phone.try_clone()?);
    locked.open.push(server.try_clone()?);
    let is_frozen = Arc::clone(&locked.is_frozen);
    drop(locked);
    let passage = Passage {
        weather,
        is_frozen,
        breaks_off: Arc::default(),
        state: Arc::clone(state),
    };
    relay(phone.try_clone()?, server.try_clone()?, passage.clone());
    relay(server, phone, passage);
    Ok(())
}

/// What both ways of one connection know.
#[derive(Debug, Clone)]
struct Passage {
    weather: Weather,
    is_frozen: Arc<AtomicBool>,
    /// The next answer is one that breaks off.
    breaks_off: Arc<AtomicBool>,
    state: Arc<Mutex<State>>,
}

fn relay(mut from: TcpStream, mut to: TcpStream, passage: Passage) {
    let Passage {
        weather,
        is_frozen,
        breaks_off,
        state,
    } = passage;
    std::thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count) = from.read(&mut buffer) {
            if let Weather::Slow(delay) = weather {
                pause(delay);
            }
            if let Weather::CutAfter { request, bytes } = weather {
                if buffer[..count].starts_with(request.as_bytes()) {
                    breaks_off.store(true, Ordering::Relaxed);
                } else if breaks_off.load(Ordering::Relaxed) && is_answer(&buffer[..count]) {
                    drop(break_off(&buffer[..count], bytes, &mut from, &mut to));
                    set(&state, Weather::Cut);
                    return;
                }
            }
            if is_frozen.load(Ordering::Relaxed) {
                match count {
                    0 => return,
                    _ => continue,
                }
            }
            if count == 0 || to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        drop(to.shutdown(Shutdown::Write));
    });
}

fn is_answer(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/")
}

/// Hands on the beginning of an answer and ends the connection.
fn break_off(
    first: &[u8],
    bytes: usize,
    from: &mut TcpStream,
    to: &mut TcpStream,
) -> std::io::Result<()> {
    let mut answer = first.to_vec();
    let mut buffer = [0; 16 * 1024];
    let head = loop {
        let mut ends = answer.windows(4).zip(4..);
        if let Some((_, end)) = ends.find(|(four, _)| *four == b"\r\n\r\n") {
            break end;
        }
        match from.read(&mut buffer)? {
            0 => return to.shutdown(Shutdown::Both),
            count => answer.extend_from_slice(&buffer[..count]),
        }
    };
    let lines = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
    let has_body = !lines.contains("content-length: 0\r\n") && !lines.contains(" 204 ");
    if has_body && answer.len() == head {
        let count = from.read(&mut buffer)?;
        answer.extend_from_slice(&buffer[..count]);
    }
    let kept = match has_body {
        true => (head + bytes).min(answer.len() - 1),
        false => bytes.min(head - 1),
    };
    to.write_all(&answer[..kept])?;
    to.shutdown(Shutdown::Both)
}

/// Answers as a stranger does, without holding up the next connection.
fn answer_later(phone: TcpStream, status: &'static str, body: &'static str) -> std::io::Result<()> {
    std::thread::spawn(move || drop(answer_as_stranger(phone, status, body)));
    Ok(())
}

fn answer_as_stranger(mut phone: TcpStream, status: &str, body: &str) -> std::io::Result<()> {
    let mut request = [0; 16 * 1024];
    let read = phone.read(&mut request)?;
    if read == 0 {
        return Ok(());
    }
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    phone.write_all(head.as_bytes())?;
    phone.write_all(body.as_bytes())?;
    phone.shutdown(Shutdown::Write)
}

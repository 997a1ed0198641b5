//! A web site made of a few files, to try what the browser does with an app before and between versions.
//!
//! Always: answers with exactly the files it was given, and remembers what was asked.
//! Never: stands in for the server's API.

use anyhow::Result;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

/// A file and how it is answered.
#[derive(Debug, Clone)]
pub struct File {
    /// The status, 200 in the ordinary case.
    pub status: u16,
    /// The media type.
    pub media: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

impl File {
    /// A file that is answered with 200.
    pub fn new(media: &'static str, body: impl Into<Vec<u8>>) -> File {
        File {
            status: 200,
            media,
            body: body.into(),
        }
    }
}

/// A running site.
#[derive(Debug)]
pub struct Site {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, File>,
    asked: Vec<String>,
    ended: bool,
}

impl Site {
    /// Starts on a free loopback port with these files by path.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start(files: BTreeMap<String, File>) -> Result<Site> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State {
            files,
            ..State::default()
        }));
        let accepting = Arc::clone(&state);
        std::thread::spawn(move || accept_all(&listener, &accepting));
        Ok(Site { address, state })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Replaces all files at once, as a deployment does.
    pub fn deploy(&self, files: BTreeMap<String, File>) {
        lock(&self.state).files = files;
    }

    /// The paths that were asked since the last call, in order.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.state).asked)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        lock(&self.state).ended = true;
        drop(TcpStream::connect(self.address));
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn accept_all(listener: &TcpListener, state: &Arc<Mutex<State>>) {
    for stream in listener.incoming() {
        if lock(state).ended {
            return;
        }
        let Ok(stream) = stream else { continue };
        let state = Arc::clone(state);
        std::thread::spawn(move || drop(answer(stream, &state)));
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let path = path.split('?').next().unwrap_or_default().to_owned();
    let mut locked = lock(state);
    let file = locked.files.get(&path).cloned();
    locked.asked.push(path);
    drop(locked);
    let file = file.unwrap_or(File {
        status: 404,
        media: "text/plain",
        body: b"no such file".to_vec(),
    });
    let head = format!(
        "HTTP/1.1 {} x\r\ncontent-type: {}\r\ncontent-length: {}\r\ncache-control: no-cache\r\n\
         content-security-policy: default-src 'self'; script-src 'self' 'wasm-unsafe-eval'\r\n\
         connection: close\r\n\r\n",
        file.status,
        file.media,
        file.body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&file.body)
}

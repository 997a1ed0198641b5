//! The real server: the built `lumbung` with a data folder of its own.
//!
//! Always: ready to answer when `start` returns; ended by its id when dropped.
//! Never: uses a data folder or a port of anybody else.

use super::{START_DEADLINE, free_port, wait_until, wait_within};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    /// There until the server was ended.
    data: Option<TempDir>,
    process: Child,
    arguments: Vec<String>,
    printed: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts `lumbung ARGUMENTS --data … --listen …` and waits until it is healthy.
    ///
    /// # Errors
    /// When the binary is missing or ends early; the error holds what it printed.
    pub fn start(arguments: &[&str]) -> Result<Server> {
        let data = tempfile::Builder::new().prefix("lumbung-data-").tempdir()?;
        Server::start_on(data, arguments)
    }

    /// The same on a data folder that was prepared.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_on(data: TempDir, arguments: &[&str]) -> Result<Server> {
        let address = free_port()?;
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let printed = Arc::default();
        let process = launch(&arguments, data.path(), address, &printed)?;
        let mut server = Server {
            address,
            data: Some(data),
            process,
            arguments,
            printed,
        };
        server.wait_until_healthy()?;
        Ok(server)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its data folder.
    ///
    /// # Panics
    /// Never: only `end` takes it, and the server with it.
    pub fn data(&self) -> &Path {
        let data = self.data.as_ref();
        data.expect("the folder stays until the end").path()
    }

    /// The id of its process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Waits for a line of its output for which `wanted` gives something.
    ///
    /// # Errors
    /// After the deadline, with everything that was printed.
    pub fn wait_for_line<T>(&self, wanted: impl Fn(&str) -> Option<T>) -> Result<T> {
        let found = wait_until("a line of the server", || {
            let printed = self.printed();
            Ok(printed.lines().find_map(&wanted))
        });
        found.with_context(|| format!("the server printed:\n{}", self.printed()))
    }

    /// Everything it has printed, both streams.
    pub fn printed(&self) -> String {
        let lines = self.printed.lock();
        lines
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .join("\n")
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }

    /// Ends it as a power cut does, and leaves its data.
    ///
    /// # Panics
    /// Never: see [`Server::data`].
    pub fn end(mut self) -> TempDir {
        self.kill();
        self.data.take().expect("the folder stays until the end")
    }

    /// Kills it and starts it again on the same data and port.
    ///
    /// # Errors
    /// When it does not come up again.
    pub fn restart(&mut self) -> Result<()> {
        self.kill();
        self.process = launch(&self.arguments, self.data(), self.address, &self.printed)?;
        self.wait_until_healthy()
    }

    fn wait_until_healthy(&mut self) -> Result<()> {
        let address = self.address;
        let healthy = wait_within(START_DEADLINE, "the server to be healthy", || {
            if let Some(status) = self.process.try_wait()? {
                bail!("the server ended with {status}");
            }
            Ok(health(address).unwrap_or(false).then_some(()))
        });
        healthy.with_context(|| format!("the server printed:\n{}", self.printed()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn launch(
    arguments: &[String],
    data: &Path,
    address: SocketAddr,
    printed: &Arc<Mutex<Vec<String>>>,
) -> Result<Child> {
    let binary = binary()?;
    let mut process = Command::new(&binary)
        .args(arguments)
        .arg("--data")
        .arg(data)
        .args(["--listen", &address.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", binary.display()))?;
    if let Some(stream) = process.stdout.take() {
        keep_lines(stream, printed);
    }
    if let Some(stream) = process.stderr.take() {
        keep_lines(stream, printed);
    }
    Ok(process)
}

fn keep_lines(stream: impl Read + Send + 'static, printed: &Arc<Mutex<Vec<String>>>) {
    let printed = Arc::clone(printed);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let lines = printed.lock();
            lines
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .push(line);
        }
    });
}

/// The binary that `cargo xtask test` built, else the one beside the running test.
///
/// # Errors
/// When there is neither.
pub fn binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("LUMBUNG_BIN") {
        return Ok(path.into());
    }
    let test = std::env::current_exe()?;
    let folder = test.parent().and_then(Path::parent);
    let path = folder.context("a test lies in a folder")?.join("lumbung");
    if !path.exists() {
        bail!("{} is missing; run `cargo build -p server`", path.display());
    }
    Ok(path)
}

fn health(address: SocketAddr) -> Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

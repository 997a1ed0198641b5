//! A PostgreSQL of a test's own: a throw-away cluster on loopback.
//!
//! Always: ends with the process that started it, however that ends, because a guardian waits at the end of a pipe and
//! stops the server by its id; runs as another user where the test is the superuser, which PostgreSQL refuses.
//! Never: touches a cluster that it did not make; passes where PostgreSQL is missing.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use crate::harness::{START_DEADLINE, free_port, wait_within};

/// Where Debian puts the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
const VERSION_MIN: u32 = 15;
/// The superuser inside the cluster.
const OWNER: &str = "lumbung";
/// Of a cluster's folder.
const DATA: &str = "data";
/// What a server says of itself, in its data: its id first.
const STATE: &str = "postmaster.pid";
/// As PostgreSQL calls it where nobody says otherwise.
const CERTIFICATE: &str = "server.crt";
/// Starts the server; at the end of its own input it stops it by its id and clears the folder away.
const GUARDIAN: &str = r#"
folder=$1; shift
exec 3<&0
"$@" 3<&- & server=$!
{ read -r _ <&3; : > "$folder/ending"; kill -QUIT "$server"; } & reader=$!
wait "$server"; code=$?
if [ -e "$folder/ending" ]; then rm -rf -- "$folder"; else kill "$reader"; fi
exit "$code"
"#;

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    user: Option<User>,
    port: u16,
    databases: AtomicU32,
    guardian: Child,
    /// Open as long as the server may run.
    lifeline: Option<ChildStdin>,
    folder: PathBuf,
}

#[derive(Debug, Clone, Copy)]
struct User {
    uid: u32,
    gid: u32,
}

/// The cluster of this test process, started by the first who asks.
///
/// # Errors
/// When PostgreSQL is missing or does not start.
pub fn shared() -> Result<&'static Cluster> {
    static SHARED: OnceLock<Result<Cluster, String>> = OnceLock::new();
    let cluster = SHARED.get_or_init(|| Cluster::start(&[]).map_err(|error| format!("{error:#}")));
    cluster.as_ref().map_err(|error| anyhow!("{error}"))
}

impl Cluster {
    /// Makes and starts a cluster; `settings` are `name=value`. Without others it is quick and would not survive a
    /// power cut.
    ///
    /// # Errors
    /// When PostgreSQL is missing or does not start; the text holds what it printed.
    pub fn start(settings: &[&str]) -> Result<Cluster> {
        let (programs, user, folder) = Cluster::make()?;
        Cluster::serve(programs, user, folder, settings)
    }

    /// Like [`Cluster::start`], but takes connections only over TLS, with a certificate for `127.0.0.1`.
    ///
    /// # Errors
    /// When PostgreSQL or OpenSSL, which comes with it, is missing or fails.
    pub fn start_encrypted() -> Result<Cluster> {
        let (programs, user, folder) = Cluster::make()?;
        let data = folder.join(DATA);
        let mut certify = as_user(user, Path::new("openssl"), &data);
        certify.args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ]);
        certify.args(["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]);
        // Its own root, and so no authority for others: the certificate of a server may not be one.
        certify.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        certify.args(["-addext", "subjectAltName=IP:127.0.0.1"]);
        certify.args(["-keyout", "server.key", "-out", CERTIFICATE]);
        let made = certify.output().context("cannot run openssl")?;
        ensure!(made.status.success(), "openssl: {}", text(&made.stderr));
        fs::write(
            data.join("pg_hba.conf"),
            "hostssl all all 127.0.0.1/32 trust\n",
        )?;
        Cluster::serve(programs, user, folder, &["ssl=on"])
    }

    /// The certificate of an encrypted cluster.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join(DATA).join(CERTIFICATE)
    }

    /// Programs, user and folder of a cluster that was made and does not run yet.
    fn make() -> Result<(PathBuf, Option<User>, PathBuf)> {
        let programs = programs()?;
        let user = other_user()?;
        let folder = own_folder(user)?;
        let data = folder.join(DATA);
        let mut make = as_user(user, &programs.join("initdb"), &folder);
        // Sorted as people sort, which a store must not depend on.
        make.args(["--no-sync", "--auth=trust", "--encoding=UTF8"])
            .args([
                "--locale=C.UTF-8",
                "--locale-provider=icu",
                "--icu-locale=id",
            ])
            .args(["--username", OWNER, "--pgdata"])
            .arg(&data);
        let made = make.output().context("cannot run initdb")?;
        ensure!(made.status.success(), "initdb: {}", text(&made.stderr));
        Ok((programs, user, folder))
    }

    /// A copy of this cluster that follows it, and may take its place.
    ///
    /// # Errors
    /// When the copy cannot be made or does not start.
    pub fn standby(&self, settings: &[&str]) -> Result<Cluster> {
        let folder = own_folder(self.user)?;
        let mut copy = as_user(self.user, &self.programs.join("pg_basebackup"), &folder);
        copy.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", OWNER]);
        // Writes down whom to follow, and begins at once.
        copy.args([
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
            "-D",
        ]);
        copy.arg(folder.join(DATA));
        let made = copy.output().context("cannot run pg_basebackup")?;
        ensure!(
            made.status.success(),
            "pg_basebackup: {}",
            text(&made.stderr)
        );
        Cluster::serve(self.programs.clone(), self.user, folder, settings)
    }

    fn serve(
        programs: PathBuf,
        user: Option<User>,
        folder: PathBuf,
        settings: &[&str],
    ) -> Result<Cluster> {
        let port = free_port()?.port();
        let mut start = as_user(user, Path::new("/bin/sh"), &folder);
        start.args(["-c", GUARDIAN, "guardian"]).arg(&folder);
        start
            .arg(programs.join("postgres"))
            .arg("-D")
            .arg(folder.join(DATA));
        start.args(["-p", &port.to_string()]);
        let quick = [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
        ];
        for setting in quick.iter().chain(settings) {
            start.args(["-c", setting]);
        }
        let printed = fs::File::create(folder.join("printed"))?;
        start.stdin(Stdio::piped()).stdout(Stdio::null());
        start.stderr(printed).process_group(0);
        let mut guardian = start.spawn().context("cannot start PostgreSQL")?;
        let mut cluster = Cluster {
            programs,
            user,
            port,
            databases: AtomicU32::new(0),
            lifeline: guardian.stdin.take(),
            guardian,
            folder,
        };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Ends every process of it at once, as a power cut does.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub fn kill(&self) -> Result<()> {
        let state = fs::read_to_string(self.folder.join(DATA).join(STATE))?;
        let server = state
            .lines()
            .next()
            .context("a server has an id")?
            .to_owned();
        let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children"))?;
        let mut kill = Command::new("kill");
        kill.arg("-KILL")
            .arg(&server)
            .args(children.split_whitespace());
        // Of the children, some may have ended by themselves.
        kill.stderr(Stdio::null()).status()?;
        let is_gone = || Ok((!Path::new("/proc").join(&server).exists()).then_some(()));
        wait_within(START_DEADLINE, "PostgreSQL to be gone", is_gone)
    }

    /// Lets a standby take writes from now on.
    ///
    /// # Errors
    /// When it does not become the primary.
    pub fn promote(&self) -> Result<()> {
        let promoted = self.run_sql("postgres", "SELECT pg_promote()")?;
        ensure!(promoted == "t", "the standby stays one");
        Ok(())
    }

    /// Makes an empty database and returns its address.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn database(&self) -> Result<String> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        self.run_sql("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(format!("postgres://{OWNER}@127.0.0.1:{}/{name}", self.port))
    }

    /// Runs statements in a database, as `psql` does.
    ///
    /// # Errors
    /// What the server said.
    pub fn run_sql(&self, database: &str, sql: &str) -> Result<String> {
        let mut psql = as_user(self.user, &self.programs.join("psql"), &self.folder);
        psql.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only"]);
        psql.args(["-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p"]);
        psql.arg(self.port.to_string());
        psql.args(["-U", OWNER, "-d", database, "-c", sql]);
        let done = psql.stdin(Stdio::null()).output()?;
        ensure!(done.status.success(), "{sql}: {}", text(&done.stderr));
        Ok(text(&done.stdout).trim().to_owned())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let state = self.folder.join(DATA).join(STATE);
        let ready = wait_within(START_DEADLINE, "PostgreSQL to be ready", || {
            if let Some(status) = self.guardian.try_wait()? {
                bail!("PostgreSQL ended with {status}");
            }
            let state = fs::read_to_string(&state).unwrap_or_default();
            let is_ready = state
                .lines()
                .any(|line| ["ready", "standby"].contains(&line.trim()));
            Ok(is_ready.then_some(()))
        });
        ready.with_context(|| {
            let printed = fs::read_to_string(self.folder.join("printed"));
            format!("PostgreSQL printed:\n{}", printed.unwrap_or_default())
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        drop(self.guardian.wait());
        // Still there only if the server had ended before.
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn own_folder(user: Option<User>) -> Result<PathBuf> {
    let folder = tempfile::Builder::new()
        .prefix("lumbung-postgres-")
        .tempdir()?
        .keep();
    if let Some(user) = user {
        std::os::unix::fs::chown(&folder, Some(user.uid), Some(user.gid))?;
    }
    Ok(folder)
}

/// The folder of the newest version's programs.
fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let numbers = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let usable = numbers
        .filter(|number| VERSION_MIN <= *number)
        .filter(|number| {
            Path::new(VERSIONS)
                .join(number.to_string())
                .join("bin/initdb")
                .exists()
        });
    let newest = usable.max().with_context(|| {
        format!(
            "PostgreSQL {VERSION_MIN} or newer is missing below {VERSIONS}; run `cargo xtask setup` or \
             `sudo apt-get install postgresql`"
        )
    })?;
    Ok(Path::new(VERSIONS).join(newest.to_string()).join("bin"))
}

/// The user as whom the server runs: ourselves, unless we are the superuser.
fn other_user() -> Result<Option<User>> {
    let ours = Command::new("id").arg("-u").output()?;
    if text(&ours.stdout).trim() != "0" {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let found = ["postgres", "nobody"].iter().find_map(|name| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(*name))?;
        let mut ids = line.split(':').skip(2).map(str::parse);
        match (ids.next()?, ids.next()?) {
            (Ok(uid), Ok(gid)) => Some(User { uid, gid }),
            _ => None,
        }
    });
    let found = found
        .context("PostgreSQL does not run as superuser, and there is no user postgres or nobody")?;
    Ok(Some(found))
}

fn as_user(user: Option<User>, program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env("LC_ALL", "C.UTF-8");
    // psql looks for certificates at home, which is somebody else's.
    command.env("HOME", folder);
    if let Some(User { uid, gid }) = user {
        command.uid(uid).gid(gid);
    }
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

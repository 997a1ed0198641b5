//! What was revoked or erased, noted beside the data: a restore forgets what happened after its backup, and a stolen phone
//! would get in again, or what a person asked to be erased come back.
//!
//! Always: a line is on the disk before the verb answers, or the log says that it is not, and it is added at the next
//! start or backup; a restore carries out again what is noted beside the backups or in the place that it fills, also of
//! phones and accounts that the backup does not know.
//! Never: holds a name, a secret or an answer; concludes that nothing was revoked because nothing is noted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use shared::ids::{AccountId, BlobId, CaseId, DeviceId, OpId};
use shared::time::Millis;
use shared::wire::office::RestoredView;
use tokio::task;
use tokio::time::timeout;

use super::audit::Act;
use super::sql::{Connection, query};
use super::sync::erase::{Until, erase, forget_photo};
use super::sync::{partition_of, unsigned};
use super::{Result, Store, StoreError, stored};

/// One line for each: time, kind, id.
const NOTES: &str = "revoked.txt";
/// Some 250,000 lines.
const NOTES_BYTES_MAX: u64 = 16 << 20;
const FILE_MODE: u32 = 0o600;
const NOTE_WAIT: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Device,
    Account,
    /// A personal answer: round, village, op and its Lamport number, between strokes.
    Answer,
    Photo,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Device => "device",
            Kind::Account => "account",
            Kind::Answer => "answer",
            Kind::Photo => "photo",
        }
    }

    /// The id of an answer.
    pub(super) fn answer(case: &CaseId, op: OpId, lamport: u64) -> String {
        format!("{}/{}/{op}/{lamport}", case.round, case.region)
    }
}

fn answer_of(id: &str) -> Option<(CaseId, OpId, u64)> {
    let mut parts = id.split('/');
    let case = CaseId {
        round: parts.next()?.parse().ok()?,
        region: parts.next()?.parse().ok()?,
    };
    let answer = (
        case,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    parts.next().is_none().then_some(answer)
}

/// What is noted of revocations.
#[derive(Debug, Default)]
pub(super) struct Notes {
    revoked: BTreeMap<(Kind, String), Millis>,
    /// Lines that are none, such as one that was cut off.
    unread: usize,
    /// Whether anybody noted anything at all.
    is_kept: bool,
}

impl Store {
    /// Notes revocations in this folder too from now on: that of the backups, which outlives the data folder.
    pub fn note_revocations_in(&self, folder: &Path) {
        // The first one stays: a server has one folder of backups.
        let _ = self.notes.set(folder.to_owned());
    }

    /// Notes what the database knows to be revoked and the notes lack: after a crash between the two, from before there
    /// were notes, or by another server. Where nothing can be written the log says so, and phones sync all the same.
    pub async fn complete_notes(&self, now: Millis) -> Result<()> {
        let known = self.known_revocations(now).await?;
        for folder in self.note_folders() {
            let noted = match read_notes(&[&folder]).await {
                Err(error) => {
                    tracing::error!(%error, "store.revocations_unread");
                    continue;
                }
                Ok(notes) => notes,
            };
            let lacking = known
                .iter()
                .filter(|(one, _)| !noted.revoked.contains_key(*one));
            let lines: String = lacking
                .map(|((kind, id), at)| line_of(*kind, id, *at))
                .collect();
            // That the file is there says that revocations are noted here, though there was none yet.
            if !lines.is_empty() || !noted.is_kept {
                note(folder, lines).await;
            }
        }
        Ok(())
    }

    async fn known_revocations(&self, now: Millis) -> Result<BTreeMap<(Kind, String), Millis>> {
        let mut reader = self.read().await?;
        let devices: Vec<(String, i64)> =
            query("SELECT id, revoked_at FROM device WHERE revoked_at IS NOT NULL")
                .fetch_all(&mut reader)
                .await?;
        let accounts: Vec<(String,)> = query("SELECT id FROM account WHERE disabled = 1")
            .fetch_all(&mut reader)
            .await?;
        let devices = devices
            .into_iter()
            .map(|(id, at)| ((Kind::Device, id), Millis(at)));
        let accounts = accounts.into_iter().map(|(id,)| ((Kind::Account, id), now));
        let answers: Vec<(String, String, String, i64, i64)> =
            query("SELECT partition_id, region, op_id, lamport, erased_at FROM erased")
                .fetch_all(&mut reader)
                .await?;
        let photos: Vec<(String, i64)> = query("SELECT id, erased_at FROM erased_blob")
            .fetch_all(&mut reader)
            .await?;
        let photos = photos
            .into_iter()
            .map(|(id, at)| ((Kind::Photo, id), Millis(at)));
        let mut known: BTreeMap<(Kind, String), Millis> =
            devices.chain(accounts).chain(photos).collect();
        for (partition, region, op, lamport, at) in answers {
            let case = CaseId {
                round: partition_of(&partition)?.round,
                region: stored(&region, "region")?,
            };
            let id = Kind::answer(&case, stored(&op, "op id")?, unsigned(lamport));
            known.insert((Kind::Answer, id), Millis(at));
        }
        Ok(known)
    }

    fn note_folders(&self) -> Vec<PathBuf> {
        let folders = [Some(&self.folder), self.notes.get()];
        folders.into_iter().flatten().cloned().collect()
    }

    /// Notes a revocation that is durable in the database. Where that fails it is said in the log, since what a person
    /// asked for is done.
    pub(super) async fn note_revoked(&self, kind: Kind, id: String, at: Millis) {
        self.note_all(&[(kind, id)], at).await;
    }

    /// Notes all of these at once.
    pub(super) async fn note_all(&self, all: &[(Kind, String)], at: Millis) {
        let lines: String = all
            .iter()
            .map(|(kind, id)| line_of(*kind, id, at))
            .collect();
        for folder in self.note_folders() {
            note(folder, lines.clone()).await;
        }
    }

    /// The restore that an administrator has not looked at yet, if there is one; of several, what all of them forgot.
    pub async fn unsettled_restore(&self) -> Result<Option<RestoredView>> {
        let rows: Vec<(i64, i64, Option<i64>, i64)> = query(
            "SELECT at, made_at, carried_out, unread FROM restored
             WHERE settled_at IS NULL ORDER BY at",
        )
        .fetch_all(&mut self.read().await?)
        .await?;
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        let views = rows
            .into_iter()
            .map(|(at, made, carried_out, unread)| RestoredView {
                made: Millis(made),
                restored: Millis(at),
                carried_out: carried_out.map(count),
                unread: count(unread),
            });
        Ok(views.reduce(|one, two| RestoredView {
            made: one.made.min(two.made),
            restored: two.restored,
            carried_out: one
                .carried_out
                .zip(two.carried_out)
                .map(|(one, two)| one + two),
            unread: one.unread + two.unread,
        }))
    }

    /// Notes that somebody has looked at phones and accounts after a restore.
    pub async fn settle_restore(&self, act: Act) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                let settled = query("UPDATE restored SET settled_at = $1 WHERE settled_at IS NULL")
                    .bind(act.at.0)
                    .execute(&mut *tx)
                    .await?;
                match settled {
                    0 => Ok(()),
                    _ => act.record(tx, "restore.settle", "").await,
                }
            })
        })
        .await
    }
}

/// On a line of its own, also behind one that was cut off.
fn line_of(kind: Kind, id: &str, at: Millis) -> String {
    format!("\n{} {} {id}\n", at.0, kind.word())
}

/// Waits for a disk that is there, and not for one that hangs.
async fn note(folder: PathBuf, lines: String) {
    let shown = folder.display().to_string();
    let written = task::spawn_blocking(move || append(&folder, &lines));
    let written = match timeout(NOTE_WAIT, written).await {
        Ok(written) => written.map_err(io::Error::other).flatten(),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    };
    if let Err(error) = written {
        tracing::error!(%error, folder = shown, "store.revocation_not_noted");
    }
}

/// Reads what is noted in any of these folders.
pub(super) async fn read_notes(folders: &[&Path]) -> Result<Notes> {
    let folders: Vec<PathBuf> = folders.iter().map(|it| it.to_path_buf()).collect();
    let read = task::spawn_blocking(move || {
        let mut notes = Notes::default();
        for folder in folders {
            notes.read(&folder.join(NOTES))?;
        }
        Ok(notes)
    });
    read.await.map_err(io::Error::other)?
}

impl Notes {
    fn read(&mut self, path: &Path) -> Result<()> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        let mut bytes = Vec::new();
        file.take(NOTES_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        if NOTES_BYTES_MAX < bytes.len() as u64 {
            let path = path.display();
            return Err(StoreError::Corrupt(format!(
                "{path} is larger than {NOTES_BYTES_MAX} bytes, and cannot be a note of what was revoked"
            )));
        }
        self.is_kept = true;
        let text = String::from_utf8_lossy(&bytes);
        for line in text.lines().filter(|line| !line.is_empty()) {
            let Some((kind, id, at)) = revocation(line) else {
                self.unread += 1;
                continue;
            };
            let first = self.revoked.entry((kind, id)).or_insert(at);
            *first = (*first).min(at);
        }
        Ok(())
    }

    /// Revokes in a restored database what it does not know to be revoked, and notes the restore from a backup that was
    /// made at `made`.
    pub(super) async fn carry_out(
        &self,
        rows: &mut Connection,
        made: Millis,
        now: Millis,
    ) -> Result<()> {
        let mut carried_out: i64 = 0;
        self.erase_again(rows).await?;
        for ((kind, id), at) in &self.revoked {
            if revoke(rows, *kind, id, *at).await? {
                carried_out += 1;
                let what = match kind {
                    Kind::Device => "device.revoke",
                    Kind::Account => "account.disable",
                    Kind::Answer | Kind::Photo => continue,
                };
                Act::by_program(now).record(rows, what, id).await?;
            }
        }
        if 0 < self.unread {
            tracing::warn!(lines = self.unread, "store.revocations_unread");
        }
        query(
            "INSERT INTO restored (at, made_at, carried_out, unread) VALUES ($1, $2, $3, $4)
             ON CONFLICT (at) DO NOTHING",
        )
        .bind(now.0)
        .bind(made.0)
        .bind(self.is_kept.then_some(carried_out))
        .bind(i64::try_from(self.unread).unwrap_or(i64::MAX))
        .execute(rows)
        .await?;
        Ok(())
    }
}

impl Notes {
    async fn erase_again(&self, rows: &mut Connection) -> Result<()> {
        let mut cases: BTreeMap<(CaseId, Millis), BTreeMap<OpId, Option<u64>>> = BTreeMap::new();
        for ((kind, id), at) in &self.revoked {
            if *kind == Kind::Photo {
                forget_photo(rows, stored(id, "blob id")?, *at).await?;
            }
            if let Some((case, op, lamport)) = answer_of(id).filter(|_| *kind == Kind::Answer) {
                let answers = cases.entry((case, *at)).or_default();
                answers.insert(op, Some(lamport));
            }
        }
        for ((case, at), answers) in cases {
            // Photos are noted by themselves.
            let alone = BTreeSet::new();
            erase(rows, &case, answers, alone, Until::Noted, at).await?;
        }
        Ok(())
    }
}

/// Whether this changed anything: what was revoked before the backup is so already.
async fn revoke(rows: &mut Connection, kind: Kind, id: &str, at: Millis) -> Result<bool> {
    let (known, done) = match kind {
        Kind::Device => {
            let known: Option<(String,)> = query("SELECT id FROM device WHERE id = $1")
                .bind(id)
                .fetch_optional(&mut *rows)
                .await?;
            let done =
                query("UPDATE device SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
                    .bind(at.0)
                    .bind(id)
                    .execute(&mut *rows)
                    .await?;
            (known, done)
        }
        Kind::Account => {
            let known: Option<(String,)> = query("SELECT id FROM account WHERE id = $1")
                .bind(id)
                .fetch_optional(&mut *rows)
                .await?;
            let done = query("UPDATE account SET disabled = 1 WHERE id = $1 AND disabled = 0")
                .bind(id)
                .execute(&mut *rows)
                .await?;
            (known, done)
        }
        // They are erased, which is another matter.
        Kind::Answer | Kind::Photo => return Ok(false),
    };
    if known.is_some() {
        return Ok(0 < done);
    }
    let noted = query(
        "INSERT INTO revoked (kind, id, at) VALUES ($1, $2, $3) ON CONFLICT (kind, id) DO NOTHING",
    )
    .bind(kind.word())
    .bind(id)
    .bind(at.0)
    .execute(rows)
    .await?;
    Ok(0 < noted)
}

/// Whether this was revoked although the backup did not know it.
pub(super) async fn was_revoked(
    connection: &mut Connection,
    kind: Kind,
    id: String,
) -> Result<bool> {
    let found: Option<(i64,)> = query("SELECT at FROM revoked WHERE kind = $1 AND id = $2")
        .bind(kind.word())
        .bind(id)
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

/// A line as it was written; none where it was cut off or is of somebody else.
fn revocation(line: &str) -> Option<(Kind, String, Millis)> {
    let mut words = line.split(' ');
    let (at, kind, id) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    let at = Millis(at.parse().ok()?);
    match kind {
        "device" => Some((Kind::Device, id.parse::<DeviceId>().ok()?.to_string(), at)),
        "account" => Some((Kind::Account, id.parse::<AccountId>().ok()?.to_string(), at)),
        "answer" => answer_of(id)
            .map(|(case, op, lamport)| (Kind::Answer, Kind::answer(&case, op, lamport), at)),
        "photo" => Some((Kind::Photo, id.parse::<BlobId>().ok()?.to_string(), at)),
        _ => None,
    }
}

/// Adds to the notes in a folder, and returns once they are on the disk.
fn append(folder: &Path, text: &str) -> io::Result<()> {
    let path = folder.join(NOTES);
    let is_new = !path.try_exists()?;
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(FILE_MODE)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if is_new {
        // A new name is on the disk only with its folder.
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Kind, Notes, append, revocation};

    proptest! {
        #[test]
        fn whatever_stands_in_the_notes_is_read_or_counted(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("revoked.txt");
            let line = format!("\n7 device {}\n", "ab".repeat(16));
            std::fs::write(&path, &bytes).expect("room");
            append(folder.path(), &line).expect("room");
            let mut notes = Notes::default();
            notes.read(&path).expect("a file");
            // Also behind what was cut off.
            prop_assert!(notes.revoked.keys().any(|(kind, id)| *kind == Kind::Device && *id == "ab".repeat(16)));
        }

        #[test]
        fn a_line_is_read_by_any_reader(line in ".{0,80}") {
            let _ = revocation(&line);
        }
    }
}

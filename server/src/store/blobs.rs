//! Photos and files: bytes in a folder, their record in the database.
//!
//! Always: named by the SHA-256 of the content, which was checked; on disk before it is recorded.
//! Never: shows bytes whose hash was not checked; one sender's unfinished upload touches another's.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use shared::ids::{AccountId, BlobId};
use shared::time::Millis;
use shared::wire::office::BLOB_BYTES_MAX;
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::room::Room;
use super::sql::query;
use super::sync::erase::is_erased;
use super::{Result, Store, StoreError, stored};

pub(super) const PARTIAL: &str = "blobs/partial";
/// Unfinished files of one sender: more are begun only when these are done.
const PARTIALS_PER_SENDER_MAX: usize = 64;
/// An unfinished file that nobody went on with is given up; the phone still has it whole.
const PARTIAL_MS_MAX: u64 = 60 * 24 * 3_600_000;
/// Files of one sender, at most: a phone with a thousand villages and ten photos each.
const BLOBS_PER_SENDER_MAX: i64 = 10_000;
/// Of a phone that was revoked: as many as a village has many times over, and no store for whoever stole it.
const REVOKED_BLOBS_MAX: i64 = 1_000;
const REVOKED_BYTES_MAX: i64 = 512 * 1024 * 1024;
const REVOKED_PARTIALS_MAX: usize = 8;
const HASH_STEP_BYTES: usize = 64 * 1024;

/// A photo or file that arrived whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRecord {
    pub id: BlobId,
    pub bytes: u64,
    pub media_type: String,
    /// The device or account that sent it, as text.
    pub sender: String,
    pub received: Millis,
}

/// Names of the files that are being written just now.
#[derive(Debug, Clone, Default)]
pub(super) struct Uploads(Arc<Mutex<BTreeSet<String>>>);

/// The right to write to one unfinished file; nobody else has it at the same time.
#[derive(Debug)]
pub struct Upload {
    id: BlobId,
    sender: String,
    path: PathBuf,
    file: File,
    offset: u64,
    room: Room,
    is_of_revoked: bool,
    _turn: Turn,
}

#[derive(Debug)]
struct Turn {
    uploads: Uploads,
    key: String,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut writing = self
            .uploads
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        writing.remove(&self.key);
    }
}

impl Upload {
    /// Bytes that are there already.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Adds bytes. `Refused("blob_too_large")` beyond [`BLOB_BYTES_MAX`].
    pub async fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let grown = self.offset + bytes.len() as u64;
        if BLOB_BYTES_MAX < grown {
            return Err(StoreError::Refused("blob_too_large"));
        }
        let done = self.file.write_all(bytes).await;
        self.room.note(done.map_err(StoreError::from))?;
        self.offset = grown;
        Ok(())
    }

    /// Hands what was added to the operating system, so that a later try can go on from there.
    pub async fn pause(mut self) -> Result<u64> {
        let done = self.file.flush().await;
        self.room.note(done.map_err(StoreError::from))?;
        Ok(self.offset)
    }
}

impl Store {
    /// A blob that is here whole. One whose file was lost, as by a backup that was taken in pieces, counts as absent,
    /// so that a phone that still has it brings it again.
    pub async fn blob(&self, id: BlobId) -> Result<Option<BlobRecord>> {
        let row: Option<(i64, String, String, i64)> =
            query("SELECT bytes, media_type, sender, received_at FROM blob WHERE id = $1")
                .bind(id.to_string())
                .fetch_optional(&mut self.read().await?)
                .await?;
        let Some((bytes, media_type, sender, received)) = row else {
            return Ok(None);
        };
        let bytes = bytes.unsigned_abs();
        match fs::metadata(self.blob_path(id)).await {
            Ok(file) if file.len() == bytes => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        Ok(Some(BlobRecord {
            id,
            bytes,
            media_type,
            sender,
            received: Millis(received),
        }))
    }

    /// Which of these photos or files arrived whole.
    pub async fn blobs_present(&self, ids: &[BlobId]) -> Result<BTreeSet<BlobId>> {
        let mut present = BTreeSet::new();
        for id in ids {
            if self.blob(*id).await?.is_some() {
                present.insert(*id);
            }
        }
        Ok(present)
    }

    /// The content of a blob that arrived whole.
    pub async fn blob_bytes(&self, id: BlobId) -> Result<Vec<u8>> {
        Ok(fs::read(self.blob_path(id)).await?)
    }

    /// How much of a blob this sender has brought so far.
    pub async fn upload_offset(&self, id: BlobId, sender: &str) -> Result<u64> {
        match fs::metadata(self.partial_path(id, sender)).await {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens the sender's unfinished file. `Refused("blob_busy")` while another request writes it,
    /// `Refused("blobs_unfinished")` if the sender began too many, `Refused("blobs_full")` if it sent too many.
    pub async fn begin_upload(&self, id: BlobId, sender: &str) -> Result<Upload> {
        self.begin(id, sender, PARTIALS_PER_SENDER_MAX).await
    }

    /// The same for a phone that was revoked, whose refusal would be loss: `Refused("blob_unnamed")` unless the photo is
    /// named by what its account wrote or brought, and `Refused("blobs_full")` beyond less than other phones may send.
    pub async fn begin_revoked_upload(
        &self,
        id: BlobId,
        sender: &str,
        account: AccountId,
    ) -> Result<Upload> {
        if !self.is_named_by(id, account).await? {
            return Err(StoreError::Refused("blob_unnamed"));
        }
        let (count, bytes): (i64, i64) = query(
            "SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM blob
             WHERE sender = $1 AND of_revoked = 1",
        )
        .bind(sender)
        .fetch_one(&mut self.read().await?)
        .await?;
        if REVOKED_BLOBS_MAX <= count || REVOKED_BYTES_MAX <= bytes {
            return Err(StoreError::Refused("blobs_full"));
        }
        let upload = self.begin(id, sender, REVOKED_PARTIALS_MAX).await?;
        Ok(Upload {
            is_of_revoked: true,
            ..upload
        })
    }

    async fn begin(&self, id: BlobId, sender: &str, partials_max: usize) -> Result<Upload> {
        let path = self.partial_path(id, sender);
        if !fs::try_exists(&path).await? && partials_max <= self.partials_of(sender)? {
            return Err(StoreError::Refused("blobs_unfinished"));
        }
        let (sent,): (i64,) = query("SELECT COUNT(*) FROM blob WHERE sender = $1")
            .bind(sender)
            .fetch_one(&mut self.read().await?)
            .await?;
        if BLOBS_PER_SENDER_MAX <= sent {
            return Err(StoreError::Refused("blobs_full"));
        }
        let turn = self.uploads.take(format!("{id}.{sender}"))?;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .await;
        let file = self.room.note(file.map_err(StoreError::from))?;
        let offset = file.metadata().await?.len();
        Ok(Upload {
            id,
            sender: sender.to_owned(),
            path,
            file,
            offset,
            room: self.room.clone(),
            is_of_revoked: false,
            _turn: turn,
        })
    }

    /// Checks a complete file and keeps it. `Refused("blob_hash")` if the content is not what its name says, and then
    /// the file is removed, so that the next try begins anew. `Refused("blob_erased")` if it was erased, also a moment ago.
    ///
    /// Where there is no room what came stays, as far as it is on disk; the next try goes on from there.
    pub async fn finish_upload(&self, upload: Upload, now: Millis) -> Result<BlobRecord> {
        self.room.note(self.keep_upload(upload, now).await)
    }

    async fn keep_upload(&self, mut upload: Upload, now: Millis) -> Result<BlobRecord> {
        upload.file.flush().await?;
        upload.file.sync_all().await?;
        let (digest, head) = digest_of(&upload.path).await?;
        if digest != upload.id.0 {
            fs::remove_file(&upload.path).await?;
            return Err(StoreError::Refused("blob_hash"));
        }
        let place = self.blob_path(upload.id);
        if let Some(shelf) = place.parent() {
            let is_new = !fs::try_exists(shelf).await?;
            fs::create_dir_all(shelf).await?;
            fs::rename(&upload.path, &place).await?;
            File::open(shelf).await?.sync_all().await?;
            // A shelf that a power cut takes away takes with it what lies on it.
            if let Some(shelves) = shelf.parent().filter(|_| is_new) {
                File::open(shelves).await?.sync_all().await?;
            }
        }
        let record = BlobRecord {
            id: upload.id,
            bytes: upload.offset,
            media_type: media_type_of(&head).to_owned(),
            sender: upload.sender.clone(),
            received: now,
        };
        match self.record_blob(record.clone(), upload.is_of_revoked).await {
            Err(error @ StoreError::Refused(_)) => {
                fs::remove_file(&place).await?;
                Err(error)
            }
            recorded => recorded.map(|()| record),
        }
    }

    pub(super) async fn record_blob(&self, record: BlobRecord, is_of_revoked: bool) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                if is_erased(tx, record.id).await? {
                    return Err(StoreError::Refused("blob_erased"));
                }
                query(
                    "INSERT INTO blob
                         (id, bytes, media_type, state, sender, received_at, of_revoked)
                     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
                )
                .bind(record.id.to_string())
                .bind(i64::try_from(record.bytes).unwrap_or(i64::MAX))
                .bind(&record.media_type)
                .bind("stored")
                .bind(&record.sender)
                .bind(record.received.0)
                .bind(i64::from(is_of_revoked))
                .execute(tx)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Photos and files on record, and how many of them are not in the folder, or not whole.
    pub async fn blob_counts(&self) -> Result<(u64, u64)> {
        let rows: Vec<(String,)> = query("SELECT id FROM blob")
            .fetch_all(&mut self.read().await?)
            .await?;
        let mut lost = 0;
        for (id,) in &rows {
            lost += u64::from(self.blob(stored(id, "blob id")?).await?.is_none());
        }
        Ok((rows.len() as u64, lost))
    }

    fn partials_of(&self, sender: &str) -> Result<usize> {
        let mut count = 0;
        for entry in std::fs::read_dir(self.folder().join(PARTIAL))? {
            let name = entry?.file_name();
            let owner = name.to_str().and_then(|name| name.split_once('.'));
            count += usize::from(owner.is_some_and(|(_, owner)| owner == sender));
        }
        Ok(count)
    }

    /// Removes unfinished files that nobody went on with for long.
    pub(super) fn sweep_partials(&self) -> Result<()> {
        for entry in std::fs::read_dir(self.folder().join(PARTIAL))? {
            let entry = entry?;
            let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
            if u128::from(PARTIAL_MS_MAX) < age.as_millis() {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    pub(super) fn blob_path(&self, id: BlobId) -> PathBuf {
        let name = id.to_string();
        self.folder().join("blobs").join(&name[..2]).join(&name)
    }

    fn partial_path(&self, id: BlobId, sender: &str) -> PathBuf {
        self.folder().join(PARTIAL).join(format!("{id}.{sender}"))
    }
}

impl Uploads {
    fn take(&self, key: String) -> Result<Turn> {
        let mut writing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !writing.insert(key.clone()) {
            return Err(StoreError::Refused("blob_busy"));
        }
        Ok(Turn {
            uploads: self.clone(),
            key,
        })
    }
}

/// The SHA-256 of a file and its first bytes.
pub(super) async fn digest_of(path: &Path) -> Result<([u8; 32], Vec<u8>)> {
    let mut file = File::open(path).await?;
    let mut hasher = Sha256::new();
    let mut head = Vec::new();
    let mut step = vec![0; HASH_STEP_BYTES];
    loop {
        let count = file.read(&mut step).await?;
        if count == 0 {
            return Ok((hasher.finalize().into(), head));
        }
        if head.is_empty() {
            head.extend_from_slice(&step[..count.min(16)]);
        }
        hasher.update(&step[..count]);
    }
}

/// The kind of a file by its first bytes, whatever the sender called it.
///
/// An unknown kind is kept as bytes and nothing more: a question may ask for any file, and one that the server would not
/// take stood on the phone alone and was sent in vain at each try. It is never shown, only handed out.
fn media_type_of(head: &[u8]) -> &'static str {
    let at = |from: usize, mark: &[u8]| head.get(from..from + mark.len()) == Some(mark);
    // Frames of MPEG audio begin with eleven set bits; layer 0 is AAC.
    let frame =
        |layer: u8| matches!(head, [0xff, second, ..] if second & 0xe6 == 0xe0 | layer << 1);
    let kinds: [(bool, &'static str); 13] = [
        (at(0, b"\xff\xd8\xff"), "image/jpeg"),
        (at(0, b"\x89PNG\r\n\x1a\n"), "image/png"),
        (at(0, b"RIFF") && at(8, b"WEBP"), "image/webp"),
        (at(0, b"OggS"), "audio/ogg"),
        (at(0, b"\x1a\x45\xdf\xa3"), "audio/webm"),
        (at(4, b"ftyp"), "audio/mp4"),
        (at(0, b"%PDF-"), "application/pdf"),
        (at(0, b"RIFF") && at(8, b"WAVE"), "audio/wav"),
        (at(0, b"#!AMR"), "audio/amr"),
        (at(0, b"fLaC"), "audio/flac"),
        (at(0, b"ID3") || frame(1), "audio/mpeg"),
        (frame(0), "audio/aac"),
        (at(0, b"PK\x03\x04"), "application/zip"),
    ];
    let found = kinds.into_iter().find(|(fits, _)| *fits);
    found.map_or("application/octet-stream", |(_, kind)| kind)
}

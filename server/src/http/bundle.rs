//! Bundles: what somebody carried here for a phone without network.
//!
//! Always: each push inside is taken as if its author had sent it; opening twice changes nothing.
//! Always: what can be taken is taken, and the answer says what was not and why.
//! Never: trusts the bearer; the author's signature counts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use sha2::{Digest as _, Sha256};
use shared::ids::{OpId, PartitionId, RegionId, Seq};
use shared::sync::bundle::{
    BundleFault, DeviceKey, TAIL_BYTES, check, number, read_head, receipt_text, split_content,
    stretch_digest,
};
use shared::sync::hub::{Detours, Sender};
use shared::wire::bundle::{
    BUNDLE_BYTES_MAX, BundleHead, BundleOpened, BundlePhoto, BundleReceipt, BundleText, LaneReceipt,
};
use shared::wire::v1::{PushRequest, PushResponse, QuarantineCode};

use super::App;
use super::devices::revive;
use super::extract::{Caller, body_bytes};
use super::sync::take;
use crate::auth::Certificate;
use crate::bundle::{SealKey, read_text};
use crate::error::Problem;
use crate::store::{Account, Act};

/// Refusals that concern one kabupaten of one round, and let the others pass.
const FULL: [&str; 2] = ["aside_full", "lanes_full"];

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/sync/bundle", post(deliver))
}

async fn deliver(
    State(app): State<Arc<App>>,
    bearer: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<axum::Json<BundleOpened>, Problem> {
    let limit = BUNDLE_BYTES_MAX as usize;
    // Before anything of it is read, and before it counts as brought: who is told to come again may.
    let _room = app
        .bundle_bodies
        .hold(bearer.sender(), &headers, limit)
        .await?;
    if !app.bundles.admit(&bearer.sender(), app.clock.now()) {
        return Err(too_often());
    }
    let file = body_bytes(body, limit).await?;
    let _turn = app
        .bundles
        .turns
        .acquire()
        .await
        .map_err(|_| Problem::busy())?;
    let key = app.bundles.key(&app.store.hub_keys().await?);
    let envelope = tokio::task::spawn_blocking(move || unseal(&file, &key));
    let envelope = envelope.await.map_err(|error| Problem::internal(&error))?;
    let envelope = envelope.map_err(fault)?;
    let device = envelope.head.device;
    let mut author = app.store.device_author(device).await?;
    if author.is_none() {
        let text = envelope.read().map_err(|_| unknown_device())?.0;
        envelope.revive(&app, &text.certificate).await?;
        author = app.store.device_author(device).await?;
    }
    let (account, revoked, secret_hash) = author.ok_or_else(unknown_device)?;
    let device_key = envelope.signed_by(&secret_hash)?;
    let (text, photos) = envelope.read()?;
    let mut opening = Opening::new(&app, &envelope, &account, revoked);
    for push in text.pushes {
        opening.take_push(push).await?;
    }
    opening.take_photos(&text.photos, photos).await?;
    let opened = opening.finish(&device_key).await?;
    let act = Act::by(bearer.account().id, app.clock.now());
    let object = format!("{} {}", opened.number, envelope.head.device);
    app.store.note_bundle(act, object).await?;
    Ok(axum::Json(opened))
}

/// A bundle that was whole and for this hub.
struct Envelope {
    head: BundleHead,
    digest: [u8; 32],
    signature: Vec<u8>,
    content: Vec<u8>,
}

impl Envelope {
    /// The text inside, and the bytes of the photos behind it.
    fn read(&self) -> Result<(BundleText, &[u8]), Problem> {
        let parts = split_content(&self.content);
        let (text, photos) = parts.ok_or_else(|| fault(BundleFault::Damaged))?;
        Ok((read_text(text).map_err(fault)?, photos))
    }

    fn signed_by(&self, secret_hash: &str) -> Result<DeviceKey, Problem> {
        let key = DeviceKey::of_hash(secret_hash).ok_or_else(unknown_device)?;
        match key.has_signed(&self.digest, &self.signature) {
            true => Ok(key),
            false => Err(not_signed()),
        }
    }

    /// A hub that was restored from an older backup knows the phone again by what it gave it.
    async fn revive(&self, app: &App, certificate: &str) -> Result<(), Problem> {
        let key = app.store.hub_keys().await?.mac_key();
        let certificate = Certificate::open(certificate, &key, app.clock.now());
        let certificate = certificate.map_err(|_| unknown_device())?;
        if certificate.device != self.head.device {
            return Err(unknown_device());
        }
        self.signed_by(&certificate.secret_hash)?;
        revive(app, certificate).await
    }
}

fn unseal(file: &[u8], key: &SealKey) -> Result<Envelope, BundleFault> {
    let (head, content) = read_head(file)?;
    let end = file.len().saturating_sub(TAIL_BYTES);
    let (before, tail) = file.split_at(end);
    let digest: [u8; 32] = Sha256::digest(before).into();
    let length = file.len() as u64;
    check(&head, content, length, &digest, tail, key.name())?;
    let sealed = before.get(content..).ok_or(BundleFault::Damaged)?;
    let opened = key.open(&before[..content], sealed);
    Ok(Envelope {
        head,
        digest,
        signature: tail[32..].to_vec(),
        content: opened.ok_or(BundleFault::Damaged)?,
    })
}

/// What became of a bundle so far.
struct Opening<'a> {
    app: &'a Arc<App>,
    sender: Sender,
    device: String,
    detours: Detours,
    full: BTreeSet<PartitionId>,
    villages: BTreeSet<RegionId>,
    aside: BTreeMap<QuarantineCode, u64>,
    receipt: BundleReceipt,
    opened: BundleOpened,
}

impl<'a> Opening<'a> {
    fn new(
        app: &'a Arc<App>,
        envelope: &Envelope,
        account: &Account,
        revoked: bool,
    ) -> Opening<'a> {
        let number = number(&envelope.digest);
        let device = envelope.head.device;
        Opening {
            app,
            sender: Sender {
                account: account.id,
                role: account.role,
                regions: account.regions.clone(),
                revoked: revoked || account.disabled,
            },
            device: device.to_string(),
            detours: Detours::of(envelope.digest),
            full: BTreeSet::new(),
            villages: BTreeSet::new(),
            aside: BTreeMap::new(),
            receipt: BundleReceipt {
                number: number.clone(),
                device,
                at: app.clock.now(),
                lanes: Vec::new(),
                photos: Vec::new(),
            },
            opened: BundleOpened {
                number,
                name: account.name.clone(),
                villages: Vec::new(),
                answers: 0,
                fresh: 0,
                aside: Vec::new(),
                photos: 0,
                photos_refused: 0,
                refused: None,
                receipt: String::new(),
            },
        }
    }

    async fn take_push(&mut self, push: PushRequest) -> Result<(), Problem> {
        if self.full.contains(&push.partition) {
            return Ok(());
        }
        let ops = push.ops.clone().open(push.partition.round);
        // A bundle whose signature is right and whose text is not was made by a faulty program.
        let ops = ops.map_err(|_| fault(BundleFault::Damaged))?;
        let ids: Vec<OpId> = ops.iter().map(|(op, _)| op.id()).collect();
        self.villages
            .extend(ops.into_iter().map(|(op, _)| op.case.region.clone()));
        self.opened.answers += ids.len() as u64;
        let mut answer = self.try_push(self.detours.placed(push.clone())).await?;
        if matches!(answer, Some(PushResponse::Gap { .. } | PushResponse::Fork)) {
            // The hub was restored, or the phone has another lane since: its ops are welcome all the same.
            self.detours.take(&push);
            answer = self.try_push(self.detours.placed(push.clone())).await?;
        }
        let took_detour = self.detours.has(&push.partition);
        if let Some(answer) = answer.filter(|_| !took_detour) {
            self.receipt.lanes.push(LaneReceipt {
                partition: push.partition,
                lane: push.lane,
                from: push.from,
                digest: stretch_digest(&ids),
                answer,
            });
        }
        Ok(())
    }

    /// One push as its author would send it; nothing where the hub takes no more of the author there.
    async fn try_push(&mut self, push: PushRequest) -> Result<Option<PushResponse>, Problem> {
        let (partition, lane, from) = (push.partition.clone(), push.lane, push.from);
        let now = self.app.clock.now();
        let store = &self.app.store;
        let before = store.lane_end(&partition, lane, Seq::ZERO, now).await?;
        let answer = match take(self.app, self.sender.clone(), push, None).await {
            Ok(answer) => answer,
            Err(problem) if FULL.contains(&problem.code()) => {
                self.full.insert(partition);
                self.opened.refused = Some(problem.code().to_owned());
                return Ok(None);
            }
            Err(problem) => return Err(problem),
        };
        if let PushResponse::Accepted {
            verified,
            quarantined,
            ..
        } = &answer
        {
            let known = before.length.0.max(from.0.saturating_sub(1));
            self.opened.fresh += verified.0.saturating_sub(known);
            for aside in quarantined {
                *self.aside.entry(aside.code).or_default() += 1;
            }
        }
        Ok(Some(answer))
    }

    async fn take_photos(&mut self, photos: &[BundlePhoto], bytes: &[u8]) -> Result<(), Problem> {
        let mut rest = bytes;
        for photo in photos {
            let length = usize::try_from(photo.bytes).unwrap_or(usize::MAX);
            let (content, after) = rest
                .split_at_checked(length)
                .ok_or_else(|| fault(BundleFault::Damaged))?;
            rest = after;
            match self.take_photo(photo, content).await? {
                true => {
                    self.opened.photos += 1;
                    self.receipt.photos.push(photo.blob);
                }
                false => self.opened.photos_refused += 1,
            }
        }
        Ok(())
    }

    /// Whether the photo is durable now, or was erased, so that its phone is to be done with it; what is refused stays on
    /// its phone, which brings it itself.
    async fn take_photo(&self, photo: &BundlePhoto, content: &[u8]) -> Result<bool, Problem> {
        use crate::store::StoreError::Refused;
        let store = &self.app.store;
        if store.blob(photo.blob).await?.is_some() || store.is_erased_photo(photo.blob).await? {
            return Ok(true);
        }
        let (blob, account) = (photo.blob, self.sender.account);
        let begun = match self.sender.revoked {
            true => {
                store
                    .begin_revoked_upload(blob, &self.device, account)
                    .await
            }
            false => store.begin_upload(blob, &self.device).await,
        };
        let mut upload = match begun {
            Ok(upload) => upload,
            Err(Refused(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let here = usize::try_from(upload.offset()).unwrap_or(usize::MAX);
        let taken = upload.append(content.get(here..).unwrap_or_default()).await;
        let taken = match taken {
            Ok(()) => store.finish_upload(upload, self.app.clock.now()).await,
            Err(error) => Err(error),
        };
        match taken {
            Ok(_) | Err(Refused("blob_erased")) => Ok(true),
            Err(Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn finish(mut self, key: &DeviceKey) -> Result<BundleOpened, Problem> {
        let names = self
            .app
            .store
            .names_of(self.villages.iter().cloned())
            .await?;
        let named = |region: &RegionId| {
            let name = names.get(region).cloned().unwrap_or_default();
            (region.to_string(), name)
        };
        self.opened.villages = self.villages.iter().map(named).collect();
        self.opened.aside = self
            .aside
            .iter()
            .map(|(why, count)| (*why, *count))
            .collect();
        self.opened.receipt = receipt_text(&self.receipt, key);
        tracing::info!(
            device.id = %self.device,
            bundle.number = %self.opened.number,
            bundle.answers = self.opened.answers,
            bundle.fresh = self.opened.fresh,
            bundle.photos = self.opened.photos,
            "bundle.opened"
        );
        Ok(self.opened)
    }
}

fn fault(fault: BundleFault) -> Problem {
    let (status, detail, detail_en) = match fault {
        BundleFault::Unknown => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "berkas ini bukan titipan Lumbung; pilih berkas yang namanya berawalan lumbung-titipan",
            "this file is no bundle of Lumbung; choose one whose name begins with lumbung-titipan",
        ),
        BundleFault::Newer => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "titipan ini dibuat oleh aplikasi yang lebih baru; perbarui peladen, isian di ponsel penulis tetap aman",
            "this bundle was made by a newer app; update the server, what is on the author's phone stays safe",
        ),
        BundleFault::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "titipan ini lebih besar dari 25 MB; minta penulisnya membuat yang baru",
            "this bundle is larger than 25 MB; ask its author for a new one",
        ),
        BundleFault::Damaged => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "titipan ini rusak atau terpotong di jalan; minta kiriman ulang, isian di ponsel penulis tetap aman",
            "this bundle was damaged or cut off on the way; ask for it again, what is on the author's phone stays safe",
        ),
        BundleFault::Foreign => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "titipan ini untuk peladen lain; serahkan kepada yang berhak, jangan dihapus",
            "this bundle is for another server; hand it to whom it belongs, do not delete it",
        ),
    };
    Problem::new(status, fault.code(), detail, detail_en)
}

fn unknown_device() -> Problem {
    Problem::invalid(
        "bundle_device_unknown",
        "ponsel pembuat titipan ini tidak dikenal peladen; simpan berkasnya dan daftarkan ulang ponsel itu, \
         lalu buat titipan baru",
        "the phone that made this bundle is unknown to the server; keep the file, enrol the phone again and make \
         a new bundle",
    )
}

fn not_signed() -> Problem {
    Problem::invalid(
        "bundle_signature",
        "tanda tangan titipan ini tidak cocok dengan ponsel pembuatnya; buat titipan baru di ponsel itu",
        "the signature of this bundle is not that of its phone; make a new one on that phone",
    )
}

fn too_often() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "bundles_full",
        "terlalu banyak titipan dalam satu jam; coba lagi nanti, berkasnya tetap aman",
        "too many bundles within an hour; try again later, the files stay safe",
    )
    .retry_after(600)
}

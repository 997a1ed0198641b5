//! Phones: the links that enrol them, and what they last said of themselves.
//!
//! Always: a link enrols one phone; a lost answer can be asked for again by the same attempt.
//! Never: stores a token or secret, only hashes.

use shared::ids::{AccountId, DeviceId};
use shared::time::{DAY_MS, Millis};
use shared::wire::office::{DeviceFacts, DeviceView};

use super::accounts::{Account, account_of, revive_account};
use super::audit::Act;
use super::revoked::{Kind, was_revoked};
use super::sql::{Connection, Row, query};
use super::{Result, Store, StoreError, stored};
use crate::auth::Certificate;

/// How long an answer lost on the way may be asked for again.
const ATTEMPT_MS_MAX: i64 = DAY_MS;

/// A phone that wants to be enrolled. Device and secret are fresh.
#[derive(Debug, Clone)]
pub struct Redemption {
    pub token_hash: String,
    /// Hash of the phone's own random digits; empty if it sent none.
    pub attempt_hash: String,
    /// The account whose work the phone holds, if any.
    pub account: Option<AccountId>,
    pub device: DeviceId,
    pub secret_hash: String,
    pub facts: DeviceFacts,
    pub now: Millis,
}

/// A phone that shows its certificate.
#[derive(Debug, Clone)]
pub struct Revival {
    pub certificate: Certificate,
    /// For the account, where it has to be made again: of a password that nobody knows.
    pub password_hash: String,
    pub now: Millis,
}

/// What a phone said when it last came by.
#[derive(Debug, Clone)]
pub struct DeviceHello {
    pub device: DeviceId,
    pub facts: DeviceFacts,
    pub unsent: u32,
    pub oldest_unsent: Option<Millis>,
    /// How far its clock was from the hub's, ahead if positive; seconds on the way included.
    pub clock_offset_ms: i64,
    pub now: Millis,
}

impl Store {
    /// Makes a link for one phone of the account.
    pub async fn offer_enrolment(
        &self,
        account: AccountId,
        token_hash: String,
        expires: Millis,
        act: Act,
    ) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                query(
                    "INSERT INTO enrolment (token_hash, account_id, expires_at)
                     VALUES ($1, $2, $3) ON CONFLICT (token_hash) DO NOTHING",
                )
                .bind(token_hash)
                .bind(account.to_string())
                .bind(expires.0)
                .execute(&mut *tx)
                .await?;
                let object = account.to_string();
                act.record(tx, "enrolment.offer", &object).await
            })
        })
        .await
    }

    /// Enrols a phone. `Refused` with `enrolment_unknown`, `enrolment_used`, `enrolment_expired`,
    /// `enrolment_other_account` or `account_disabled`. Returns the device, which is the earlier one if the same attempt
    /// asks again, and its account.
    pub async fn redeem_enrolment(&self, asked: Redemption) -> Result<(DeviceId, AccountId)> {
        self.write(move |tx| Box::pin(redeem(tx, asked))).await
    }

    /// Makes a phone known again that was enrolled after the backup from which this hub was restored, and its account if
    /// that is unknown too. The hub's own knowledge wins: a phone or account that it has stays as it is, a revoked phone
    /// stays revoked, and one that was revoked since, or of a disabled account, comes back revoked, so that it may bring
    /// what it holds.
    ///
    /// # Errors
    /// `Missing("device")` where the hub has this phone with another secret or of another account: the certificate was
    /// replaced.
    pub async fn revive_device(&self, asked: Revival) -> Result<()> {
        self.write(move |tx| Box::pin(revive(tx, asked))).await
    }

    /// The account behind a device and its secret, and whether the device was revoked; none if
    /// they do not fit.
    pub async fn device_account(
        &self,
        device: DeviceId,
        secret_hash: &str,
    ) -> Result<Option<(Account, bool)>> {
        // One question, because it comes with every request of a phone.
        let row = query(
            "SELECT account.id, username, name, role, password_hash, regions, language, disabled,
                    created_at, revived_at, device.revoked_at
             FROM device JOIN account ON account.id = device.account_id
             WHERE device.id = $1 AND device.secret_hash = $2",
        )
        .bind(device.to_string())
        .bind(secret_hash)
        .row(&mut self.read().await?)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let revoked_at: Option<i64> = row.get("revoked_at")?;
        Ok(Some((account_of(&row)?.0, revoked_at.is_some())))
    }

    /// The account behind a device, whether the device was revoked, and the hash of its secret, by which it signs; none
    /// if there is no such device.
    pub async fn device_author(&self, device: DeviceId) -> Result<Option<(Account, bool, String)>> {
        let row: Option<(String, Option<i64>, String)> =
            query("SELECT account_id, revoked_at, secret_hash FROM device WHERE id = $1")
                .bind(device.to_string())
                .fetch_optional(&mut self.read().await?)
                .await?;
        let Some((account, revoked_at, secret_hash)) = row else {
            return Ok(None);
        };
        let account = self.account(stored(&account, "account id")?).await?;
        Ok(Some((account, revoked_at.is_some(), secret_hash)))
    }

    /// Notes what a phone said of itself.
    pub async fn note_hello(&self, hello: DeviceHello) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                query(
                    "UPDATE device SET last_seen_at = $1, app_version = $2,
                     browser = CASE WHEN $3 = '' THEN browser ELSE $3 END,
                     persisted = $4, unsent = $5, oldest_unsent_at = $6, clock_offset_ms = $7
                     WHERE id = $8",
                )
                .bind(hello.now.0)
                .bind(&hello.facts.app_version)
                .bind(&hello.facts.browser)
                .bind(i64::from(hello.facts.persisted))
                .bind(i64::from(hello.unsent))
                .bind(hello.oldest_unsent.map(|at| at.0))
                .bind(hello.clock_offset_ms)
                .bind(hello.device.to_string())
                .execute(tx)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// All phones, those silent for longest first.
    pub async fn devices(&self) -> Result<Vec<DeviceView>> {
        let rows = query(
            "SELECT d.id, d.account_id, a.name AS account_name, d.enrolled_at, d.last_seen_at,
                    d.app_version, d.browser, d.persisted, d.unsent, d.oldest_unsent_at,
                    d.revoked_at, d.clock_offset_ms
             FROM device d JOIN account a ON a.id = d.account_id
             ORDER BY d.last_seen_at, d.id",
        )
        .rows(&mut self.read().await?)
        .await?;
        rows.iter().map(device_of).collect()
    }

    /// Takes a phone's right to pull; what it still holds it may bring to quarantine.
    pub async fn revoke_device(&self, device: DeviceId, act: Act) -> Result<()> {
        let this = self.clone();
        // A task of its own: who asked may be gone between the two.
        let done = tokio::spawn(async move {
            this.write(move |tx| {
                Box::pin(async move {
                    let done = query(
                        "UPDATE device SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2",
                    )
                    .bind(act.at.0)
                    .bind(device.to_string())
                    .execute(&mut *tx)
                    .await?;
                    if done == 0 {
                        return Err(StoreError::Missing("device"));
                    }
                    let object = device.to_string();
                    act.record(tx, "device.revoke", &object).await
                })
            })
            .await?;
            this.note_revoked(Kind::Device, device.to_string(), act.at)
                .await;
            Ok(())
        });
        done.await.map_err(|_| StoreError::Busy)?
    }
}

async fn redeem(tx: &mut Connection, asked: Redemption) -> Result<(DeviceId, AccountId)> {
    let row = query(
        "SELECT e.account_id, e.expires_at, e.redeemed_at, e.attempt_hash, e.device_id, a.disabled
         FROM enrolment e JOIN account a ON a.id = e.account_id WHERE e.token_hash = $1",
    )
    .bind(&asked.token_hash)
    .row(&mut *tx)
    .await?;
    let Some(row) = row else {
        return Err(StoreError::Refused("enrolment_unknown"));
    };
    let account: AccountId = stored(row.get("account_id")?, "account id")?;
    if row.get::<i64>("disabled")? != 0 {
        return Err(StoreError::Refused("account_disabled"));
    }
    if asked.account.is_some_and(|held| held != account) {
        return Err(StoreError::Refused("enrolment_other_account"));
    }
    let redeemed_at: Option<i64> = row.get("redeemed_at")?;
    if let Some(redeemed_at) = redeemed_at {
        let attempt: Option<&str> = row.get("attempt_hash")?;
        let device: DeviceId = stored(row.get("device_id")?, "device id")?;
        let again = !asked.attempt_hash.is_empty()
            && attempt == Some(asked.attempt_hash.as_str())
            && asked.now.0 - redeemed_at <= ATTEMPT_MS_MAX;
        if !again && device != asked.device {
            return Err(StoreError::Refused("enrolment_used"));
        }
        query("UPDATE device SET secret_hash = $1 WHERE id = $2")
            .bind(&asked.secret_hash)
            .bind(device.to_string())
            .execute(&mut *tx)
            .await?;
        return Ok((device, account));
    }
    if row.get::<i64>("expires_at")? <= asked.now.0 {
        return Err(StoreError::Refused("enrolment_expired"));
    }
    enrol_device(tx, &asked, account).await?;
    Ok((asked.device, account))
}

async fn revive(tx: &mut Connection, asked: Revival) -> Result<()> {
    let (old, now) = (&asked.certificate, asked.now);
    let known: Option<(String, String)> =
        query("SELECT account_id, secret_hash FROM device WHERE id = $1")
            .bind(old.device.to_string())
            .fetch_optional(&mut *tx)
            .await?;
    if let Some((account, secret_hash)) = known {
        let is_same = account == old.account.to_string() && secret_hash == old.secret_hash;
        return match is_same {
            true => Ok(()),
            false => Err(StoreError::Missing("device")),
        };
    }
    let act = Act::by(old.account, now);
    let account: Option<(i64,)> = query("SELECT disabled FROM account WHERE id = $1")
        .bind(old.account.to_string())
        .fetch_optional(&mut *tx)
        .await?;
    if account.is_none() {
        revive_account(tx, old, &asked.password_hash, act).await?;
    }
    let is_disabled = match account {
        Some((disabled,)) => disabled != 0,
        None => was_revoked(tx, Kind::Account, old.account.to_string()).await?,
    };
    if is_disabled {
        query("UPDATE account SET disabled = 1 WHERE id = $1")
            .bind(old.account.to_string())
            .execute(&mut *tx)
            .await?;
    }
    let is_revoked = is_disabled || was_revoked(tx, Kind::Device, old.device.to_string()).await?;
    query(
        "INSERT INTO device (id, account_id, secret_hash, enrolled_at, last_seen_at, app_version,
         browser, persisted, unsent, revoked_at) VALUES ($1, $2, $3, $4, $5, '', '', 0, 0, $6)",
    )
    .bind(old.device.to_string())
    .bind(old.account.to_string())
    .bind(&old.secret_hash)
    .bind(old.issued.0)
    .bind(now.0)
    .bind(is_revoked.then_some(now.0))
    .execute(&mut *tx)
    .await?;
    act.record(tx, "device.revive", &old.device.to_string())
        .await
}

async fn enrol_device(tx: &mut Connection, asked: &Redemption, account: AccountId) -> Result<()> {
    query(
        "INSERT INTO device (id, account_id, secret_hash, enrolled_at, last_seen_at, app_version,
         browser, persisted, unsent) VALUES ($1, $2, $3, $4, $4, $5, $6, $7, 0)",
    )
    .bind(asked.device.to_string())
    .bind(account.to_string())
    .bind(&asked.secret_hash)
    .bind(asked.now.0)
    .bind(&asked.facts.app_version)
    .bind(&asked.facts.browser)
    .bind(i64::from(asked.facts.persisted))
    .execute(&mut *tx)
    .await?;
    query(
        "UPDATE enrolment SET redeemed_at = $1, attempt_hash = $2, device_id = $3
         WHERE token_hash = $4",
    )
    .bind(asked.now.0)
    .bind(&asked.attempt_hash)
    .bind(asked.device.to_string())
    .bind(&asked.token_hash)
    .execute(&mut *tx)
    .await?;
    let object = asked.device.to_string();
    Act::by(account, asked.now)
        .record(tx, "device.enrol", &object)
        .await
}

fn device_of(row: &Row) -> Result<DeviceView> {
    let id: &str = row.get("id")?;
    let account: &str = row.get("account_id")?;
    Ok(DeviceView {
        id: stored(id, "device id")?,
        account: stored(account, "account id")?,
        account_name: row.get("account_name")?,
        enrolled: Millis(row.get("enrolled_at")?),
        last_seen: Millis(row.get("last_seen_at")?),
        app_version: row.get("app_version")?,
        browser: row.get("browser")?,
        persisted: row.get::<i64>("persisted")? != 0,
        unsent: u32::try_from(row.get::<i64>("unsent")?).unwrap_or(u32::MAX),
        oldest_unsent: row.get::<Option<i64>>("oldest_unsent_at")?.map(Millis),
        revoked: row.get::<Option<i64>>("revoked_at")?.is_some(),
        clock_offset_ms: row.get("clock_offset_ms")?,
    })
}

//! Accounts and sessions of the console.
//!
//! Always: usernames are lower case and unique; a disabled account has no session.
//! Never: gives a password hash to anything but the check of a password.

use shared::ids::{AccountId, RegionId, Role};
use shared::time::Millis;
use shared::wire::office::{AccountView, Language};

use super::audit::Act;
use super::revoked::Kind;
use super::sql::{Connection, Row, query};
use super::{Result, Store, StoreError, list_text, stored, stored_list};
use crate::auth::Certificate;

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub username: String,
    pub name: String,
    pub role: Role,
    pub regions: Vec<RegionId>,
    pub language: Language,
    pub disabled: bool,
    pub created: Millis,
    /// When a phone brought it back to a restored server that did not know it.
    pub revived: Option<Millis>,
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct AccountDraft {
    pub id: AccountId,
    pub username: String,
    pub name: String,
    pub role: Role,
    pub regions: Vec<RegionId>,
    pub language: Language,
    pub password_hash: String,
}

impl Account {
    /// Whether the region is the account's business. The offices of a nation, analysts and
    /// administrators without a list see everything; the others only what is named.
    pub fn covers(&self, region: &RegionId) -> bool {
        if self.regions.is_empty() {
            return self.sees_everywhere();
        }
        self.regions.iter().any(|own| region.is_within(own))
    }

    /// Whether the list of regions is empty and that means all of them.
    pub fn sees_everywhere(&self) -> bool {
        let national = matches!(
            self.role,
            Role::National | Role::Analyst | Role::Administrator
        );
        national && self.regions.is_empty()
    }

    pub fn view(&self) -> AccountView {
        AccountView {
            id: self.id,
            username: self.username.clone(),
            name: self.name.clone(),
            role: self.role,
            regions: self.regions.clone(),
            language: self.language,
            disabled: self.disabled,
            created: self.created,
            revived: self.revived,
        }
    }
}

/// An account and its password hash.
pub(super) fn account_of(row: &Row) -> Result<(Account, String)> {
    let id: &str = row.get("id")?;
    let role: &str = row.get("role")?;
    let regions: &str = row.get("regions")?;
    let language: &str = row.get("language")?;
    let account = Account {
        id: stored(id, "account id")?,
        username: row.get("username")?,
        name: row.get("name")?,
        role: role_of(role)?,
        regions: stored_list(regions, "region")?,
        language: if language == "en" {
            Language::En
        } else {
            Language::Id
        },
        disabled: row.get::<i64>("disabled")? != 0,
        created: Millis(row.get("created_at")?),
        revived: row.get::<Option<i64>>("revived_at")?.map(Millis),
    };
    Ok((account, row.get("password_hash")?))
}

impl Store {
    /// Makes all of the accounts or none. `Refused("username_taken")` if one exists.
    pub async fn make_accounts(&self, drafts: Vec<AccountDraft>, act: Act) -> Result<Vec<Account>> {
        self.write(move |tx| {
            Box::pin(async move {
                let mut made = Vec::with_capacity(drafts.len());
                for draft in drafts {
                    made.push(insert_account(tx, draft, act).await?);
                }
                Ok(made)
            })
        })
        .await
    }

    /// Makes the first administrator and burns the link. `Missing("setup link")` if the link is
    /// not the last one printed, `Refused("setup_expired")` if it is too old.
    pub async fn set_up(
        &self,
        token_hash: String,
        draft: AccountDraft,
        at: Millis,
    ) -> Result<Account> {
        self.write(move |tx| {
            Box::pin(async move {
                let expires: Option<(i64,)> =
                    query("SELECT expires_at FROM setup_token WHERE token_hash = $1")
                        .bind(&token_hash)
                        .fetch_optional(&mut *tx)
                        .await?;
                let Some((expires,)) = expires else {
                    // Burnt by this very attempt, when its first answer was lost on the way from the database.
                    return same_account(tx, draft, at, StoreError::Missing("setup link")).await;
                };
                if expires <= at.0 {
                    return Err(StoreError::Refused("setup_expired"));
                }
                query("DELETE FROM setup_token").execute(&mut *tx).await?;
                let act = Act::by(draft.id, at);
                insert_account(tx, draft, act).await
            })
        })
        .await
    }

    /// Whether the link would make an administrator now: asked before the slow hash of a password.
    pub async fn is_setup_link(&self, token_hash: &str) -> Result<bool> {
        let found: Option<(i64,)> =
            query("SELECT expires_at FROM setup_token WHERE token_hash = $1")
                .bind(token_hash)
                .fetch_optional(&mut self.read().await?)
                .await?;
        Ok(found.is_some())
    }

    /// Whether anyone can sign in as administrator.
    pub async fn has_administrator(&self) -> Result<bool> {
        let (count,): (i64,) =
            query("SELECT COUNT(*) FROM account WHERE role = $1 AND disabled = 0")
                .bind(role_text(Role::Administrator))
                .fetch_one(&mut self.read().await?)
                .await?;
        Ok(0 < count)
    }

    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let rows = query(
            "SELECT id, username, name, role, password_hash, regions, language, disabled, created_at,
                    revived_at
             FROM account ORDER BY username",
        )
        .rows(&mut self.read().await?)
        .await?;
        rows.iter().map(|row| Ok(account_of(row)?.0)).collect()
    }

    pub async fn account(&self, id: AccountId) -> Result<Account> {
        let row = query(
            "SELECT id, username, name, role, password_hash, regions, language, disabled, created_at,
                    revived_at
             FROM account WHERE id = $1",
        )
        .bind(id.to_string())
        .row(&mut self.read().await?)
        .await?;
        let row = row.ok_or(StoreError::Missing("account"))?;
        Ok(account_of(&row)?.0)
    }

    /// The account of that name with its password hash; none if it is missing or disabled.
    pub async fn credentials(&self, username: &str) -> Result<Option<(Account, String)>> {
        let row = query(
            "SELECT id, username, name, role, password_hash, regions, language, disabled, created_at,
                    revived_at
             FROM account WHERE username = $1 AND disabled = 0",
        )
        .bind(username)
        .row(&mut self.read().await?)
        .await?;
        row.as_ref().map(account_of).transpose()
    }

    /// Sets a password and ends the account's sessions.
    pub async fn set_password(&self, id: AccountId, password_hash: String, act: Act) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                let done =
                    query("UPDATE account SET password_hash = $1, revived_at = NULL WHERE id = $2")
                        .bind(password_hash)
                        .bind(id.to_string())
                        .execute(&mut *tx)
                        .await?;
                if done == 0 {
                    return Err(StoreError::Missing("account"));
                }
                end_sessions(tx, id).await?;
                act.record(tx, "account.password", &id.to_string()).await
            })
        })
        .await
    }

    /// Keeps the account and its work, ends its sessions and refuses new ones.
    pub async fn disable_account(&self, id: AccountId, act: Act) -> Result<()> {
        let this = self.clone();
        // A task of its own: who asked may be gone between the two.
        let done = tokio::spawn(async move {
            this.write(move |tx| {
                Box::pin(async move {
                    let done = query("UPDATE account SET disabled = 1 WHERE id = $1")
                        .bind(id.to_string())
                        .execute(&mut *tx)
                        .await?;
                    if done == 0 {
                        return Err(StoreError::Missing("account"));
                    }
                    end_sessions(tx, id).await?;
                    act.record(tx, "account.disable", &id.to_string()).await
                })
            })
            .await?;
            this.note_revoked(Kind::Account, id.to_string(), act.at)
                .await;
            Ok(())
        });
        done.await.map_err(|_| StoreError::Busy)?
    }

    pub async fn begin_session(
        &self,
        token_hash: String,
        account: AccountId,
        now: Millis,
        expires: Millis,
    ) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                query("DELETE FROM session WHERE expires_at <= $1")
                    .bind(now.0)
                    .execute(&mut *tx)
                    .await?;
                query(
                    "INSERT INTO session (token_hash, account_id, created_at, expires_at)
                     VALUES ($1, $2, $3, $4) ON CONFLICT (token_hash) DO NOTHING",
                )
                .bind(token_hash)
                .bind(account.to_string())
                .bind(now.0)
                .bind(expires.0)
                .execute(&mut *tx)
                .await?;
                Act::by(account, now)
                    .record(tx, "session.begin", &account.to_string())
                    .await
            })
        })
        .await
    }

    /// Whose session this is and until when; none if it ended or the account is disabled.
    pub async fn session(
        &self,
        token_hash: &str,
        now: Millis,
    ) -> Result<Option<(Account, Millis)>> {
        let row: Option<(String, i64)> = query(
            "SELECT account_id, expires_at FROM session WHERE token_hash = $1 AND expires_at > $2",
        )
        .bind(token_hash)
        .bind(now.0)
        .fetch_optional(&mut self.read().await?)
        .await?;
        let Some((account, expires)) = row else {
            return Ok(None);
        };
        let account = self.account(stored(&account, "account id")?).await?;
        Ok((!account.disabled).then_some((account, Millis(expires))))
    }

    pub async fn end_session(&self, token_hash: String) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                query("DELETE FROM session WHERE token_hash = $1")
                    .bind(token_hash)
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

async fn insert_account(tx: &mut Connection, draft: AccountDraft, act: Act) -> Result<Account> {
    let done = query(
        "INSERT INTO account
         (id, username, name, role, password_hash, regions, language, disabled, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)
         ON CONFLICT (username) DO NOTHING",
    )
    .bind(draft.id.to_string())
    .bind(&draft.username)
    .bind(&draft.name)
    .bind(role_text(draft.role))
    .bind(&draft.password_hash)
    .bind(list_text(&draft.regions))
    .bind(language_text(draft.language))
    .bind(act.at.0)
    .execute(&mut *tx)
    .await?;
    if done == 0 {
        return same_account(tx, draft, act.at, StoreError::Refused("username_taken")).await;
    }
    act.record(tx, "account.make", &draft.id.to_string())
        .await?;
    Ok(made(draft, act.at))
}

/// The account, if this very draft made it before; what else stands in its way otherwise.
async fn same_account(
    tx: &mut Connection,
    draft: AccountDraft,
    at: Millis,
    otherwise: StoreError,
) -> Result<Account> {
    let same: Option<(String,)> =
        query("SELECT id FROM account WHERE id = $1 AND username = $2 AND created_at = $3")
            .bind(draft.id.to_string())
            .bind(&draft.username)
            .bind(at.0)
            .fetch_optional(tx)
            .await?;
    same.map(|_| made(draft, at)).ok_or(otherwise)
}

fn made(draft: AccountDraft, at: Millis) -> Account {
    Account {
        id: draft.id,
        username: draft.username,
        name: draft.name,
        role: draft.role,
        regions: draft.regions,
        language: draft.language,
        disabled: false,
        created: at,
        revived: None,
    }
}

/// Makes an account again under its old id, which nobody can sign in to: `password_hash` is of no known password. Where
/// somebody else has its username by now, it gets another.
pub(super) async fn revive_account(
    tx: &mut Connection,
    old: &Certificate,
    password_hash: &str,
    act: Act,
) -> Result<()> {
    let taken: Option<(String,)> = query("SELECT id FROM account WHERE username = $1")
        .bind(&old.username)
        .fetch_optional(&mut *tx)
        .await?;
    let username = match taken {
        None => old.username.clone(),
        Some(_) => format!("{}.{}", old.username, &old.account.to_string()[..8]),
    };
    query(
        "INSERT INTO account (id, username, name, role, password_hash, regions, language, disabled,
         created_at, revived_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $8)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(old.account.to_string())
    .bind(username)
    .bind(&old.name)
    .bind(role_text(old.role))
    .bind(password_hash)
    .bind(list_text(&old.regions))
    .bind(language_text(old.language))
    .bind(act.at.0)
    .execute(&mut *tx)
    .await?;
    act.record(tx, "account.revive", &old.account.to_string())
        .await
}

fn language_text(language: Language) -> &'static str {
    match language {
        Language::Id => "id",
        Language::En => "en",
    }
}

async fn end_sessions(tx: &mut Connection, id: AccountId) -> Result<()> {
    query("DELETE FROM session WHERE account_id = $1")
        .bind(id.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

fn role_text(role: Role) -> &'static str {
    match role {
        Role::Enumerator => "enumerator",
        Role::Supervisor => "supervisor",
        Role::Regency => "regency",
        Role::Province => "province",
        Role::National => "national",
        Role::Analyst => "analyst",
        Role::Administrator => "administrator",
    }
}

const ROLES: [Role; 7] = [
    Role::Enumerator,
    Role::Supervisor,
    Role::Regency,
    Role::Province,
    Role::National,
    Role::Analyst,
    Role::Administrator,
];

pub(super) fn role_of(text: &str) -> Result<Role> {
    ROLES
        .into_iter()
        .find(|role| role_text(*role) == text)
        .ok_or_else(|| StoreError::Corrupt("a stored role is unknown".into()))
}

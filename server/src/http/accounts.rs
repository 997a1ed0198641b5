//! Accounts: making them one by one or from a spreadsheet, passwords, and an end.
//!
//! Always: a generated password is shown in the answer that made it and nowhere else.
//! Never: lets a person make or change an account that reaches beyond the person's own regions.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use shared::ids::{AccountId, Role};
use shared::wire::office::{
    AccountMade, AccountNew, AccountView, AccountsImported, Fault, ImportView, PasswordNew,
    PasswordSet,
};

use super::App;
use super::extract::{CSV_BYTES_MAX, Json, Named, Signed, body_bytes};
use crate::auth;
use crate::error::Problem;
use crate::import;
use crate::store::{Account, AccountDraft, Act};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/accounts", get(list).post(make))
        .route("/accounts/import", post(import_file))
        .route("/accounts/{id}/password", post(set_password))
        .route("/accounts/{id}/disable", post(disable))
}

async fn list(
    State(app): State<Arc<App>>,
    signed: Signed,
) -> Result<axum::Json<Vec<AccountView>>, Problem> {
    let overseen = overseen(&app, &signed.account).await?;
    Ok(axum::Json(overseen.iter().map(Account::view).collect()))
}

/// The accounts that a person may know of: all, or the own one and those whose regions or
/// assignments lie within the own regions.
pub(super) async fn overseen(app: &App, person: &Account) -> Result<Vec<Account>, Problem> {
    let mut accounts = app.store.accounts().await?;
    if person.sees_everywhere() {
        return Ok(accounts);
    }
    let assigned: BTreeSet<AccountId> = if person.role == Role::Enumerator {
        BTreeSet::new()
    } else {
        let assignments = app.store.assignments(None, None).await?;
        let mine = assignments
            .iter()
            .filter(|item| person.covers(&item.village));
        mine.map(|item| item.account).collect()
    };
    accounts.retain(|account| {
        let within = !account.regions.is_empty()
            && account.regions.iter().all(|region| person.covers(region));
        let is_office = person.role != Role::Enumerator;
        account.id == person.id || (is_office && within) || assigned.contains(&account.id)
    });
    Ok(accounts)
}

/// One of those accounts; `account_missing` for any other.
pub(super) async fn overseen_one(
    app: &App,
    person: &Account,
    id: AccountId,
) -> Result<Account, Problem> {
    let accounts = overseen(app, person).await?;
    accounts
        .into_iter()
        .find(|account| account.id == id)
        .ok_or_else(|| Problem::missing("account"))
}

async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Json(new): Json<AccountNew>,
) -> Result<(StatusCode, axum::Json<AccountMade>), Problem> {
    must_administrate(&signed.account)?;
    let checked = import::check_account(new, "").map_err(import::account_problem)?;
    let faults = region_faults(&app, &signed.account, &[(0, checked.clone())]).await?;
    if !faults.is_empty() {
        return Err(import::account_problem(faults));
    }
    let mut made = make_all(&app, &signed.account, vec![checked]).await?;
    let one = made.pop().ok_or_else(|| Problem::missing("account"))?;
    Ok((StatusCode::CREATED, axum::Json(one)))
}

async fn import_file(
    State(app): State<Arc<App>>,
    signed: Signed,
    body: Body,
) -> Result<(StatusCode, axum::Json<AccountsImported>), Problem> {
    must_administrate(&signed.account)?;
    let bytes = body_bytes(body, CSV_BYTES_MAX).await?;
    let rows = import::parse_accounts(&bytes).map_err(refused_file)?;
    let mut faults = region_faults(&app, &signed.account, &rows).await?;
    faults.extend(taken_faults(&app, &rows).await?);
    if !faults.is_empty() {
        return Err(refused_file(faults));
    }
    let accounts = rows.into_iter().map(|(_, new)| new).collect();
    let accounts = make_all(&app, &signed.account, accounts).await?;
    let count = accounts.len() as u64;
    let import = ImportView {
        rows: count,
        saved: count,
        refused: 0,
        faults: Vec::new(),
    };
    let answer = AccountsImported { import, accounts };
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

fn refused_file(mut faults: Vec<Fault>) -> Problem {
    faults.sort_by_key(|fault| fault.row);
    let count = faults.len();
    Problem::invalid(
        "accounts_refused",
        format!("ada {count} masalah; tidak ada akun yang dibuat, perbaiki berkasnya"),
        format!("there are {count} problems; no account was made, mend the file"),
    )
    .with_faults(faults)
}

/// Regions that do not exist, or that are not the maker's own.
async fn region_faults(
    app: &App,
    maker: &Account,
    rows: &[(u32, AccountNew)],
) -> Result<Vec<Fault>, Problem> {
    let codes = rows.iter().flat_map(|(_, new)| new.regions.iter().cloned());
    let names = app.store.names_of(codes).await?;
    let mut faults = Vec::new();
    for (line, new) in rows {
        for region in &new.regions {
            if !names.contains_key(region) {
                faults.push(import::fault(
                    *line,
                    "region_missing",
                    format!("wilayah {region} tidak ada; impor wilayah atau periksa kodenya"),
                    format!("region {region} does not exist; import regions or check the code"),
                ));
            }
        }
        let inside = new.regions.iter().all(|region| maker.covers(region));
        if !(inside && (maker.sees_everywhere() || !new.regions.is_empty())) {
            faults.push(import::fault(
                *line,
                "outside_regions",
                "akun ini menjangkau wilayah di luar wilayah Anda",
                "this account reaches beyond your own regions",
            ));
        }
    }
    Ok(faults)
}

async fn taken_faults(app: &App, rows: &[(u32, AccountNew)]) -> Result<Vec<Fault>, Problem> {
    let accounts = app.store.accounts().await?;
    let taken: BTreeSet<&str> = accounts.iter().map(|one| one.username.as_str()).collect();
    Ok(rows
        .iter()
        .filter(|(_, new)| taken.contains(new.username.as_str()))
        .map(|(line, _)| {
            import::fault(
                *line,
                "username_taken",
                "nama pengguna ini sudah dipakai; pilih yang lain",
                "this username is taken; choose another",
            )
        })
        .collect())
}

async fn make_all(
    app: &App,
    maker: &Account,
    news: Vec<AccountNew>,
) -> Result<Vec<AccountMade>, Problem> {
    let mut drafts = Vec::with_capacity(news.len());
    let mut shown = Vec::with_capacity(news.len());
    for new in news {
        let (password, generated) = password_of(new.password);
        drafts.push(AccountDraft {
            id: AccountId(auth::random()),
            username: new.username,
            name: new.name,
            role: new.role,
            regions: new.regions,
            language: new.language,
            password_hash: app.passwords.hash(password).await?,
        });
        shown.push(generated);
    }
    let act = Act::by(maker.id, app.clock.now());
    let accounts = app.store.make_accounts(drafts, act).await?;
    Ok(accounts
        .iter()
        .zip(shown)
        .map(|(account, password)| AccountMade {
            account: account.view(),
            password,
        })
        .collect())
}

/// The password to hash, and the same once more if it was generated and must be shown.
fn password_of(given: Option<String>) -> (String, Option<String>) {
    match given {
        Some(password) => (password, None),
        None => {
            let password = auth::generated_password();
            (password.clone(), Some(password))
        }
    }
}

async fn set_password(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(id): Named<AccountId>,
    Json(new): Json<PasswordNew>,
) -> Result<axum::Json<PasswordSet>, Problem> {
    if signed.account.id != id {
        must_administrate(&signed.account)?;
    }
    let account = overseen_one(&app, &signed.account, id).await?;
    if let Some(password) = &new.password
        && !import::is_password(password)
    {
        return Err(Problem::invalid(
            "password_invalid",
            "kata sandi harus 8 huruf atau lebih",
            "a password has 8 characters or more",
        ));
    }
    let (password, generated) = password_of(new.password);
    let hash = app.passwords.hash(password).await?;
    let act = Act::by(signed.account.id, app.clock.now());
    app.store.set_password(account.id, hash, act).await?;
    app.attempts.succeeded(&account.username);
    Ok(axum::Json(PasswordSet {
        password: generated,
    }))
}

async fn disable(
    State(app): State<Arc<App>>,
    signed: Signed,
    Named(id): Named<AccountId>,
) -> Result<StatusCode, Problem> {
    must_administrate(&signed.account)?;
    if signed.account.id == id {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "own_account",
            "akun sendiri tidak dapat dinonaktifkan; minta administrator lain",
            "your own account cannot be disabled; ask another administrator",
        ));
    }
    let account = overseen_one(&app, &signed.account, id).await?;
    let act = Act::by(signed.account.id, app.clock.now());
    app.store.disable_account(account.id, act).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn must_administrate(person: &Account) -> Result<(), Problem> {
    if person.role == Role::Administrator {
        Ok(())
    } else {
        Err(Problem::forbidden())
    }
}

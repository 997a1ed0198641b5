//! `lumbung account`: the way back in for somebody with access to the machine.
//!
//! Always: prints a new password or link once.
//! Never: shows an old one; there is none to show.

use anyhow::{Context as _, Result};

use super::{AccountVerb, plain, serve};
use crate::auth::{self, Passwords};
use crate::clock::Clock;
use crate::error::Problem;
use crate::import::fold_username;
use crate::store::{Act, Store};

pub(super) async fn run(store: &Store, clock: &Clock, verb: AccountVerb) -> Result<()> {
    match verb {
        AccountVerb::List => list(store).await,
        AccountVerb::Password { username } => password(store, clock, &username).await,
        AccountVerb::Link => link(store, clock).await,
    }
}

async fn list(store: &Store) -> Result<()> {
    for account in store.accounts().await? {
        let regions: Vec<&str> = account.regions.iter().map(|one| one.as_str()).collect();
        println!(
            "{}\t{:?}\t{}{}",
            account.username,
            account.role,
            regions.join(" "),
            if account.disabled { "\tdisabled" } else { "" }
        );
    }
    Ok(())
}

async fn password(store: &Store, clock: &Clock, username: &str) -> Result<()> {
    let username = fold_username(username);
    let accounts = store.accounts().await?;
    let account = accounts
        .into_iter()
        .find(|account| account.username == username)
        .with_context(|| format!("no account {username}; lumbung account list shows them"))?;
    let password = auth::generated_password();
    let hash = Passwords::default()
        .hash(password.clone())
        .await
        .map_err(|error| plain(Problem::from(error)))?;
    let act = Act::by_program(clock.now());
    store.set_password(account.id, hash, act).await?;
    println!("{username}: {password}");
    Ok(())
}

async fn link(store: &Store, clock: &Clock) -> Result<()> {
    let origin = store
        .origin()
        .await?
        .context("the server never started here; run lumbung serve once")?;
    println!("{}", serve::setup_link(store, &origin, clock.now()).await?);
    Ok(())
}

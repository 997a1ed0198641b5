//! `lumbung backup`, `lumbung restore` and `lumbung check`: what is kept, kept twice.
//!
//! Always: an error at the end if something acknowledged is missing.
//! Never: writes over data.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::BackupArgs;
use crate::clock::Clock;
use crate::store::{Backup, CheckView, Place, Store, StoreError, verify_backup};

pub(super) async fn create(store: &Store, clock: &Clock, folder: &Path) -> Result<()> {
    let backup = store.back_up(folder, clock.now()).await;
    let backup = backup.with_context(|| format!("no backup in {}", folder.display()))?;
    say(&backup);
    println!("Phones may now give up what lies in it, once it is old enough.");
    store.close().await;
    Ok(())
}

pub(super) async fn verify(args: BackupArgs) -> Result<()> {
    let backup = verify_backup(&args.folder, args.name.as_deref()).await;
    say(&backup.with_context(|| format!("in {}", args.folder.display()))?);
    Ok(())
}

pub(super) async fn restore(place: Place, clock: &Clock, args: BackupArgs) -> Result<()> {
    let shown = place.to_string();
    let name = args.name.as_deref();
    let backup = match Store::restore(place, &args.folder, name, clock.now()).await {
        Ok(backup) => backup,
        Err(StoreError::Refused("not_empty")) => bail!(
            "{shown} holds data already; nothing was changed. Restore into another folder or an \
             empty database"
        ),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot restore {}", args.folder.display()));
        }
    };
    say(&backup);
    println!(
        "Restored into {shown}. Start the server under its old address: phones will offer again what they hold that \
         is newer than this backup."
    );
    Ok(())
}

pub(super) async fn check(store: &Store) -> Result<()> {
    let view = store.check().await?;
    say_check(&view);
    for fault in &view.faults {
        println!("WRONG {fault}");
    }
    match view.faults.len() {
        0 => Ok(()),
        count => {
            bail!("{count} things need a look; restore a backup that is whole into another place")
        }
    }
}

fn say(backup: &Backup) {
    println!("Backup {} is whole.", backup.name);
    say_check(&backup.check);
}

fn say_check(view: &CheckView) {
    println!(
        "{} answers in {} partitions, {} kept aside, {} lanes, {} photos and files ({} are not here)",
        view.ops, view.partitions, view.asides, view.lanes, view.blobs, view.blobs_lost
    );
}

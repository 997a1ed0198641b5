//! `lumbung backup`, `lumbung restore` and `lumbung check`: what is kept, kept twice.
//!
//! Always: an error at the end if something acknowledged is missing.
//! Never: writes over data.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use shared::time::Millis;

use super::BackupArgs;
use crate::clock::Clock;
use crate::store::{Backup, CheckView, Place, Store, StoreError, verify_backup};

pub(super) async fn create(
    store: &Store,
    clock: &Clock,
    folder: &Path,
    accept_lost: bool,
) -> Result<()> {
    let backup = if accept_lost {
        store.back_up_despite_lost(folder, clock.now()).await
    } else {
        store.back_up(folder, clock.now()).await
    };
    store.close().await;
    let backup = match backup {
        Err(StoreError::Refused("backup_inside")) => bail!(
            "{} is in the data folder, and would be lost together with it; name a folder elsewhere",
            folder.display()
        ),
        backup => backup.with_context(|| {
            format!(
                "no backup that counts in {}. Phones bring photos again that they hold; --accept-lost gives up those \
                 that nobody has any more",
                folder.display()
            )
        })?,
    };
    println!("Backup {} is whole.", backup.name);
    say_check(&backup.check);
    println!("Phones may now give up what lies in it, once it is old enough.");
    Ok(())
}

pub(super) async fn verify(clock: &Clock, args: BackupArgs) -> Result<()> {
    let now = clock.now();
    let backup = verify_backup(&args.folder, args.name.as_deref(), now).await;
    let backup = backup.with_context(|| format!("in {}", args.folder.display()))?;
    say_times(&backup, now);
    println!("Backup {} is whole.", backup.name);
    say_check(&backup.check);
    Ok(())
}

pub(super) async fn restore(place: Place, clock: &Clock, args: BackupArgs) -> Result<()> {
    let shown = place.to_string();
    let (name, now) = (args.name.as_deref(), clock.now());
    let backup = match Store::restore(place, &args.folder, name, now).await {
        Ok(backup) => backup,
        Err(StoreError::Refused("not_empty")) => bail!(
            "{shown} holds data already, be it only a lumbung.sqlite-wal; it was left as it is. Restore into another \
             folder or an empty database, and start the server afterwards"
        ),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot restore {}", args.folder.display()));
        }
    };
    say_times(&backup, now);
    println!("The rows of backup {} are whole.", backup.name);
    say_check(&backup.check);
    println!(
        "Restored into {shown}. Start the server under its old address: phones will offer again what they hold that \
         is newer than this backup."
    );
    println!(
        "Phones that were revoked, accounts that were disabled and passwords that were changed after it may be as they \
         were before: sign in as an administrator, and look at them from Keamanan data."
    );
    Ok(())
}

pub(super) async fn check(store: &Store) -> Result<()> {
    let view = store.check().await?;
    say_check(&view);
    for fault in &view.faults {
        println!("WRONG {fault}");
    }
    match view.faults.len() + view.damaged.len() {
        0 => Ok(()),
        count => {
            bail!("{count} things need a look; restore a backup that is whole into another place")
        }
    }
}

/// Says what does not fit this machine's clock.
fn say_times(backup: &Backup, now: Millis) {
    if !backup.passed_over.is_empty() {
        println!(
            "NOTE  passed over, because their names are of a time to come: {}. The clock of the server ran ahead when \
             they were made, or the one of this machine is behind; --name takes one of them all the same",
            backup.passed_over.join(", ")
        );
    }
    if now < backup.manifest.made {
        println!(
            "NOTE  backup {} is of a time to come: look at the clock of this machine, and whether another backup is newer",
            backup.name
        );
    }
}

fn say_check(view: &CheckView) {
    println!(
        "{} answers in {} partitions, {} kept aside, {} lanes, {} photos and files ({} are not here, {} damaged)",
        view.ops,
        view.partitions,
        view.asides,
        view.lanes,
        view.blobs,
        view.lost.len(),
        view.damaged.len()
    );
    for fault in view.photo_faults(&BTreeSet::new()) {
        println!("{fault}");
    }
}

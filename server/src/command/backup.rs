//! `lumbung backup`, `lumbung restore` and `lumbung check`: what is kept, kept twice.
//!
//! Always: an error at the end if something acknowledged is missing.
//! Never: writes over data.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use shared::sync::hub::backup_age_max_ms;
use shared::time::{DAY_MS, Millis};

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
    if let Some(caution) = too_old(backup.manifest.made, now) {
        println!("NOTE  {caution}");
    }
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

/// What may be nowhere any more: the backup does not have it yet, and no phone has it any longer.
fn too_old(made: Millis, now: Millis) -> Option<String> {
    let (age_ms, most_ms) = (now.0.saturating_sub(made.0), backup_age_max_ms());
    (most_ms < age_ms).then(|| {
        format!(
            "this backup is {} days old. Phones give up a village once the server has had its answers for {} days: what \
             came in the first {} days after this backup may be on no phone any more. If there is a newer backup or the \
             old disk, keep it, and restore from that into another place; what this place says is missing stands under \
             Keamanan data",
            age_ms / DAY_MS,
            most_ms / DAY_MS,
            (age_ms - most_ms + DAY_MS - 1) / DAY_MS,
        )
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_backup_is_restored_with_a_word_on_what_may_be_lost() {
        let told = |days: i64| too_old(Millis(5), Millis(5 + days * DAY_MS));
        assert_eq!(told(0), None);
        assert_eq!(told(-9), None, "a clock that is behind says nothing");
        assert_eq!(told(30), None);
        let told = told(40).unwrap();
        assert!(told.contains("40 days old"), "{told}");
        assert!(told.contains("first 10 days"), "{told}");
    }
}

//! `lumbung doctor`: looks at the data and says what is wrong.
//!
//! Always: one line per thing looked at; an error at the end if something is wrong.
//! Never: changes anything.

use anyhow::{Result, bail};
use shared::time::Millis;

use crate::backups::Schedule;
use crate::http;
use crate::store::Store;

pub(super) async fn doctor(store: &Store, backups: Option<Schedule>, now: Millis) -> Result<()> {
    let mut wrong = 0;
    let mut say = |good: bool, text: String| {
        println!("{} {text}", if good { "ok   " } else { "WRONG" });
        wrong += u32::from(!good);
    };
    let damage = store.integrity().await?;
    say(
        damage.is_empty(),
        format!("database: {} faults", damage.len()),
    );
    for line in &damage {
        say(false, line.clone());
    }
    let folder = std::fs::metadata(store.folder())?;
    say(
        !folder.permissions().readonly(),
        format!("data folder {} is not read-only", store.folder().display()),
    );
    let (blobs, lost) = store.blob_counts().await?;
    say(
        lost == 0,
        format!(
            "photos and files: {blobs}, of which {lost} are not in the folder (phones that hold them bring them again)"
        ),
    );
    let failed = store.failed_backup(now).await?;
    let last = store.last_backup(now).await?;
    say(
        failed.is_none(),
        match (failed, last) {
            (Some(at), _) => format!(
                "backup: the last one, tried at {} ms since 1970, does not count; lumbung backup create says why",
                at.0
            ),
            (None, Some(at)) => format!("backup: the last one was made at {} ms since 1970", at.0),
            (None, None) => {
                "backup: there is none up to now (lumbung backup create makes one)".to_owned()
            }
        },
    );
    if store.backup_shares_disk(now).await? {
        println!(
            "NOTE  backup: it lies on the disk of the data, and one failure takes both; name a folder on another"
        );
    }
    if let Some(caution) = backups.and_then(|schedule| schedule.caution()) {
        println!("NOTE  {caution}");
    }
    let built = http::are_built();
    say(built, format!("apps in this build: {}", yes(built)));
    let origin = store.origin().await?;
    say(
        true,
        format!("origin: {}", origin.as_deref().unwrap_or("not started yet")),
    );
    let administrator = store.has_administrator().await?;
    say(
        administrator,
        format!(
            "administrator: {} (lumbung account link makes one)",
            yes(administrator)
        ),
    );
    let [provinces, regencies, districts, villages] = store.region_counts().await?;
    say(
        0 < villages,
        format!(
            "regions: {provinces} provinces, {regencies} regencies, {districts} districts, \
             {villages} villages (lumbung region import)"
        ),
    );
    let questionnaires = store.questionnaires().await?.len();
    say(true, format!("questionnaires: {questionnaires}"));
    let rounds = store.rounds().await?.len();
    say(true, format!("rounds: {rounds}"));
    if 0 < wrong {
        bail!("{wrong} things need a look");
    }
    Ok(())
}

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

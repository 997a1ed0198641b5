//! What was revoked after a backup, and what a restore makes of it.
//!
//! Always: what a restore may have forgotten is told until somebody has looked.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use server::store::Store;
use shared::time::Millis;
use shared::wire::office::RestoredView;
use tempfile::TempDir;

use crate::home::{Backend, Home, on_both};
use crate::office::{act, redemption};
use crate::world::{ANI, world};

on_both! {
    what_was_revoked_since_is_revoked_again_as_far_as_it_was_noted
}

async fn what_was_revoked_since_is_revoked_again_as_far_as_it_was_noted(backend: Backend) {
    let (store, home) = world(backend).await;
    let offered = store.offer_enrolment(ANI, "token".to_owned(), Millis(50), act(5));
    offered.await.unwrap();
    let phone = store.redeem_enrolment(redemption(1, "")).await.unwrap().0;
    assert_eq!(store.unsettled_restore().await.unwrap(), None);
    let target = TempDir::new().unwrap();
    store.note_revocations_in(target.path());
    store.back_up(target.path(), Millis(10)).await.unwrap();
    for _ in 0..2 {
        store.revoke_device(phone, act(11)).await.unwrap();
        store.disable_account(ANI, act(12)).await.unwrap();
    }
    assert_eq!(
        fs::read(target.path().join("revoked.txt")).unwrap(),
        fs::read(home.folder.path().join("revoked.txt")).unwrap(),
        "also in the data folder, which may be what is left"
    );
    // What a crash, or a disk that was not there, kept out of the notes is added later, once.
    fs::write(target.path().join("revoked.txt"), "").unwrap();
    for _ in 0..2 {
        store.complete_notes(Millis(13)).await.unwrap();
    }
    let noted = fs::read_to_string(target.path().join("revoked.txt")).unwrap();
    assert_eq!(
        noted.lines().filter(|line| !line.is_empty()).count(),
        2,
        "{noted}"
    );
    let mode = fs::metadata(target.path().join("revoked.txt")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o077, 0);

    for other in [Backend::Sqlite, Backend::Postgres] {
        let home = Home::new(other);
        let restored = Store::restore(home.place(), target.path(), None, Millis(20)).await;
        restored.unwrap();
        let again = home.open(21).await;
        assert!(again.devices().await.unwrap()[0].revoked);
        assert!(again.account(ANI).await.unwrap().disabled);
        let told = RestoredView {
            made: Millis(10),
            restored: Millis(20),
            carried_out: Some(2),
            unread: 0,
        };
        assert_eq!(again.unsettled_restore().await.unwrap(), Some(told));
        for _ in 0..2 {
            again.settle_restore(act(22)).await.unwrap();
        }
        assert_eq!(again.unsettled_restore().await.unwrap(), None);
        let acts = again.acts(None, 100).await.unwrap();
        let count = |what: &str| acts.iter().filter(|(_, act)| act.what == what).count();
        assert_eq!((count("hub.restore"), count("restore.settle")), (1, 1));
        assert_eq!((count("device.revoke"), count("account.disable")), (1, 1));

        // The next restore finds all of it revoked already.
        let later = TempDir::new().unwrap();
        again.back_up(later.path(), Millis(30)).await.unwrap();
        fs::write(later.path().join("revoked.txt"), &noted).unwrap();
        let home = Home::new(other);
        let restored = Store::restore(home.place(), later.path(), None, Millis(40)).await;
        restored.unwrap();
        let told = home.open(41).await.unsettled_restore().await.unwrap();
        let told = told.unwrap();
        assert_eq!((told.made, told.carried_out), (Millis(30), Some(0)));
    }
}

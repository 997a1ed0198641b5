//! Backups that the server makes by itself: the real program, on a folder where some lie already.
//!
//! Always: what is removed is older than enough that count; what fails is told where backups are told.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;

use server::store::{Store, verify_backup};
use sha2::{Digest as _, Sha256};
use shared::ids::BlobId;
use shared::time::{DAY_MS, Millis};
use tempfile::TempDir;
use tests::harness::{Server, binary, wait_until};
use tokio::runtime::Runtime;

/// After all that is made here.
const LATE: Millis = Millis(40_000 * DAY_MS);

/// Names of what lies in a folder of backups, without the photos.
fn names(target: &Path) -> Vec<String> {
    let entries = fs::read_dir(target).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // Those of backups are times.
    let is_time = |name: &String| name.starts_with(|letter: char| letter.is_ascii_digit());
    let mut names: Vec<String> = names.filter(is_time).collect();
    names.sort();
    names
}

fn serve_arguments(target: &Path) -> [&str; 5] {
    let target = target.to_str().unwrap();
    ["serve", "--backup-folder", target, "--backup-keep", "2"]
}

fn doctor(data: &Path) -> String {
    let mut doctor = Command::new(binary().unwrap());
    let said = doctor.arg("doctor").arg("--data").arg(data).output();
    String::from_utf8(said.unwrap().stdout).unwrap()
}

#[test]
fn the_server_makes_a_backup_that_is_due_and_removes_the_oldest() {
    let runtime = Runtime::new().unwrap();
    let (data, target) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    runtime.block_on(async {
        let store = Store::open(data.path(), Millis(1)).await.unwrap();
        for day in 1..=2 {
            let now = Millis(day * DAY_MS);
            store.back_up(target.path(), now).await.unwrap();
        }
        store.close().await;
    });
    let old = names(target.path());
    let server = Server::start_on(data, &serve_arguments(target.path())).unwrap();
    let now = wait_until("the oldest backup to be removed", || {
        let names = names(target.path());
        let is_done = !names.contains(&old[0]) && names.len() == 2;
        Ok(is_done.then_some(names))
    });
    assert_eq!(now.unwrap()[0], old[1]);
    let data = server.end();
    runtime.block_on(async {
        let newest = verify_backup(target.path(), None, LATE).await.unwrap();
        let store = Store::open_existing(data.path(), Millis(10)).await.unwrap();
        // What is in it, phones may rely on.
        let last = store.last_backup(LATE).await.unwrap();
        assert_eq!(last, Some(newest.manifest.made));
        store.close().await;
    });
}

#[test]
fn a_backup_that_fails_is_told_where_backups_are_told() {
    let runtime = Runtime::new().unwrap();
    let (data, target) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let photo = b"\xff\xd8\xff and then a picture";
    runtime.block_on(async {
        let store = Store::open(data.path(), Millis(1)).await.unwrap();
        let id = BlobId(Sha256::digest(photo).into());
        let mut upload = store.begin_upload(id, "ponsel").await.unwrap();
        upload.append(photo).await.unwrap();
        store.finish_upload(upload, Millis(2)).await.unwrap();
        store.close().await;
    });
    // A file where photos should go: the backup begins, and cannot be finished.
    fs::write(target.path().join("blobs"), "no folder").unwrap();
    let server = Server::start_on(data, &serve_arguments(target.path())).unwrap();
    let said = server.wait_for_line(|line| line.contains("backups.failed").then_some(()));
    said.unwrap();
    let data = server.end();
    let said = doctor(data.path());
    assert!(
        said.contains("WRONG backup: the last one, tried at"),
        "{said}"
    );
    assert_eq!(names(target.path()), Vec::<String>::new());
}

#[test]
fn a_folder_that_would_be_lost_with_the_data_is_refused_at_the_start() {
    let data = TempDir::new().unwrap();
    let mut serve = Command::new(binary().unwrap());
    serve.args(serve_arguments(&data.path().join("cadangan")));
    let serve = serve.arg("--data").arg(data.path());
    let refused = serve.args(["--listen", "127.0.0.1:0"]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success(), "{said}");
    assert!(said.contains("would be lost together with it"), "{said}");
}

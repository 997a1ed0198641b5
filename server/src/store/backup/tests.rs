use proptest::prelude::*;
use tempfile::TempDir;

use super::folder::is_name;
use super::*;

fn refused(outcome: Result<()>) {
    assert!(
        matches!(outcome, Err(StoreError::Refused("not_empty"))),
        "{outcome:?}"
    );
}

/// A server that starts while a restore is under way makes these.
#[tokio::test]
async fn a_file_that_appeared_meanwhile_is_not_replaced() {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let data = TempDir::new().unwrap();
        let restored = Scratch::new(data.path().join("restoring")).unwrap();
        let file = sqlite::file_in(restored.path());
        std::fs::write(&file, b"restored").unwrap();
        let there = data.path().join(format!("lumbung.sqlite{ending}"));
        std::fs::write(&there, b"of the server").unwrap();
        refused(publish(&file, data.path()).await);
        assert_eq!(std::fs::read(&there).unwrap(), b"of the server");
        std::fs::remove_file(&there).unwrap();
        publish(&file, data.path()).await.unwrap();
        let published = sqlite::file_in(data.path());
        assert_eq!(std::fs::read(published).unwrap(), b"restored");
        assert!(!file.exists());
    }
}

#[tokio::test]
async fn a_hub_that_began_meanwhile_is_not_mixed_with_the_restored_one() {
    let (ours, theirs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for folder in [&ours, &theirs] {
        let store = Store::open(folder.path(), Millis(1)).await.unwrap();
        store.close().await;
    }
    let mut rows = sqlite::open_file(ours.path(), Millis(2)).await.unwrap();
    let mut to = sqlite::open_file(theirs.path(), Millis(2)).await.unwrap();
    refused(fill(&mut rows, &mut to).await);
}

proptest! {
    #[test]
    fn names_are_told_from_others_and_sort_by_time(
        times in prop::collection::vec(0_i64..4_000_000_000_000, 2),
        other in ".{0,24}",
    ) {
        let names: Vec<String> = times.iter().map(|at| name_of(Millis(*at))).collect();
        prop_assert!(names.iter().all(|name| is_name(name)));
        prop_assert_eq!(names[0].cmp(&names[1]), times[0].cmp(&times[1]));
        let fits = other.chars().filter(char::is_ascii_digit).count() == 17;
        prop_assert!(fits || !is_name(&other));
    }
}

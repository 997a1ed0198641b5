//! A PostgreSQL on another machine: answers travel to it encrypted, and to nobody who only says that he is it.

use server::store::{Place, Store, StoreError};
use shared::time::Millis;
use tests::postgres::{Cluster, shared};

async fn open(url: &str) -> Result<Store, StoreError> {
    let folder = tempfile::tempdir().unwrap();
    let place = Place {
        folder: folder.path().to_owned(),
        postgres: Some(url.parse().unwrap()),
    };
    Store::open(place, Millis(1)).await
}

#[tokio::test]
async fn a_database_is_reached_by_tls_and_known_by_its_certificate() {
    let cluster = Cluster::start_encrypted().unwrap();
    let url = cluster.database().unwrap();
    let own = cluster.certificate();
    let verified = |certificate: &std::path::Path| {
        format!(
            "{url}?sslmode=verify-full&sslrootcert={}",
            certificate.display()
        )
    };
    let store = open(&verified(&own)).await.unwrap();
    store.ready().await.unwrap();
    store.close().await;

    // Somebody else at the same address.
    let other = Cluster::start_encrypted().unwrap();
    assert!(open(&verified(&other.certificate())).await.is_err());
    assert!(open(&format!("{url}?sslmode=verify-full")).await.is_err());
    // This one takes nothing that is readable on the way.
    assert!(open(&format!("{url}?sslmode=disable")).await.is_err());
}

#[tokio::test]
async fn whoever_asks_for_tls_gets_nothing_less() {
    let url = shared().unwrap().database().unwrap();
    assert!(open(&format!("{url}?sslmode=require")).await.is_err());
    open(&url).await.unwrap().close().await;
}

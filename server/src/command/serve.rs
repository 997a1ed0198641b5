//! `lumbung serve`: the server itself.
//!
//! Always: the first start prints a single-use link that makes the administrator; a signal lets
//! running requests finish.
//! Never: starts under an origin that phones do not know.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use shared::time::{DAY_MS, Millis};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::ServeArgs;
use crate::auth;
use crate::backups;
use crate::clock::Clock;
use crate::config::{ConfigFile, settled_origin};
use crate::http::{App, Ended, Patience, listen, router};
use crate::store::Store;

const LISTEN_DEFAULT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
const SETUP_LINK_MS: i64 = DAY_MS;

pub(super) async fn serve(
    store: Store,
    clock: Clock,
    args: ServeArgs,
    file: &ConfigFile,
) -> Result<()> {
    let backups = args.backups.schedule(file)?;
    if let Some(schedule) = &backups {
        schedule.check(&store)?;
        if let Some(caution) = schedule.caution() {
            println!("NOTE  {caution}");
        }
        store.note_revocations_in(schedule.folder());
    }
    store.complete_notes(clock.now()).await?;
    let address = args.listen.or(file.listen).unwrap_or(LISTEN_DEFAULT);
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is another server running?"))?;
    let given = args.origin.as_deref().or(file.origin.as_deref());
    let stored = store.origin().await?;
    let origin = settled_origin(given, stored.as_deref(), listener.local_addr()?)?;
    store.fix_origin(&origin).await?;
    if !store.has_administrator().await? {
        let link = setup_link(&store, &origin, clock.now()).await?;
        println!("Open this link once, within a day, to make the administrator:\n  {link}");
    }
    println!("Lumbung is at {origin}/ (console) and {origin}/app/ (phones)");
    let backups =
        backups.map(|schedule| tokio::spawn(backups::run(store.clone(), clock.clone(), schedule)));
    let app = App::new(store.clone(), clock, origin);
    app.checker.catch_up(&app);
    let stop = async {
        stop_signal().await;
        tracing::info!("serve.stopping");
    };
    if listen(listener, router(app), Patience::default(), stop).await? == Ended::CutOff {
        tracing::warn!("serve.requests_cut_off");
    }
    // One that is cut off is no backup yet; it is made at the next start.
    backups.inspect(|running| running.abort());
    store.close().await;
    Ok(())
}

/// Makes a new setup link; the ones before it end.
pub(super) async fn setup_link(store: &Store, origin: &str, now: Millis) -> Result<String> {
    let (token, hash) = auth::new_token();
    let expires = Millis(now.0 + SETUP_LINK_MS);
    store.offer_setup(hash, expires).await?;
    Ok(format!("{origin}/#/mulai/{token}"))
}

async fn stop_signal() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

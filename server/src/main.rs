//! The binary `lumbung`.
//!
//! Always: ends with an error text a person can act on.
//! Never: does anything itself; see `server::command`.

use clap::Parser as _;
use server::command::{Cli, run};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LOG_DEFAULT: &str = "info,sqlx=warn";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_from_env("LUMBUNG_LOG").unwrap_or_else(|_| EnvFilter::new(LOG_DEFAULT));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    run(Cli::parse()).await
}

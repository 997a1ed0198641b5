//! `lumbung demo`: the server with a round that has people, villages and answers.
//!
//! Always: a second start keeps the data; where to go and as whom is printed.
//! Never: listens beyond this machine unless asked to.

use anyhow::Result;

use super::{ServeArgs, serve};
use crate::clock::Clock;
use crate::config::ConfigFile;
use crate::demo::{self, people};
use crate::forms::Forms;
use crate::store::Store;

pub(super) async fn demo(
    store: Store,
    clock: Clock,
    args: ServeArgs,
    file: &ConfigFile,
) -> Result<()> {
    let demo = demo::prepare(&store, clock.now()).await?;
    let filled = demo::fill_villages(&store, &Forms::default(), &demo, clock.now()).await?;
    if 0 < filled {
        println!("Answered {filled} villages");
    }
    println!("{}: {} villages", people::ROUND_NAME, demo.work.len());
    println!("Sign in with the password {} as", people::PASSWORD);
    for person in demo.people.iter().filter(|one| !one.username.contains('.')) {
        println!("  {:22} {:?}", person.username, person.role);
    }
    serve::serve(store, clock, args, file).await
}

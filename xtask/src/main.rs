//! Every chore of the repository, as `cargo xtask VERB`.
//!
//! Always: a verb that fails says what to do next and exits non-zero; `test` ends with a count.
//! Never: uses the network outside `setup`; skips a check because a tool is missing.

mod bench;
mod build;
mod check;
mod conformance;
mod fuzz;
mod long;
mod process;
mod serve;
mod setup;
mod sim;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask VERB

  setup   install what the others need (the only verb that uses the network)
  build   build collector and console into target/web
  probe   build the app by which tests drive the phone's store
  demo    build everything and start the server with a demo round
  serve   build everything and start the server with your own data
  test    run every test, the browser ones included
  ci      formatting, lints, then test
  bench   print figures as JSON lines
  fuzz [TARGET] [--minutes N] [--seed N] [--input FILE]
          look for inputs that hurt, two minutes for each target
  sim [--seeds N] [--seed S] [--threads N] [--story | --list | --mutants]
          live through simulated worlds full of faults, 10,000 of them
  sim --store [--seeds N] [--seed S]
          the same with the real store beside the model, 1,000 of them
  kills [N]
          kill the browser while a script types, 1,000 times, and count what is lost
  failover [N]
          kill the primary of a PostgreSQL under load, 30 times, and look what its standby has
  conformance xpath FILE      run a table of expressions against the engine
  conformance pyxform [CASES] hold generated sheets against pyxform

demo and serve pass further arguments on to `lumbung`.";

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let verb = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match verb.as_str() {
        "setup" => setup::everything(),
        "build" => build::run().map(|_| ()),
        "probe" => build::probe(),
        "demo" => serve::run_server("demo", &rest),
        "serve" => serve::run_server("serve", &rest),
        "test" => check::test(),
        "ci" => check::ci(),
        "bench" => bench::run(&rest),
        "fuzz" => fuzz::run(&rest),
        "sim" => match rest.split_first() {
            Some((first, rest)) if first == "--store" => long::store_worlds(rest),
            _ => sim::run(&rest),
        },
        "kills" => long::kills(&rest),
        "failover" => long::failover(&rest),
        "conformance" => conformance::run(&rest),
        "" | "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        unknown => bail!("no verb `{unknown}`\n\n{USAGE}"),
    }
}

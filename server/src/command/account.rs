//! `lumbung account`: the way back in for somebody with access to the machine.
//!
//! Always: prints a new password or link once.
//! Never: shows an old one; there is none to show.

use anyhow::{Context as _, Result, ensure};
use shared::ids::{AccountId, RegionId};
use shared::wire::office::{AccountNew, Language};

use super::{AccountArgs, AccountVerb, plain, serve};
use crate::auth::{self, Passwords};
use crate::clock::Clock;
use crate::error::Problem;
use crate::import::{account_problem, check_account, fold_username, role_of};
use crate::store::{AccountDraft, Act, Store};

pub(super) async fn run(store: &Store, clock: &Clock, verb: AccountVerb) -> Result<()> {
    match verb {
        AccountVerb::List => list(store).await,
        AccountVerb::Make(args) => make(store, clock, args).await,
        AccountVerb::Password { username } => password(store, clock, &username).await,
        AccountVerb::Link => link(store, clock).await,
    }
}

async fn list(store: &Store) -> Result<()> {
    for account in store.accounts().await? {
        let regions: Vec<&str> = account.regions.iter().map(|one| one.as_str()).collect();
        println!(
            "{}\t{:?}\t{}{}",
            account.username,
            account.role,
            regions.join(" "),
            if account.disabled { "\tdisabled" } else { "" }
        );
    }
    Ok(())
}

/// Makes one account, by the same rules as the console.
async fn make(store: &Store, clock: &Clock, args: AccountArgs) -> Result<()> {
    let role = role_of(&args.role).with_context(|| {
        format!(
            "unknown role {:?}; use enumerator, supervisor, regency, province, national, analyst or administrator",
            args.role
        )
    })?;
    let regions = args.regions.iter().map(|code| code.parse::<RegionId>());
    let new = AccountNew {
        username: args.username,
        name: args.name,
        role,
        regions: regions.collect::<Result<_, _>>()?,
        language: Language::Id,
        password: None,
    };
    let new = check_account(new, "").map_err(|faults| plain(account_problem(faults)))?;
    let known = store.names_of(new.regions.iter().cloned()).await?;
    for region in &new.regions {
        ensure!(
            known.contains_key(region),
            "region {region} does not exist; import regions or check the code"
        );
    }
    let password = auth::generated_password();
    let draft = AccountDraft {
        id: AccountId(auth::random()),
        password_hash: hash(&password).await?,
        username: new.username,
        name: new.name,
        role: new.role,
        regions: new.regions,
        language: new.language,
    };
    let act = Act::by_program(clock.now());
    let made = store.make_accounts(vec![draft], act).await;
    let made = made.map_err(|error| plain(Problem::from(error)))?;
    for account in made {
        println!("{}: {password}", account.username);
    }
    Ok(())
}

async fn hash(password: &str) -> Result<String> {
    Passwords::default()
        .hash(password.to_owned())
        .await
        .map_err(|error| plain(Problem::from(error)))
}

async fn password(store: &Store, clock: &Clock, username: &str) -> Result<()> {
    let username = fold_username(username);
    let accounts = store.accounts().await?;
    let account = accounts
        .into_iter()
        .find(|account| account.username == username)
        .with_context(|| format!("no account {username}; lumbung account list shows them"))?;
    let password = auth::generated_password();
    let hash = hash(&password).await?;
    let act = Act::by_program(clock.now());
    store.set_password(account.id, hash, act).await?;
    println!("{username}: {password}");
    Ok(())
}

async fn link(store: &Store, clock: &Clock) -> Result<()> {
    let origin = store
        .origin()
        .await?
        .context("the server never started here; run lumbung serve once")?;
    println!("{}", serve::setup_link(store, &origin, clock.now()).await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use shared::ids::Role;
    use shared::time::Millis;
    use tempfile::TempDir;

    use super::*;

    fn args(username: &str, role: &str, regions: &[&str]) -> AccountArgs {
        AccountArgs {
            username: username.to_owned(),
            name: "Citra Tefa".to_owned(),
            role: role.to_owned(),
            regions: regions.iter().map(|code| (*code).to_owned()).collect(),
        }
    }

    #[tokio::test]
    async fn the_command_line_makes_one_account_by_the_rules_of_the_console() {
        let folder = TempDir::new().unwrap();
        let clock = Clock::stopped(Millis(1));
        let store = Store::open(folder.path(), clock.now()).await.unwrap();
        let act = Act::by_program(clock.now());
        let malaka = crate::store::RegionRow {
            code: "53.21".parse().unwrap(),
            name: "Kabupaten Malaka".to_owned(),
        };
        store.put_regions(vec![malaka], act).await.unwrap();
        for (wrong, expect) in [
            (args("citra", "bupati", &[]), "unknown role"),
            (args("c", "supervisor", &["53.21"]), "username"),
            (args("citra", "supervisor", &[]), "region code"),
            (args("citra", "supervisor", &["53.99"]), "does not exist"),
            (args("citra", "supervisor", &["5321"]), "5321"),
        ] {
            let refused = make(&store, &clock, wrong).await.unwrap_err().to_string();
            assert!(refused.contains(expect), "{refused}");
        }
        assert_eq!(store.accounts().await.unwrap().len(), 0);
        make(&store, &clock, args("Citra", "pengawas", &["53.21"]))
            .await
            .unwrap();
        let made = store.accounts().await.unwrap();
        assert_eq!(made[0].username, "citra");
        assert_eq!(made[0].role, Role::Supervisor);
        let again = make(&store, &clock, args("citra", "analis", &[])).await;
        assert!(again.unwrap_err().to_string().contains("taken"));
    }
}

//! Where a test's data lives: a folder of its own, and a database of its own beside it.
//!
//! Always: fresh, and gone after the test; statements beside the store's verbs only set a scene.
//! Never: shared between tests.

use server::store::{Place, Store};
use shared::time::Millis;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tests::postgres;

/// Both databases, as the tests name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// A place for a store.
pub(crate) struct Home {
    pub(crate) folder: TempDir,
    /// The address of the database, where it is not in the folder.
    pub(crate) url: Option<String>,
}

impl Home {
    pub(crate) fn new(backend: Backend) -> Home {
        let url = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(postgres::shared().unwrap().database().unwrap()),
        };
        Home {
            folder: TempDir::new().unwrap(),
            url,
        }
    }

    pub(crate) fn place(&self) -> Place {
        Place {
            folder: self.folder.path().to_owned(),
            postgres: self.url.as_ref().map(|url| url.parse().unwrap()),
        }
    }

    pub(crate) async fn open(&self, now: i64) -> Store {
        Store::open(self.place(), Millis(now)).await.unwrap()
    }

    /// Runs statements beside the store, as another program would.
    pub(crate) async fn run_sql(&self, sql: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        if let Some(url) = &self.url {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sql.execute(&mut connection).await.unwrap();
            return;
        }
        let file = self.folder.path().join("lumbung.sqlite");
        let url = format!("sqlite://{}", file.display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        sql.execute(&mut connection).await.unwrap();
    }
}

/// Makes each story a test on either database.
macro_rules! on_both {
    ($($story:ident)*) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $story() {
                super::$story(crate::home::Backend::Sqlite).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $story() {
                super::$story(crate::home::Backend::Postgres).await;
            })*
        }
    };
}
pub(crate) use on_both;

//! Files of a round's ranking and of a frozen decision, made while they are downloaded.
//!
//! Always: what is wrong is told before the first byte; a file that cannot be finished breaks off.
//! Never: makes a file of a decision that this program computes otherwise; the record has the result.

use std::io::{self, Write as _};
use std::sync::Arc;

use shared::ids::{RegionId, RoundId};
use shared::priority::{
    Method, Places, Problem, Record, Scored, Table, Unit, VillageTable, list, select,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::pipe::{Inlet, Pieces, pipe};
use super::{About, Audience, FILES_AT_ONCE_MAX, Format, write};
use crate::forms::Forms;
use crate::ranking::{RankingError, Reach, frozen, offices};
use crate::store::{Account, Store, StoreError};

/// A file that may be asked for, by its name in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Villages(Format),
    /// What the columns mean.
    Dictionary,
}

impl Wanted {
    pub fn named(name: &str) -> Option<Wanted> {
        if name == "dictionary.csv" {
            return Some(Wanted::Dictionary);
        }
        let (stem, extension) = name.split_once('.')?;
        let format = Format::ALL
            .into_iter()
            .find(|it| it.extension() == extension);
        format.filter(|_| stem == "villages").map(Wanted::Villages)
    }

    pub fn format(self) -> Format {
        match self {
            Wanted::Villages(format) => format,
            Wanted::Dictionary => Format::Csv,
        }
    }
}

/// Who may make files now. Clones share it.
#[derive(Debug, Clone)]
pub struct Exports {
    turns: Arc<Semaphore>,
}

impl Default for Exports {
    fn default() -> Exports {
        Exports {
            turns: Arc::new(Semaphore::new(FILES_AT_ONCE_MAX)),
        }
    }
}

/// What a file is made from.
struct Job {
    method: Method,
    document: String,
    seed: String,
    units: Vec<Unit>,
    places: Places,
    /// Verdicts after changes by hand, in the order of the ranking.
    finally: Option<Vec<String>>,
    /// What else the file says of itself.
    facts: Vec<[String; 3]>,
    wanted: Wanted,
    audience: Audience,
}

impl Exports {
    /// The ranking of a round as it is now, as far as the reader oversees it.
    ///
    /// # Errors
    /// As for the ranking itself.
    pub async fn of_round(
        &self,
        (store, forms): (&Store, &Forms),
        reader: &Account,
        (round, method): (RoundId, &str),
        (wanted, audience): (Wanted, Audience),
    ) -> Result<Pieces, RankingError> {
        let turn = self.turn().await?;
        let frozen = frozen(store, forms, Reach::of(reader), round, method).await?;
        let job = Job {
            seed: frozen.usual_seed(),
            facts: vec![fact("Ronde", "Round", &frozen.view.name)],
            method: frozen.method,
            document: frozen.document,
            units: frozen.units,
            places: frozen.places,
            finally: None,
            wanted,
            audience,
        };
        job.begin(turn).await
    }

    /// A frozen decision, from its record alone. Only where villages lie may come from the answers of today.
    ///
    /// # Errors
    /// Also where this program computes otherwise than the one that froze it.
    pub async fn of_decision(
        &self,
        (store, forms): (&Store, &Forms),
        (round, regions): (RoundId, Vec<RegionId>),
        record: Vec<u8>,
        (wanted, audience): (Wanted, Audience),
    ) -> Result<Pieces, RankingError> {
        let turn = self.turn().await?;
        let read = tokio::task::spawn_blocking(move || {
            let record = Record::read(&record).map_err(RankingError::Problems)?;
            let again = record.recompute().map_err(|_| RankingError::Outdated)?;
            let same = again.result() == record.result() && again.remarks() == record.remarks();
            same.then_some(record).ok_or(RankingError::Outdated)
        });
        let record = read
            .await
            .map_err(|_| RankingError::Store(StoreError::Busy))??;
        let places = match record.method().degrees() {
            Some(_) => Places::new(),
            None => offices(store, forms, Reach::regions(&regions), round).await?,
        };
        let finally = record.result().iter().map(|it| it.finally.clone());
        let by_hand = record.changes().len().to_string();
        let job = Job {
            finally: Some(finally.collect()),
            facts: vec![
                fact("SHA-256 data", "SHA-256 of the data", &record.data_digest()),
                fact(
                    "Diputuskan dengan program",
                    "Decided with the program",
                    record.software(),
                ),
                fact("Diubah dengan tangan", "Changed by hand", &by_hand),
            ],
            method: record.method().clone(),
            document: record.document().to_owned(),
            seed: record.seed().to_owned(),
            units: record.units().to_vec(),
            places,
            wanted,
            audience,
        };
        job.begin(turn).await
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, RankingError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        turn.map_err(|_| RankingError::Store(StoreError::Busy))
    }
}

fn fact(id: &str, en: &str, value: &str) -> [String; 3] {
    [id.to_owned(), en.to_owned(), value.to_owned()]
}

impl Job {
    /// Waits until it is known that there will be a file.
    async fn begin(self, turn: OwnedSemaphorePermit) -> Result<Pieces, RankingError> {
        let (inlet, pieces) = pipe();
        let (ready, sound) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            self.make(ready, inlet);
            drop(turn);
        });
        let sound = sound.await;
        sound
            .map_err(|_| RankingError::Store(StoreError::Busy))?
            .map_err(RankingError::Problems)?;
        Ok(pieces)
    }

    fn make(self, ready: oneshot::Sender<Result<(), Vec<Problem>>>, inlet: Inlet) {
        let table = match Table::gather(&self.method, &self.units) {
            Ok(table) => table,
            Err(problems) => return drop(ready.send(Err(problems))),
        };
        let scored = Scored::new(&self.method, &table, &self.seed);
        let selection =
            self.method.programme.as_ref().map(|programme| {
                select(&self.method, &list(&scored, &self.seed), &programme.quota)
            });
        let selection = match selection.transpose() {
            Ok(selection) => selection,
            Err(problems) => return drop(ready.send(Err(problems))),
        };
        let mut villages =
            VillageTable::new(&scored, &self.units, selection.as_ref(), &self.places);
        if let Some(finally) = &self.finally {
            villages = villages.with_final(finally.iter().map(String::as_str).collect());
        }
        let seed = self.method.programme.as_ref().map_or("", |_| &self.seed);
        let mut about = About::new(&self.method, &self.document, seed, selection.as_ref());
        for [id, en, value] in &self.facts {
            about.say(id, en, value);
        }
        if self.audience == Audience::Public {
            villages = villages.public();
            about.for_public(&self.method, &villages);
        }
        if ready.send(Ok(())).is_err() {
            return;
        }
        let written = match self.wanted {
            Wanted::Villages(format) => write(format, &villages, &about, &inlet),
            Wanted::Dictionary => (&inlet).write_all(villages.dictionary_csv().as_bytes()),
        };
        if let Err(error) = written {
            if error.kind() != io::ErrorKind::BrokenPipe {
                tracing::error!(error = %error, "a file could not be finished");
            }
            inlet.fail(error);
        }
    }
}

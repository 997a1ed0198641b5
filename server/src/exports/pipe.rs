//! Bytes on their way from a thread that makes a file to whoever downloads it.
//!
//! Always: the thread waits while the other side is slower, and ends when nobody reads any more.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces that lie between both sides, of 64 KB each.
const PIECES_MAX: usize = 4;

/// What a thread writes into.
#[derive(Debug)]
pub(super) struct Inlet(Sender<io::Result<Vec<u8>>>);

/// What a response is made of.
#[derive(Debug)]
pub struct Pieces(Receiver<io::Result<Vec<u8>>>);

pub(super) fn pipe() -> (Inlet, Pieces) {
    let (inlet, pieces) = channel(PIECES_MAX);
    (Inlet(inlet), Pieces(pieces))
}

impl Inlet {
    /// Breaks the download off, so that nobody takes a part for the whole.
    pub(super) fn fail(self, error: io::Error) {
        // Nobody is there to be told any more if this fails.
        let _ = self.0.blocking_send(Err(error));
    }
}

impl Write for &Inlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(bytes.to_vec()));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Pieces {
    type Item = io::Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(ctx)
    }
}

//! Connections: taken in, given a bounded time to say what they want, and ended in order.
//!
//! Always: a client that goes silent in a head or a body is let go after [`Patience`]; running requests may end.
//! Never: limits how long an answer takes that the client reads.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// Between two tries after the system had no more files or memory for a connection.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// How long a client may be silent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For the whole head of a request, and between two requests of a connection.
    pub(crate) head: Duration,
    /// Between two pieces of a body: a weak signal stands still for a while.
    pub(crate) piece: Duration,
    /// For running requests once the server is to stop.
    pub(crate) end: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            head: Duration::from_secs(30),
            piece: Duration::from_secs(60),
            end: Duration::from_secs(10),
        }
    }
}

/// Serves until `stop`, then lets running requests end. Returns how many were cut off: none, or some.
///
/// # Errors
/// When the listener itself fails.
pub(crate) async fn listen(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) -> Result<Ended> {
    let router = router.layer(RequestBodyTimeoutLayer::new(patience.piece));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(patience.head);
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "listen.accept");
                tokio::time::sleep(ACCEPT_REST).await;
                continue;
            }
        };
        // Small answers leave at once; where the system cannot, they leave later.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "listen.connection");
            }
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => Ok(Ended::InOrder),
        () = tokio::time::sleep(patience.end) => Ok(Ended::CutOff),
    }
}

/// How the last requests ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    InOrder,
    /// Some took longer than [`Patience::end`].
    CutOff,
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::body::Bytes;
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::oneshot;

    use super::*;

    const SHORT: Patience = Patience {
        head: Duration::from_millis(200),
        piece: Duration::from_millis(200),
        end: Duration::from_millis(200),
    };

    async fn start() -> (
        std::net::SocketAddr,
        oneshot::Sender<()>,
        tokio::task::JoinHandle<Result<Ended>>,
    ) {
        let router = Router::new()
            .route("/", get(async || "selamat datang"))
            .route("/never", get(std::future::pending::<()>))
            .route(
                "/length",
                post(
                    async |body: Result<Bytes, axum::extract::rejection::BytesRejection>| {
                        body.map_or("cut off".to_owned(), |body| body.len().to_string())
                    },
                ),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stopping, stop) = oneshot::channel();
        let stop = async {
            let _ = stop.await;
        };
        let serving = tokio::spawn(listen(listener, router, SHORT, stop));
        (address, stopping, serving)
    }

    /// Sends the pieces, then reads until the server ends the connection.
    async fn talk(address: std::net::SocketAddr, pieces: &[&str]) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        for piece in pieces {
            stream.write_all(piece.as_bytes()).await.unwrap();
        }
        let mut answer = Vec::new();
        // A connection that is reset has said all that it had to say.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[tokio::test]
    async fn whoever_goes_silent_is_let_go() {
        let (address, _stopping, _serving) = start().await;
        let begun = Instant::now();
        // Half a head, no head at all, and half a body.
        assert!(
            !talk(address, &["GET / HTTP/1.1\r\nhost: "])
                .await
                .contains("200")
        );
        assert_eq!(talk(address, &[]).await, "");
        let half = "POST /length HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345";
        let answer = talk(address, &[half]).await;
        assert!(!answer.ends_with("\r\n\r\n5"), "{answer}");
        assert!(begun.elapsed() < Duration::from_secs(10));
        let whole = "POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 10\r\n\r\n12345";
        assert!(talk(address, &[whole, "67890"]).await.ends_with("10"));
    }

    #[tokio::test]
    async fn a_stop_waits_for_requests_but_not_for_ever() {
        let (address, stopping, serving) = start().await;
        let get = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        assert!(talk(address, &[get]).await.ends_with("selamat datang"));
        stopping.send(()).unwrap();
        assert_eq!(serving.await.unwrap().unwrap(), Ended::InOrder);

        let (address, stopping, serving) = start().await;
        let endless = tokio::spawn(async move {
            talk(address, &["GET /never HTTP/1.1\r\nhost: x\r\n\r\n"]).await
        });
        // The request is under way once its connection is taken in, which the next one shows.
        talk(address, &[get]).await;
        stopping.send(()).unwrap();
        assert_eq!(serving.await.unwrap().unwrap(), Ended::CutOff);
        endless.abort();
    }
}

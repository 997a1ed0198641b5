//! A crowd of phones at once: how many bodies are read, and what the others are told.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::Frame;
use shared::wire::bundle::BUNDLE_BYTES_MAX;
use shared::wire::v1::BODY_BYTES_MAX;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, yield_now};

use super::*;

/// A body of which nothing comes until it ends; counts those that somebody reads.
struct Slow {
    end: oneshot::Receiver<()>,
    begun: Option<Arc<AtomicUsize>>,
}

impl hyper::body::Body for Slow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(begun) = self.begun.take() {
            begun.fetch_add(1, Ordering::SeqCst);
        }
        Pin::new(&mut self.end).poll(context).map(|_| None)
    }
}

struct Crowd {
    begun: Arc<AtomicUsize>,
    open: Vec<oneshot::Sender<()>>,
    running: Vec<JoinHandle<Answer>>,
}

impl Crowd {
    /// So many requests whose bodies are announced to be of `bytes`.
    fn come(server: &Arc<Server>, who: &[Who], path: &str, count: usize, bytes: usize) -> Crowd {
        let mut crowd = Crowd {
            begun: Arc::default(),
            open: Vec::new(),
            running: Vec::new(),
        };
        for who in who.iter().cycle().take(count) {
            let (sender, end) = oneshot::channel();
            let begun = Some(Arc::clone(&crowd.begun));
            let body = Body::new(Slow { end, begun });
            let request = request(who, Method::POST, &format!("/api/v1{path}"));
            let request = request.header(header::CONTENT_LENGTH, bytes);
            let request = request.body(body).unwrap();
            let server = Arc::clone(server);
            crowd.open.push(sender);
            let running = tokio::spawn(async move { server.send(request).await });
            crowd.running.push(running);
        }
        crowd
    }

    /// Waits until so many bodies are read and so many requests are answered.
    async fn settle(&self, read: usize, answered: usize) {
        let done = || self.running.iter().filter(|one| one.is_finished()).count();
        while self.begun.load(Ordering::SeqCst) < read || done() < answered {
            yield_now().await;
        }
        assert_eq!(self.begun.load(Ordering::SeqCst), read);
        assert_eq!(done(), answered);
    }

    /// Ends all bodies; how many were told what.
    async fn told(self) -> BTreeMap<String, usize> {
        drop(self.open);
        let mut told = BTreeMap::new();
        for one in self.running {
            let answer = one.await.unwrap();
            if answer.status == StatusCode::SERVICE_UNAVAILABLE {
                assert_eq!(answer.headers[header::RETRY_AFTER], "5");
            }
            *told.entry(answer.problem()).or_default() += 1;
        }
        told
    }
}

async fn crowded(count: usize) -> (Arc<Server>, Vec<Who>) {
    let (server, admin) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &[]).await;
    let mut phones = Vec::new();
    for _ in 0..count {
        phones.push(server.phone(&admin, ani).await);
    }
    (Arc::new(server), phones)
}

fn counts<const N: usize>(expect: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expect.map(|(code, count)| (code.to_owned(), count)).into()
}

#[tokio::test]
async fn of_a_hundred_large_bundles_at_once_three_are_read_and_the_rest_waits_or_comes_again() {
    let (server, phones) = crowded(100).await;
    let large = BUNDLE_BYTES_MAX as usize;
    let crowd = Crowd::come(&server, &phones, "/sync/bundle", 100, large);
    crowd.settle(3, 100 - 3 - 32).await;
    let told = counts([("415 bundle_unknown", 35), ("503 busy", 65)]);
    assert_eq!(crowd.told().await, told);
    // Small ones, as most are, need little room.
    let crowd = Crowd::come(&server, &phones, "/sync/bundle", 20, 100_000);
    crowd.settle(20, 0).await;
    assert_eq!(crowd.told().await, counts([("415 bundle_unknown", 20)]));
}

#[tokio::test]
async fn one_phone_that_announces_much_keeps_no_other_out() {
    let (server, phones) = crowded(2).await;
    let [stolen, other] = &phones[..] else {
        panic!("two phones");
    };
    let crowd = Crowd::come(
        &server,
        std::slice::from_ref(stolen),
        "/sync/push",
        40,
        BODY_BYTES_MAX,
    );
    crowd.settle(2, 38).await;
    let beside = Crowd::come(
        &server,
        std::slice::from_ref(other),
        "/sync/push",
        1,
        BODY_BYTES_MAX,
    );
    beside.settle(1, 0).await;
    assert_eq!(beside.told().await, counts([("400 json_malformed", 1)]));
    let told = counts([("400 json_malformed", 2), ("503 busy", 38)]);
    assert_eq!(crowd.told().await, told);
}

#[tokio::test]
async fn pushes_wait_unread_where_those_before_them_take_the_room() {
    let (server, phones) = crowded(50).await;
    let crowd = Crowd::come(&server, &phones, "/sync/push", 100, BODY_BYTES_MAX);
    crowd.settle(16, 0).await;
    assert_eq!(crowd.told().await, counts([("400 json_malformed", 100)]));
    // Those who say how little they have wait for nobody.
    let crowd = Crowd::come(&server, &phones, "/sync/push", 100, 60_000);
    crowd.settle(100, 0).await;
    assert_eq!(crowd.told().await, counts([("400 json_malformed", 100)]));
}

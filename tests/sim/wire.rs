//! Messages as they travel: JSON, written and read by what ships on either side.
//!
//! Always: the phone's writer and reader are the phone's own, the hub's are those of the server.
//! Always: an older app says and hears only what it knows.

use shared::json;
use shared::sync::phone::{Request, Response};
use shared::wire::v1::{PullResponse, PushResponse};

/// A request after its way to the hub.
pub(crate) fn sent(request: &Request) -> Result<Request, String> {
    let lost = |error: serde_json::Error| format!("the hub cannot read a request: {error}");
    let arrived = match request {
        Request::Hello(hello) => {
            Request::Hello(serde_json::from_str(&json::to_text(hello)).map_err(lost)?)
        }
        Request::Push(push) => {
            Request::Push(serde_json::from_str(&json::to_text(push)).map_err(lost)?)
        }
        Request::Prove(proof) => {
            Request::Prove(serde_json::from_str(&json::to_text(proof)).map_err(lost)?)
        }
        Request::Pull(pull) => {
            Request::Pull(serde_json::from_str(&json::to_text(pull)).map_err(lost)?)
        }
        // Headers and bytes.
        Request::BlobStatus(_) | Request::BlobChunk { .. } => request.clone(),
    };
    match arrived == *request {
        true => Ok(arrived),
        false => Err(format!("a request arrives as another: {arrived:?}")),
    }
}

/// An answer after its way to the phone.
pub(crate) fn answered(response: &Response) -> Result<Response, String> {
    let text = |written: Result<String, serde_json::Error>| written.map_err(|it| it.to_string());
    let lost = |error: json::Unreadable| format!("a phone cannot read an answer: {error}");
    let arrived = match response {
        Response::Hello(hello) => {
            Response::Hello(json::read(&text(serde_json::to_string(hello))?).map_err(lost)?)
        }
        Response::Push(push) => {
            Response::Push(json::read(&text(serde_json::to_string(push))?).map_err(lost)?)
        }
        Response::Pull(pull) => {
            Response::Pull(json::read(&text(serde_json::to_string(pull))?).map_err(lost)?)
        }
        Response::Blob(_) => response.clone(),
    };
    match arrived == *response {
        true => Ok(arrived),
        false => Err(format!("an answer arrives as another: {arrived:?}")),
    }
}

/// What an app says that knows no field that was added later.
pub(crate) fn said_long_ago(mut request: Request) -> Request {
    if let Request::Pull(pull) = &mut request {
        pull.digests.clear();
        pull.giving_up = None;
    }
    request
}

/// What such an app understands.
pub(crate) fn understood_long_ago(mut response: Response) -> Response {
    match &mut response {
        Response::Hello(hello) => {
            for status in &mut hello.partitions {
                status.safe = None;
            }
        }
        Response::Push(PushResponse::Accepted { safe, .. }) => *safe = None,
        Response::Pull(PullResponse::Page {
            sight,
            differs,
            keeping,
            ..
        }) => {
            *sight = None;
            *keeping = None;
            differs.clear();
        }
        Response::Push(PushResponse::Gap { .. } | PushResponse::Fork)
        | Response::Pull(PullResponse::Reset { .. })
        | Response::Blob(_) => {}
    }
    response
}

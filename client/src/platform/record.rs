//! Sound from the microphone.
//!
//! Always: the microphone is let go when the recording ends or is dropped.
//! Never: listens longer than `RECORD_SECONDS_MAX`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobEvent, BlobPropertyBag, MediaRecorder, MediaStream, MediaStreamTrack};

use super::clock::{Timer, after};
use super::device::Awake;
use super::page::{Listener, navigator};

/// Speech needs no more.
const BITS_PER_SECOND: u32 = 24_000;
/// Half an hour of speech is about 5 MB.
const RECORD_SECONDS_MAX: u32 = 1_800;
const PART_MS: i32 = 1_000;
/// Parts that are set aside together: what a phone that dies takes along.
const PIECE_PARTS: u32 = 5;

/// Why nothing is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordProblem {
    /// The person or the phone's settings do not allow it.
    Denied,
    /// No microphone, or a browser that cannot record.
    Missing,
}

/// A recording under way.
#[derive(Debug)]
pub struct Recording {
    recorder: MediaRecorder,
    _awake: Awake,
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Recording {
    /// Ends it; what was recorded comes by the call that it was begun with.
    pub fn stop(&self) {
        let _ = self.recorder.stop();
    }
}

/// Gets the whole recording.
type Done = Box<dyn FnOnce(Blob)>;

struct Run {
    stream: MediaStream,
    parts: js_sys::Array,
    done: RefCell<Option<Done>>,
    listeners: RefCell<Vec<Listener>>,
    timer: RefCell<Option<Timer>>,
    seconds: Cell<u32>,
}

impl Run {
    fn end(&self, media_type: &str) {
        self.timer.take();
        for track in self.stream.get_tracks() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
        let options = BlobPropertyBag::new();
        // Without its codec, which no shelf of files wants to know.
        options.set_type(media_type.split(';').next().unwrap_or(media_type));
        let blob = Blob::new_with_blob_sequence_and_options(&self.parts, &options);
        if let (Some(done), Ok(blob)) = (self.done.take(), blob)
            && 0.0 < blob.size()
        {
            done(blob);
        }
    }
}

/// Records until it is stopped; `tick` hears each second, `piece` gets what came since the piece before, `done` gets
/// the whole.
///
/// # Errors
/// Why the microphone cannot be used.
pub async fn record_sound(
    tick: impl Fn(u32) + 'static,
    piece: impl Fn(Blob) + 'static,
    done: impl FnOnce(Blob) + 'static,
) -> Result<Recording, RecordProblem> {
    let devices = navigator()
        .media_devices()
        .map_err(|_| RecordProblem::Missing)?;
    let wanted = web_sys::MediaStreamConstraints::new();
    wanted.set_audio(&true.into());
    let asking = devices
        .get_user_media_with_constraints(&wanted)
        .map_err(|_| RecordProblem::Missing)?;
    let stream: MediaStream = JsFuture::from(asking)
        .await
        .map_err(|error| problem(&error))?
        .unchecked_into();
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(
        &options,
        &"audioBitsPerSecond".into(),
        &BITS_PER_SECOND.into(),
    );
    let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(
        &stream,
        options.unchecked_ref(),
    )
    .map_err(|_| RecordProblem::Missing)?;
    let run = Rc::new(Run {
        stream,
        parts: js_sys::Array::new(),
        done: RefCell::new(Some(Box::new(done))),
        listeners: RefCell::default(),
        timer: RefCell::default(),
        seconds: Cell::new(0),
    });
    listen(&recorder, &run, Box::new(piece));
    recorder
        .start_with_time_slice(PART_MS)
        .map_err(|_| RecordProblem::Missing)?;
    count(recorder.clone(), run, Rc::new(tick));
    Ok(Recording {
        recorder,
        _awake: Awake::keep(),
    })
}

fn listen(recorder: &MediaRecorder, run: &Rc<Run>, piece: Box<dyn Fn(Blob)>) {
    let parts = run.parts.clone();
    let came = Listener::new(recorder.clone().into(), "dataavailable", move |event| {
        let Some(part) = event.unchecked_ref::<BlobEvent>().data() else {
            return;
        };
        let count = parts.push(&part);
        let latest = parts.slice(count.saturating_sub(PIECE_PARTS), count);
        if count.is_multiple_of(PIECE_PARTS)
            && let Ok(latest) = Blob::new_with_blob_sequence(&latest)
        {
            piece(latest);
        }
    });
    let (of, ended) = (Rc::downgrade(run), recorder.clone());
    let stopped = Listener::new(recorder.clone().into(), "stop", move |_| {
        if let Some(run) = of.upgrade() {
            run.end(&ended.mime_type());
        }
    });
    run.listeners.replace(vec![came, stopped]);
}

/// Counts the seconds; holds the run until the recorder has said that it stopped.
fn count(recorder: MediaRecorder, run: Rc<Run>, tick: Rc<dyn Fn(u32)>) {
    let held = run.clone();
    let next = after(PART_MS.unsigned_abs(), move || {
        if recorder.state() == web_sys::RecordingState::Recording {
            let seconds = held.seconds.get() + 1;
            held.seconds.set(seconds);
            tick(seconds);
            if RECORD_SECONDS_MAX <= seconds {
                let _ = recorder.stop();
            }
        }
        // A recorder that was stopped says so later; until then nothing else holds what was recorded.
        if held.done.borrow().is_some() {
            count(recorder, held, tick);
        }
    });
    run.timer.replace(Some(next));
}

fn problem(error: &wasm_bindgen::JsValue) -> RecordProblem {
    let name = js_sys::Reflect::get(error, &"name".into()).ok();
    match name.and_then(|name| name.as_string()).as_deref() {
        Some("NotAllowedError" | "SecurityError") => RecordProblem::Denied,
        _ => RecordProblem::Missing,
    }
}

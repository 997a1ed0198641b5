//! English words of the phone's controls.

use super::super::keys::Controls;

pub(super) static CONTROLS: Controls = Controls {
    rank_hint: "Tap in order, the most important first.",
    rank_up: |label| format!("Move {label} up"),
    rank_down: |label| format!("Move {label} down"),
    rank_out: |label| format!("Take {label} out of the order"),
    rank_open: "Not in order yet",
    range_empty: "Not answered yet. Slide, or tap + and −.",
    less: "Less",
    more: "More",
    year_hint: "A year, such as 2026",
    walk_line: "Start walking the line",
    walk_area: "Start walking around the land",
    walk_on: "Go on",
    walk_hint: "Walk; points are taken by themselves every few metres. Add one at each corner.",
    walk_add: "Add a point here",
    walk_undo: "Remove the last point",
    walk_done: "Done",
    walk_line_few: "A line needs at least 2 points.",
    walk_area_few: "An area needs at least 3 points.",
    walk_full: "There are 2.000 points, the most that can be kept. Tap Done.",
    walk_kept: "Points of a measurement that was not finished are still there.",
    waiting_for_position: "Looking for satellites…",
    line_text: |points, metres| format!("{points} points · {metres}"),
    area_text: |points, hectares| format!("{points} points · {hectares}"),
    sketch: "Sketch of the points, north is up",
    sketch_hint: "Tap the sketch to add a point there.",
    closer: "Zoom in",
    wider: "Zoom out",
    audio_record: "Record sound",
    audio_again: "Record again",
    audio_stop: "Stop and save",
    audio_running: |time| format!("Recording {time}"),
    audio_denied: "The microphone is not allowed. Allow it in the site's settings, or choose a sound file.",
    audio_missing: "This phone cannot record here. Choose a sound file.",
    audio_choose: "Choose a file",
    video_record: "Record a video",
    video_choose: "Choose a video",
    file_choose: "Choose a file",
    file_too_large: |megabytes| {
        format!(
            "This file is larger than {megabytes} MB. Choose a smaller one; the answer before it stays."
        )
    },
    file_saving: "Saving the file…",
    file_elsewhere: "The file is on another phone or on the server.",
    sign: "Sign",
    draw: "Draw",
    sign_again: "Again",
    sign_hint: "Write with a finger in the box.",
    sign_clear: "Clear",
    sign_save: "Save",
    scan: "Scan a code",
    scan_hint: "Point the camera at the code.",
    scan_denied: "The camera cannot be used. Type the code.",
    form_language: "Language of the questionnaire",
    clear: "Clear",
    chosen_of: |chosen, of| format!("{chosen} of {of} chosen"),
    type_to_search: |count| {
        format!(
            "Type a part of the name or code; there are {} choices.",
            super::super::integer_text(count as i64)
        )
    },
    more_found: "There are more. Type more letters.",
    list_missing: "The list of choices is not on this phone yet. It comes with the next signal; other answers can go on.",
    list_loading: "Opening the list…",
};

//! English.
//!
//! Always: the same sentence as `id.rs`, said as an English speaker would.
//! Never: shorter by leaving out what is safe or what to do.

#[cfg(feature = "collector")]
mod controls;
#[cfg(feature = "console")]
mod deciding;
#[cfg(feature = "console")]
mod desk;
#[cfg(feature = "console")]
mod handed;
#[cfg(feature = "console")]
mod plots;
#[cfg(feature = "console")]
mod ruling;

#[cfg(feature = "collector")]
use super::keys::Collector;
use super::keys::{Common, Net, Store, Texts};
#[cfg(feature = "console")]
use super::keys::{Console, Review, SetUp};
#[cfg(feature = "console")]
use shared::ids::Role;
#[cfg(feature = "console")]
use shared::wire::v1::QuarantineCode;

pub(super) static TEXTS: Texts = Texts {
    code: "en",
    name: "English",
    common: Common {
        app: "Lumbung",
        back: "Back",
        next: "Next",
        cancel: "Cancel",
        close: "Close",
        save: "Save",
        retry: "Try again",
        undo: "Undo",
        search: "Search",
        menu: "Menu",
        language: "Language",
        text_size: "Text size",
        text_size_names: ["Normal", "Large", "Very large"],
        required: "required",
        loading: "Loading…",
        on_phone: "on this phone",
        received: "received by server",
        waiting: "waiting for signal",
        three_numbers: "My documents",
        online: "Signal",
        offline: "No signal",
        nothing_found: "Nothing matches",
        nothing_found_hint: "Change the search words or clear the filters.",
        export_csv: "Download CSV",
        actions: "Actions",
        rows_shown: |from, to, of| format!("{from}–{to} of {of}"),
        previous_page: "Previous page",
        next_page: "Next page",
        days_short: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
        months_short: [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ],
        net: Net {
            offline: "The server cannot be reached. Answers are safe; try again when there is signal.",
            timeout: "The server took too long. Answers are safe; try again where the signal is better.",
            stranger: "What answered is not the Lumbung server. This Wi-Fi may want you to sign in first: open the browser, sign in, then try again.",
            malformed: "The server's reply cannot be read. Update the app, then try again; answers are safe.",
            too_large: "The server's reply is too large for this device.",
            refused: |code| format!("The server refused this request (code {code})."),
        },
        store: Store {
            quota: "The device's storage is full. The last answer is not saved yet: remove other files or photos, then try again.",
            closed: "The storage was cut off. Close the app and open it again; what was saved is safe.",
            blocked: "Lumbung is open in another tab with an older version. Close that tab, then try again.",
            newer: "The data on this device was written by a newer version. Update the app; the data is safe.",
            emptied: "This device's storage once held data and is empty now. Do not start again yet: call your supervisor.",
            unavailable: "This browser does not allow storage. Open Lumbung in normal Chrome, not in incognito mode.",
            failed: |cause| {
                format!(
                    "Not saved yet ({cause}). Try again; if it happens again, call your supervisor."
                )
            },
        },
    },
    #[cfg(feature = "collector")]
    collector: Collector {
        controls: &controls::CONTROLS,
        not_enrolled: "This phone is not enrolled yet",
        not_enrolled_body: "Ask your supervisor for the enrolment link or QR code and open it on this phone. One link is for one phone and works once.",
        open_link: "Enrol this phone",
        link_label: "Enrolment link",
        link_hint: "Paste the link from your supervisor here.",
        link_wrong: "This is not a Lumbung enrolment link. Copy the whole link, then paste it again.",
        already_safe: "Once enrolled, all work can be done without signal.",
        to_my_villages: "To my villages",
        my_villages: "My villages",
        settings: "Phone",
        other_tab: "Lumbung is open in another tab. This tab only shows; work in that tab, or close it.",
        wrong_date: |shown| {
            format!(
                "The phone's date is wrong ({shown}). Correct it in Settings › Date & time, or sending will fail. Answers are safe."
            )
        },
        lost_photo: |village| {
            format!(
                "The phone closed the app while the camera was open, so one photo for {village} is not saved. Other answers are safe."
            )
        },
        lost_here: "That photo was not saved because the phone closed the app. Take it again, or choose it from the gallery.",
        take_again: "Open the question",
        update_ready: "A new version is ready. Answers stay as they are.",
        update_now: "Use it now",
        install: "Install on phone",
        not_installed: "Install Lumbung before field work, so that it opens without signal and the phone never clears answers.",
        not_installed_by_menu: "Install Lumbung before field work: open Chrome's menu (⋮), choose “Add to Home screen”.",
        not_persisted: "The phone does not guarantee the storage yet. Open Lumbung from the home screen a few times, and never clear browser data.",
        connected: "Connected",
        not_connected: "Not connected",
        syncing: "Syncing…",
        send_now: "Send now",
        last_receipt: |number, at| format!("Last receipt: no. {number}, {at}."),
        no_receipt: "No receipt from the server yet. All answers are stored on this phone.",
        photos_waiting: |count| format!("{count} photo(s) still on their way."),
        photos_gone: |count| {
            format!("Restored from a copy: {count} photo(s) lost. Check the last answers.")
        },
        no_villages: "No villages for you yet",
        no_villages_body: "The list of villages comes with the signal. Press “Send now” where there is signal; if it stays empty, call your supervisor.",
        done_of: |done, of| format!("{done} of {of} done"),
        to_mend: "To be mended",
        goes_on_at: |module| format!("Goes on at {module}"),
        returned_questions: |count, labels| {
            format!("{count} question(s) from the supervisor: {labels}")
        },
        answered: "Answered",
        begin_village: |name| format!("Begin {name}"),
        continue_village: |name| format!("Continue {name}"),
        state_assigned: "Not begun",
        state_started: "Being filled",
        state_waiting: "Waiting for signal",
        state_received: "Received",
        state_returned: "Returned",
        state_approved: "Approved",
        state_changed: "Changed since approval",
        state_rejected: "Not used",
        state_held: "Held by server",
        says_assigned: "Nothing is filled in yet. Begin with any module.",
        says_started: "Answers are stored on the phone and sent bit by bit when there is signal. Press “Finish and send” when complete.",
        says_waiting: "Finished and stored on the phone. It is sent by itself as soon as there is signal.",
        says_received: "Received by the server, waiting for the supervisor's review.",
        says_returned: "The supervisor returned this document. Mend the questions below, then send again.",
        says_approved: "Approved by the supervisor.",
        says_changed: "Approved, but answers changed afterwards. Send again so that the supervisor reviews them.",
        says_rejected: "Not used in this round. The answers are kept.",
        held_never_assigned: "The server holds these answers because this village is not recorded as yours. Nothing is lost; tell your supervisor.",
        held_round_closed: "The server holds these answers because the round is closed. Nothing is lost; tell your supervisor.",
        held_unknown_question: "The server holds answers to questions that it does not know. Update the app and tell your supervisor; nothing is lost.",
        held_revoked: "This phone's enrolment was revoked. Answers on the phone are safe; ask your supervisor to enrol it again.",
        held_other: "The server holds some answers. Nothing is lost; tell your supervisor.",
        app_too_old: "This app is too old for the server. Close all tabs of Lumbung and open it again with signal; answers are safe.",
        training: "Training round: answers never mix with real data.",
        not_assigned: "This village is not among your assignments. Go back to my villages, or call your supervisor.",
        no_form: "The questionnaire is not on this phone yet.",
        unreadable_form: "This questionnaire was made for a newer app. Update the app; answers are safe.",
        module_skipped: "Does not apply",
        module_started: "Being filled",
        module_complete: "Complete",
        answered_of: |answered, of| format!("{answered} of {of} answered"),
        errors: |count| format!("{count} wrong"),
        doubts: |count| format!("{count} unusual"),
        to_check: |count| format!("{count} to look at"),
        go_on_at: |page| format!("Go on: {page}"),
        finish_and_send: "Finish and send",
        search_questions: "Search questions",
        search_label: "A word of the question, such as maize",
        search_again: "Try another word, or only part of it.",
        next_unanswered: "Next question without an answer",
        position: |village, at, of| format!("{village} · {at} of {of}"),
        check_and_finish: "Check and finish",
        all_saved: "All answers are stored on the phone",
        is_saving: "Saving…",
        not_stored: "The last entry is not stored yet. Mend it first.",
        saved_at: |at| format!("Stored on the phone {at}"),
        guidance: "Explanation",
        unsupported: "This type of question cannot be answered on the phone yet. Choose “Don't know” and write a note.",
        understood: "Understood",
        full_stop: "What does that full stop mean?",
        full_stop_thousands: |number| format!("Thousands: {number}"),
        full_stop_decimal: |number| format!("Decimal: {number}"),
        not_a_number: "Write a number only, such as 1.240 or 2,5. Not stored yet.",
        not_whole: "Write a whole number, without a fraction. Not stored yet.",
        too_large: "This number is too large. Check it.",
        too_long: "This text is too long. Shorten it.",
        not_a_date: "Write a full date: day-month-year.",
        not_a_time: "Write hours and minutes, such as 07.30.",
        choose_another: "Choose another",
        search_choices: "Search choices",
        measure: "Take the position",
        measure_again: "Take again",
        measuring: "Looking for satellites… Stand in the open. This works without signal.",
        measured: |accuracy_m, wanted_m| {
            format!("Accuracy {accuracy_m} m, waiting for {wanted_m} m…")
        },
        take_position: |accuracy_m| format!("Use this one (±{accuracy_m} m)"),
        position_denied: "Lumbung may not use the location yet. Allow Location for Lumbung in the phone's settings, then try again.",
        position_unavailable: "No position yet. Switch Location on and stand in the open; the search goes on.",
        position_slow: "No satellites yet. Wait a little in the open; the search goes on.",
        position_unsupported: "This browser cannot take a position. Choose “Don't know” and write a note.",
        photo: "Photo",
        photo_take: "Take a photo",
        photo_again: "Replace the photo",
        photo_choose: "Gallery",
        photo_saving: "Making the photo small and storing it…",
        photo_size: |kilobytes| format!("{kilobytes} KB"),
        photo_elsewhere: "This photo is not on this phone.",
        not_a_picture: "This file is not a readable picture. Choose another photo.",
        remove: "Remove",
        no_rows: |title| format!("{title}: none yet. Add one if there is any."),
        open_row: "Open",
        add_row: |title| format!("+ Add {title}"),
        row_removed: "Row removed.",
        row_contested: "One person removed this row while another filled it. The supervisor decides.",
        unknown: "Don't know",
        refused: "Refuses",
        write_note: "Write a note",
        note_label: "Note",
        save_note: "Save the note",
        none_chosen: "None chosen",
        emptied: "(emptied)",
        conflict: "Answered differently without seeing each other:",
        conflict_advice: "The supervisor chooses. The first one counts for now.",
        use_this: "Use this",
        you: "You",
        other_enumerator: "Another enumerator",
        supervisor: "Supervisor",
        office: "Office",
        finish_title: "Finish",
        can_finish: "All complete. The document is ready to be sent.",
        must_mend: "Must be mended",
        must_explain: "To be explained by a note",
        change: "Change",
        not_answered: "Not answered",
        sent_title: "Sent, waiting for signal",
        sent_body: "The document is finished and stored on the phone. It goes out by itself as soon as there is signal; you may close the app.",
        received_title: "Received by the server",
        received_body: "Answers and photos are safe on the server. Thank you.",
        account: "Account",
        device: "This phone's number",
        storage: "Storage",
        installed_and_persisted: "Installed and guaranteed",
        persisted_only: "Guaranteed, not installed",
        storage_at_risk: "Not guaranteed: install Lumbung on the home screen",
        not_sent: "Not sent yet",
        unsent: |answers, photos| format!("{answers} answers, {photos} photos"),
        hand_over: "No signal? Hand answers over",
        photos_tomorrow: "Today's bound for photos is reached. Other photos go tomorrow; answers go as before.",
        photos_per_day: "Photos a day, at most",
        no_bound: "No bound",
        receipt: "Receipt",
        app_version: "App version",
        help_title: "Good to know",
        help: [
            "Each answer is stored on the phone as soon as it is typed, also without signal.",
            "Never clear browser data or remove Lumbung before “Not sent yet” is zero.",
            "No signal? Go on working. Open Lumbung for a moment where there is signal, then wait for “Received”.",
            "Phone lost or broken? Call your supervisor: what the server received is safe.",
        ],
        broken_title: "The phone's storage does not open",
        broken_safe: "Do not clear browser data or remove Lumbung: answers may still be there. Show this screen to your supervisor if it keeps failing.",
        start_over: "Start over",
        start_over_title: "Start over?",
        start_over_body: "Answers that this phone had not sent cannot be brought back. Do this only if your supervisor asks for it.",
        enrol_title: "Enrol this phone",
        enrol_body: "This link connects this phone with your account. One link is for one phone, once.",
        enrol_steps: [
            "Make sure there is signal, this once.",
            "Press the button below.",
            "After that, all work goes on without signal.",
        ],
        enrol_unknown: "This link is not known. It may have been cut off when copied: ask your supervisor for a new one.",
        enrol_used: "This link was used by another phone. Ask your supervisor for a new one.",
        enrol_expired: "This link has expired. Ask your supervisor for a new one.",
        enrol_other_account: "This link is for another account, and still good for another phone. This phone holds your answers: ask for a link of your own account.",
        connect_again_title: "Connect this phone again",
        connect_again_body: |name| {
            format!(
                "The server no longer knows this phone. A new link for {name} connects it again; every answer on this phone stays and will be sent."
            )
        },
        connect_again: "Connect again",
        already_enrolled: |name| format!("This phone is enrolled for {name}"),
        already_enrolled_body: "The link was not used and still works for another phone.",
    },
    #[cfg(feature = "console")]
    console: Console {
        admin: desk::ADMIN,
        priority: desk::PRIORITY,
        deciding: deciding::DECIDING,
        plots: plots::PLOTS,
        ruling: ruling::RULING,
        sign_in: "Sign in",
        sign_in_body: "For supervisors, analysts and administrators.",
        username: "User name",
        password: "Password",
        sign_in_failed: "User name and password do not match. Check capital letters, then try again.",
        fill_both: "Fill in user name and password.",
        signed_in_as: |name| format!("Signed in as {name}"),
        sign_out: "Sign out",
        role_name: |role| match role {
            Role::Enumerator => "Enumerator",
            Role::Supervisor => "Supervisor",
            Role::Regency => "Kabupaten office",
            Role::Province => "Provincial office",
            Role::National => "National office",
            Role::Analyst => "Analyst",
            Role::Administrator => "Administrator",
        },
        phone_only: "This account is for a phone",
        phone_only_body: "Enumerators work in the phone app. Ask your supervisor for an enrolment link or QR code.",
        unknown_place: "There is no such page",
        unknown_place_body: "The address is wrong, or your account may not open it.",
        overview: "Overview",
        priority_title: "Priority",
        handed: &handed::HANDED,
        questionnaires_title: "Questionnaires",
        rounds_title: "Rounds & assignments",
        accounts_title: "Accounts & phones",
        regions_title: "Regions",
        set_up: SetUp {
            title: "Make the first administrator",
            body: "This link works once. The administrator makes accounts, rounds and assignments.",
            name: "Full name",
            password_again: "Password once more",
            password_hint: |least| format!("At least {least} characters."),
            fill_all: "Fill in every field.",
            too_short: |least| format!("The password is too short: at least {least} characters."),
            not_equal: "The two passwords differ. Type them again.",
            make: "Make and sign in",
        },
        review: Review {
            title: "Review",
            round: "Round",
            queue: "Queue",
            filter: "Filter",
            status: "Status",
            statuses: [
                "Assigned",
                "Started",
                "Submitted",
                "Returned",
                "Approved",
                "Rejected",
            ],
            doubtful_first: "Most doubtful first",
            filters: [
                "Conflicts",
                "Findings",
                "Changed since approval",
                "Resubmitted",
                "Kept aside",
                "Coarse GPS",
                "Short interview",
            ],
            search_village: "Find village, code, enumerator",
            export_columns: [
                "code",
                "village",
                "district",
                "regency",
                "status",
                "answered",
                "relevant",
                "photos",
                "photos_received",
                "enumerators",
                "last_written",
                "reasons",
            ],
            no_reason: "No findings",
            filled: |answered, relevant| format!("{answered} of {relevant} answered"),
            show_more: |count| format!("Show {count} more"),
            cut_off: "Your regions hold more cases than can be shown. Search by kabupaten.",
            no_round: "No round in your regions yet",
            no_round_body: "An administrator opens a round and assigns villages. Then cases appear here.",
            queue_empty: "No village is assigned yet",
            queue_empty_body: "As soon as an administrator assigns villages in your regions, their cases appear here.",
            queue_is_old: "The server cannot be reached. This is the list as last opened; your decisions are kept and sent later.",
            other_tab: "Lumbung is open in another tab. In this one you can only look.",
            none_open: "Choose a village from the queue",
            none_open_body: "Press J to open the first one, then J and K to move.",
            not_open_yet: "The case is not open yet. Wait a moment, then try again.",
            no_questionnaire: "This device does not have the questionnaire of this case yet. Open it again with a connection.",
            parked_title: "Answers without a place",
            parked_body: "These answers were written under another version of the questionnaire. They stay stored, but do not count.",
            parked_removed: "the question is gone",
            parked_rows: "the question moved to other rows",
            parked_kind: "it is answered in another way now",
            parked_choice: "the choice is gone",
            parked_taken: "its new place has an answer",
            why_conflicts: |count| format!("Conflicts {count}"),
            why_errors: |count, first| {
                if count == 1 {
                    format!("Wrong: {first}")
                } else {
                    format!("{count} wrong: {first}")
                }
            },
            why_doubts: |count, first| {
                if count == 1 {
                    first.to_owned()
                } else {
                    format!("{count} doubtful: {first}")
                }
            },
            why_noted: |count| format!("{count} doubtful, with a note"),
            why_changed: "Changed since approval",
            why_resubmitted: "Resubmitted",
            why_quarantined: |count| format!("{count} answers kept aside by the server"),
            why_coarse: |metres| format!("Coarse GPS ±{metres} m"),
            why_short: |minutes| format!("Filled in {minutes} minutes"),
            tabs: ["To look at", "All answers", "Photos", "Map", "History"],
            tabs_label: "Views of the case",
            waiting: |count| format!("{count} waiting for signal"),
            withheld: |count| {
                format!(
                    "{count} personal answers are not shown to analysts; their questions look empty."
                )
            },
            erased: |count| {
                format!("{count} personal answers were erased on request; they read as refused.")
            },
            case_is_old: "The server cannot be reached. This is the case as last opened; your decisions are kept here and sent later.",
            case_empty: "No answers yet",
            case_empty_body: "The enumerator has not sent anything from this village. Answers appear as soon as the phone has signal.",
            all_clear: "Nothing needs a look",
            all_clear_body: "No conflicts and no findings. Read all answers if you wish, then approve.",
            you_or_unknown: "You or another account",
            source: "source",
            whole_case: "Whole case",
            empty: "not answered",
            unknown: "Unknown",
            refused: "Refused",
            computed: "computed",
            points: |count| format!("{count} points"),
            compass: ["N", "S", "E", "W"],
            compass_north: "N",
            row_added: "row added",
            row_removed: "row removed",
            commented: |text| format!("comment: {text}"),
            submitted_modules: |count| format!("Submitted ({count} modules)"),
            act_approved: "Approved",
            act_returned: |count| {
                if count == 0 {
                    "Returned".to_owned()
                } else {
                    format!("Returned ({count} questions)")
                }
            },
            act_reopened: "Reopened",
            act_rejected: "Rejected",
            changed_body: "Answers changed after the approval, which stands for the old ones. These are newer by the clocks of the phones:",
            returned_title: "Returned, to be mended",
            conflict: "Conflict",
            conflict_body: |count| {
                if count == 2 {
                    "Two people answered without seeing each other. Choose one, or enter the right one.".to_owned()
                } else {
                    format!(
                        "{count} answers were given without seeing each other. Choose one, or enter the right one."
                    )
                }
            },
            settled: "Settled",
            settled_as: |answer| format!("Settled: {answer}"),
            row_conflict: "One person removed this row while another went on filling it. Keep or remove?",
            keep_row: "Keep the row",
            remove_row: "Remove the row",
            errors_title: "Cannot be true",
            doubts_title: "Doubtful, without a note",
            noted_title: "Doubtful, with a note",
            quarantined_title: "Kept aside by the server",
            quarantined_body: "These answers arrived and are stored, but do not count yet.",
            never_admitted: "Cannot be admitted; it only stays on record.",
            admit: |count| format!("Admit {count} answers"),
            admit_title: "Admit what was kept aside?",
            admit_body: "The answers are merged into the case in the name of whoever wrote them, and begin to count. Where they differ from others, both stand as a conflict. This cannot be undone, and is recorded in your name.",
            admit_now: "Admit",
            admitted: |count| format!("{count} answers admitted."),
            quarantine: |code| match code {
                QuarantineCode::NeverAssigned => "The author was never assigned this village",
                QuarantineCode::RoundClosed => "The round is closed",
                QuarantineCode::UnknownRound => "Unknown round",
                QuarantineCode::UnknownQuestion => "The questionnaire has no such question",
                QuarantineCode::ForeignAuthor => "Written in somebody else's name",
                QuarantineCode::RoleMismatch => "The author's role does not fit",
                QuarantineCode::ReviewNotAllowed => "The author may not review",
                QuarantineCode::RevokedDevice => "The phone was revoked",
                QuarantineCode::TooLarge => "Too large",
                QuarantineCode::LamportMismatch => "The order does not fit",
            },
            enter_right_one: "Enter the right one",
            right_answer: "The right answer",
            choose: "Choose…",
            set_this: "Set",
            date_hint: "Write a date like 21-11-2026.",
            time_hint: "Write a time like 07.30.",
            which_number: "Does the full stop separate thousands or decimals? Choose:",
            typed_empty: "Enter the answer first.",
            typed_not_a_number: "This is not a number. Examples: 1.240 or 12,5.",
            typed_not_whole: "This question wants a whole number.",
            typed_too_long: "Too long. Shorten it.",
            with_empty: "Show empty ones",
            return_one: "Return…",
            comment: "Comment",
            changes: |count| {
                if count == 1 {
                    "History".to_owned()
                } else {
                    format!("History ({count})")
                }
            },
            not_while_conflicts: |count| {
                format!("Cannot be approved yet: settle {count} conflicts.")
            },
            not_while_errors: |count| {
                format!(
                    "Cannot be approved yet: {count} answers cannot be true. Return them with a reason."
                )
            },
            not_sent_yet: "Cannot be approved yet: not all modules were submitted.",
            not_mended_yet: "Waiting for the enumerator to mend it.",
            is_approved: "Already approved.",
            is_rejected: "This case is rejected.",
            only_reading: "You can only read this case.",
            keys_move: " move · ",
            keys_approve: " approve · ",
            keys_return: " return",
            approve: "Approve",
            return_case: "Return…",
            return_count: |count| format!("Return ({count})"),
            reopen: "Reopen",
            reject: "Reject…",
            reject_now: "Reject the case",
            done_approved: |name| format!("{name} approved. Undo it with Reopen."),
            done_returned: |name| format!("{name} returned to the enumerator."),
            done_rejected: |name| format!("{name} rejected. Undo it with Reopen."),
            done_reopened: |name| format!("{name} reopened."),
            comment_missing: "Write a reason at each question, so that the enumerator knows what to mend.",
            reason_missing: "Write the reason.",
            return_title: "Return to the enumerator",
            return_body: "The enumerator sees this comment right at the question.",
            return_all_body: "No question is chosen: the whole case is returned. To choose some, press Return… beside an answer.",
            reason_for_case: "Message for the whole case (may be empty if there are questions)",
            return_more: "Add another question",
            send_return: "Return now",
            comment_hint: "What is to be mended?",
            do_not_return: "Do not return this one",
            comment_title: "Comment",
            comment_only_hint: "The enumerator sees it at this question. The case is not returned.",
            comment_done: "Comment saved.",
            reopen_title: "Reopen",
            reopen_body: "The decision is taken back and the enumerator can submit again. The old decision stays in the history.",
            reject_title: "Reject the case",
            reject_body: "The case is not used in this round. No answer is deleted.",
            reason: "Reason",
            photo: "Photo",
            no_photos: "No photos",
            no_photos_body: "No answer of this case holds a photo.",
            photos_missing: |count| {
                format!("{count} photos are still on the phone, waiting for signal")
            },
            photo_on_its_way: "Still on the phone",
            photo_not_loaded: "Cannot be loaded yet",
            no_points: "No GPS point yet",
            no_points_body: "Points appear here as soon as the enumerator has taken them at the village office.",
            coarse: "Coarse",
            map_body: "The circle is the accuracy that the phone told. This picture uses no maps from outside.",
            map_label: "Positions of the GPS points; north is up",
            history_body: "All changes, the newest first by the clock of each device.",
            overview_title: "Overview",
            first_steps: "Begin here",
            first_steps_body: "Import the questionnaire, open a round for kabupaten, make accounts, assign villages, then enrol phones.",
            round_line: |villages, regencies| {
                format!("{villages} villages assigned in {regencies} kabupaten")
            },
            by_status: "Cases by status",
            to_review: |count| format!("Review {count} cases"),
            approved_of: |approved, of| format!("{approved} of {of} villages approved"),
            regency: "Kabupaten",
            villages: "Villages",
            photos_column: "Photos received",
            coverage: "Coverage by kabupaten",
            devices_title: "Phones not heard from for long",
            devices_line: |count, silent| {
                if silent == 0 {
                    format!("All {count} phones were heard from in the last 7 days.")
                } else {
                    format!("{silent} of {count} phones were not heard from for more than 7 days.")
                }
            },
            last_seen: |when| format!("last seen {when}"),
            unsent: |count| format!("{count} answers not sent yet"),
        },
    },
};

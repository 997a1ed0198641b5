//! English.
//!
//! Always: the same sentence as `id.rs`, said as an English speaker would.
//! Never: shorter by leaving out what is safe or what to do.

#[cfg(feature = "collector")]
use super::keys::Collector;
use super::keys::{Common, Net, Store, Texts};
#[cfg(feature = "console")]
use super::keys::{Console, Review, SetUp};
#[cfg(feature = "console")]
use shared::ids::Role;

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
        rows_shown: |from, to, of| format!("{from}–{to} of {of}"),
        previous_page: "Previous page",
        next_page: "Next page",
        days_short: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
        months_short: [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ],
        crashed: "The app has stopped. Answers that were saved are safe on the phone. Close it and open it again.",
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
        not_enrolled: "This phone is not enrolled yet",
        not_enrolled_body: "Ask your supervisor for the enrolment link or QR code and open it on this phone. One link is for one phone and works once.",
        open_link: "Enrol this phone",
        link_label: "Enrolment link",
        link_hint: "Paste the link from your supervisor here.",
        link_wrong: "This is not a Lumbung enrolment link. Copy the whole link, then paste it again.",
        already_safe: "Once enrolled, all work can be done without signal.",
    },
    #[cfg(feature = "console")]
    console: Console {
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
        review: Review { title: "Review" },
    },
};

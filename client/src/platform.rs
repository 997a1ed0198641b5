//! What the apps ask of the browser, in thin calls.
//!
//! Always: a browser that lacks something answers `None` or `false`, and the caller goes on without it.
//! Never: decides anything, or keeps a person's answers.

mod clock;
mod crypto;
mod device;
#[cfg(feature = "console")]
mod file;
mod page;
mod picture;
#[cfg(feature = "console")]
mod plots;
#[cfg(feature = "collector")]
mod record;
#[cfg(feature = "collector")]
mod scan;
mod tabs;
mod value;

pub use clock::{Clock, Timer, after, clock, monotonic_ms, sleep};
pub use crypto::{NotHashed, nfc, random_16, random_bytes, sha256};
#[cfg(feature = "console")]
pub use device::download_text;
pub use device::{
    Awake, Fix, PositionProblem, PositionWatch, Sharing, activate_update, can_install, deliver,
    download, install, is_installed, storage_persist, storage_persisted, update_is_ready,
    watch_position,
};
#[cfg(feature = "collector")]
pub use device::{announce_awake, fetch_words, fetched_words, open_bundles};
#[cfg(feature = "console")]
pub use file::{
    chosen_file, chosen_files, copy_text, file_base64, file_bytes, file_text, forget_file,
    taken_file,
};
pub use page::{
    Listener, address_hash, document, focus, forget, history, is_online, is_visible, keep,
    keep_for_years, kept, kept_for_years, navigator, on_hidden, on_network, on_window,
    scroll_to_top, window,
};
pub use picture::{NotAPicture, PICTURE_EDGE_MAX, capped_jpeg, png};
#[cfg(feature = "console")]
pub use plots::{UNPLOTTED, draw_plot, drop_plot, load_plots, zoom_plot};
#[cfg(feature = "collector")]
pub use record::{RecordProblem, Recording, record_sound};
#[cfg(feature = "collector")]
pub use scan::{CodeScanner, can_scan};
pub use tabs::{Channel, DriverLock, drive, drive_as};
pub use value::{address_of, from_stored, to_stored};

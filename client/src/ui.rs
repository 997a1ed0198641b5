//! The design system: parts of screens that both apps are built from.
//!
//! Always: real controls under every part (buttons, inputs, dialogs), a label for each, targets of 48 px or more, and
//! a word beside every colour; parts take data and emit events with meaning.
//! Never: calls the store or the network, or sets styles from text (the page's policy refuses them).
//!
//! `client/web/style.css` holds the looks, and `desk.css` those of the office alone; the names of its classes are used here and in screens.

mod basics;
mod dialog;
mod field;
mod frame;
mod live;
mod options;
#[cfg(feature = "console")]
mod shell;
mod states;
#[cfg(feature = "console")]
mod table;

pub use basics::{
    Button, ButtonKind, Card, CardKind, Chip, ChipKind, Message, MessageKind, ProgressBar, Tabs,
    ThreeNumbers,
};
pub use dialog::Dialog;
pub use field::{Field, FieldKind, Note};
pub use frame::{Brand, LanguagePicker, TextSizePicker, TopBar, Woven, apply_text_size, picker};
pub(crate) use live::view;
pub use live::{Kept, effect, erased, kept, live};
pub use options::{Choice, Options, Pick};
#[cfg(feature = "console")]
pub use shell::{NavItem, NavShell};
pub use states::{EmptyState, ErrorState, Loading, Toast, ToastPlace, Toasts, use_toasts};
#[cfg(feature = "console")]
pub use table::{Cell, Column, DataTable, ROWS_PER_PAGE, Row, Sort, csv_text, pager};

//! The questionnaire engine: sheets in, a compact compiled form out, and a live interview over it.
//!
//! Always: phone and server compute the same from the same answers, rows, village and moment.
//! Never: parses a sheet, an expression or a pattern without feature `authoring`; knows a screen.

#[cfg(feature = "authoring")]
mod compile;
pub mod interview;
pub mod model;
#[cfg(feature = "authoring")]
pub mod sheet;
pub mod typed;
pub mod xpath;

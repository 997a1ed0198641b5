//! The questionnaire engine: sheets in, a compact compiled form out, and a live interview over it.
//!
//! Always: phone and server compute the same from the same answers, rows, village and moment.
//! Never: parses a sheet, an expression or a pattern without feature `authoring`; knows a screen.
//!
//! The way through: `sheet::import` reads an XLSForm, `xform::import` an XForm, and both give a
//! `model::Questionnaire`; its bytes go to the phone; `interview::Interview` holds the answers of one case and says what a screen
//! shows; `interview::compile_indicator` and `Interview::evaluate` give numbers to methods.
//!
//! Two differences from ODK, on purpose: a repeat starts without a row, and a constraint that is
//! not met is a finding that blocks "finish", not "save".

#[cfg(feature = "authoring")]
mod compile;
pub mod interview;
pub mod model;
#[cfg(feature = "authoring")]
pub mod sheet;
pub mod typed;
#[cfg(feature = "authoring")]
pub mod xform;
pub mod xpath;

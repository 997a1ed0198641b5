//! The Lumbung apps: what runs in a browser, on a phone and in an office.
//!
//! Always: the collector and the console are separate wasm files of this one crate, each built with its own feature;
//! an answer is called saved only after the transaction that holds it is complete.
//! Never: the collector links the console or `shared`'s authoring; a component calls the store or the network.

#![expect(
    unreachable_pub,
    reason = "the component macro writes `pub` items that no module exports"
)]

/// One page has one thread of wasm; the allocator takes memory as it needs it.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(feature = "collector")]
pub mod collector;
#[cfg(feature = "console")]
pub mod console;

#[cfg(any(feature = "collector", feature = "console"))]
pub mod driver;
pub mod i18n;
pub mod net;
pub mod platform;
pub mod router;
pub mod store;
pub mod ui;

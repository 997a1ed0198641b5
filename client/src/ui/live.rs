//! Parts of a screen that follow signals.
//!
//! Always: one kind of content for all of them; leptos compiles its whole machinery again for each kind it is given,
//! and the phone has to load every one.

use leptos::prelude::*;

/// Content that is made anew whenever a signal that it reads changes.
pub fn live<V: IntoAny>(content: impl Fn() -> V + Send + 'static) -> AnyView {
    let content: Box<dyn FnMut() -> AnyView + Send> = Box::new(move || content().into_any());
    content.into_any()
}

//! What every screen is made of.
//!
//! Always: one type of view, one kind of content that follows signals; leptos compiles its machinery again for each
//! type of view, option or list of views and for each closure, and the phone has to load every one.

use leptos::prelude::*;

/// Leptos' `view!`, with the type of what it makes erased: every view of both apps is an `AnyView`.
macro_rules! view {
    ($($content:tt)*) => { $crate::ui::erased(::leptos::view! { $($content)* }) };
}

pub(crate) use view;

/// A view as every other: one type for all.
pub fn erased<V: IntoAny>(view: View<V>) -> AnyView {
    view.into_inner().into_any()
}

/// Content that is made anew whenever a signal that it reads changes.
pub fn live<V: IntoAny>(content: impl Fn() -> V + Send + 'static) -> AnyView {
    let content: Box<dyn FnMut() -> AnyView + Send> = Box::new(move || content().into_any());
    content.into_any()
}

//! What every screen is made of.
//!
//! Always: one type of view, one kind of content that follows signals; leptos compiles its machinery again for each
//! type of view, option or list of views and for each closure, and the phone has to load every one.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

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

/// Does something now and whenever a signal that it reads changes; it is told whether this is the first time.
pub fn effect(act: impl FnMut(bool) + 'static) {
    effect_of(Box::new(act));
}

fn effect_of(mut act: Box<dyn FnMut(bool)>) {
    Effect::new(move |before: Option<()>| act(before.is_none()));
}

/// A value that is computed anew when what it reads changes, and announced only when it then differs.
///
/// A memo of leptos, of which the phone would load a kilobyte for each type; this one knows its type only at its ends.
pub struct Kept<T> {
    value: Memo<Value>,
    of: PhantomData<fn() -> T>,
}

#[derive(Clone)]
struct Value(Arc<dyn Comparable>);

trait Comparable: Send + Sync {
    fn equals(&self, other: &dyn Comparable) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<T: PartialEq + Send + Sync + 'static> Comparable for T {
    fn equals(&self, other: &dyn Comparable) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.0.equals(&*other.0)
    }
}

/// Keeps what `compute` gives.
pub fn kept<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn() -> T + Send + Sync + 'static,
) -> Kept<T> {
    Kept {
        value: kept_value(Box::new(move || Value(Arc::new(compute())))),
        of: PhantomData,
    }
}

fn kept_value(compute: Box<dyn Fn() -> Value + Send + Sync>) -> Memo<Value> {
    Memo::new(move |_| compute())
}

fn read(value: Memo<Value>) -> Value {
    value.get()
}

fn look_at<T: 'static, U>(value: &Value, look: impl FnOnce(&T) -> U) -> U {
    let value = (*value.0).as_any().downcast_ref();
    look(value.expect("what was kept is of the type it was kept as"))
}

impl<T: 'static> Kept<T> {
    /// Looks at the value, and follows it.
    pub fn with<U>(self, look: impl FnOnce(&T) -> U) -> U {
        look_at(&read(self.value), look)
    }

    /// Looks at the value without following it.
    pub fn with_untracked<U>(self, look: impl FnOnce(&T) -> U) -> U {
        look_at(&untrack(|| read(self.value)), look)
    }

    /// A copy of the value, and follows it.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Kept<T> {
        *self
    }
}

impl<T> Copy for Kept<T> {}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

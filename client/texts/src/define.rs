//! How the keys are defined that a phone may read from a file.
//!
//! A key is `text`, `[3]` for so many texts, `(count: usize)` for a sentence that takes values, or `{Part}` for more keys.
//! A [`Sentence`](crate::sentence::Sentence) is a text too; the method of its name says it.
//!
//! Always: what is counted, written and read are the same keys in the same order, since one list makes them all.
//! Never: a key whose words are a program; a file could not hold it.

/// A struct of keys, and what files of texts need of it.
macro_rules! keys {
    ($(#[$about:meta])* $name:ident { $($key:ident: $kind:tt,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name {
            $(pub $key: key!(type $kind),)*
        }

        impl $name {
            $(key!(method $key, $kind);)*
        }

        #[cfg(feature = "collector")]
        impl $name {
            /// How many texts there are.
            pub(crate) const COUNT: usize = 0 $(+ key!(count $kind))*;

            /// Goes on with a number that is another one for other keys, or the same ones in another order.
            pub(crate) const fn mark(mark: u32) -> u32 {
                $(let mark = key!(mark mark, $key, $kind);)*
                mark
            }

            /// Shows each text in turn.
            pub(crate) fn each(&mut self, show: &mut impl FnMut(&mut &'static str)) {
                $(key!(each self.$key, show, $kind);)*
            }

            /// Shows each sentence in turn, with the names of its values.
            #[cfg(test)]
            pub(crate) fn each_sentence(&self, show: &mut impl FnMut(&'static str, &'static str)) {
                $(key!(sentence self.$key, show, $kind);)*
            }
        }
    };
}

/// What one key means to each of these.
macro_rules! key {
    (type text) => { &'static str };
    (type [$count:literal]) => { [&'static str; $count] };
    (type ($($value:tt)*)) => { $crate::sentence::Sentence };
    (type {$part:ident}) => { $part };

    (method $key:ident, ($($value:ident: $type:ty),*)) => {
        pub fn $key(&self, $($value: $type),*) -> String {
            let names = concat!($(stringify!($value), " "),*);
            self.$key.said(names, &[$(&$value),*])
        }
    };
    (method $key:ident, $kind:tt) => {};

    (count [$count:literal]) => { $count };
    (count {$part:ident}) => { $part::COUNT };
    (count $kind:tt) => { 1 };

    (mark $mark:expr, $key:ident, {$part:ident}) => {
        $part::mark($crate::packed::marked($mark, stringify!($key)))
    };
    (mark $mark:expr, $key:ident, $kind:tt) => {
        $crate::packed::marked($mark, concat!(stringify!($key), stringify!($kind)))
    };

    (each $place:expr, $show:ident, [$count:literal]) => { $place.iter_mut().for_each(&mut *$show) };
    (each $place:expr, $show:ident, {$part:ident}) => { $place.each($show) };
    (each $place:expr, $show:ident, text) => { $show(&mut $place) };
    (each $place:expr, $show:ident, ($($value:tt)*)) => { $show(&mut $place.0) };

    (sentence $place:expr, $show:ident, ($($value:ident: $type:ty),*)) => {
        $show($place.0, concat!($(stringify!($value), " "),*))
    };
    (sentence $place:expr, $show:ident, {$part:ident}) => { $place.each_sentence($show) };
    (sentence $place:expr, $show:ident, $kind:tt) => {};
}

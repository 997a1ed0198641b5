//! How the keys are defined that a phone may read from a file.
//!
//! A key is `text`, `[3]` for so many texts, `(count: usize)` for a sentence that takes values, or `{Part}` for more keys.
//! A [`Sentence`](crate::sentence::Sentence) is a text too; the method of its name says it.
//! `..part: Part` before the keys of a table is more keys as well.
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

/// The same for keys of the phone alone, as a language gives them (`$given`) and as they are read (`$name`): there the
/// texts lie in one row, which a file fills in a loop, where one field after the other would be code for each.
#[cfg(feature = "collector")]
macro_rules! table {
    ($(#[$about:meta])* $name:ident from $given:ident {
        $(..$part:ident: $type:ident,)*
        $($key:ident: $kind:tt,)*
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name {
            $(pub $part: $type,)*
            texts: [&'static str; $given::COUNT],
        }

        /// The keys, each with its words.
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $given {
            $(pub(crate) $part: $type,)*
            $(pub(crate) $key: key!(type $kind),)*
        }

        impl $given {
            const COUNT: usize = 0 $(+ key!(count $kind))*;

            /// In one row.
            pub(crate) const fn in_a_row(self) -> $name {
                let mut row = $crate::define::Row { texts: [""; $given::COUNT], at: 0 };
                $(row = key!(put row, self.$key, $kind);)*
                $name { $($part: self.$part,)* texts: row.texts }
            }
        }

        impl $name {
            /// How many texts there are.
            pub(crate) const COUNT: usize = $given::COUNT $(+ $type::COUNT)*;

            /// Goes on with a number that is another one for other keys, or the same ones in another order.
            pub(crate) const fn mark(mark: u32) -> u32 {
                $(let mark = key!(mark mark, $key, $kind);)*
                $(let mark = $type::mark(mark);)*
                mark
            }

            /// Shows each text in turn.
            pub(crate) fn each(&mut self, show: &mut impl FnMut(&mut &'static str)) {
                self.texts.iter_mut().for_each(&mut *show);
                $(self.$part.each(show);)*
            }
        }

        const _: () = {
            struct Places { $($key: usize,)* }
            const PLACES: Places = {
                let mut next = 0;
                Places { $($key: { next += key!(count $kind); next - key!(count $kind) },)* }
            };

            impl $name {
                $(key!(place $key, PLACES.$key, $kind);)*

                /// Shows each sentence in turn, with the names of its values.
                #[cfg(test)]
                pub(crate) fn each_sentence(&self, show: &mut impl FnMut(&'static str, &'static str)) {
                    $(key!(sentence $crate::sentence::Sentence(self.texts[PLACES.$key]), show, $kind);)*
                    $(self.$part.each_sentence(show);)*
                }
            }
        };
    };
}

/// Texts that are being put into a row.
#[cfg(feature = "collector")]
pub(crate) struct Row<const COUNT: usize> {
    pub(crate) texts: [&'static str; COUNT],
    pub(crate) at: usize,
}

#[cfg(feature = "collector")]
impl<const COUNT: usize> Row<COUNT> {
    pub(crate) const fn with(mut self, texts: &[&'static str]) -> Self {
        let mut next = 0;
        while next < texts.len() {
            self.texts[self.at + next] = texts[next];
            next += 1;
        }
        self.at += next;
        self
    }
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

    (put $row:ident, $place:expr, text) => { $row.with(&[$place]) };
    (put $row:ident, $place:expr, [$count:literal]) => { $row.with(&$place) };
    (put $row:ident, $place:expr, ($($value:tt)*)) => { $row.with(&[$place.0]) };

    (place $key:ident, $place:expr, text) => {
        #[inline(always)]
        pub const fn $key(&self) -> &'static str {
            self.texts[const { $place }]
        }
    };
    (place $key:ident, $place:expr, [$count:literal]) => {
        pub fn $key(&self) -> [&'static str; $count] {
            std::array::from_fn(|at| self.texts[const { $place } + at])
        }
    };
    (place $key:ident, $place:expr, ($($value:ident: $type:ty),*)) => {
        pub fn $key(&self, $($value: $type),*) -> String {
            let names = concat!($(stringify!($value), " "),*);
            $crate::sentence::Sentence(self.texts[const { $place }]).said(names, &[$(&$value),*])
        }
    };

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

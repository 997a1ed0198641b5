//! Reading that is cheap to compile: for the records and messages that a phone reads.
//!
//! Always: reads what the types' derived readers read, and refuses what they refuse; the tests hold the two together.
//! Never: stops half-way through a value: what is wrong is noted once, and the whole is refused at the end.
//!
//! Why: a derived reader may fail at each field and then drops all before it. For thirty types that was a tenth of the
//! phone's app.

use super::Unreadable;
use super::read::{Number, Reader};

/// What a JSON text says. Nothing that a phone reads has fractions, so what a newer server adds is only skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    Whole(i64),
    /// A fraction, or a number beyond all bounds.
    OtherNumber,
    Text(String),
    List(Vec<Json>),
    Object(Fields),
}

/// A type that is read from a tree.
pub trait FromJson: Sized {
    /// Reads the value. Where it is not there, the fault is noted and anything of the type returned.
    fn from_json(json: Json, faults: &mut Faults) -> Self;
}

/// What was wrong first.
#[derive(Debug, Default)]
pub struct Faults {
    first: Option<String>,
    /// The field that is being read.
    field: &'static str,
}

impl Faults {
    /// Notes that something else was expected.
    #[inline(never)]
    pub fn expected(&mut self, what: &str) {
        let field = self.field;
        self.first
            .get_or_insert_with(|| format!("expected {what} as `{field}`"));
    }
}

/// The members of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields(Vec<(String, Json)>);

impl Fields {
    #[inline(never)]
    pub fn of(json: Json, faults: &mut Faults) -> Fields {
        match json {
            Json::Object(fields) => fields,
            _ => {
                faults.expected("an object");
                Fields::default()
            }
        }
    }

    /// Takes a field out; null where there is none.
    #[inline(never)]
    pub fn take(&mut self, name: &'static str, faults: &mut Faults) -> Json {
        faults.field = name;
        let found = self.0.iter_mut().find(|(key, _)| key == name);
        found.map_or(Json::Null, |(_, value)| {
            std::mem::replace(value, Json::Null)
        })
    }

    /// Reads a field that may be missing.
    pub fn take_or_default<T: FromJson + Default>(
        &mut self,
        name: &'static str,
        faults: &mut Faults,
    ) -> T {
        match self.take(name, faults) {
            Json::Null => T::default(),
            json => T::from_json(json, faults),
        }
    }
}

/// One kind of an enumeration with its content: `"name"` or `{"name": content}`.
#[inline(never)]
pub fn kind(json: Json, faults: &mut Faults) -> (String, Json) {
    match json {
        Json::Text(name) => (name, Json::Null),
        Json::Object(Fields(mut members)) if members.len() == 1 => members.remove(0),
        _ => {
            faults.expected("a kind");
            (String::new(), Json::Null)
        }
    }
}

/// Reads a text.
///
/// # Errors
/// What was expected, and where the text says otherwise.
pub fn read<T: FromJson>(text: &str) -> Result<T, Unreadable> {
    let json = parse(text)?;
    let mut faults = Faults::default();
    let value = T::from_json(json, &mut faults);
    match faults.first {
        None => Ok(value),
        Some(fault) => Err(Unreadable::new(fault)),
    }
}

#[inline(never)]
fn parse(text: &str) -> Result<Json, Unreadable> {
    let mut reader = Reader::new(text);
    let read = reader.tree().and_then(|json| reader.end().map(|()| json));
    read.map_err(|error| error.at(reader.place()))
}

impl Reader<'_> {
    fn tree(&mut self) -> Result<Json, Unreadable> {
        Ok(match self.peek() {
            Some(b'{') => {
                self.enter(b'{', "an object")?;
                let mut members = Vec::new();
                let mut is_first = true;
                while self.has_more(b'}', &mut is_first)? {
                    members.push((self.take_key()?, self.tree()?));
                }
                Json::Object(Fields(members))
            }
            Some(b'[') => {
                self.enter(b'[', "a list")?;
                let mut members = Vec::new();
                let mut is_first = true;
                while self.has_more(b']', &mut is_first)? {
                    members.push(self.tree()?);
                }
                Json::List(members)
            }
            Some(b'"') => Json::Text(self.take_text()?),
            Some(b't' | b'f') => Json::Bool(self.take_bool()?),
            Some(b'n') => {
                self.take_null()?;
                Json::Null
            }
            _ => match self.take_number()? {
                Number::Positive(number) => {
                    i64::try_from(number).map_or(Json::OtherNumber, Json::Whole)
                }
                Number::Negative(number) => Json::Whole(number),
                Number::Fraction(_) => Json::OtherNumber,
            },
        })
    }
}

impl FromJson for Json {
    fn from_json(json: Json, _: &mut Faults) -> Json {
        json
    }
}

impl FromJson for bool {
    fn from_json(json: Json, faults: &mut Faults) -> bool {
        match json {
            Json::Bool(value) => value,
            _ => {
                faults.expected("true or false");
                false
            }
        }
    }
}

impl FromJson for i64 {
    #[inline(never)]
    fn from_json(json: Json, faults: &mut Faults) -> i64 {
        match json {
            Json::Whole(value) => value,
            _ => {
                faults.expected("a whole number");
                0
            }
        }
    }
}

macro_rules! numbers {
    ($($number:ident)*) => {$(
        impl FromJson for $number {
            fn from_json(json: Json, faults: &mut Faults) -> $number {
                $number::try_from(i64::from_json(json, faults)).unwrap_or_else(|_| {
                    faults.expected("a number within bounds");
                    0
                })
            }
        }
    )*};
}

numbers! { i16 u32 u64 }

impl FromJson for String {
    #[inline(never)]
    fn from_json(json: Json, faults: &mut Faults) -> String {
        match json {
            Json::Text(text) => text,
            _ => {
                faults.expected("a text");
                String::new()
            }
        }
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: Json, faults: &mut Faults) -> Option<T> {
        match json {
            Json::Null => None,
            json => Some(T::from_json(json, faults)),
        }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json, faults: &mut Faults) -> Vec<T> {
        let mut read = Vec::new();
        for json in members(json, faults) {
            read.push(T::from_json(json, faults));
        }
        read
    }
}

#[inline(never)]
fn members(json: Json, faults: &mut Faults) -> Vec<Json> {
    match json {
        Json::List(members) => members,
        _ => {
            faults.expected("a list");
            Vec::new()
        }
    }
}

/// Readers of structures: their fields; behind a semicolon those that may be missing.
macro_rules! fields {
    ($($name:path { $($field:ident)* $(; $($missing:ident)*)? })*) => {$(
        impl $crate::json::FromJson for $name {
            fn from_json(json: $crate::json::Json, faults: &mut $crate::json::Faults) -> Self {
                let mut fields = $crate::json::Fields::of(json, faults);
                // An alias, since a path cannot stand before braces.
                type This = $name;
                This {
                    $($field: $crate::json::FromJson::from_json(
                        fields.take(stringify!($field), faults), faults,
                    ),)*
                    $($($missing: fields.take_or_default(stringify!($missing), faults),)*)?
                }
            }
        }
    )*};
}

/// Readers of enumerations whose kinds have no content; the first kind stands where a name is unknown.
macro_rules! kinds {
    ($($name:path { $first:ident $text:literal $($kind:ident $other:literal)* })*) => {$(
        impl $crate::json::FromJson for $name {
            fn from_json(json: $crate::json::Json, faults: &mut $crate::json::Faults) -> Self {
                type This = $name;
                let (name, _) = $crate::json::kind(json, faults);
                match name.as_str() {
                    $text => This::$first,
                    $($other => This::$kind,)*
                    _ => {
                        faults.expected("a known kind");
                        This::$first
                    }
                }
            }
        }
    )*};
}

/// Readers of types that are written as one text, each with what stands where the text is none of them.
macro_rules! texts {
    ($($name:path = $otherwise:expr;)*) => {$(
        impl $crate::json::FromJson for $name {
            fn from_json(json: $crate::json::Json, faults: &mut $crate::json::Faults) -> Self {
                let text = String::from_json(json, faults);
                text.parse().unwrap_or_else(|_| {
                    faults.expected(stringify!($name));
                    $otherwise
                })
            }
        }
    )*};
}

pub(crate) use {fields, kinds, texts};

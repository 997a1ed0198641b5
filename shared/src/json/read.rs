//! From JSON text to values.
//!
//! Always: what a type does not ask for is skipped, and still has to be JSON.
//! Never: nests deeper than `DEPTH_MAX`.

use serde::de::value::U32Deserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::Unreadable;
use crate::number::double_of_digits;

/// Lists and objects within each other; our own types nest a handful.
const DEPTH_MAX: u32 = 100;

impl Error for Unreadable {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Unreadable::new(message.to_string())
    }
}

type Result<T> = std::result::Result<T, Unreadable>;

#[derive(Debug)]
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
}

/// A number as it was written.
pub(super) enum Number {
    Positive(u64),
    Negative(i64),
    Fraction(f64),
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Reader<'t> {
        Reader {
            text,
            at: 0,
            depth: 0,
        }
    }

    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// Nothing follows but white space.
    pub(super) fn end(&mut self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(expected("the end")),
        }
    }

    /// The next byte that is no white space; it stays.
    #[inline(never)]
    pub(super) fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        self.at += rest.iter().take_while(blank).count();
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline(never)]
    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    #[inline(never)]
    fn must_take(&mut self, byte: u8, what: &'static str) -> Result<()> {
        match self.take(byte) {
            true => Ok(()),
            false => Err(expected(what)),
        }
    }

    #[inline(never)]
    fn take_word(&mut self, word: &str) -> bool {
        let is_there = self.peek().is_some() && self.text[self.at..].starts_with(word);
        self.at += if is_there { word.len() } else { 0 };
        is_there
    }

    #[inline(never)]
    pub(super) fn take_bool(&mut self) -> Result<bool> {
        if self.take_word("true") {
            return Ok(true);
        }
        match self.take_word("false") {
            true => Ok(false),
            false => Err(expected("true or false")),
        }
    }

    #[inline(never)]
    pub(super) fn take_null(&mut self) -> Result<()> {
        match self.take_word("null") {
            true => Ok(()),
            false => Err(expected("null")),
        }
    }

    #[inline(never)]
    pub(super) fn take_text(&mut self) -> Result<String> {
        self.must_take(b'"', "a text")?;
        let mut taken = String::new();
        loop {
            let rest = &self.text[self.at..];
            let special = |byte: u8| byte == b'"' || byte == b'\\' || byte < b' ';
            let Some(plain) = rest.bytes().position(special) else {
                return Err(expected("the end of a text"));
            };
            taken.push_str(&rest[..plain]);
            self.at += plain + 1;
            match rest.as_bytes()[plain] {
                b'"' => return Ok(taken),
                b'\\' => taken.push(self.take_escape()?),
                _ => return Err(expected("no control character in a text")),
            }
        }
    }

    /// What stands after a backslash.
    fn take_escape(&mut self) -> Result<char> {
        let byte = self.text.as_bytes().get(self.at).copied();
        self.at += usize::from(byte.is_some_and(|byte| byte.is_ascii()));
        Ok(match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.take_code_point(),
            _ => return Err(expected("a known escape")),
        })
    }

    fn take_code_point(&mut self) -> Result<char> {
        let first = self.take_hex()?;
        let code = match first {
            0xD800..=0xDBFF => {
                let rest = &self.text.as_bytes()[self.at..];
                if !rest.starts_with(b"\\u") {
                    return Err(expected("the second half of a character"));
                }
                self.at += 2;
                let second = self.take_hex()?;
                let half = second.checked_sub(0xDC00).filter(|half| *half < 0x400);
                let half = half.ok_or_else(|| expected("the second half of a character"))?;
                0x10000 + ((first - 0xD800) << 10) + half
            }
            _ => first,
        };
        char::from_u32(code).ok_or_else(|| expected("a whole character"))
    }

    fn take_hex(&mut self) -> Result<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let byte = self.text.as_bytes().get(self.at).copied();
            let digit = byte.and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| expected("four hexadecimal digits"))?;
            self.at += 1;
        }
        Ok(code)
    }

    #[inline(never)]
    pub(super) fn take_number(&mut self) -> Result<Number> {
        let is_negative = self.take(b'-');
        let whole = self.take_digits();
        if whole.is_empty() || (1 < whole.len() && whole.starts_with('0')) {
            return Err(expected("a number"));
        }
        let mut fraction = "";
        if self.is_next(b'.') {
            self.at += 1;
            fraction = self.take_digits();
            if fraction.is_empty() {
                return Err(expected("digits after the point"));
            }
        }
        let exponent = self.take_exponent()?;
        let whole_number = match (fraction, exponent) {
            ("", None) => whole.parse::<u64>().ok(),
            _ => None,
        };
        // A greater one is a number all the same; a type that wants a whole one refuses it.
        match whole_number {
            Some(number) if !is_negative => return Ok(Number::Positive(number)),
            // Zero with a sign is no whole number to `serde_json`, which the hub reads with.
            Some(0) | None => {}
            Some(number) => {
                if let Some(number) = 0_i64.checked_sub_unsigned(number) {
                    return Ok(Number::Negative(number));
                }
            }
        }
        let digits = whole.bytes().chain(fraction.bytes());
        let digits: Vec<u8> = digits.map(|digit| digit - b'0').collect();
        let shift = i32::try_from(fraction.len()).unwrap_or(i32::MAX);
        let size = double_of_digits(&digits, exponent.unwrap_or(0).saturating_sub(shift));
        if size.is_infinite() {
            return Err(expected("a smaller number"));
        }
        Ok(Number::Fraction(if is_negative { -size } else { size }))
    }

    fn take_digits(&mut self) -> &'t str {
        let rest = &self.text[self.at..];
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += count;
        &rest[..count]
    }

    fn take_exponent(&mut self) -> Result<Option<i32>> {
        if !self.is_next(b'e') && !self.is_next(b'E') {
            return Ok(None);
        }
        self.at += 1;
        let is_negative = self.is_next(b'-');
        self.at += usize::from(is_negative || self.is_next(b'+'));
        let digits = self.take_digits();
        if digits.is_empty() {
            return Err(expected("digits of an exponent"));
        }
        let size = digits.parse().unwrap_or(i32::MAX / 2);
        Ok(Some(if is_negative { -size } else { size }))
    }

    fn is_next(&self, byte: u8) -> bool {
        self.text.as_bytes().get(self.at) == Some(&byte)
    }

    #[inline(never)]
    pub(super) fn enter(&mut self, open: u8, what: &'static str) -> Result<()> {
        self.must_take(open, what)?;
        self.depth += 1;
        match self.depth <= DEPTH_MAX {
            true => Ok(()),
            false => Err(expected("fewer lists within lists")),
        }
    }

    /// Whether another member of a list or object follows; its end is taken.
    #[inline(never)]
    pub(super) fn has_more(&mut self, close: u8, is_first: &mut bool) -> Result<bool> {
        if self.take(close) {
            self.depth -= 1;
            return Ok(false);
        }
        if !std::mem::replace(is_first, false) {
            self.must_take(b',', "a comma")?;
        }
        Ok(true)
    }

    #[inline(never)]
    pub(super) fn take_key(&mut self) -> Result<String> {
        let key = self.take_text()?;
        self.must_take(b':', "a colon")?;
        Ok(key)
    }

    #[inline(never)]
    fn skip(&mut self) -> Result<()> {
        match self.peek() {
            Some(b'{') => {
                self.enter(b'{', "an object")?;
                let mut is_first = true;
                while self.has_more(b'}', &mut is_first)? {
                    self.take_key()?;
                    self.skip()?;
                }
                Ok(())
            }
            Some(b'[') => {
                self.enter(b'[', "a list")?;
                let mut is_first = true;
                while self.has_more(b']', &mut is_first)? {
                    self.skip()?;
                }
                Ok(())
            }
            Some(b'"') => self.take_text().map(drop),
            Some(b't' | b'f') => self.take_bool().map(drop),
            Some(b'n') => self.take_null(),
            _ => self.take_number().map(drop),
        }
    }

    fn list<'de, V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        self.enter(b'[', "a list")?;
        let mut members = Members {
            reader: self,
            names: &[],
            is_first: true,
            is_at_end: false,
        };
        let value = visitor.visit_seq(&mut members)?;
        match members.is_at_end || !members.more(b']')? {
            true => Ok(value),
            false => Err(expected("a shorter list")),
        }
    }

    fn object<'de, V: Visitor<'de>>(
        &mut self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.enter(b'{', "an object")?;
        visitor.visit_map(Members {
            reader: self,
            names,
            is_first: true,
            is_at_end: false,
        })
    }
}

#[inline(never)]
fn expected(what: &'static str) -> Unreadable {
    Unreadable::new(format!("expected {what}"))
}

macro_rules! numbers {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            number(self, visitor)
        }
    )*};
}

fn number<'de, V: Visitor<'de>>(reader: &mut Reader<'_>, visitor: V) -> Result<V::Value> {
    match reader.take_number()? {
        Number::Positive(number) => visitor.visit_u64(number),
        Number::Negative(number) => visitor.visit_i64(number),
        Number::Fraction(number) => visitor.visit_f64(number),
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.peek() {
            Some(b'{') => self.object(&[], visitor),
            Some(b'[') => self.list(visitor),
            Some(b'"') => visitor.visit_string(self.take_text()?),
            Some(b't' | b'f') => visitor.visit_bool(self.take_bool()?),
            Some(b'n') => {
                self.take_null()?;
                visitor.visit_unit()
            }
            _ => number(self, visitor),
        }
    }

    numbers! {
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_f32 deserialize_f64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.take_bool()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.take_text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.take_text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.take_word("null") {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.take_null()?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.list(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.list(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.object(&[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.object(names, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let has_content = self.peek() == Some(b'{');
        let name = match has_content {
            true => {
                self.enter(b'{', "an object")?;
                self.take_key()?
            }
            false => self.take_text()?,
        };
        let number = place_of(&name, names);
        let read = visitor.visit_enum(Variant {
            reader: self,
            number,
            has_content,
        })?;
        if has_content {
            self.must_take(b'}', "the end of the object")?;
            self.depth -= 1;
        }
        Ok(read)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        char bytes byte_buf unit_struct tuple_struct identifier
    }
}

/// The place of a name in a type's own list; one that is not there stands behind all.
#[inline(never)]
fn place_of(name: &str, names: &[&str]) -> u32 {
    let found = names.iter().position(|known| *known == name);
    u32::try_from(found.unwrap_or(names.len())).unwrap_or(u32::MAX)
}

/// The members of a list or object, one after the other.
struct Members<'r, 't> {
    reader: &'r mut Reader<'t>,
    /// The fields of a structure; none for a map.
    names: &'static [&'static str],
    is_first: bool,
    is_at_end: bool,
}

impl Members<'_, '_> {
    #[inline(never)]
    fn more(&mut self, close: u8) -> Result<bool> {
        let more = self.reader.has_more(close, &mut self.is_first)?;
        self.is_at_end = !more;
        Ok(more)
    }

    /// The place of the next key among the fields.
    #[inline(never)]
    fn next_place(&mut self) -> Result<Option<u32>> {
        let key = self.next_key()?;
        Ok(key.map(|key| place_of(&key, self.names)))
    }

    #[inline(never)]
    fn next_key(&mut self) -> Result<Option<String>> {
        match self.more(b'}')? {
            true => self.reader.take_key().map(Some),
            false => Ok(None),
        }
    }
}

impl<'de> SeqAccess<'de> for &mut Members<'_, '_> {
    type Error = Unreadable;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        match !self.is_at_end && self.more(b']')? {
            true => seed.deserialize(&mut *self.reader).map(Some),
            false => Ok(None),
        }
    }
}

impl<'de> MapAccess<'de> for Members<'_, '_> {
    type Error = Unreadable;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        if self.names.is_empty() {
            return match self.next_key()? {
                Some(key) => seed.deserialize(key.into_deserializer()).map(Some),
                None => Ok(None),
            };
        }
        match self.next_place()? {
            Some(place) => seed.deserialize(numbered(place)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        seed.deserialize(&mut *self.reader)
    }
}

fn numbered(number: u32) -> U32Deserializer<Unreadable> {
    number.into_deserializer()
}

/// One of the kinds of an enumeration.
struct Variant<'r, 't> {
    reader: &'r mut Reader<'t>,
    number: u32,
    has_content: bool,
}

impl<'r, 't, 'de> EnumAccess<'de> for Variant<'r, 't> {
    type Error = Unreadable;
    type Variant = Variant<'r, 't>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self)> {
        seed.deserialize(numbered(self.number))
            .map(|kind| (kind, self))
    }
}

impl Variant<'_, '_> {
    fn must_have_content(&self) -> Result<()> {
        match self.has_content {
            true => Ok(()),
            false => Err(expected("an object with the content of the kind")),
        }
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_> {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<()> {
        match self.has_content {
            true => self.reader.take_null(),
            false => Ok(()),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value> {
        self.must_have_content()?;
        seed.deserialize(self.reader)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.must_have_content()?;
        self.reader.list(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.must_have_content()?;
        self.reader.object(names, visitor)
    }
}

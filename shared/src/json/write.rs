//! From values to JSON text.
//!
//! Always: what it writes is JSON, with fields in the order of their type.
//! Never: writes a number that is none; such a fraction becomes null.

use std::fmt::Write as _;

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::Unreadable;

impl Error for Unreadable {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        <Unreadable as serde::de::Error>::custom(message)
    }
}

type Result<T> = std::result::Result<T, Unreadable>;

#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) text: String,
}

impl Writer {
    #[inline(never)]
    fn quote(&mut self, text: &str) {
        self.text.push('"');
        let mut rest = text;
        let special = |byte: u8| byte == b'"' || byte == b'\\' || byte < b' ';
        while let Some(plain) = rest.bytes().position(special) {
            self.text.push_str(&rest[..plain]);
            self.escape(rest.as_bytes()[plain]);
            rest = &rest[plain + 1..];
        }
        self.text.push_str(rest);
        self.text.push('"');
    }

    fn escape(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let short = match byte {
            b'"' | b'\\' => char::from(byte),
            b'\n' => 'n',
            b'\r' => 'r',
            b'\t' => 't',
            0x8 => 'b',
            0xc => 'f',
            _ => {
                self.text.push_str("\\u00");
                self.text.push(char::from(HEX[usize::from(byte >> 4)]));
                self.text.push(char::from(HEX[usize::from(byte & 15)]));
                return;
            }
        };
        self.text.push('\\');
        self.text.push(short);
    }

    fn display(&mut self, value: impl std::fmt::Display) -> Result<()> {
        write!(self.text, "{value}").map_err(Error::custom)
    }

    /// A comma unless the list or object was only just opened.
    #[inline(never)]
    fn next(&mut self) {
        if !self.text.ends_with(['[', '{']) {
            self.text.push(',');
        }
    }

    #[inline(never)]
    fn key(&mut self, name: &str) {
        self.next();
        self.quote(name);
        self.text.push(':');
    }

    /// `{"name":` of a kind with content.
    #[inline(never)]
    fn kind(&mut self, name: &str) {
        self.text.push('{');
        self.key(name);
    }
}

macro_rules! displayed {
    ($($name:ident $of:ty)*) => {$(
        fn $name(self, value: $of) -> Result<()> {
            self.display(value)
        }
    )*};
}

impl<'w> Serializer for &'w mut Writer {
    type Ok = ();
    type Error = Unreadable;
    type SerializeSeq = Open<'w>;
    type SerializeTuple = Open<'w>;
    type SerializeTupleStruct = Open<'w>;
    type SerializeTupleVariant = Open<'w>;
    type SerializeMap = Open<'w>;
    type SerializeStruct = Open<'w>;
    type SerializeStructVariant = Open<'w>;

    displayed! {
        serialize_bool bool
        serialize_i8 i8 serialize_i16 i16 serialize_i32 i32 serialize_i64 i64
        serialize_u8 u8 serialize_u16 u16 serialize_u32 u32 serialize_u64 u64
    }

    fn serialize_f32(self, value: f32) -> Result<()> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<()> {
        match value.is_finite() {
            true => self.display(value),
            false => self.serialize_unit(),
        }
    }

    fn serialize_char(self, value: char) -> Result<()> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<()> {
        self.quote(value);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<()> {
        Err(Error::custom("bytes are not stored as JSON"))
    }

    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        self.text.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<()> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<()> {
        self.kind(name);
        value.serialize(&mut *self)?;
        self.text.push('}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'w>> {
        Ok(Open::new(self, "[", "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'w>> {
        Ok(Open::new(self, "[", "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'w>> {
        Ok(Open::new(self, "[", "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Open<'w>> {
        self.kind(name);
        Ok(Open::new(self, "[", "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'w>> {
        Ok(Open::new(self, "{", "}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'w>> {
        Ok(Open::new(self, "{", "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Open<'w>> {
        self.kind(name);
        Ok(Open::new(self, "{", "}}"))
    }
}

/// A list or object that more is written into.
#[derive(Debug)]
pub(super) struct Open<'w> {
    writer: &'w mut Writer,
    close: &'static str,
}

impl<'w> Open<'w> {
    #[inline(never)]
    fn new(writer: &'w mut Writer, open: &str, close: &'static str) -> Open<'w> {
        writer.text.push_str(open);
        Open { writer, close }
    }

    fn member<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.writer.next();
        value.serialize(&mut *self.writer)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        self.writer.key(name);
        value.serialize(&mut *self.writer)
    }

    #[inline(never)]
    fn close(self) -> Result<()> {
        self.writer.text.push_str(self.close);
        Ok(())
    }
}

macro_rules! members {
    ($($kind:ident $name:ident)*) => {$(
        impl $kind for Open<'_> {
            type Ok = ();
            type Error = Unreadable;

            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.member(value)
            }

            fn end(self) -> Result<()> {
                self.close()
            }
        }
    )*};
}

members! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

macro_rules! fields {
    ($($kind:ident)*) => {$(
        impl $kind for Open<'_> {
            type Ok = ();
            type Error = Unreadable;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<()> {
                self.field(name, value)
            }

            fn end(self) -> Result<()> {
                self.close()
            }
        }
    )*};
}

fields! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Unreadable;

    /// A key is a text; a number is written as one.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.writer.next();
        let before = self.writer.text.len();
        key.serialize(&mut *self.writer)?;
        match self.writer.text.as_bytes()[before] {
            b'"' => {}
            b'-' | b'0'..=b'9' => {
                self.writer.text.insert(before, '"');
                self.writer.text.push('"');
            }
            _ => return Err(Error::custom("a key is a text or a number")),
        }
        self.writer.text.push(':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}

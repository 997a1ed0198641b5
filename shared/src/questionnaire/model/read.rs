//! Reading the compiled form: the bytes that postcard writes, without a way to fail in between.
//!
//! Always: damage is noted and reading goes on with zeros and empty texts, so that derived readers need not undo half
//! of what they made, which weighs on the phone; whoever reads asks in the end.
//! Never: reserves more than the bytes that are there could fill, or fills a list that they do not hold.

use std::fmt;

use serde::Deserialize;
use serde::de::value::U32Deserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _, SeqAccess, VariantAccess,
    Visitor,
};

/// Reads a value, or nothing where the bytes are damaged, cut off, or more than it needs.
pub(super) fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Option<T> {
    let mut reader = Reader {
        left: bytes,
        is_damaged: false,
    };
    let value = match T::deserialize(&mut reader) {
        Ok(value) => value,
        Err(never) => match never {},
    };
    (!reader.is_damaged && reader.left.is_empty()).then_some(value)
}

struct Reader<'de> {
    left: &'de [u8],
    is_damaged: bool,
}

/// There is no such error; what is wrong is noted in the reader.
#[derive(Debug)]
enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl serde::de::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Never {
        // A derived reader asks for an error where a field is missing or a variant unknown; this reader gives every
        // field, and a variant that is there.
        unreachable!("the reader gives whatever is asked for")
    }
}

impl<'de> Reader<'de> {
    fn byte(&mut self) -> u8 {
        match self.left.split_first() {
            Some((&byte, left)) => {
                self.left = left;
                byte
            }
            None => {
                self.is_damaged = true;
                0
            }
        }
    }

    /// A number of at most so many bits, seven to a byte, the lowest first.
    fn number(&mut self, bits: u32) -> u64 {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            let part = u64::from(byte & 0x7f);
            let is_over = bits <= shift || shift + 7 > bits && part >> (bits - shift) != 0;
            if is_over {
                self.is_damaged = true;
                return 0;
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                return number;
            }
            shift += 7;
        }
    }

    /// How many things follow, each of at least one byte.
    fn length(&mut self) -> usize {
        let length = self.number(32) as usize;
        if self.left.len() < length {
            self.is_damaged = true;
            return 0;
        }
        length
    }

    fn text(&mut self) -> &'de str {
        let length = self.length();
        let (text, left) = self.left.split_at(length);
        self.left = left;
        std::str::from_utf8(text).unwrap_or_else(|_| {
            self.is_damaged = true;
            ""
        })
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Never;

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        let byte = self.byte();
        self.is_damaged |= 1 < byte;
        visitor.visit_bool(byte == 1)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_u8(self.byte())
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_u16(self.number(16) as u16)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_u32(self.number(32) as u32)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        let mut bytes = [0; 8];
        for byte in &mut bytes {
            *byte = self.byte();
        }
        visitor.visit_f64(f64::from_le_bytes(bytes))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_borrowed_str(self.text())
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        match self.byte() {
            0 => visitor.visit_none(),
            byte => {
                self.is_damaged |= 1 < byte;
                visitor.visit_some(self)
            }
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Never> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        let count = self.length();
        visitor.visit_seq(Several {
            reader: self,
            count,
            is_list: true,
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        count: usize,
        visitor: V,
    ) -> Result<V::Value, Never> {
        visitor.visit_seq(Several {
            reader: self,
            count,
            is_list: false,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Never> {
        self.deserialize_tuple(fields.len(), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Never> {
        let number = self.number(32) as u32;
        let is_known = (number as usize) < variants.len();
        self.is_damaged |= !is_known;
        visitor.visit_enum(Variant {
            reader: self,
            number: if is_known { number } else { 0 },
        })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        // The form does not tell types; nothing in it asks for one.
        self.is_damaged = true;
        visitor.visit_unit()
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u64 u128 f32 char bytes byte_buf unit unit_struct tuple_struct map
        identifier ignored_any
    }
}

/// The fields of a structure, or the things of a list.
struct Several<'r, 'de> {
    reader: &'r mut Reader<'de>,
    count: usize,
    /// A list ends at damage; a structure needs all its fields.
    is_list: bool,
}

impl<'de> SeqAccess<'de> for Several<'_, 'de> {
    type Error = Never;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Never> {
        let is_over = self.is_list && self.reader.is_damaged;
        match self.count.checked_sub(1).filter(|_| !is_over) {
            Some(rest) => {
                self.count = rest;
                seed.deserialize(&mut *self.reader).map(Some)
            }
            None => Ok(None),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.count)
    }
}

struct Variant<'r, 'de> {
    reader: &'r mut Reader<'de>,
    number: u32,
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Never;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Never> {
        let number: U32Deserializer<Never> = self.number.into_deserializer();
        Ok((seed.deserialize(number)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Never;

    fn unit_variant(self) -> Result<(), Never> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Never> {
        seed.deserialize(self.reader)
    }

    fn tuple_variant<V: Visitor<'de>>(self, count: usize, visitor: V) -> Result<V::Value, Never> {
        self.reader.deserialize_tuple(count, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Never> {
        self.reader.deserialize_tuple(fields.len(), visitor)
    }
}

#[cfg(test)]
#[cfg(feature = "authoring")]
mod tests;

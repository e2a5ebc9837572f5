//! The next moment that a state names: until then, what depends on the moment at which it is looked at stays the same, as far
//! as it compares that moment with what the state names.
//!
//! States name moments in many places, and will in more. So they are found by going through all of a state as it is
//! serialised, and not by a list of fields that somebody would forget to add to.

use std::fmt;

use serde::{
    Serialize, Serializer,
    ser::{
        Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use crate::time::Timestamp;

/// Returns the earliest moment behind `after` that a state names; `None` where it names none.
pub fn upcoming(state: &impl Serialize, after: Timestamp) -> Option<Timestamp> {
    let mut search = Search { after, found: None, is_moment: false };
    match state.serialize(&mut search) {
        Ok(()) => search.found,
        // States are plain data. One that cannot be gone through is taken to name the very next moment.
        Err(Unreadable) => Some(Timestamp(after.0.saturating_add(1))),
    }
}

/// The name that serde gives the type.
const MOMENT: &str = "Timestamp";

struct Search {
    after: Timestamp,
    found: Option<Timestamp>,
    /// What comes next is a moment's number.
    is_moment: bool,
}

/// What a state says that cannot be written.
#[derive(Debug)]
struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a state cannot be gone through")
    }
}

impl std::error::Error for Unreadable {}

impl Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Goes past values that are no moments.
macro_rules! past {
    ($( $method:ident($( $value:ty ),*); )+) => {
        $( fn $method(self, $( _: $value ),*) -> Result<(), Unreadable> {
            Ok(())
        } )+
    };
}

/// Begins what holds others.
macro_rules! begin {
    ($( $method:ident($( $value:ty ),*); )+) => {
        $( fn $method(self, $( _: $value ),*) -> Result<Self, Unreadable> {
            Ok(self)
        } )+
    };
}

/// Goes through what holds others.
macro_rules! inside {
    ($( $Trait:ident { $( $method:ident($( $name:ty )?); )+ } )+) => {
        $( impl $Trait for &mut Search {
            type Ok = ();
            type Error = Unreadable;

            $( fn $method<T: Serialize + ?Sized>(
                &mut self,
                $( _: $name, )?
                value: &T,
            ) -> Result<(), Unreadable> {
                value.serialize(&mut **self)
            } )+

            fn end(self) -> Result<(), Unreadable> {
                Ok(())
            }
        } )+
    };
}

inside! {
    SerializeSeq { serialize_element(); }
    SerializeTuple { serialize_element(); }
    SerializeTupleStruct { serialize_field(); }
    SerializeTupleVariant { serialize_field(); }
    SerializeMap { serialize_key(); serialize_value(); }
    SerializeStruct { serialize_field(&'static str); }
    SerializeStructVariant { serialize_field(&'static str); }
}

impl Serializer for &mut Search {
    type Ok = ();
    type Error = Unreadable;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_i64(self, number: i64) -> Result<(), Unreadable> {
        let moment = Timestamp(number);
        if self.is_moment && moment > self.after && self.found.is_none_or(|found| moment < found) {
            self.found = Some(moment);
        }
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unreadable> {
        self.is_moment = name == MOMENT;
        value.serialize(&mut *self)?;
        self.is_moment = false;
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unreadable> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unreadable> {
        value.serialize(self)
    }

    past! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    begin! {
        serialize_seq(Option<usize>);
        serialize_tuple(usize);
        serialize_tuple_struct(&'static str, usize);
        serialize_tuple_variant(&'static str, u32, &'static str, usize);
        serialize_map(Option<usize>);
        serialize_struct(&'static str, usize);
        serialize_struct_variant(&'static str, u32, &'static str, usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Few, Mark, OccurredAt, Precision};

    fn at(moment: i64) -> Mark {
        Mark::new(OccurredAt { at: Timestamp(moment), precision: Precision::Day }, 7)
    }

    #[test]
    fn the_first_moment_behind_another_is_found_however_deep_it_stands() {
        #[derive(Serialize)]
        enum Deep {
            One(Box<Option<Mark>>),
            Two { since: Mark, number: i64 },
            Three(Timestamp, u8),
        }
        let state = (
            3_i64,
            Few::from(vec![Deep::One(Box::new(Some(at(50)))), Deep::Two { since: at(40), number: 11 }]),
            [("text", Deep::Three(Timestamp(30), 12)), ("none", Deep::One(Box::new(None)))],
            at(10),
        );
        let found = |after| upcoming(&state, Timestamp(after)).map(|found| found.0);
        assert_eq!(found(0), Some(10));
        assert_eq!(found(10), Some(30), "not one that is over, and no number that is no moment");
        assert_eq!(found(30), Some(40));
        assert_eq!(found(49), Some(50));
        assert_eq!(found(50), None);
    }
}

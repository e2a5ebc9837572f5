//! What may stand in an event's body: nothing personal, by type.

/// Marks types that may stand in an event's body, which nobody can erase.
///
/// Implemented for integers, `bool`, bytes of fixed length, ids, times, enums numbered by hand, [`Label`](crate::Label)
/// and [`Labels`](crate::Labels), structs declared with [`plain!`](crate::plain), and `Option` or `Vec` of these. Not
/// for `String`, `&str` or [`PersonalText`](crate::PersonalText): free text, names, addresses and contacts are personal
/// values and lie outside the log. Not for `usize` (its width depends on the machine) and not for floats.
///
/// Only this crate decides: a foreign trait cannot be implemented for a foreign type elsewhere.
pub trait Plain {}

macro_rules! plain_types {
    ($($ty:ty),+) => { $( impl Plain for $ty {} )+ };
}

plain_types!(bool, u8, u16, u32, u64, i16, i32, i64);

impl<const N: usize> Plain for [u8; N] {}
impl<T: Plain> Plain for Option<T> {}
impl<T: Plain> Plain for Vec<T> {}

/// Declares a struct that may stand in an event's body: it derives what bodies need, and every field must be
/// [`Plain`](crate::Plain).
///
/// The fields are stored in the order of declaration.
#[macro_export]
macro_rules! plain {
    (
        $(#[$attr:meta])*
        pub struct $name:ident {
            $( $(#[$fattr:meta])* pub $field:ident : $ty:ty ),* $(,)?
        }
    ) => {
        $(#[$attr])*
        #[derive(Clone, PartialEq, Eq, Debug, ::serde::Serialize, ::serde::Deserialize)]
        pub struct $name {
            $( $(#[$fattr])* pub $field: $ty, )*
        }

        impl $crate::Plain for $name {}

        const _: () = {
            #[allow(dead_code, reason = "a body may have no fields")]
            const fn must_be_plain<T: $crate::Plain>() {}
            $( must_be_plain::<$ty>(); )*
        };
    };
}

//! What makes a struct the body of an event, and the macro that declares one.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    id::{EntityId, StreamKind},
    personal::{PersonalField, PersonalValue},
    plain::Plain,
};

/// The body of an event: what of it stands in the log. Declared with [`event!`](crate::event).
pub trait EventBody: Plain + Clone + PartialEq + fmt::Debug + Serialize + DeserializeOwned {
    /// What names its stream.
    type Id: EntityId;
    /// Its personal values; [`NoPersonal`](crate::NoPersonal) for an event that has none.
    type Personal: Into<Vec<PersonalValue>>;
    /// The event type, from 256 on.
    const TYPE: u16;
    /// The schema version that is written.
    const VERSION: u16;
    /// The event's name.
    const NAME: &'static str;
    /// The kind of stream it belongs to.
    const STREAM: StreamKind;
    /// Whether it is the first event of its stream, and only that.
    const OPENS: bool;
    /// The personal fields it may have, numbers ascending.
    const PERSONAL: &'static [PersonalField];
    /// Those of them it must have.
    const REQUIRED: &'static [PersonalField];
}

/// Declares an event: the struct of its body, whose fields must be [`Plain`](crate::Plain), and a struct of its personal
/// fields, which never enter the body.
///
/// `opens` says that the event begins its stream, `continues` that the stream is there already.
///
/// ```
/// use docket_domain::{Label, PersonalText};
///
/// docket_domain::event! {
///     /// Somebody rang.
///     pub struct CallTaken {
///         /// The queue it went to.
///         pub queue: Label,
///     }
///     type 40000, version 1, continues CaseId;
///     personal CallTakenPersonal { caller: Name, text: Text } requires [Name];
/// }
/// ```
///
/// A text in a body does not compile:
///
/// ```compile_fail,E0277
/// use docket_domain::{Label, PersonalText};
///
/// docket_domain::event! {
///     /// Somebody rang.
///     pub struct CallTaken {
///         /// The queue it went to.
///         pub queue: String,
///     }
///     type 40000, version 1, continues CaseId;
///     personal CallTakenPersonal { caller: Name, text: Text } requires [Name];
/// }
/// ```
///
/// Nor does a personal value:
///
/// ```compile_fail,E0277
/// use docket_domain::{Label, PersonalText};
///
/// docket_domain::event! {
///     /// Somebody rang.
///     pub struct CallTaken {
///         /// The queue it went to.
///         pub queue: PersonalText,
///     }
///     type 40000, version 1, continues CaseId;
///     personal CallTakenPersonal { caller: Name, text: Text } requires [Name];
/// }
/// ```
///
/// And nobody can declare `String` to be plain:
///
/// ```compile_fail,E0117
/// impl docket_domain::Plain for String {}
/// ```
#[macro_export]
macro_rules! event {
    (
        $(#[$attr:meta])*
        pub struct $name:ident { $($fields:tt)* }
        type $type:literal, version $version:literal, $opens:ident $id:ident;
        personal none;
    ) => {
        $crate::plain! { $(#[$attr])* pub struct $name { $($fields)* } }
        $crate::event! { @body $name, $crate::NoPersonal, $type, $version, $opens, $id, [], [] }
    };
    (
        $(#[$attr:meta])*
        pub struct $name:ident { $($fields:tt)* }
        type $type:literal, version $version:literal, $opens:ident $id:ident;
        personal $personal:ident { $( $pfield:ident : $pnumber:ident ),+ $(,)? } requires [$($required:ident),*];
    ) => {
        $crate::plain! { $(#[$attr])* pub struct $name { $($fields)* } }
        $crate::event! { @body $name, $personal, $type, $version, $opens, $id, [$($pnumber),+], [$($required),*] }

        #[doc = concat!("The personal fields of [`", stringify!($name), "`].")]
        #[derive(Clone, PartialEq, Eq, Debug, Default)]
        pub struct $personal {
            $(
                #[doc = concat!("Committed to as `PersonalField::", stringify!($pnumber), "`.")]
                pub $pfield: Option<$crate::PersonalText>,
            )+
        }

        impl From<$personal> for Vec<$crate::PersonalValue> {
            /// Returns the values that are there, field numbers ascending.
            fn from(personal: $personal) -> Self {
                [$( (personal.$pfield, $crate::PersonalField::$pnumber) ),+]
                    .into_iter()
                    .filter_map(|(text, field)| Some($crate::PersonalValue { field, text: text? }))
                    .collect()
            }
        }
    };
    (@body $name:ident, $values:ty, $type:literal, $version:literal, $opens:ident, $id:ident, [$($personal:ident),*], [$($required:ident),*]) => {
        impl $crate::EventBody for $name {
            type Id = $crate::$id;
            type Personal = $values;
            const TYPE: u16 = $type;
            const VERSION: u16 = $version;
            const NAME: &'static str = stringify!($name);
            const STREAM: $crate::StreamKind = $crate::$id::KIND;
            const OPENS: bool = $crate::event!(@$opens);
            const PERSONAL: &'static [$crate::PersonalField] = &[$( $crate::PersonalField::$personal ),*];
            const REQUIRED: &'static [$crate::PersonalField] = &[$( $crate::PersonalField::$required ),*];
        }

        const _: () = {
            assert!($type > 255, "event types 0 to 255 belong to the log");
            let fields = <$name as $crate::EventBody>::PERSONAL;
            assert!(fields.len() <= 32, "a record holds 32 commitments");
            let mut rest = fields;
            while let [first, tail @ ..] = rest {
                if let [second, ..] = tail {
                    assert!(first.number() < second.number(), "personal fields ascend");
                }
                rest = tail;
            }
        };
    };
    (@opens) => { true };
    (@continues) => { false };
}

//! The macro that declares a deed.

/// Declares a deed: its fields, and how they become an act.
///
/// The struct is what the command line, a line of JSON and a row of a table hold; its fields are options by their names.
macro_rules! deed {
    (
        $(#[$attr:meta])*
        struct $name:ident ($command:literal) {
            $( $(#[$fattr:meta])* $field:ident : $ty:ty ),* $(,)?
        }
        act |$deed:ident, $context:ident| $act:block
    ) => {
        $(#[$attr])*
        #[derive(Clone, Debug, clap::Args, serde::Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(crate) struct $name {
            $( $(#[$fattr])* $field: $ty, )*
        }

        impl $crate::deed::Deed for $name {
            const NAME: &'static str = $command;

            fn act(
                self,
                $context: &mut $crate::deed::Context<'_>,
            ) -> Result<docket_domain::Act, $crate::failure::Failure> {
                let $deed = self;
                Ok($act)
            }
        }
    };
}

/// Declares the verbs of a noun, each a deed of the same name, and after `and` those that ask; and how they run.
macro_rules! verbs {
    (
        $(#[$attr:meta])*
        pub(crate) enum Verb { $( $(#[$vattr:meta])* $verb:ident ),+ $(,)? }
        $( and { $( $(#[$qattr:meta])* $query:ident ),+ $(,)? } )?
    ) => {
        $(#[$attr])*
        #[derive(Debug, clap::Subcommand)]
        pub(crate) enum Verb {
            $( $(#[$vattr])* $verb(Box<$crate::deed::Recorded<$verb>>), )+
            $( $( $(#[$qattr])* $query($query), )+ )?
        }

        pub(crate) fn run(
            verb: &Verb,
            place: &$crate::session::Place,
            output: &mut $crate::output::Output,
        ) -> Result<(), $crate::failure::Failure> {
            match verb {
                $( Verb::$verb(deed) => deed.run(place, output), )+
                $( $( Verb::$query(query) => query.run(place, output), )+ )?
            }
        }
    };
}

pub(crate) use deed;
pub(crate) use verbs;

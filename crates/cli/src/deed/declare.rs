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

pub(crate) use deed;

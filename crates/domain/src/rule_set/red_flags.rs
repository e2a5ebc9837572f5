use serde::{Deserialize, Serialize};

use crate::{label::Label, ratio::Ratio, worded};

/// One parameter of [`RedFlags`], for documents and listings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RedFlagParameter {
    /// Its key.
    pub name: &'static str,
    /// Its default, as it would be written.
    pub default: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

macro_rules! red_flags {
    (
        numbers: $( #[doc = $ndoc:literal] $number:ident = $ndefault:literal; )+
        hours: $( #[doc = $hdoc:literal] $hour:ident = $hdefault:literal; )+
        ratios: $( #[doc = $rdoc:literal] $ratio:ident = $n:literal / $d:literal; )+
    ) => {
        /// From when on something is looked at twice. A red flag is a lead, never a verdict.
        ///
        /// A rule set that leaves one out has its default.
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct RedFlags {
            $(
                #[doc = $ndoc]
                #[serde(deserialize_with = "worded::within::<1, 100_000, _, _>")]
                pub $number: u32,
            )+
            $(
                #[doc = $hdoc]
                #[serde(deserialize_with = "worded::within::<0, 23, _, _>")]
                pub $hour: u8,
            )+
            $(
                #[doc = $rdoc]
                #[serde(with = "worded")]
                pub $ratio: Ratio,
            )+
            /// Declared templates: replies and entries that may be alike.
            pub templates: Vec<Label>,
        }

        impl RedFlags {
            /// All parameters but the templates: numbers (1 to 100,000), hours (0 to 23) and ratios.
            pub const ALL: &'static [RedFlagParameter] = &[
                $( parameter(stringify!($number), stringify!($ndefault), $ndoc), )+
                $( parameter(stringify!($hour), stringify!($hdefault), $hdoc), )+
                $( parameter(stringify!($ratio), concat!($n, "/", $d), $rdoc), )+
            ];
        }

        impl Default for RedFlags {
            fn default() -> Self {
                Self {
                    $( $number: $ndefault, )+
                    $( $hour: $hdefault, )+
                    $( $ratio: const { Ratio::new($n, $d).expect("a denominator that is not 0") }, )+
                    templates: Vec::new(),
                }
            }
        }
    };
}

const fn parameter(name: &'static str, default: &'static str, meaning: &'static str) -> RedFlagParameter {
    RedFlagParameter { name, default, meaning }
}

red_flags! {
    numbers:
    /// 1: a visit recorded more hours than this after it happened.
    late_visit_hours = 72;
    /// 1: a reception recorded more hours than this after it happened.
    late_reception_hours = 24;
    /// 1: a reply recorded more hours than this after it was delivered.
    late_reply_hours = 24;
    /// 2: so many visits of one official, recorded together, are a back-fill.
    backfill_visits = 15;
    /// 2: recorded together means within so many minutes.
    backfill_minutes = 60;
    /// 2: and made on so many days or more.
    backfill_days = 3;
    /// 2: the last days of a period, in which `period_end_share` of its events are too many.
    period_end_days = 3;
    /// 2: the days before an inspection opened, looked at in the same way.
    before_inspection_days = 3;
    /// 4: more households than this in one day by one official.
    households_per_day = 20;
    /// 4: two villages within fewer minutes than this.
    village_change_minutes = 10;
    /// 6: texts shorter than this, in characters, are not compared.
    copied_text_characters = 20;
    /// 7: a reply of fewer characters than this is an acknowledgement.
    reply_characters = 30;
    /// 9: a case closed in fewer seconds than this.
    instant_close_seconds = 60;
    /// 10: the last days of a term, in which replies bunch.
    bunching_days = 2;
    /// 10: a unit with fewer replies than this has no baseline.
    bunching_cases = 20;
    /// 11: an acceptance so many days or more after the assignment is held back.
    held_acceptance_days = 10;
    /// 12: raised again within so many days of closing.
    raised_again_days = 30;
    /// 13: so many cases or more merged into one, or split from one.
    merged_cases = 5;
    /// 14: rated by the same actor within so many minutes of closing.
    self_rating_minutes = 5;
    /// 17: a second visit within so many days of the first.
    second_visit_days = 7;
    /// 17: an official with fewer visits than this shows no shape.
    shape_visits = 20;
    /// 18: aid delivered so many days ago without a receipt.
    unconfirmed_aid_days = 30;
    /// 18: a pair ended and made again within so many days.
    pair_remade_days = 30;
    hours:
    /// 4: the hour from which it is night.
    night_from_hour = 22;
    /// 4: the hour at which night ends.
    night_until_hour = 6;
    ratios:
    /// 2: the share of a period's events that is too much for its last days.
    period_end_share = 40 / 100;
    /// 10: how often its own baseline a unit's bunching must be.
    bunching_factor = 2 / 1;
    /// 17: the share of an official's visits on the full hour that is too much.
    full_hour_share = 50 / 100;
    /// 17: the share of an official's households with exactly the quota that is too much.
    exact_quota_share = 95 / 100;
}

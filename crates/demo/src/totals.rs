//! The published figures, and what they come to at a scale.

use crate::scale::Scale;

macro_rules! totals {
    ($( $(#[doc = $doc:literal])+ $name:ident = $published:literal; )+ sums $( $(#[doc = $sdoc:literal])+ $sum:ident = [$( $part:ident ),+]; )+) => {
        /// What a demonstration adds up to, exactly.
        ///
        /// Each total is the figure of the source times the scale, rounded to whole units, a half up; a whole that the
        /// source divides into parts is the sum of its rounded parts.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub struct Totals {
            $( $(#[doc = $doc])+ pub $name: u64, )+
            $( $(#[doc = $sdoc])+ pub $sum: u64, )+
        }

        impl Totals {
            /// Returns the totals at a scale.
            pub const fn at(scale: Scale) -> Self {
                $( let $name = scale.of($published); )+
                $( let $sum = 0 $( + $part )+; )+
                Self { $( $name, )+ $( $sum, )+ }
            }

            /// Returns all of them with their names.
            pub fn named(&self) -> Vec<(&'static str, u64)> {
                vec![$( (stringify!($name), self.$name), )+ $( (stringify!($sum), self.$sum), )+]
            }
        }
    };
}

totals! {
    /// Villages 村.
    villages = 8_605;
    /// Communities 社区.
    communities = 2_308;
    /// Officials 干部 ("about 300,000").
    officials = 300_000;
    /// Households 户 on the register: not in the source.
    households = 10_000_000;
    /// Households visited at least once: 97.8 % of the register.
    covered = 9_780_000;
    /// Visits 走访, household-times 户次.
    visits = 46_220_000;
    /// Persons received 接访, person-times 人次.
    persons_received = 4_766_000;
    /// Issues collected 件.
    issues = 3_664_000;
    /// Issues resolved 件.
    resolved = 3_080_000;
    /// Pages of diary 民情日志, as printed.
    diary_pages = 4_168;
    /// Volumes of dossiers 民情档案.
    dossiers = 216_000;
    /// Answers to surveys: not in the source, which prints a share of them only.
    answered = 2_000_000;
    /// Satisfied answers: 96.5 % of the answers.
    satisfied = 1_930_000;
    /// Stays 三进三同, person-times ("nearly 300,000").
    stays = 300_000;
    /// Aid projects 帮扶项目.
    projects = 211_000;
    /// Fen of aid: 1.8 billion yuan.
    aid_fen = 180_000_000_000;
    /// Difficulties resolved.
    difficulties = 834_000;
    /// Persons who benefited ("over 4,300,000").
    beneficiaries = 4_300_000;
    /// Fen of cash gifts handed in by 2011-03-31: 86,030,000 yuan.
    gifts_fen = 8_603_000_000;
    /// Vehicles kept for a transition.
    vehicles_transitional = 5_302;
    /// Vehicles reassigned.
    vehicles_reassigned = 921;
    /// Vehicles auctioned.
    vehicles_auctioned = 104;
    /// Leaders who filed a declaration ("about 46,000").
    declarations = 46_000;
    /// Leaders who declared an interest.
    interests = 1_252;
    /// Violations corrected.
    violations_corrected = 255;
    sums
    /// Units under the systems: villages and communities.
    units = [villages, communities];
    /// Vehicles over standard.
    vehicles = [vehicles_transitional, vehicles_reassigned, vehicles_auctioned];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_s_own_sums_hold_at_full_scale() {
        let totals = Totals::at(Scale::ONE);
        assert_eq!((totals.units, totals.vehicles), (10_913, 6_327));
    }

    #[test]
    fn parts_are_rounded_and_wholes_are_their_sums() {
        let totals = Totals::at("0.001".parse().unwrap());
        assert_eq!((totals.villages, totals.communities, totals.units), (9, 2, 11));
        assert_eq!(
            (totals.vehicles_transitional, totals.vehicles_reassigned, totals.vehicles_auctioned),
            (5, 1, 0)
        );
        assert_eq!((totals.vehicles, totals.visits, totals.resolved), (6, 46_220, 3_080));
    }
}

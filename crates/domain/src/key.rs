//! Keys that may be taken once: voucher numbers, codes of registers.

use crate::{label::Label, numbered::numbered};

numbered! {
    /// What a unique key is a key of. Not stored in bodies: an event claims the keys that its fields are.
    pub enum KeyKind ("kind of key") {
        /// A unit's code in somebody else's register.
        UnitCode = 1, "unit code";
        /// An official's code in a staff register.
        OfficialCode = 2, "official code";
        /// A household's number in the household register.
        HouseholdCode = 3, "household code";
        /// The number of an aid voucher.
        Voucher = 4, "voucher number";
        /// The number of a receipt for a gift handed in.
        GiftReceipt = 5, "gift receipt number";
        /// A vehicle's number in the vehicle register.
        VehicleCode = 6, "vehicle code";
        /// The declaration of an official for a year.
        Declaration = 7, "declaration";
    }
}

/// A key that an event claims. Nobody else can have it in this ledger.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UniqueKey {
    /// What it is a key of.
    pub kind: KeyKind,
    /// The key.
    pub text: Label,
}

//! `docket control`.

use docket_domain::{
    Act, Aspect, ControlAttested, ControlAttestedPersonal, ExpenseApproved, ExpenseApprovedPersonal, Label,
    LiabilityPursued, LiabilityPursuedPersonal, NoPersonal, OfficialId, PublicNoticePosted, UnitId,
};

use crate::deed::{Arg, Personal, Yuan, deed, flag, verbs};

verbs! {
    /// Record how the finance rules are kept
    pub(crate) enum Verb {
        /// Attest whether an aspect of the finance rules was kept in a quarter
        Attest,
        /// Note that an expense was approved
        Expense,
        /// Note that a public notice about finance was posted
        Notice,
        /// Note that somebody was held liable for breaking the finance rules
        Liability,
    }
}

deed! {
    struct Attest ("control attest") {
        /// The unit
        #[arg(value_name = "U-N")]
        unit: Arg<UnitId>,
        /// two-lines, treasury-payment, cash, expense-review, audit, public-notice or accountability
        #[arg(long)]
        aspect: Arg<Aspect>,
        /// The year
        #[arg(long)]
        year: Arg<u16>,
        /// The quarter, 1 to 4
        #[arg(long)]
        quarter: Arg<u8>,
        /// The rules were not kept
        #[arg(long)]
        #[serde(default, deserialize_with = "flag")]
        broken: bool,
        /// Who attests it [default: who records it]
        #[arg(long, value_name = "O-N")]
        attester: Option<Arg<OfficialId>>,
        /// In words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = ControlAttested { aspect: deed.aspect.0, year: deed.year.0, quarter: deed.quarter.0, fulfilled: !deed.broken, by: context.official("attester", deed.attester)?, origin: context.origin.clone() };
        let personal = ControlAttestedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.unit.0, body, personal)
    }
}

deed! {
    struct Expense ("control expense") {
        /// The unit
        #[arg(value_name = "U-N")]
        unit: Arg<UnitId>,
        /// How much, in yuan
        #[arg(long, value_name = "YUAN")]
        amount: Arg<Yuan>,
        /// Who applied for it
        #[arg(long, value_name = "O-N")]
        applicant: Arg<OfficialId>,
        /// Who approved it; somebody else
        #[arg(long, value_name = "O-N")]
        approver: Arg<OfficialId>,
        /// What for, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = ExpenseApproved { amount_fen: deed.amount.0.fen, applicant: deed.applicant.0, approver: deed.approver.0, origin: context.origin.clone() };
        let personal = ExpenseApprovedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.unit.0, body, personal)
    }
}

deed! {
    struct Notice ("control notice") {
        /// The unit
        #[arg(value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The year it is about
        #[arg(long)]
        year: Arg<u16>,
        /// The quarter it is about, 1 to 4
        #[arg(long)]
        quarter: Arg<u8>,
        /// What it is about, a public term
        #[arg(long)]
        topic: Arg<Label>,
    }
    act |deed, context| {
        let body = PublicNoticePosted { year: deed.year.0, quarter: deed.quarter.0, topic: deed.topic.0, origin: context.origin.clone() };
        Act::on(deed.unit.0, body, NoPersonal)
    }
}

deed! {
    struct Liability ("control liability") {
        /// The unit
        #[arg(value_name = "U-N")]
        unit: Arg<UnitId>,
        /// Who
        #[arg(long, value_name = "O-N")]
        official: Arg<OfficialId>,
        /// The aspect that was broken
        #[arg(long)]
        ground: Arg<Aspect>,
        /// In words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = LiabilityPursued { official: deed.official.0, ground: deed.ground.0, origin: context.origin.clone() };
        let personal = LiabilityPursuedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.unit.0, body, personal)
    }
}

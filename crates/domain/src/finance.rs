//! The rules of finance: seven aspects, each attested per unit and quarter.

mod events;
mod matrix;
mod quarter;
mod state;
mod violation;

pub use events::{
    ControlAttested, ControlAttestedPersonal, ExpenseApproved, ExpenseApprovedPersonal, LiabilityPursued,
    LiabilityPursuedPersonal, PublicNoticePosted,
};
pub use matrix::{Attestation, AttestationRow, attestation_matrix};
pub use quarter::{Quarter, QuarterError};
pub use state::{Attested, FinanceQuarter, UnitFinance};
pub use violation::FinanceViolation;

use crate::numbered::{numbered, place_of};

numbered! {
    /// An aspect of the finance rules.
    pub enum Aspect ("aspect of finance") {
        /// 收支两条线
        TwoLines = 1, "two-lines";
        /// 国库集中支付
        TreasuryPayment = 2, "treasury-payment";
        /// 现金管理
        Cash = 3, "cash";
        /// 会计核算和开支审核
        ExpenseReview = 4, "expense-review";
        /// 审计监督
        Audit = 5, "audit";
        /// 财务公开
        PublicNotice = 6, "public-notice";
        /// 责任追究
        Accountability = 7, "accountability";
    }
}

impl Aspect {
    /// Returns its place in an array of all seven.
    fn place(self) -> Option<usize> {
        place_of(self.number())
    }
}

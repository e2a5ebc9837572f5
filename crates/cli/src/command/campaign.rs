//! `docket campaign`.

use docket_domain::{
    Act, BacklogListed, CampaignClosed, CampaignId, CampaignOpened, CaseAssignedToLeader, CaseId, Label,
    NoPersonal, OfficialId, UnitId,
};

use crate::deed::{Arg, deed, verbs};

verbs! {
    /// Run a campaign to settle old cases
    pub(crate) enum Verb {
        /// Open a campaign
        Open,
        /// Put a case on a campaign's list
        List,
        /// Close a campaign
        Close,
        /// Name the one leader who answers for a listed case
        Lead,
    }
}

deed! {
    struct Open ("campaign open") {
        /// The unit that runs it
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// Its name, which is public
        #[arg(long)]
        name: Arg<Label>,
    }
    act |deed, context| {
        let body = CampaignOpened { unit: deed.unit.0, name: deed.name.0, origin: context.origin.clone() };
        Act::open(body, NoPersonal)
    }
}

deed! {
    struct List ("campaign list") {
        /// The campaign
        #[arg(value_name = "B-N")]
        campaign: Arg<CampaignId>,
        /// The case
        #[arg(long, value_name = "CASE")]
        case: Arg<CaseId>,
        /// The closed campaign whose list it stood on last
        #[arg(long, value_name = "B-N")]
        before: Option<Arg<CampaignId>>,
    }
    act |deed, context| {
        let body = BacklogListed { case: deed.case.0, before: deed.before.map(|before| before.0), origin: context.origin.clone() };
        Act::on(deed.campaign.0, body, NoPersonal)
    }
}

deed! {
    struct Close ("campaign close") {
        /// The campaign
        #[arg(value_name = "B-N")]
        campaign: Arg<CampaignId>,
    }
    act |deed, context| {
        let body = CampaignClosed { origin: context.origin.clone() };
        Act::on(deed.campaign.0, body, NoPersonal)
    }
}

deed! {
    struct Lead ("campaign lead") {
        /// The case
        #[arg(value_name = "CASE")]
        case: Arg<CaseId>,
        /// The campaign
        #[arg(long, value_name = "B-N")]
        campaign: Arg<CampaignId>,
        /// The leader
        #[arg(long, value_name = "O-N")]
        leader: Arg<OfficialId>,
        /// The leader they take the place of
        #[arg(long, value_name = "O-N")]
        replaces: Option<Arg<OfficialId>>,
    }
    act |deed, context| {
        let body = CaseAssignedToLeader { campaign: deed.campaign.0, leader: deed.leader.0, replaces: deed.replaces.map(|replaces| replaces.0), origin: context.origin.clone() };
        Act::on(deed.case.0, body, NoPersonal)
    }
}

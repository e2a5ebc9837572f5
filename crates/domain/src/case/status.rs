//! The status of a case, and what follows from it.

use std::fmt;

use crate::numbered::numbered;

numbered! {
    /// Where a case stands. The word in Chinese is the official one.
    pub enum CaseStatus ("case status") {
        /// 登记
        Registered = 1, "registered";
        /// 交办
        Assigned = 2, "assigned";
        /// 异议
        ReturnProposed = 3, "return-proposed";
        /// 受理
        Accepted = 4, "accepted";
        /// 不予受理
        Declined = 5, "declined";
        /// 办理
        InProgress = 6, "in-progress";
        /// 中止
        Suspended = 7, "suspended";
        /// 答复
        Replied = 8, "replied";
        /// 回访
        FollowedUp = 9, "followed-up";
        /// 办结
        Closed = 10, "closed";
        /// 复查
        UnderReview = 11, "under-review";
        /// 复核
        UnderRecheck = 12, "under-recheck";
        /// 终结
        Final = 13, "final";
        /// 撤回
        Withdrawn = 14, "withdrawn";
        /// 合并
        Merged = 15, "merged";
        /// 作废
        Void = 16, "void";
    }
}

/// What can be done with a case that exists. Not stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CaseAct {
    /// Give it to a unit.
    Assign,
    /// Note a step.
    Step,
    /// Deliver a reply.
    Reply,
    /// Close it.
    Close,
    /// Take it up again.
    Reopen,
}

impl CaseAct {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Assign, Self::Step, Self::Reply, Self::Close, Self::Reopen];

    /// Returns the verb, as on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::Step => "step",
            Self::Reply => "reply",
            Self::Close => "close",
            Self::Reopen => "reopen",
        }
    }

    pub(crate) const fn participle(self) -> &'static str {
        match self {
            Self::Assign => "assigned",
            Self::Step => "worked on",
            Self::Reply => "replied to",
            Self::Close => "closed",
            Self::Reopen => "reopened",
        }
    }
}

impl fmt::Display for CaseAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl CaseStatus {
    /// Returns the status after an act, or `None` when the act does not follow from this status.
    ///
    /// This is the one table of transitions (EVENTS.md section 7).
    pub const fn after(self, act: CaseAct) -> Option<Self> {
        match (act, self) {
            (CaseAct::Assign, Self::Registered | Self::Assigned) => Some(Self::Assigned),
            // The first step, like the reply itself, takes up what was assigned.
            (CaseAct::Step, Self::Assigned) => Some(Self::InProgress),
            (CaseAct::Step, status) if status.is_live() => Some(status),
            (CaseAct::Reply, Self::Assigned | Self::InProgress) => Some(Self::Replied),
            (
                CaseAct::Close,
                Self::Registered | Self::Assigned | Self::InProgress | Self::Replied | Self::FollowedUp,
            ) => Some(Self::Closed),
            (CaseAct::Reopen, Self::Closed) => Some(Self::InProgress),
            _ => None,
        }
    }

    /// Returns the acts that follow from this status.
    pub fn allowed(self) -> Vec<CaseAct> {
        CaseAct::ALL.iter().copied().filter(|act| self.after(*act).is_some()).collect()
    }

    /// Says whether the office still has something to do.
    pub const fn is_live(self) -> bool {
        !matches!(
            self,
            Self::Declined | Self::Closed | Self::Final | Self::Withdrawn | Self::Merged | Self::Void
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transitions_are_those_of_the_page() {
        let table: Vec<String> = CaseStatus::ALL
            .iter()
            .map(|from| {
                let acts: Vec<_> = from
                    .allowed()
                    .into_iter()
                    .map(|act| format!("{act} -> {}", from.after(act).expect("allowed acts lead somewhere")))
                    .collect();
                if acts.is_empty() { from.to_string() } else { format!("{from}: {}", acts.join(", ")) }
            })
            .collect();
        insta::assert_snapshot!(table.join("\n"), @r"
        registered: assign -> assigned, step -> registered, close -> closed
        assigned: assign -> assigned, step -> in-progress, reply -> replied, close -> closed
        return-proposed: step -> return-proposed
        accepted: step -> accepted
        declined
        in-progress: step -> in-progress, reply -> replied, close -> closed
        suspended: step -> suspended
        replied: step -> replied, close -> closed
        followed-up: step -> followed-up, close -> closed
        closed: reopen -> in-progress
        under-review: step -> under-review
        under-recheck: step -> under-recheck
        final
        withdrawn
        merged
        void
        ");
    }
}

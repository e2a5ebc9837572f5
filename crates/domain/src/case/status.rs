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

macro_rules! acts {
    ($( $act:ident $name:literal $participle:literal $doc:literal; )+) => {
        /// What can be done with a case that exists. Not stored.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum CaseAct {
            $( #[doc = $doc] $act, )+
        }

        impl CaseAct {
            /// All of them.
            pub const ALL: &'static [Self] = &[$( Self::$act ),+];

            /// Returns the verb, as on the command line.
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$act => $name, )+
                }
            }

            pub(crate) const fn participle(self) -> &'static str {
                match self {
                    $( Self::$act => $participle, )+
                }
            }
        }
    };
}

acts! {
    Assign "assign" "assigned" "Give it to a unit.";
    Transfer "transfer" "transferred" "Pass it on to another unit.";
    Object "object" "objected to" "Object to the assignment.";
    DecideObjection "decide-objection" "decided on as to an objection" "Decide on the objection.";
    Accept "accept" "accepted" "Accept it, and tell the petitioner so.";
    Decline "decline" "declined" "Decline it, and say where to go.";
    Step "step" "worked on" "Note a step.";
    Extend "extend" "extended" "Extend the running term.";
    Suspend "suspend" "suspended" "Suspend the handling.";
    Resume "resume" "resumed" "Go on with what was suspended.";
    Coassign "coassign" "co-assigned" "Give it to a further unit; the first stays responsible.";
    Escalate "escalate" "escalated" "Bring it before a unit above.";
    Supervise "supervise" "put under supervision" "Order supervision.";
    AnswerSupervision "answer-supervision" "answered for" "Answer a supervision.";
    Reply "reply" "replied to" "Deliver a reply.";
    FollowUp "follow-up" "followed up" "Follow up on the reply.";
    Close "close" "closed" "Close it.";
    Reopen "reopen" "reopened" "Take it up again.";
    RequestReview "review" "reviewed" "Ask for a review of the reply.";
    DecideReview "decide-review" "decided on in a review" "Decide the review.";
    RequestRecheck "recheck" "re-checked" "Ask for a re-check of the review.";
    DecideRecheck "decide-recheck" "decided on in a re-check" "Decide the re-check.";
    Merge "merge" "merged" "Merge it into another.";
    Split "split" "split" "Split a case off it.";
    Withdraw "withdraw" "withdrawn" "Withdraw it: the petitioner's act.";
    Void "void" "voided" "Void it: it should never have been entered.";
}

impl fmt::Display for CaseAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl CaseStatus {
    /// Returns the status after an act, or `None` when the act does not follow from this status.
    ///
    /// This is the one table of transitions (EVENTS.md section 7). Three acts have two ends, of which this names the one
    /// that leaves the case in hand: an objection upheld leads back to registered, a review that lets the reply stand
    /// to closed, and handling that was suspended goes on where it stood. The rules in force narrow it further.
    pub const fn after(self, act: CaseAct) -> Option<Self> {
        match (act, self) {
            (CaseAct::Assign | CaseAct::Transfer, Self::Registered | Self::Assigned) => Some(Self::Assigned),
            (CaseAct::Object, Self::Assigned) => Some(Self::ReturnProposed),
            (CaseAct::DecideObjection, Self::ReturnProposed) => Some(Self::Assigned),
            (CaseAct::Accept, Self::Assigned) => Some(Self::InProgress),
            (CaseAct::Decline, Self::Registered | Self::Assigned) => Some(Self::Declined),
            // The first step, like the reply itself, takes up what was assigned.
            (CaseAct::Step, Self::Assigned) => Some(Self::InProgress),
            (CaseAct::Extend | CaseAct::Suspend, status) if !status.is_decided_on() => None,
            (CaseAct::Extend, status) => Some(status),
            (CaseAct::Suspend, _) => Some(Self::Suspended),
            (CaseAct::Resume, Self::Suspended) => Some(Self::InProgress),
            (CaseAct::Reply, Self::Assigned | Self::InProgress) => Some(Self::Replied),
            (CaseAct::FollowUp, Self::Replied) => Some(Self::FollowedUp),
            (
                CaseAct::Close,
                Self::Registered | Self::Assigned | Self::InProgress | Self::Replied | Self::FollowedUp,
            ) => Some(Self::Closed),
            (CaseAct::Reopen, Self::Closed | Self::FollowedUp) => Some(Self::InProgress),
            (CaseAct::RequestReview, Self::Replied | Self::FollowedUp | Self::Closed) => {
                Some(Self::UnderReview)
            }
            (CaseAct::DecideReview, Self::UnderReview) => Some(Self::InProgress),
            (CaseAct::RequestRecheck, Self::Closed) => Some(Self::UnderRecheck),
            (CaseAct::DecideRecheck, Self::UnderRecheck) => Some(Self::Final),
            (CaseAct::Split, Self::Registered | Self::Assigned | Self::InProgress) => Some(self),
            (CaseAct::Merge, status) if status.is_live() => Some(Self::Merged),
            (CaseAct::Withdraw, status) if status.is_live() => Some(Self::Withdrawn),
            (CaseAct::Void, status) if status.is_live() => Some(Self::Void),
            (
                CaseAct::Step
                | CaseAct::Coassign
                | CaseAct::Escalate
                | CaseAct::Supervise
                | CaseAct::AnswerSupervision,
                status,
            ) if status.is_live() => Some(status),
            _ => None,
        }
    }

    /// Says whether somebody has a decision to make in a term: the handler, a reviewer.
    const fn is_decided_on(self) -> bool {
        matches!(self, Self::InProgress | Self::UnderReview | Self::UnderRecheck)
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
        let always = [
            (CaseAct::Step, None),
            (CaseAct::Coassign, None),
            (CaseAct::Escalate, None),
            (CaseAct::Supervise, None),
            (CaseAct::AnswerSupervision, None),
            (CaseAct::Merge, Some(CaseStatus::Merged)),
            (CaseAct::Withdraw, Some(CaseStatus::Withdrawn)),
            (CaseAct::Void, Some(CaseStatus::Void)),
        ];
        let table: Vec<String> = CaseStatus::ALL
            .iter()
            .map(|from| {
                for (act, end) in always {
                    let takes_up = *from == CaseStatus::Assigned && act == CaseAct::Step;
                    let expected = if takes_up { CaseStatus::InProgress } else { end.unwrap_or(*from) };
                    assert_eq!(from.after(act), from.is_live().then_some(expected), "{from} {act}");
                }
                let acts: Vec<_> = from
                    .allowed()
                    .into_iter()
                    .filter(|act| !always.iter().any(|(other, _)| other == act))
                    .map(|act| format!("{act} -> {}", from.after(act).expect("allowed acts lead somewhere")))
                    .collect();
                if acts.is_empty() { from.to_string() } else { format!("{from}: {}", acts.join(", ")) }
            })
            .collect();
        insta::assert_snapshot!(table.join("\n"), @r"
        registered: assign -> assigned, transfer -> assigned, decline -> declined, close -> closed, split -> registered
        assigned: assign -> assigned, transfer -> assigned, object -> return-proposed, accept -> in-progress, decline -> declined, reply -> replied, close -> closed, split -> assigned
        return-proposed: decide-objection -> assigned
        accepted
        declined
        in-progress: extend -> in-progress, suspend -> suspended, reply -> replied, close -> closed, split -> in-progress
        suspended: resume -> in-progress
        replied: follow-up -> followed-up, close -> closed, review -> under-review
        followed-up: close -> closed, reopen -> in-progress, review -> under-review
        closed: reopen -> in-progress, review -> under-review, recheck -> under-recheck
        under-review: extend -> under-review, suspend -> suspended, decide-review -> in-progress
        under-recheck: extend -> under-recheck, suspend -> suspended, decide-recheck -> final
        final
        withdrawn
        merged
        void
        ");
    }
}

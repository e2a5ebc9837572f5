use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    counting::Counting,
    label::Label,
    numbered::numbered,
    worded::{self, Keyed},
};

numbered! {
    /// What a term is for. A clock runs from what starts its term until what it asks for is done.
    pub enum Clock ("clock") {
        /// Saying that the case has arrived.
        Acknowledge = 1, "acknowledge";
        /// Assigning the case to a unit 交办.
        Assign = 2, "assign";
        /// Telling the petitioner whether the case is accepted 告知受理.
        TellPetitioner = 3, "tell-petitioner";
        /// Objecting to an assignment 异议.
        Object = 4, "object";
        /// Handling the case and replying 办理答复.
        Handle = 5, "handle";
        /// Asking for a review 复查: the petitioner's own term.
        ReviewWindow = 6, "review-window";
        /// Deciding the review.
        ReviewDecide = 7, "review-decide";
        /// Asking for a re-check 复核: the petitioner's own term.
        RecheckWindow = 8, "recheck-window";
        /// Deciding the re-check.
        RecheckDecide = 9, "recheck-decide";
        /// Answering a supervision 督办.
        SupervisionAnswer = 10, "supervision-answer";
        /// Answering an inspection's finding.
        FindingAnswer = 11, "finding-answer";
    }
}

numbered! {
    /// What starts a term.
    pub enum TermStart ("start of a term") {
        /// The case was registered 登记.
        Registered = 1, "registered";
        /// It was assigned 交办.
        Assigned = 2, "assigned";
        /// It was accepted 受理, and the petitioner told so.
        Accepted = 3, "accepted";
        /// The reply was delivered 答复.
        ReplyDelivered = 4, "reply-delivered";
        /// A review was asked for.
        ReviewRequested = 5, "review-requested";
        /// The review was decided.
        ReviewDecided = 6, "review-decided";
        /// A re-check was asked for.
        RecheckRequested = 7, "recheck-requested";
        /// A supervision was ordered 督办.
        SupervisionOrdered = 8, "supervision-ordered";
        /// A finding was issued.
        FindingIssued = 9, "finding-issued";
    }
}

/// How long something may take.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// So many days, 1 to [`MAX_TERM_DAYS`](crate::MAX_TERM_DAYS).
    #[serde(deserialize_with = "worded::within::<1, 3_660, _, _>")]
    pub days: u32,
    /// Which days count.
    #[serde(with = "worded")]
    pub count: Counting,
    /// From when on.
    #[serde(with = "worded")]
    pub starts: TermStart,
    /// How it may be extended; without it, it may not.
    #[serde(default)]
    pub extension: Option<Extension>,
    /// Where the law says so.
    #[serde(default)]
    pub law: Option<Label>,
}

/// How a term may be extended: before it ends, and never by the one who handles the case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// By at most so many days each time, counted like the term.
    #[serde(deserialize_with = "worded::within::<1, 3_660, _, _>")]
    pub days: u32,
    /// At most so many times.
    #[serde(deserialize_with = "worded::within::<1, 10, _, _>")]
    pub times: u16,
    /// Who may grant it.
    #[serde(with = "worded")]
    pub approver: Approver,
    /// Where the law says so.
    #[serde(default)]
    pub law: Option<Label>,
}

numbered! {
    /// Who may grant an extension. In no case the handler.
    pub enum Approver ("approver") {
        /// The head of the unit that handles the case.
        Head = 1, "head";
        /// Somebody of a unit above it.
        OneLevelUp = 2, "one-level-up";
        /// Anybody else.
        AnotherPerson = 3, "another-person";
    }
}

/// Terms of handling that differ by category.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Categories {
    /// Whether the due moment that the data state for a case is its term, where its category has none of its own.
    #[serde(default)]
    pub stated: bool,
    /// The terms of categories that have one of their own.
    #[serde(default)]
    pub terms: BTreeMap<Label, Term>,
}

/// The term for handling a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandleTerm<'a> {
    /// The moment that the data themselves state.
    Stated,
    /// To be counted.
    Days(&'a Term),
}

/// A stage a case can go through.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// What it is called.
    pub name: Label,
    /// What it is called in Chinese.
    #[serde(default)]
    pub name_zh: Option<Label>,
    /// The clock that runs in it.
    #[serde(with = "worded")]
    pub clock: Clock,
    /// Who decides in it.
    #[serde(with = "worded")]
    pub decider: Decider,
}

impl Keyed for Stage {
    fn key(&self) -> impl fmt::Display + PartialEq + '_ {
        self.clock
    }
}

numbered! {
    /// Who decides in a stage.
    pub enum Decider ("decider") {
        /// The one who handles the case.
        Handler = 1, "handler";
        /// Somebody who has not decided in an earlier stage.
        AnotherPerson = 2, "another-person";
        /// Such a person, of a unit above.
        OneLevelUp = 3, "one-level-up";
    }
}

/// A ground for which handling may be suspended 中止.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspensionGround {
    /// Its word.
    pub ground: Label,
    /// Its word in Chinese.
    #[serde(default)]
    pub name_zh: Option<Label>,
    /// The clocks that stand still; none when the ground excuses nothing.
    #[serde(default, with = "worded::list")]
    pub stops: Vec<Clock>,
    /// Where the law says so.
    #[serde(default)]
    pub law: Option<Label>,
}

impl Keyed for SuspensionGround {
    fn key(&self) -> impl fmt::Display + PartialEq + '_ {
        &self.ground
    }
}

impl SuspensionGround {
    /// Says whether a clock stands still.
    pub fn stops(&self, clock: Clock) -> bool {
        self.stops.contains(&clock)
    }
}

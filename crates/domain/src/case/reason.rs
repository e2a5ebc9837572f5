//! Where a case comes from, and why it is replied to, closed and reopened as it is.

use crate::numbered::numbered;

numbered! {
    /// By which way a case came in.
    pub enum Channel ("channel") {
        /// A secretary's reception.
        Reception = 1, "reception";
        /// A visit to a household.
        Visit = 2, "visit";
        /// A letter or mail.
        Letter = 3, "letter";
        /// A telephone line.
        Hotline = 4, "hotline";
        /// A web page or an app.
        Online = 5, "online";
        /// A list of old cases.
        Backlog = 6, "backlog";
        /// Another way.
        Other = 7, "other";
    }
}

numbered! {
    /// What a reply says to the request.
    pub enum Outcome ("outcome") {
        /// The request is met.
        Supported = 1, "supported";
        /// The request is not met, and it is explained why.
        Explained = 2, "explained";
        /// The request is refused.
        NotSupported = 3, "not-supported";
    }
}

numbered! {
    /// Why a case is closed.
    pub enum CloseReason ("close reason") {
        /// A reply was delivered.
        Replied = 1, "replied";
        /// The source that the case was imported from says that it is closed. Needs an origin; words are optional.
        AsStatedBySource = 2, "as-stated-by-source";
        /// Nobody is named to whom a reply could go. Needs words.
        Anonymous = 3, "anonymous";
        /// The petitioner could not be reached. Needs words.
        Unreachable = 4, "unreachable";
        /// Another reason why there could be no reply. Needs words.
        Other = 5, "other";
    }
}

numbered! {
    /// Why a closed case is taken up again.
    pub enum ReopenGround ("ground for reopening") {
        /// The matter is not solved.
        NotSolved = 1, "not-solved";
        /// There are new facts.
        NewFacts = 2, "new-facts";
        /// The reply was wrong.
        WrongReply = 3, "wrong-reply";
    }
}

numbered! {
    /// Whether the petitioner was told that the case is accepted 告知.
    pub enum Notice ("notice") {
        /// They were told.
        Given = 1, "given";
        /// Nobody is named whom one could tell.
        Anonymous = 2, "anonymous";
    }
}

numbered! {
    /// Why a case is not accepted 不予受理.
    pub enum DeclineGround ("ground for declining") {
        /// Another body is competent.
        NotCompetent = 1, "not-competent";
        /// It belongs before a court, an arbitrator, or an administrative review.
        OtherProcedure = 2, "other-procedure";
        /// It has been decided with finality.
        DecidedFinally = 3, "decided-finally";
        /// It is handled already.
        InHandling = 4, "in-handling";
        /// Another reason.
        Other = 5, "other";
    }
}

numbered! {
    /// What is decided about an objection to an assignment.
    pub enum ObjectionOutcome ("decision on an objection") {
        /// The case goes back to the sender, who assigns it anew.
        Upheld = 1, "upheld";
        /// The unit keeps the case.
        Rejected = 2, "rejected";
    }
}

numbered! {
    /// What a review 复查 or a re-check 复核 decides about the reply.
    pub enum ReviewOutcome ("decision of a review") {
        /// The reply stands 维持.
        Upheld = 1, "upheld";
        /// The reply is set aside: after a review the case is handled anew 撤销重办.
        SetAside = 2, "set-aside";
    }
}

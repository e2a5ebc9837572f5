//! Who and what an event concerns beside its own stream.

use crate::{id::StreamRef, numbered::numbered};

numbered! {
    /// In what role an event names a subject. Not stored: a view on the body's fields.
    pub enum Role ("role") {
        /// The unit above.
        Parent = 1, "parent";
        /// The unit an official belongs to.
        Member = 2, "member";
        /// The unit where a case was raised.
        RaisedAt = 3, "raised-at";
        /// The unit that is to handle a case.
        Responsible = 4, "responsible";
        /// The official who is to handle a case.
        Handler = 5, "handler";
        /// The official who approved.
        Approver = 6, "approver";
        /// The imported file it comes from.
        Origin = 7, "origin";
        /// The official who recorded it: the record's actor.
        Actor = 8, "actor";
        /// The unit that another was merged into.
        Into = 9, "into";
        /// The unit where an official holds, or leaves, an office.
        Post = 10, "post";
        /// The branch an official belongs to.
        Branch = 11, "branch";
        /// The unit a household belongs to.
        Home = 12, "home";
        /// The unit a household moved away from.
        MovedFrom = 13, "moved-from";
        /// The unit a household moved to.
        MovedTo = 14, "moved-to";
        /// The official who received people.
        ReceivedBy = 15, "received-by";
        /// The official who called on a household.
        VisitedBy = 16, "visited-by";
        /// An official who came along.
        Companion = 17, "companion";
        /// The unit that decided.
        DecidingUnit = 20, "deciding-unit";
        /// The unit that handles a case too.
        CoHandling = 21, "co-handling";
        /// The unit a case was brought before.
        EscalatedTo = 22, "escalated-to";
        /// The unit that supervises.
        SupervisedBy = 23, "supervised-by";
        /// The unit that followed up.
        FollowedUpBy = 24, "followed-up-by";
        /// The official who asked the petitioner.
        AskedBy = 25, "asked-by";
        /// The case that another was merged into.
        MergedInto = 26, "merged-into";
        /// The case that another was split off.
        SplitFrom = 27, "split-from";
        /// The official who asked whether the petitioner is satisfied.
        Surveyor = 28, "surveyor";
        /// The household that an entry of a diary is about.
        WrittenAbout = 29, "written-about";
        /// The unit that an entry of a diary is about.
        WrittenAboutUnit = 30, "written-about-unit";
        /// The unit that keeps a dossier.
        Keeper = 31, "keeper";
        /// The first household of a dossier.
        FirstHousehold = 32, "first-household";
        /// The last household of a dossier.
        LastHousehold = 33, "last-household";
        /// The official whom it is about.
        Concerned = 64, "concerned";
        /// The unit that it is about.
        ConcernedUnit = 65, "concerned-unit";
        /// The official who receipted.
        ReceiptedBy = 66, "receipted-by";
        /// The official who confirmed.
        ConfirmedBy = 67, "confirmed-by";
        /// What a correction corrects.
        Corrected = 68, "corrected";
        /// The unit that inspects.
        Inspector = 69, "inspector";
        /// The official who answered.
        AnsweredBy = 70, "answered-by";
        /// The official who closed.
        ClosedBy = 71, "closed-by";
        /// The official who decided.
        DecidedBy = 72, "decided-by";
        /// The unit that a vehicle was given to.
        NewHolder = 73, "new-holder";
        /// The official who attests.
        AttestedBy = 74, "attested-by";
        /// The official who applied.
        Applicant = 75, "applicant";
        /// The household that it is about.
        ConcernedHousehold = 76, "concerned-household";
        /// The unit that runs a campaign.
        Organiser = 40, "organiser";
        /// The case put on a campaign's list.
        Listed = 41, "listed";
        /// The campaign whose list a case stood on before.
        EarlierCampaign = 42, "earlier-campaign";
        /// The campaign whose list a case stands on.
        Campaign = 43, "campaign";
        /// The leader who answers for a listed case.
        Leader = 44, "leader";
        /// The leader whose place another one takes.
        ReplacedLeader = 45, "replaced-leader";
        /// The official who stays.
        Staying = 46, "staying";
        /// The unit where they stay.
        Host = 47, "host";
        /// The official who certifies a stay.
        Certifier = 48, "certifier";
        /// The official of a pairing.
        PairedOfficial = 49, "paired-official";
        /// The household of a pairing.
        PairedHousehold = 50, "paired-household";
        /// The household that aid is for.
        Aided = 51, "aided";
        /// The unit that gives aid.
        Giver = 52, "giver";
        /// The official who hands aid over.
        Deliverer = 53, "deliverer";
        /// The official who confirms its receipt.
        ReceiptConfirmer = 54, "receipt-confirmer";
        /// The official who answers for a project.
        Answerable = 55, "answerable";
        /// The official who verifies a project.
        Verifier = 56, "verifier";
        /// The project that resolved a difficulty.
        Project = 57, "project";
        /// The aid that resolved a difficulty.
        Aid = 58, "aid";
    }
}

/// A subject that an event names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Subject {
    /// In what role.
    pub role: Role,
    /// Which.
    pub stream: StreamRef,
}

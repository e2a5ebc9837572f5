//! Cases 办理答复: each from its registration to where it stands when the demonstration ends.

use docket_domain::{
    BacklogListed, CampaignId, CaseAccepted, CaseAcceptedPersonal, CaseAssigned, CaseAssignedToLeader,
    CaseClosed, CaseClosedPersonal, CaseCoassigned, CaseDeclined, CaseDeclinedPersonal, CaseEscalated,
    CaseEscalatedPersonal, CaseId, CaseMerged, CaseRegistered, CaseRegisteredPersonal, CaseReopened,
    CaseReopenedPersonal, CaseResumed, CaseSuspended, CaseSuspendedPersonal, CaseTransferred, CaseVoided,
    CaseVoidedPersonal, CaseWithdrawn, CaseWithdrawnPersonal, Channel, CloseReason, CorrectionRecorded,
    CorrectionRecordedPersonal, DeclineGround, ExtensionGranted, ExtensionGrantedPersonal, FollowUpMade,
    FollowUpMadePersonal, Labels, NoPersonal, Notice, OfficialId, Outcome, RecheckDecided,
    RecheckDecidedPersonal, RecheckRequested, RecheckRequestedPersonal, ReopenGround, ReplyDelivered,
    ReplyDeliveredPersonal, ReviewDecided, ReviewDecidedPersonal, ReviewOutcome, ReviewRequested,
    ReviewRequestedPersonal, Satisfaction, SatisfactionAnswered, SatisfactionAnsweredPersonal,
    SatisfactionSurveyed, StepTaken, StepTakenPersonal, SupervisionAnswered, SupervisionAnsweredPersonal,
    SupervisionOrdered, SupervisionOrderedPersonal, UnitId,
};

use crate::{
    city::{DRIVES, Drive},
    days::{DAY, LAST, at, worked},
    draw::{Draw, For},
    out::{Out, official, unit},
    plan::{Plan, Town, Unit, place},
    share::{is_chosen, share},
    village::secretary,
    words,
};

/// A case, as far as it is not a pure function of its number among its unit's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    pub(crate) id: CaseId,
    /// The place of its unit.
    pub(crate) unit: u32,
    /// Its number among the unit's cases.
    pub(crate) number: u32,
    /// Whether it was taken up again once.
    again: bool,
    /// The campaign on whose list it stood last.
    listed: Option<CampaignId>,
    anonymous: bool,
}

/// What is to be done with a case.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Assign,
    Transfer,
    Accept,
    End(Fate),
    Work {
        left: u8,
    },
    Extend,
    Suspend,
    Resume,
    Coassign,
    Escalate,
    Supervise,
    Answer,
    Reply,
    FollowUp,
    Close,
    Reopen,
    Review,
    Decide,
    Recheck,
    Final,
    Survey,
    Opinion,
    /// A campaign lists it, and a leader answers for it.
    List(Drive),
    /// What was written down when it was registered is corrected: in this record.
    Correct {
        record: u64,
    },
}

/// How a case ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    /// A reply is delivered.
    Replied,
    /// It stands open at the end.
    Pending,
    Declined,
    Withdrawn,
    Merged,
    Void,
}

/// Of a thousand registrations so many are corrected later.
const CORRECTED: u64 = 4;
/// Cases of the last weeks are not settled: so many in a hundred of all.
const SETTLED: u64 = 95;
/// The days before the last on which replies are delivered and cases closed at the latest.
const REPLIED: u64 = LAST - 6;
const CLOSED: u64 = LAST - 3;

/// What is planned for a case.
#[derive(Clone, Copy, Debug)]
struct Course {
    fate: Fate,
    outcome: Outcome,
    is_extended: bool,
    is_followed_up: bool,
    is_reopened: bool,
    is_reviewed: bool,
    is_rechecked: bool,
    /// Whom it is given to, of the unit's team.
    handler: u64,
    /// Whether the petitioner is asked in the end, and what the answer is.
    is_asked: bool,
    answer: Option<Satisfaction>,
}

fn course(plan: &Plan, village: &Unit, number: u64) -> Course {
    let cases = plan.of_unit(plan.totals.issues, village);
    let resolved = plan.of_unit(plan.totals.resolved, village);
    let settled = (cases * SETTLED / 100).max(resolved);
    let mut draw = Draw::new(plan.seed, For::Case, village.id, number);
    let is_resolved = number < settled && is_chosen(resolved, number, settled);
    let fate = match draw.below(100) {
        _ if is_resolved => Fate::Replied,
        0..=39 => Fate::Pending,
        _ if number >= settled => Fate::Pending,
        40..=57 => Fate::Declined,
        58..=81 => Fate::Withdrawn,
        82..=93 => Fate::Merged,
        _ => Fate::Void,
    };
    let outcome = match draw.below(100) {
        0..=80 => Outcome::Supported,
        81..=92 => Outcome::Explained,
        _ => Outcome::NotSupported,
    };
    let answer =
        if is_resolved { answer(plan, village, share(resolved, 0, number, settled), resolved) } else { None };
    let is_reviewed = outcome == Outcome::NotSupported && draw.per_mille(250);
    Course {
        fate,
        outcome,
        is_extended: draw.per_mille(50),
        is_followed_up: draw.per_mille(600),
        is_reopened: !is_reviewed && draw.per_mille(20),
        is_reviewed,
        is_rechecked: draw.per_mille(250),
        // Neither the secretary, who approves, nor the next, who may become it.
        handler: draw.within(2, village.team.count - 1),
        is_asked: answer.is_some() || draw.per_mille(250),
        answer,
    }
}

/// Says what the petitioner of the so-many-th resolved case of a unit answers, if anything: in sum exactly as many.
fn answer(plan: &Plan, village: &Unit, number: u64, resolved: u64) -> Option<Satisfaction> {
    let answered = plan.of_unit(plan.totals.answered, village);
    let satisfied = plan.of_unit(plan.totals.satisfied, village);
    let before = share(answered, 0, number, resolved);
    is_chosen(answered, number, resolved).then(|| {
        if is_chosen(satisfied, before, answered) {
            Satisfaction::Satisfied
        } else {
            Satisfaction::Dissatisfied
        }
    })
}

/// Where cases are put down: what they look at, what they may change.
pub(crate) struct Desk<'a, L: FnMut(u64, Open, Step)> {
    pub(crate) plan: &'a Plan,
    pub(crate) town: &'a Town,
    /// The case of the unit that another may be merged into.
    pub(crate) target: &'a mut Option<CaseId>,
    pub(crate) later: L,
    pub(crate) out: &'a mut Out,
}

/// Where a case comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raised {
    pub(crate) channel: Channel,
    /// The record of the visit, or of the person received.
    pub(crate) record: Option<u64>,
    pub(crate) minute: u64,
}

fn village(plan: &Plan, number: u32) -> Option<&Unit> {
    plan.units.get(place(u64::from(number)))
}

/// Returns the moment so many days on, in working hours, at the latest on a certain day; never before `minute`.
fn after(draw: &mut Draw, minute: u64, days: (u64, u64), latest: u64) -> u64 {
    let day = worked(minute / DAY + draw.within(days.0, days.1)).min(latest);
    let found = day * DAY + draw.within(9 * 60, 17 * 60);
    if found > minute { found } else { minute + 1 + draw.below(30) }
}

impl<L: FnMut(u64, Open, Step)> Desk<'_, L> {
    /// Registers a case: the so-many-th of its unit.
    pub(crate) fn register(&mut self, of: u32, number: u64, raised: Raised) {
        let Some(village) = village(self.plan, of) else { return };
        let mut draw = Draw::new(self.plan.seed, For::CaseNote, village.id, number);
        let (category, matter) = words::matter(&mut draw);
        let anonymous = !matches!(raised.channel, Channel::Reception | Channel::Visit) && draw.per_mille(80);
        let body = CaseRegistered {
            unit: Some(unit(village.id)),
            channel: raised.channel,
            category: Some(words::label(category)),
            labels: Labels::default(),
            stated_due: None,
            ambiguous_due: false,
            anonymous,
            source_record: raised.record,
            origin: None,
        };
        let personal = CaseRegisteredPersonal {
            title: words::title(matter, draw),
            petitioner: (!anonymous).then(|| words::person(draw)).flatten(),
            ..CaseRegisteredPersonal::default()
        };
        let (id, record) = self.out.open(at(raised.minute), body, personal);
        let number_of = u32::try_from(number).unwrap_or(u32::MAX);
        let open = Open { id, unit: of, number: number_of, again: false, listed: None, anonymous };
        let days = match draw.below(100) {
            0..=92 => (0, 3),
            93..=97 => (6, 14),
            _ => (16, 25),
        };
        let assigned = after(&mut draw, raised.minute, days, LAST - 12);
        let course = course(self.plan, village, number);
        let step = match course.fate {
            Fate::Void | Fate::Merged => Step::End(course.fate),
            _ => Step::Assign,
        };
        (self.later)(assigned, open, step);
        if draw.per_mille(CORRECTED) {
            let corrected = after(&mut draw, raised.minute, (2, 20), LAST - 1);
            (self.later)(corrected, open, Step::Correct { record });
        }
    }

    /// Puts down what happens to a case at its minute, and notes what follows from it.
    pub(crate) fn happen(&mut self, open: Open, step: Step, minute: u64) {
        let Some(village) = village(self.plan, open.unit) else { return };
        let number = u64::from(open.number);
        let course = course(self.plan, village, number);
        let key = number << 16 | (minute & 0xffff);
        let mut draw = Draw::new(self.plan.seed, For::CaseNote, village.id << 32 | key, minute);
        match step {
            Step::Assign | Step::Transfer | Step::Accept => {
                self.take_up(village, &course, open, step, minute, &mut draw);
            }
            Step::End(fate) => self.end(open, fate, minute, &mut draw),
            Step::Work { left } => self.work(&course, open, left, minute, &mut draw),
            Step::Extend | Step::Suspend | Step::Resume => {
                self.clock(village, open, step, minute, &mut draw);
            }
            Step::Coassign | Step::Escalate | Step::Supervise | Step::Answer => {
                self.above(village, open, step, minute, &mut draw);
            }
            Step::Reply | Step::FollowUp | Step::Close | Step::Reopen => {
                self.settle(village, &course, open, step, minute, &mut draw);
            }
            Step::Review | Step::Decide | Step::Recheck | Step::Final => {
                self.appeal(&course, open, step, minute, &mut draw);
            }
            Step::Survey | Step::Opinion => self.survey(&course, open, step, minute, &mut draw),
            Step::List(drive) => self.list(open, drive, minute, &mut draw),
            Step::Correct { record } => self.correct(open, record, minute),
        }
    }

    fn take_up(
        &mut self,
        village: &Unit,
        course: &Course,
        open: Open,
        step: Step,
        minute: u64,
        draw: &mut Draw,
    ) {
        let handler = Some(official(village.team.nth(course.handler)));
        let own = unit(village.id);
        match step {
            Step::Assign => {
                // Now and then it is given to a neighbour first, who passes it on.
                let neighbour = self.neighbour(open.unit).filter(|_| draw.per_mille(10));
                let body = match neighbour {
                    Some(unit) => CaseAssigned { unit, handler: None, origin: None },
                    None => CaseAssigned { unit: own, handler, origin: None },
                };
                self.out.on(open.id, at(minute), body, NoPersonal);
                if neighbour.is_some() {
                    let passed_on = after(draw, minute, (1, 3), LAST - 11);
                    return (self.later)(passed_on, open, Step::Transfer);
                }
                self.assigned(course, open, minute, draw);
            }
            Step::Transfer => {
                let body = CaseTransferred { unit: own, handler, origin: None };
                self.out.on(open.id, at(minute), body, NoPersonal);
                self.assigned(course, open, minute, draw);
            }
            _ => {
                let notice = if open.anonymous { Notice::Anonymous } else { Notice::Given };
                let body = CaseAccepted { notice, origin: None };
                self.out.on(open.id, at(minute), body, CaseAcceptedPersonal::default());
                self.accepted(course, open, minute, draw);
            }
        }
    }

    fn assigned(&mut self, course: &Course, open: Open, minute: u64, draw: &mut Draw) {
        if course.fate == Fate::Declined {
            let declined = after(draw, minute, (1, 12), LAST - 1);
            return (self.later)(declined, open, Step::End(Fate::Declined));
        }
        let days = if draw.per_mille(925) { (1, 10) } else { (17, 26) };
        let accepted = after(draw, minute, days, LAST - 10);
        (self.later)(accepted, open, Step::Accept);
    }

    fn accepted(&mut self, course: &Course, open: Open, minute: u64, draw: &mut Draw) {
        if course.fate == Fate::Replied {
            *self.target = Some(open.id);
        }
        if course.fate == Fate::Withdrawn {
            let withdrawn = after(draw, minute, (5, 50), LAST - 1);
            (self.later)(withdrawn, open, Step::End(Fate::Withdrawn));
            if draw.per_mille(300) {
                self.note_listing(open, minute, (1, 2), draw);
            }
            return;
        }
        let worked_on = after(draw, minute, (1, 6), LAST - 8);
        (self.later)(worked_on, open, Step::Work { left: u8::try_from(draw.below(2)).unwrap_or(0) });
        if course.is_extended && course.fate == Fate::Replied {
            let extended = after(draw, minute, (40, 54), LAST);
            // Only where the reply comes later than the extension.
            if extended / DAY + 4 < REPLIED {
                (self.later)(extended, open, Step::Extend);
            }
        }
        for (share, step) in [(8, Step::Coassign), (5, Step::Escalate), (8, Step::Supervise)] {
            if draw.per_mille(share) {
                (self.later)(after(draw, minute, (0, 1), LAST - 9), open, step);
            }
        }
        if course.fate == Fate::Pending && draw.per_mille(60) {
            (self.later)(after(draw, minute, (8, 20), LAST - 10), open, Step::Suspend);
        }
        if course.fate == Fate::Replied {
            let days = match draw.below(100) {
                _ if course.is_extended => (60, 82),
                0..=94 => (10, 56),
                _ => (63, 110),
            };
            let replied = after(draw, minute, days, REPLIED);
            (self.later)(replied, open, Step::Reply);
            if days.0 >= 60 {
                // Old by now, and not yet replied to.
                self.note_listing(open, minute, (45, 52), draw);
            }
        }
        if course.fate == Fate::Pending && draw.per_mille(700) {
            self.note_listing(open, minute, (60, 130), draw);
        }
    }

    /// Notes that a campaign lists the case so many days on, if one goes on then.
    fn note_listing(&mut self, open: Open, minute: u64, days: (u64, u64), draw: &mut Draw) {
        let listed = after(draw, minute, days, LAST);
        let is_on = |drive: &Drive| (drive.days().0..=drive.days().1).contains(&(listed / DAY));
        if let Some(drive) = DRIVES.into_iter().find(is_on) {
            (self.later)(listed, open, Step::List(drive));
        }
    }

    fn list(&mut self, open: Open, drive: Drive, minute: u64, draw: &mut Draw) {
        // The clerk may come to record it when the campaign is over.
        if !drive.takes(self.out.minute()) {
            return;
        }
        let (campaign, occurred) = (drive.id(), at(minute));
        let body = BacklogListed { case: open.id, before: open.listed, origin: None };
        self.out.on(campaign, occurred, body, NoPersonal);
        if let Some(leader) = self.of_town(0).filter(|_| draw.per_mille(960)) {
            let body = CaseAssignedToLeader { campaign, leader, replaces: None, origin: None };
            self.out.on(open.id, at(minute + 5), body, NoPersonal);
        }
        // What the next campaign finds unsettled is carried over to it: what will never be settled here.
        let is_last = DRIVES.last() == Some(&drive);
        let Some(village) = village(self.plan, open.unit).filter(|_| !is_last) else { return };
        if course(self.plan, village, u64::from(open.number)).fate == Fate::Pending && draw.per_mille(800) {
            let [_, next] = DRIVES;
            let open = Open { listed: Some(campaign), ..open };
            let again = next.days().0 + draw.below(60);
            (self.later)(worked(again) * DAY + draw.within(9 * 60, 17 * 60), open, Step::List(next));
        }
    }

    fn correct(&mut self, open: Open, record: u64, minute: u64) {
        let Some(approver) = self.of_town(0) else { return };
        let stream = open.id.stream();
        let body = CorrectionRecorded {
            record,
            stream_kind: stream.kind.0,
            stream_id: stream.id,
            approver,
            origin: None,
        };
        let reason = words::personal("the house number is wrong".to_owned());
        self.out.open(at(minute), body, CorrectionRecordedPersonal { reason });
    }

    fn end(&mut self, open: Open, fate: Fate, minute: u64, draw: &mut Draw) {
        let occurred = at(minute);
        match fate {
            Fate::Declined => {
                let refer_to = words::label("the county court");
                let body = CaseDeclined { ground: DeclineGround::OtherProcedure, refer_to, origin: None };
                self.out.on(
                    open.id,
                    occurred,
                    body,
                    CaseDeclinedPersonal { reason: words::reply(false, *draw) },
                );
            }
            Fate::Withdrawn => {
                let body = CaseWithdrawn { origin: None };
                self.out.on(open.id, occurred, body, CaseWithdrawnPersonal::default());
            }
            Fate::Merged => {
                if let Some(into) = self.target.filter(|target| *target != open.id) {
                    self.out.on(open.id, occurred, CaseMerged { into, origin: None }, NoPersonal);
                } else {
                    // Nothing to merge it into: it is taken up, and stays open.
                    (self.later)(after(draw, minute, (1, 3), LAST - 11), open, Step::Assign);
                }
            }
            Fate::Void => {
                let approver = self.plan.seat(self.town.seat).map(|seat| official(seat.officials.nth(0)));
                let reason = words::personal("entered twice by mistake".to_owned());
                let body = CaseVoided { approver, origin: None };
                self.out.on(open.id, occurred, body, CaseVoidedPersonal { reason });
            }
            Fate::Replied | Fate::Pending => {}
        }
    }

    fn work(&mut self, course: &Course, open: Open, left: u8, minute: u64, draw: &mut Draw) {
        const ACTIVITIES: [&str; 5] = [
            "looked into",
            "went to see it",
            "heard both sides",
            "asked the authority",
            "put to the meeting",
        ];
        let activity = words::label(draw.pick(&ACTIVITIES).unwrap_or_default());
        let body = StepTaken { activity, origin: None };
        self.out.on(open.id, at(minute), body, StepTakenPersonal::default());
        if course.fate == Fate::Pending && left > 0 {
            let next = after(draw, minute, (10, 40), LAST - 1);
            (self.later)(next, open, Step::Work { left: left - 1 });
        }
    }

    fn clock(&mut self, village: &Unit, open: Open, step: Step, minute: u64, draw: &mut Draw) {
        match step {
            Step::Extend => {
                let approver = official(secretary(self.plan, village, minute / DAY));
                let body = ExtensionGranted { days: 30, approver, origin: None };
                let reason = words::personal("an expert's opinion is awaited".to_owned());
                self.out.on(open.id, at(minute), body, ExtensionGrantedPersonal { reason });
            }
            Step::Suspend => {
                let body = CaseSuspended { ground: words::label("force-majeure"), origin: None };
                let reason = words::personal("the road is under water".to_owned());
                self.out.on(open.id, at(minute), body, CaseSuspendedPersonal { reason });
                (self.later)(after(draw, minute, (4, 12), LAST - 9), open, Step::Resume);
            }
            _ => {
                self.out.on(open.id, at(minute), CaseResumed { origin: None }, NoPersonal);
            }
        }
    }

    fn above(&mut self, village: &Unit, open: Open, step: Step, minute: u64, draw: &mut Draw) {
        let department = unit(self.town.department + 1);
        let (id, occurred) = (open.id, at(minute));
        match step {
            Step::Coassign => {
                if let Some(unit) = self.neighbour(open.unit).filter(|other| other.number() != village.id) {
                    self.out.on(id, occurred, CaseCoassigned { unit, origin: None }, NoPersonal);
                }
            }
            Step::Escalate => {
                let body = CaseEscalated { to: unit(self.town.seat + 1), origin: None };
                let reason = words::personal("it concerns several villages".to_owned());
                self.out.on(id, occurred, body, CaseEscalatedPersonal { reason });
            }
            Step::Supervise => {
                let body = SupervisionOrdered { unit: department, origin: None };
                self.out.on(id, occurred, body, SupervisionOrderedPersonal::default());
                (self.later)(after(draw, minute, (1, 4), LAST - 8), open, Step::Answer);
            }
            _ => {
                let body = SupervisionAnswered { unit: department, origin: None };
                self.out.on(id, occurred, body, SupervisionAnsweredPersonal::default());
            }
        }
    }

    fn settle(
        &mut self,
        village: &Unit,
        course: &Course,
        open: Open,
        step: Step,
        minute: u64,
        draw: &mut Draw,
    ) {
        match step {
            Step::Reply => {
                let approver = Some(official(secretary(self.plan, village, minute / DAY)));
                let body = ReplyDelivered { outcome: course.outcome, approver, origin: None };
                let text = words::reply(course.outcome == Outcome::Supported, *draw);
                self.out.on(open.id, at(minute), body, ReplyDeliveredPersonal { text });
                if *self.target == Some(open.id) {
                    *self.target = None;
                }
                if course.is_reviewed && !open.again && minute / DAY + 90 < CLOSED {
                    return (self.later)(after(draw, minute, (3, 27), CLOSED), open, Step::Review);
                }
                let (days, step) =
                    if course.is_followed_up { ((1, 9), Step::FollowUp) } else { ((1, 14), Step::Close) };
                (self.later)(after(draw, minute, days, CLOSED), open, step);
            }
            Step::FollowUp => {
                let by = self.of_town(3 + draw.below(20));
                let body = FollowUpMade { unit: unit(self.town.seat + 1), by, origin: None };
                self.out.on(open.id, at(minute), body, FollowUpMadePersonal::default());
                (self.later)(after(draw, minute, (0, 6), CLOSED), open, Step::Close);
            }
            Step::Close => {
                let body = CaseClosed { reason: CloseReason::Replied, origin: None };
                self.out.on(open.id, at(minute), body, CaseClosedPersonal::default());
                if course.is_reopened && !open.again && minute / DAY + 60 < CLOSED {
                    return (self.later)(after(draw, minute, (4, 28), CLOSED), open, Step::Reopen);
                }
                self.ask(course, open, minute, draw);
            }
            _ => {
                let body = CaseReopened { ground: ReopenGround::NotSolved, origin: None };
                self.out.on(open.id, at(minute), body, CaseReopenedPersonal { text: words::answer(*draw) });
                let open = Open { again: true, ..open };
                (self.later)(after(draw, minute, (4, 25), REPLIED), open, Step::Reply);
            }
        }
    }

    /// Asked for within thirty days of the reply, decided by the town; then by the district, which is final.
    fn appeal(&mut self, course: &Course, open: Open, step: Step, minute: u64, draw: &mut Draw) {
        let (id, occurred) = (open.id, at(minute));
        match step {
            Step::Review => {
                let body = ReviewRequested { origin: None };
                self.out.on(id, occurred, body, ReviewRequestedPersonal { text: words::said(*draw) });
                (self.later)(after(draw, minute, (5, 28), CLOSED), open, Step::Decide);
            }
            Step::Decide => {
                let Some(by) = self.of_town(3 + draw.below(20)) else { return };
                let is_upheld = draw.per_mille(700);
                let outcome = if is_upheld { ReviewOutcome::Upheld } else { ReviewOutcome::SetAside };
                let body = ReviewDecided { unit: unit(self.town.seat + 1), by, outcome, origin: None };
                let text = words::reply(!is_upheld, *draw);
                self.out.on(id, occurred, body, ReviewDecidedPersonal { text });
                if !is_upheld {
                    let open = Open { again: true, ..open };
                    (self.later)(after(draw, minute, (5, 20), REPLIED), open, Step::Reply);
                } else if course.is_rechecked && minute / DAY + 60 < CLOSED {
                    (self.later)(after(draw, minute, (3, 27), CLOSED), open, Step::Recheck);
                } else {
                    self.ask(course, open, minute, draw);
                }
            }
            Step::Recheck => {
                let body = RecheckRequested { origin: None };
                self.out.on(id, occurred, body, RecheckRequestedPersonal { text: words::said(*draw) });
                (self.later)(after(draw, minute, (5, 28), CLOSED), open, Step::Final);
            }
            _ => {
                let Some(district) = self.plan.seat(self.town.district) else { return };
                let body = RecheckDecided {
                    unit: unit(self.town.district + 1),
                    by: official(district.officials.nth(draw.below(30))),
                    outcome: ReviewOutcome::Upheld,
                    origin: None,
                };
                let text = words::reply(false, *draw);
                self.out.on(id, occurred, body, RecheckDecidedPersonal { text });
                self.ask(course, open, minute, draw);
            }
        }
    }

    /// Notes that the petitioner is asked, once the case is settled for good.
    fn ask(&mut self, course: &Course, open: Open, minute: u64, draw: &mut Draw) {
        if course.is_asked {
            (self.later)(after(draw, minute, (0, 8), LAST - 2), open, Step::Survey);
        }
    }

    /// Somebody of the town asks; most answer.
    fn survey(&mut self, course: &Course, open: Open, step: Step, minute: u64, draw: &mut Draw) {
        match (step, course.answer) {
            (Step::Survey, answer) => {
                let Some(by) = self.of_town(3 + draw.below(20)) else { return };
                self.out.on(open.id, at(minute), SatisfactionSurveyed { by, origin: None }, NoPersonal);
                if answer.is_some() {
                    (self.later)(after(draw, minute, (0, 5), LAST - 1), open, Step::Opinion);
                }
            }
            (_, Some(answer)) => {
                let solved = Some(answer == Satisfaction::Satisfied && course.outcome == Outcome::Supported);
                let body = SatisfactionAnswered { answer, solved, origin: None };
                let text = words::answer(*draw);
                self.out.on(open.id, at(minute), body, SatisfactionAnsweredPersonal { text });
            }
            _ => {}
        }
    }

    /// Returns an official of the town.
    fn of_town(&self, number: u64) -> Option<OfficialId> {
        self.plan.seat(self.town.seat).map(|seat| official(seat.officials.nth(number)))
    }

    /// Returns another unit of the town, if it has one.
    fn neighbour(&self, number: u32) -> Option<UnitId> {
        let units = &self.town.units;
        let next = u64::from(number) + 1;
        let next = if next < units.end { next } else { units.start };
        let next = Some(next).filter(|next| *next != u64::from(number))?;
        self.plan.units.get(place(next)).map(|village| unit(village.id))
    }
}

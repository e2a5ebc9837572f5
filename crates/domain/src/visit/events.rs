//! The events of visits.

use super::{Visit, VisitViolation};
use crate::{
    household::HouseholdState,
    id::{HouseholdId, OfficialId, StreamRef, UnitId},
    numbered::numbered,
    official::OfficialState,
    record::RecordMeta,
    rule_set::VisitDuty,
    rules::{Place, Rules, own, own_mut, subject},
    source::SourceRow,
    subject::Role,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// A household was visited.
    pub struct VisitMade {
        /// The unit it belonged to then, or one that stands for that.
        pub unit: UnitId,
        /// Who visited it: a member of that unit's team.
        pub by: OfficialId,
        /// Who came along: at most 8 others.
        pub companions: Vec<OfficialId>,
        /// How many minutes it lasted; nothing where nobody noted it.
        pub minutes: Option<u16>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 544, version 1, continues HouseholdId;
    personal VisitMadePersonal { text: Text } requires [];
}

crate::event! {
    /// Somebody called on a household in vain. That is no visit.
    pub struct VisitAttempted {
        /// The unit it belonged to then, or one that stands for that.
        pub unit: UnitId,
        /// Who called: a member of that unit's team.
        pub by: OfficialId,
        /// Why it came to no visit.
        pub reason: AttemptReason,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 545, version 1, continues HouseholdId;
    personal VisitAttemptedPersonal { text: Text } requires [];
}

numbered! {
    /// Why a call came to no visit.
    pub enum AttemptReason ("reason for no visit") {
        /// 家中无人
        NobodyHome = 1, "nobody-home";
        /// 拒访
        Refused = 2, "refused";
        /// 查无此户
        NotFound = 3, "not-found";
        /// 其他
        Other = 4, "other";
    }
}

impl VisitMade {
    /// The most companions.
    pub const MAX_COMPANIONS: usize = 8;

    fn check_companions(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        if self.companions.len() > Self::MAX_COMPANIONS {
            return Err(VisitViolation::TooManyCompanions { count: self.companions.len() }.into());
        }
        for (position, &official) in self.companions.iter().enumerate() {
            if official == self.by || self.companions.iter().take(position).any(|other| *other == official) {
                return Err(VisitViolation::NamedTwice { official }.into());
            }
            subject(view, Role::Companion, official)?.known(official, place.occurred)?;
        }
        Ok(())
    }
}

impl Rules for VisitMade {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Home, self.unit.stream());
        name(Role::VisitedBy, self.by.stream());
        for companion in &self.companions {
            name(Role::Companion, companion.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (household, state) = own::<Self>(view, place.stream)?;
        check_call(view, place, (household, state), self.unit, self.by)?;
        self.check_companions(view, place)?;
        let day = view.zone().day_of(place.occurred.at);
        match state.visits.on(day) {
            Some(Visit { record, .. }) if duty(view, place).is_none_or(|duty| duty.different_days) => {
                Err(VisitViolation::TwiceADay { household, day, record }.into())
            }
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let day = store.zone().day_of(meta.occurred.at);
        own_mut::<Self>(store, meta.stream)?.visits.enter(Visit { day, record: meta.index });
        Ok(())
    }
}

impl Rules for VisitAttempted {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Home, self.unit.stream());
        name(Role::VisitedBy, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        check_call(view, place, own::<Self>(view, place.stream)?, self.unit, self.by)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let day = store.zone().day_of(meta.occurred.at);
        own_mut::<Self>(store, meta.stream)?.call_in_vain(Visit { day, record: meta.index });
        Ok(())
    }
}

/// Checks who called on a household: on the register, at home in this unit, and by one of the unit's team.
fn check_call(
    view: &impl View,
    place: &Place<'_>,
    (household, state): (HouseholdId, &HouseholdState),
    unit: UnitId,
    official: OfficialId,
) -> Result<(), Violation> {
    let then = place.occurred;
    state.on_register(household, then)?;
    let home = alive_at(view, Role::Home, unit, then)?;
    state.at_home(household, (unit, home), then)?;
    let by: &OfficialState = subject(view, Role::VisitedBy, official)?;
    by.known(official, then)?;
    // Whoever was of the team of a unit merged into this one is of this one's.
    let of_team =
        |post: crate::official::Post| post.office.is_of_team() && home.stands_for(unit, post.unit, then);
    if by.posts_at(then).any(of_team) || duty(view, place).is_some_and(|duty| duty.any_official) {
        Ok(())
    } else {
        Err(VisitViolation::NotOfTheTeam { official, unit, record: by.record }.into())
    }
}

/// Returns what the rules in force then say of visits.
fn duty(view: &impl View, place: &Place<'_>) -> Option<VisitDuty> {
    view.rules_at(place.occurred.at)?.rules.visits
}

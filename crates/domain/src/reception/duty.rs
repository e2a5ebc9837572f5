//! What a unit owes of receptions, and what came of it.

use crate::{
    adoption::RulesState,
    day::{Day, IsoWeek},
    id::{RulesId, StreamKind},
    numbered::numbered,
    rule_set::ReceptionDuty,
    time::Timestamp,
    unit::UnitState,
    view::View,
    zone::Zone,
};

/// The weeks that fell due in a period, and what the rules ask in each.
///
/// A week falls due on its Sunday, and the rule set in force at that day's end decides about all of it. Made once for a
/// period, then asked about any number of units.
#[derive(Clone, Debug)]
pub struct ReceptionWeeks<'v> {
    zone: &'v Zone,
    first: IsoWeek,
    last: IsoWeek,
    /// From which week on which duty holds, ascending; before the first none does.
    duties: Vec<(IsoWeek, Option<&'v RulesState>)>,
}

/// A week for which a unit owed receptions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReceptionWeek {
    /// The week.
    pub week: IsoWeek,
    /// How many receptions were owed, on different days.
    pub due: u16,
    /// On how many days there was one that counts.
    pub held: u16,
    /// What came of it.
    pub standing: ReceptionStanding,
    /// What decided that: the reception with which there were enough, or the cancellation; where it was missed, the last
    /// reception, which was not enough or by a substitute who does not count, if there was any.
    pub record: Option<u64>,
}

numbered! {
    /// What came of a week for which receptions were owed. Follows from states, stands in no body.
    pub enum ReceptionStanding ("standing of a week") {
        /// 已接访
        Met = 1, "met";
        /// 未接访
        Missed = 2, "missed";
        /// 免除: the reception was cancelled, and the rules let that excuse.
        Excused = 3, "excused";
    }
}

/// Of how many a duty was met, and of how many it was due. What is excused is not due.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReceptionAttainment {
    /// Unit-weeks met.
    pub met: u64,
    /// Unit-weeks due.
    pub due: u64,
}

impl<'v> ReceptionWeeks<'v> {
    /// Returns the weeks whose Sunday lies in `[from, until]`.
    pub fn due_within(view: &'v impl View, from: Day, until: Day) -> Self {
        let zone = view.zone();
        let mut starts: Vec<_> = (1..=view.count(StreamKind::RULES))
            .filter_map(|number| view.rules(RulesId::new(number)?))
            // The week in which it comes into force is the first at whose end it is.
            .map(|rules| zone.day_of(rules.in_force_from).iso_week())
            .collect();
        starts.sort_unstable();
        starts.dedup();
        let rules = |week: IsoWeek| view.rules_at(last_moment(zone, week.last_day()));
        let whole = until.iso_week();
        Self {
            zone,
            first: from.iso_week(),
            last: if whole.last_day() <= until { whole } else { IsoWeek(whole.0.saturating_sub(1)) },
            duties: starts.into_iter().map(|week| (week, rules(week))).collect(),
        }
    }

    /// Iterates over the weeks for which the unit owed receptions, in order.
    pub fn of<'s>(&'s self, unit: &'s UnitState) -> impl Iterator<Item = ReceptionWeek> + 's {
        let registered = self.zone.day_of(unit.registered.at);
        let ended = unit.end.map(|end| self.zone.day_of(end.at.at));
        let first = self.first.max(registered.iso_week());
        let last = ended.map_or(self.last, |ended| self.last.min(ended.iso_week()));
        (first.0..=last.0).map(IsoWeek).filter_map(move |week| {
            let duty = self.rules(week)?.rules.reception.filter(|duty| duty.levels.has(unit.level))?;
            let whole = registered <= week.first_day() && ended.is_none_or(|ended| ended >= week.last_day());
            (whole || duty.part_weeks).then(|| judge(unit, week, duty))
        })
    }

    /// Counts the weeks for which the unit owed receptions and that no cancellation excuses, and those of them that it met.
    pub fn attainment(&self, unit: &UnitState) -> ReceptionAttainment {
        let mut counts = ReceptionAttainment::default();
        for week in self.of(unit) {
            counts.met += u64::from(week.standing == ReceptionStanding::Met);
            counts.due += u64::from(week.standing != ReceptionStanding::Excused);
        }
        counts
    }

    /// Returns the rule set that decides about a week.
    pub fn rules(&self, week: IsoWeek) -> Option<&'v RulesState> {
        let behind = self.duties.partition_point(|(start, _)| *start <= week);
        self.duties.get(behind.checked_sub(1)?)?.1
    }
}

fn judge(unit: &UnitState, week: IsoWeek, duty: ReceptionDuty) -> ReceptionWeek {
    let receptions = unit.receptions_within(week.first_day(), week.last_day());
    let (mut held, mut day, mut met_by) = (0, None, None);
    for reception in receptions.iter().filter(|reception| duty.substitute || !reception.substitute) {
        if day.replace(reception.day) != Some(reception.day) {
            held += 1;
            if held == duty.per_week {
                met_by = Some(reception.record);
            }
        }
    }
    let excused = || unit.cancellation(week).filter(|_| duty.cancellation_excuses);
    let (standing, record) = match (met_by, excused()) {
        (Some(record), _) => (ReceptionStanding::Met, Some(record)),
        (None, Some(cancelled)) => (ReceptionStanding::Excused, Some(cancelled.record)),
        (None, None) => (ReceptionStanding::Missed, receptions.last().map(|reception| reception.record)),
    };
    ReceptionWeek { week, due: duty.per_week, held, standing, record }
}

/// Returns the last moment of a day.
pub(crate) fn last_moment(zone: &Zone, day: Day) -> Timestamp {
    Timestamp(zone.start_of(day.next()).0.saturating_sub(1))
}

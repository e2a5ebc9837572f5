//! What the city itself does on some days: campaigns 大下访, offices closed and merged, statistics cited.

use docket_domain::{
    CampaignClosed, CampaignId, CampaignOpened, NoPersonal, UnitClosed, UnitClosedPersonal, UnitId,
    UnitMerged,
};

use crate::{
    clean,
    days::{DAY, at},
    out::{Out, official, unit},
    plan::{CITY, Plan},
    register::{city, old_offices},
    words,
};

/// A backlog campaign: the days on which it is opened and closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Drive {
    number: u64,
    name: &'static str,
    opened: u64,
    closed: u64,
}

/// From 2009-03-02 to 2009-12-18, and from 2010-03-01 to 2010-11-30.
pub(crate) const DRIVES: [Drive; 2] = [
    Drive { number: 1, name: "大下访 2009", opened: 147, closed: 438 },
    Drive { number: 2, name: "大下访 2010", opened: 511, closed: 785 },
];

/// When the city records: behind all towns.
const EVENING: u64 = 21 * 60;
/// The day on which two offices end that the city had before: 2009-01-12.
const REFORM: u64 = 98;

impl Drive {
    pub(crate) fn id(self) -> CampaignId {
        CampaignId::new(self.number).expect("campaigns are counted from 1")
    }

    /// Returns the days on which cases are listed: from the one after the opening to some before the closing.
    pub(crate) const fn days(self) -> (u64, u64) {
        (self.opened + 1, self.closed - 10)
    }

    /// Says whether what is recorded at a minute is recorded before the closing.
    pub(crate) const fn takes(self, minute: u64) -> bool {
        minute < self.closed * DAY + EVENING
    }
}

/// Puts down what the city does on a day.
pub(crate) fn day(plan: &Plan, day: u64, out: &mut Out) {
    let Some(clerk) = city(plan).map(|city| official(city.nth(1))) else { return };
    if day == clean::CITED {
        clean::cite(plan, out);
    }
    let (now, minute) = (at(day * DAY + EVENING - 10), day * DAY + EVENING);
    for drive in DRIVES {
        if day == drive.opened {
            out.begin(minute, Some(clerk));
            let body = CampaignOpened { unit: seat(), name: words::label(drive.name), origin: None };
            out.open(now, body, NoPersonal);
        }
        if day == drive.closed {
            out.begin(minute, Some(clerk));
            out.on(drive.id(), now, CampaignClosed { origin: None }, NoPersonal);
        }
    }
    if day == REFORM {
        out.begin(minute, Some(clerk));
        let [merged, closed] = old_offices(plan).map(unit);
        if let Some(into) = plan.towns.first().map(|town| unit(town.department + 1)) {
            out.on(merged, now, UnitMerged { into, origin: None }, NoPersonal);
        }
        out.on(closed, now, UnitClosed { origin: None }, UnitClosedPersonal::default());
    }
}

fn seat() -> UnitId {
    unit(CITY + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::days;

    #[test]
    fn days_are_those_of_the_calendar() {
        let dates: Vec<_> = DRIVES
            .iter()
            .flat_map(|drive| [drive.opened, drive.closed])
            .chain([REFORM])
            .map(|day| days::day(day).to_string())
            .collect();
        assert_eq!(dates, ["2009-03-02", "2009-12-18", "2010-03-01", "2010-11-30", "2009-01-12"]);
    }
}

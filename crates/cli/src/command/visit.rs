//! `docket visit`.

use docket_domain::{
    Act, AttemptReason, Event, EventBody as _, HouseholdId, OfficialId, UnitId, VisitAttempted,
    VisitAttemptedPersonal, VisitMade, VisitMadePersonal,
};
use serde_json::{Value, json};

use crate::{
    deed::{Arg, Officials, Personal, deed, verbs},
    failure::Failure,
    list::{Listed, OfHousehold, OfOfficial, OfUnit, Query, Span},
    output::Output,
    session::Place,
};

verbs! {
    /// Record visits to households
    pub(crate) enum Verb {
        /// Note that a household was visited
        Make,
        /// Note that somebody called on a household in vain
        Attempt,
    }
    and {
        /// List visits, and calls in vain
        List,
    }
}

/// List visits, and calls in vain
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    unit: OfUnit,
    #[command(flatten)]
    official: OfOfficial,
    #[command(flatten)]
    household: OfHousehold,
    /// Only those in this state: made attempted
    #[arg(long)]
    state: Option<VisitWord>,
    #[command(flatten)]
    span: Span,
}

/// What came of a call on a household.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum VisitWord {
    Made,
    Attempted,
}

impl List {
    fn run(&self, place: &Place, output: &mut Output) -> Result<(), Failure> {
        let state = self.state.map(|state| match state {
            VisitWord::Made => "made",
            VisitWord::Attempted => "attempted",
        });
        let query =
            Query::new(&self.span).by(&self.unit).by(&self.official).by(&self.household).in_state(state);
        let (stream, asked_for) = (self.household.household.map(HouseholdId::stream), query.official);
        let asked = query.open(&[], place, output)?;
        let types = [VisitMade::TYPE, VisitAttempted::TYPE];
        asked
            .write_events("visit", &types, stream, output, |_, event, meta| {
                let household = HouseholdId::from_stream(meta.stream)?;
                let listed = Listed {
                    household: Some(household),
                    ..Listed::new(meta.index, meta.occurred, meta.index)
                };
                match event {
                    Event::VisitMade(visit) => {
                        // Whoever came along visited too.
                        let along = asked_for.filter(|official| visit.companions.contains(official));
                        let companions: Vec<_> = visit.companions.iter().map(ToString::to_string).collect();
                        let companions =
                            if companions.is_empty() { Value::Null } else { json!(companions.join(",")) };
                        Some(Listed {
                            state: Some("made"),
                            unit: Some(visit.unit),
                            official: along.or(Some(visit.by)),
                            more: vec![
                                ("visitor", json!(visit.by.to_string())),
                                ("companions", companions),
                                ("minutes", json!(visit.minutes)),
                            ],
                            ..listed
                        })
                    }
                    Event::VisitAttempted(attempt) => Some(Listed {
                        state: Some("attempted"),
                        unit: Some(attempt.unit),
                        official: Some(attempt.by),
                        more: vec![("reason", json!(attempt.reason.name()))],
                        ..listed
                    }),
                    _ => None,
                }
            })
            .map(drop)
    }
}

deed! {
    struct Make ("visit make") {
        /// The household
        #[arg(value_name = "H-N")]
        household: Arg<HouseholdId>,
        /// The unit it belongs to [default: the one it belongs to now]
        #[arg(long, value_name = "U-N")]
        unit: Option<Arg<UnitId>>,
        /// Who visited it [default: who records it]
        #[arg(long, value_name = "O-N")]
        visitor: Option<Arg<OfficialId>>,
        /// Who came along, at most 8 others
        #[arg(long, value_name = "O-N,O-N")]
        companions: Option<Arg<Officials>>,
        /// How many minutes it lasted
        #[arg(long)]
        minutes: Option<Arg<u16>>,
        /// The note of the visit: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = VisitMade { unit: context.unit_of(deed.household.0, deed.unit)?, by: context.official("visitor", deed.visitor)?, companions: deed.companions.map(|companions| companions.0.0).unwrap_or_default(), minutes: deed.minutes.map(|minutes| minutes.0), origin: context.origin.clone() };
        let personal = VisitMadePersonal { text: Personal::text(deed.text) };
        Act::on(deed.household.0, body, personal)
    }
}

deed! {
    struct Attempt ("visit attempt") {
        /// The household
        #[arg(value_name = "H-N")]
        household: Arg<HouseholdId>,
        /// The unit it belongs to [default: the one it belongs to now]
        #[arg(long, value_name = "U-N")]
        unit: Option<Arg<UnitId>>,
        /// Who called [default: who records it]
        #[arg(long, value_name = "O-N")]
        visitor: Option<Arg<OfficialId>>,
        /// Why it came to no visit
        #[arg(long)]
        reason: Arg<AttemptReason>,
        /// In words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = VisitAttempted { unit: context.unit_of(deed.household.0, deed.unit)?, by: context.official("visitor", deed.visitor)?, reason: deed.reason.0, origin: context.origin.clone() };
        let personal = VisitAttemptedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.household.0, body, personal)
    }
}

//! `docket diary`.

use docket_domain::{
    Act, DiaryEntryWritten, DiaryEntryWrittenPersonal, Event, EventBody as _, HouseholdId, OfficialId,
    StreamKind, UnitId,
};
use docket_projection::unit_of_official;
use serde_json::json;

use crate::{
    deed::{Arg, Personal, deed, verbs},
    failure::Failure,
    list::{Listed, OfHousehold, OfOfficial, OfUnit, Query, Span},
    output::Output,
    session::Place,
};

verbs! {
    /// Keep the diaries of officials
    pub(crate) enum Verb {
        /// Write an entry in an official's diary
        Write,
    }
    and {
        /// List entries of diaries, without what they say
        List,
        /// Show the entries of an official's diary
        Show,
    }
}

deed! {
    struct Write ("diary write") {
        /// Whose diary it is [default: who records it]
        #[arg(long, value_name = "O-N")]
        writer: Option<Arg<OfficialId>>,
        /// The record of the visit or reception that it is about
        #[arg(long, value_name = "RECORD")]
        about: Option<Arg<u64>>,
        /// The household that it is about
        #[arg(long, value_name = "H-N")]
        household: Option<Arg<HouseholdId>>,
        /// The unit that it is about
        #[arg(long, value_name = "U-N")]
        unit: Option<Arg<UnitId>>,
        /// How many pages it has
        #[arg(long, default_value = "1")]
        #[serde(default = "one")]
        pages: Arg<u16>,
        /// What it says: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = DiaryEntryWritten {
            about: deed.about.map(|about| about.0),
            household: deed.household.map(|household| household.0),
            unit: deed.unit.map(|unit| unit.0),
            pages: deed.pages.0,
            origin: context.origin.clone(),
        };
        let writer = context.official("writer", deed.writer)?;
        Act::on(writer, body, DiaryEntryWrittenPersonal { text: Personal::text(deed.text) })
    }
}

fn one() -> Arg<u16> {
    Arg(1)
}

/// List entries of diaries, without what they say
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    unit: OfUnit,
    #[command(flatten)]
    official: OfOfficial,
    #[command(flatten)]
    household: OfHousehold,
    #[command(flatten)]
    span: Span,
}

impl List {
    fn run(&self, place: &Place, output: &mut Output) -> Result<(), Failure> {
        let query = Query::new(&self.span).by(&self.unit).by(&self.official).by(&self.household);
        let stream = self.official.official.map(OfficialId::stream);
        let asked = query.open(&[StreamKind::OFFICIAL], place, output)?;
        let written = asked.write_events(
            "diary",
            &[DiaryEntryWritten::TYPE],
            stream,
            output,
            |states, event, meta| {
                let Event::DiaryEntryWritten(entry) = event else { return None };
                let official = OfficialId::from_stream(meta.stream)?;
                Some(Listed {
                    // An entry is of the unit that it is about, or else of its writer's.
                    unit: entry.unit.or_else(|| unit_of_official(states, official, meta.occurred)),
                    official: Some(official),
                    household: entry.household,
                    more: vec![("pages", json!(entry.pages)), ("about", json!(entry.about))],
                    ..Listed::new(official, meta.occurred, meta.index)
                })
            },
        )?;
        if written == 0 && !output.json {
            output.note("no entries: docket diary write --writer O-N --text WORDS");
        }
        Ok(())
    }
}

/// Show the entries of an official's diary
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Whose diary it is
    #[arg(value_name = "O-N")]
    official: OfficialId,
    /// Show what the entries say too: personal values, each checked against its commitment
    #[arg(long)]
    personal: bool,
}

impl Show {
    fn run(&self, place: &Place, output: &mut Output) -> Result<(), Failure> {
        super::stream::show(self.official.stream(), &[DiaryEntryWritten::TYPE], self.personal, place, output)
    }
}

//! Diaries 民情日志: what officials wrote after visits and receptions, counted in pages.

use serde::{Deserialize, Serialize};

use crate::{
    body::EventBody,
    calendar::DayRange,
    cited::Cited,
    day::Day,
    household::on_register_at,
    id::{HouseholdId, StreamRef, UnitId},
    official::{OfficialState, in_service},
    reception::{PersonReceived, ReceptionHeld},
    record::RecordMeta,
    room::make_room,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
    visit::{VisitAttempted, VisitMade},
};

crate::event! {
    /// An official wrote an entry in their diary. What it says is a personal field.
    pub struct DiaryEntryWritten {
        /// The record of the visit or reception that it is about.
        pub about: Option<u64>,
        /// The household that it is about.
        pub household: Option<HouseholdId>,
        /// The unit that it is about.
        pub unit: Option<UnitId>,
        /// How many pages it has; never 0.
        pub pages: u16,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 576, version 1, continues OfficialId;
    personal DiaryEntryWrittenPersonal { text: Text } requires [];
}

/// What an entry can be about.
const VISITS_AND_RECEPTIONS: &[u16] =
    &[VisitMade::TYPE, VisitAttempted::TYPE, ReceptionHeld::TYPE, PersonReceived::TYPE];

/// The diary of an official: of each entry the day, the pages and the record.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Diary {
    /// In the order of their days.
    entries: Vec<DiaryEntry>,
}

/// An entry of a diary.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DiaryEntry {
    /// The day on which it was written, in the ledger's time zone.
    pub day: Day,
    /// How many pages it has.
    pub pages: u16,
    /// The record.
    pub record: u64,
}

/// How much was written in diaries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DiaryTally {
    /// How many entries.
    pub entries: u64,
    /// How many pages they have.
    pub pages: u64,
}

impl Diary {
    /// Returns the entries, in the order of their days.
    pub fn entries(&self) -> &[DiaryEntry] {
        &self.entries
    }

    fn write(&mut self, entry: DiaryEntry) {
        let behind = self.entries.partition_point(|other| other.day <= entry.day);
        make_room(&mut self.entries);
        self.entries.insert(behind, entry);
    }
}

impl OfficialState {
    /// Returns the entries of their diary, in the order of their days.
    pub fn diary_entries(&self) -> &[DiaryEntry] {
        self.diary.as_deref().map_or(&[], Diary::entries)
    }

    /// Returns the entries of the days `[first, last]`, in the order of their days.
    pub fn diary_within(&self, first: Day, last: Day) -> &[DiaryEntry] {
        let entries = self.diary_entries();
        let from = entries.partition_point(|entry| entry.day < first);
        let behind = entries.partition_point(|entry| entry.day <= last);
        entries.get(from..behind).unwrap_or(&[])
    }

    /// Returns how much they wrote in their diary in a period.
    pub fn diary_in(&self, period: DayRange) -> DiaryTally {
        let within = self.diary_within(period.first(), period.last()).iter();
        within.fold(DiaryTally::default(), |tally, entry| DiaryTally {
            entries: tally.entries.saturating_add(1),
            pages: tally.pages.saturating_add(u64::from(entry.pages)),
        })
    }
}

/// What stands against an entry of a diary.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiaryViolation {
    /// Nothing was written.
    #[error("an entry of a diary has 1 page or more")]
    NoPages,
}

impl DiaryViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NoPages => "diary-entry-has-pages",
        }
    }
}

impl Rules for DiaryEntryWritten {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(household) = self.household {
            name(Role::WrittenAbout, household.stream());
        }
        if let Some(unit) = self.unit {
            name(Role::WrittenAboutUnit, unit.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn cites(&self, cite: &mut impl FnMut(Cited)) {
        if let Some(about) = self.about {
            cite(Cited::of(about, VISITS_AND_RECEPTIONS));
        }
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (official, _) = own::<Self>(view, place.stream)?;
        in_service(view, Role::Concerned, official, place.occurred)?;
        if self.pages == 0 {
            return Err(DiaryViolation::NoPages.into());
        }
        if let Some(household) = self.household {
            on_register_at(view, Role::WrittenAbout, household, place.occurred)?;
        }
        if let Some(unit) = self.unit {
            alive_at(view, Role::WrittenAboutUnit, unit, place.occurred)?;
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let day = store.zone().day_of(meta.occurred.at);
        let diary = own_mut::<Self>(store, meta.stream)?.diary.get_or_insert_default();
        diary.write(DiaryEntry { day, pages: self.pages, record: meta.index });
        Ok(())
    }
}

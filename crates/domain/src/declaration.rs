//! Declarations of leaders' business interests, their own and their family's, and what became of the interests.

use serde::{Deserialize, Serialize};

use crate::{
    day::Day,
    id::{DeclarationId, OfficialId, StreamRef},
    key::KeyKind,
    label::Label,
    mark::Mark,
    numbered::{numbered, place_of},
    record::RecordMeta,
    rule_set::Cutoffs,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    view::{Store, View},
    violation::Violation,
    zone::Zone,
};

/// The first year that a declaration can be for.
const FIRST_YEAR: i32 = 1900;

numbered! {
    /// What kind of interest in business somebody has.
    pub enum InterestKind ("kind of interest") {
        /// 经商办企业
        Business = 1, "business";
        /// 投资入股
        Shares = 2, "shares";
        /// 兼职任职
        Position = 3, "position";
        /// 中介代理
        Brokerage = 4, "brokerage";
        /// 其他
        Other = 9, "other";
    }
}

numbered! {
    /// Whose interest it is, seen from the official.
    pub enum InterestHolder ("holder of an interest") {
        /// 配偶
        Spouse = 1, "spouse";
        /// 子女
        Child = 2, "child";
        /// 本人
        Own = 3, "self";
    }
}

crate::event! {
    /// An official filed the declaration for a year. A second one is an amendment.
    pub struct DeclarationFiled {
        /// The official.
        pub official: OfficialId,
        /// The year it is for.
        pub year: u16,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 864, version 1, opens DeclarationId;
    personal DeclarationFiledPersonal { text: Text } requires [];
}

crate::event! {
    /// A declaration was amended. What it said before stays.
    pub struct DeclarationAmended {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 865, version 1, continues DeclarationId;
    personal DeclarationAmendedPersonal { text: Text } requires [];
}

crate::event! {
    /// A declaration names an interest. Whose by name, and in what, are personal fields.
    pub struct InterestDeclared {
        /// Its number in the declaration, from 1, without gaps.
        pub number: u16,
        /// What kind it is.
        pub kind: InterestKind,
        /// Whose it is.
        pub of: InterestHolder,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 866, version 1, continues DeclarationId;
    personal InterestDeclaredPersonal { name: Name, text: Text } requires [];
}

crate::event! {
    /// A declared interest was given up.
    pub struct InterestDivested {
        /// Its number in the declaration.
        pub number: u16,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 867, version 1, continues DeclarationId;
    personal InterestDivestedPersonal { text: Text } requires [];
}

/// What is known of a declaration.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeclarationState {
    /// The official.
    pub official: OfficialId,
    /// The year it is for.
    pub year: u16,
    /// When it was filed.
    pub filed: Mark,
    /// When it was amended, in the order of the records.
    pub amended: Vec<Mark>,
    /// The interests it names; number 1 comes first.
    pub interests: Vec<Interest>,
}

/// An interest that a declaration names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Interest {
    /// What kind it is.
    pub kind: InterestKind,
    /// Whose it is.
    pub of: InterestHolder,
    /// When it was declared.
    pub declared: Mark,
    /// When it was given up.
    pub divested: Option<Mark>,
}

/// What stands against an event about a declaration.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeclarationViolation {
    /// It is for a year that has not come, or that nobody remembers.
    #[error(
        "a declaration filed on {day} cannot be for the year {year} (expected {FIRST_YEAR} to the year of filing)"
    )]
    NoSuchYear {
        /// The year.
        year: u16,
        /// The day of filing.
        day: Day,
    },
    /// The interest does not have the next number.
    #[error("{declaration} has {declared} interests: the next is not {number} (last by record {record})")]
    NotTheNextInterest {
        /// The declaration.
        declaration: DeclarationId,
        /// The number.
        number: u16,
        /// How many it names.
        declared: usize,
        /// The record that declared the last of them, or else filed the declaration.
        record: u64,
    },
    /// The declaration does not name the interest.
    #[error("{declaration} names no interest {number} (it names {declared}, last by record {record})")]
    NoSuchInterest {
        /// The declaration.
        declaration: DeclarationId,
        /// The number.
        number: u16,
        /// How many it names.
        declared: usize,
        /// The record that declared the last of them, or else filed the declaration.
        record: u64,
    },
    /// The interest was given up before.
    #[error("{declaration}: interest {number} was given up by record {record}")]
    Divested {
        /// The declaration.
        declaration: DeclarationId,
        /// The number.
        number: u16,
        /// The record.
        record: u64,
    },
}

impl DeclarationViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NoSuchYear { .. } => "declaration-year",
            Self::NotTheNextInterest { .. } => "interests-without-gaps",
            Self::NoSuchInterest { .. } => "interest-exists",
            Self::Divested { .. } => "interest-divested-once",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::NoSuchYear { .. } => None,
            Self::NotTheNextInterest { record, .. }
            | Self::NoSuchInterest { record, .. }
            | Self::Divested { record, .. } => Some(*record),
        }
    }
}

numbered! {
    /// How it stands with the interests of a declaration. Late is not absent. Not stored in bodies.
    pub enum Rectification ("rectification") {
        /// 无: no interest was declared.
        NothingDeclared = 1, "nothing-declared";
        /// 按期整改: all were given up by the cut-off day.
        InTime = 2, "in-time";
        /// 逾期整改: all were given up, the last of them after the cut-off day.
        Late = 3, "late";
        /// 整改中: some were not given up, and the cut-off day is not over.
        Open = 4, "open";
        /// 逾期未整改: some were not given up, and the cut-off day is over.
        Overdue = 5, "overdue";
    }
}

impl DeclarationState {
    /// Says whether it was filed by the cut-off day; `None` where there is no such day.
    pub fn filed_in_time(&self, cutoffs: &Cutoffs, zone: &Zone) -> Option<bool> {
        let filed = zone.day_of(self.filed.occurred().at);
        cutoffs.declarations.map(|cutoff| cutoffs.is_in_time(filed, cutoff))
    }

    /// Returns how it stands with its interests on a day. Without a cut-off day nothing is late.
    pub fn rectification(&self, cutoffs: &Cutoffs, zone: &Zone, today: Day) -> Rectification {
        let in_time = |day| cutoffs.declarations.is_none_or(|cutoff| cutoffs.is_in_time(day, cutoff));
        let mut last = None;
        for interest in &self.interests {
            let Some(divested) = interest.divested else {
                return if in_time(today) { Rectification::Open } else { Rectification::Overdue };
            };
            last = last.max(Some(zone.day_of(divested.occurred().at)));
        }
        match last {
            None => Rectification::NothingDeclared,
            Some(day) if in_time(day) => Rectification::InTime,
            Some(_) => Rectification::Late,
        }
    }

    /// Returns the interest with this number, from 1.
    pub fn interest(&self, number: u16) -> Option<&Interest> {
        self.interests.get(place_of(number)?)
    }

    /// Returns the record that declared its last interest, or else filed it.
    fn last_record(&self) -> u64 {
        self.interests.last().map_or(self.filed.record(), |interest| interest.declared.record())
    }
}

impl Rules for DeclarationFiled {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Concerned, self.official.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn claims(&self, claim: &mut impl FnMut(KeyKind, &Label)) {
        // Two short numbers are always a label.
        if let Ok(key) = Label::new(&format!("{} {}", self.official, self.year)) {
            claim(KeyKind::Declaration, &key);
        }
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let day = view.zone().day_of(place.occurred.at);
        let year = i32::from(self.year);
        if !(FIRST_YEAR..=day.year()).contains(&year) {
            return Err(DeclarationViolation::NoSuchYear { year: self.year, day }.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_declaration(DeclarationState {
            official: self.official,
            year: self.year,
            filed: Mark::of(meta),
            amended: Vec::new(),
            interests: Vec::new(),
        });
        Ok(())
    }
}

impl Rules for DeclarationAmended {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (_, state) = own::<Self>(view, place.stream)?;
        Ok(state.filed.precedes(place.occurred, place.stream, "was filed")?)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.amended.push(Mark::of(meta));
        Ok(())
    }
}

impl Rules for InterestDeclared {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (declaration, state) = own::<Self>(view, place.stream)?;
        state.filed.precedes(place.occurred, place.stream, "was filed")?;
        let (number, declared, record) = (self.number, state.interests.len(), state.last_record());
        if place_of(number) != Some(declared) {
            return Err(
                DeclarationViolation::NotTheNextInterest { declaration, number, declared, record }.into()
            );
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.interests.push(Interest {
            kind: self.kind,
            of: self.of,
            declared: Mark::of(meta),
            divested: None,
        });
        Ok(())
    }
}

impl Rules for InterestDivested {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (declaration, state) = own::<Self>(view, place.stream)?;
        let number = self.number;
        let interest = state.interest(number).ok_or_else(|| DeclarationViolation::NoSuchInterest {
            declaration,
            number,
            declared: state.interests.len(),
            record: state.last_record(),
        })?;
        interest.declared.precedes(place.occurred, place.stream, "declared the interest")?;
        if let Some(divested) = interest.divested {
            return Err(
                DeclarationViolation::Divested { declaration, number, record: divested.record() }.into()
            );
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let state = own_mut::<Self>(store, meta.stream)?;
        if let Some(interest) = place_of(self.number).and_then(|place| state.interests.get_mut(place)) {
            interest.divested = Some(Mark::of(meta));
        }
        Ok(())
    }
}

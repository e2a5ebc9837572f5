//! Rows that are cases: from what a file says to commands.

use std::{collections::BTreeMap, path::Path, str::FromStr as _};

use docket_domain::{
    Act, CaseAssigned, CaseClosed, CaseClosedPersonal, CaseId, CaseRegistered, CaseRegisteredPersonal,
    Channel, CloseReason, Command, Label, LabelKey, Labels, NoPersonal, OccurredAt, Outcome, PersonalField,
    PersonalText, Precision, ReplyDelivered, ReplyDeliveredPersonal, SourceRow, StepTaken, StepTakenPersonal,
    StreamKind, Timestamp, UnitId,
};

use docket_projection::Office;

use crate::{
    failure::Failure,
    import::{
        self, ActKind, ClaimedTime, Format, MappedAct, MappedRow, Mapping, Reason, RowOutcome, Rows,
        XES_LABELS,
    },
};

use super::{
    draft::{Draft, Drafts, Ids},
    file_failure,
};

/// A mapping's words as the domain's.
pub(super) struct Vocabulary<'m> {
    format: Format<'m>,
    labels: BTreeMap<String, LabelKey>,
    label_names: Labels,
}

/// The rows of a file of cases.
pub(super) struct CaseRows<'a, 'f> {
    pub(super) rows: Rows<'f>,
    pub(super) vocabulary: &'a Vocabulary<'a>,
    pub(super) path: &'a Path,
}

/// A row that is a case.
struct CaseRow<'a> {
    row: MappedRow<'a>,
    vocabulary: &'a Vocabulary<'a>,
}

impl Drafts for CaseRows<'_, '_> {
    fn next_draft(&mut self) -> Result<Option<RowOutcome<impl Draft>>, Failure> {
        let outcome = self.rows.next_row().map_err(|error| file_failure(error, self.path))?;
        Ok(outcome.map(|outcome| match outcome {
            RowOutcome::Mapped(row) => RowOutcome::Mapped(CaseRow { row, vocabulary: self.vocabulary }),
            RowOutcome::Duplicate => RowOutcome::Duplicate,
            RowOutcome::Rejected(reject) => RowOutcome::Rejected(reject),
        }))
    }
}

impl<'m> Vocabulary<'m> {
    /// Checks every word of a mapping before the first row.
    pub(super) fn new(format: Format<'m>) -> Result<Self, Failure> {
        let keys = match format {
            Format::Csv(mapping) => {
                check_words(mapping)?;
                mapping.label_keys()
            }
            Format::Xes => XES_LABELS.into_iter().collect(),
        };
        let mut labels = BTreeMap::new();
        let mut names = Vec::new();
        let mut own = LabelKey::FIRST_OWN.0;
        for key in keys {
            let number = LabelKey::from_name(key).unwrap_or_else(|| {
                let number = LabelKey(own);
                own += 1;
                number
            });
            if number >= LabelKey::FIRST_OWN {
                names.push((number, Label::new(key).map_err(Failure::usage)?));
            }
            labels.insert(key.to_owned(), number);
        }
        let label_names = Labels::new(names).map_err(Failure::usage)?;
        Ok(Self { format, labels, label_names })
    }

    /// Returns the words for the label keys that are the mapping's own.
    pub(super) fn label_names(&self) -> &Labels {
        &self.label_names
    }

    fn unit_name<'a>(&'a self, code: &'a str) -> &'a str {
        match self.format {
            Format::Csv(mapping) => mapping.unit_name(code).unwrap_or(code),
            Format::Xes => code,
        }
    }
}

fn check_words(mapping: &Mapping) -> Result<(), Failure> {
    let unknown = |word: &str, error: docket_domain::UnknownWord| {
        Failure::usage(format!("{word:?}: {error}"))
            .hint(format!("the mapping {} uses a word that docket does not know", mapping.name()))
    };
    for word in mapping.channels() {
        Channel::from_str(word).map_err(|error| unknown(word, error))?;
    }
    for word in mapping.outcomes() {
        Outcome::from_str(word).map_err(|error| unknown(word, error))?;
    }
    for (act, field) in mapping.personal_fields() {
        let field = PersonalField::from_str(field).map_err(|error| unknown(field, error))?;
        let known = match act {
            "registered" => set_registered(&mut CaseRegisteredPersonal::default(), field, None),
            "closed" => field == PersonalField::Reason,
            _ => field == PersonalField::Text,
        };
        if !known {
            return Err(Failure::usage(format!(
                "the mapping {}: {act} has no personal field {field}",
                mapping.name()
            )));
        }
    }
    Ok(())
}

impl Draft for CaseRow<'_> {
    fn number(&self) -> u64 {
        self.row.number
    }

    fn key(&self) -> &str {
        self.row.key
    }

    fn units(&self) -> Vec<(&str, &str)> {
        let assigned = self.row.acts.iter().filter_map(|act| match act.kind {
            ActKind::Assigned { unit } => Some(unit),
            _ => None,
        });
        assigned.chain(self.row.unit).map(|code| (code, self.vocabulary.unit_name(code))).collect()
    }

    fn opens(&self) -> Option<StreamKind> {
        Some(StreamKind::CASE)
    }

    /// A trace is a history that goes on. A row of a table is a state: other cells are other content.
    fn may_grow(&self) -> bool {
        matches!(self.vocabulary.format, Format::Xes)
    }

    fn commands(&self, ids: &Ids<'_>, _office: &mut Office) -> Result<Vec<Command>, Reason> {
        let row = &self.row;
        let case =
            CaseId::new(ids.opened).ok_or_else(|| Reason::Refused("no case number is left".to_owned()))?;
        let key = label(row.key)?;
        let origin = |place: usize, time: ClaimedTime| {
            Some(SourceRow {
                source: ids.source,
                row: row.number,
                key: (place == ids.held).then(|| key.clone()),
                ambiguous_time: time.is_ambiguous,
            })
        };
        let registered = self.registered(ids, origin(0, row.registered))?;
        let mut personal = CaseRegisteredPersonal::default();
        for (field, text) in &row.personal {
            set_registered(&mut personal, field_of(field)?, Some(text_of(text)?));
        }
        let command = |time, act| Command { actor: None, occurred: occurred(time), act };
        let mut commands = Vec::with_capacity(1 + row.acts.len());
        commands.push(command(row.registered, Act::open(registered, personal)));
        for (act, place) in row.acts.iter().zip(1..) {
            commands.push(command(act.time, act_of(case, act, ids, origin(place, act.time))?));
        }
        Ok(commands)
    }
}

impl CaseRow<'_> {
    fn registered(&self, ids: &Ids<'_>, origin: Option<SourceRow>) -> Result<CaseRegistered, Reason> {
        let row = &self.row;
        let mut labels = Vec::with_capacity(row.labels.len());
        for (key, term) in &row.labels {
            if let Some(key) = self.vocabulary.labels.get(*key) {
                labels.push((*key, label(term)?));
            }
        }
        Ok(CaseRegistered {
            unit: row.unit.map(|code| unit_of(code, ids)).transpose()?,
            channel: Channel::from_str(row.channel).map_err(|error| Reason::Refused(error.to_string()))?,
            category: row.category.map(label).transpose()?,
            labels: Labels::new(labels).map_err(|error| Reason::Refused(error.to_string()))?,
            stated_due: row.stated_due.map(|due| Timestamp(due.at_us)),
            ambiguous_due: row.stated_due.is_some_and(|due| due.is_ambiguous),
            anonymous: false,
            source_record: None,
            origin,
        })
    }
}

fn act_of(
    case: CaseId,
    act: &MappedAct<'_>,
    ids: &Ids<'_>,
    origin: Option<SourceRow>,
) -> Result<Act, Reason> {
    let words = act.personal.first().map(|(_, text)| text_of(text)).transpose()?;
    Ok(match act.kind {
        ActKind::Assigned { unit } => {
            Act::on(case, CaseAssigned { unit: unit_of(unit, ids)?, handler: None, origin }, NoPersonal)
        }
        ActKind::Step { activity } => {
            let body = StepTaken { activity: label(activity)?, origin };
            Act::on(case, body, StepTakenPersonal { text: words })
        }
        ActKind::Replied { outcome } => {
            let outcome = Outcome::from_str(outcome).map_err(|error| Reason::Refused(error.to_string()))?;
            let body = ReplyDelivered { outcome, approver: None, origin };
            Act::on(case, body, ReplyDeliveredPersonal { text: words })
        }
        ActKind::Closed => {
            let body = CaseClosed { reason: CloseReason::AsStatedBySource, origin };
            Act::on(case, body, CaseClosedPersonal { reason: words })
        }
    })
}

fn unit_of(code: &str, ids: &Ids<'_>) -> Result<UnitId, Reason> {
    let unit = ids.units.get(code).copied();
    unit.ok_or_else(|| Reason::Refused("a unit that it names is not registered".to_owned()))
}

/// Sets a personal field of a registration; `false` where it has none of this kind.
fn set_registered(
    personal: &mut CaseRegisteredPersonal,
    field: PersonalField,
    text: Option<PersonalText>,
) -> bool {
    let slot = match field {
        PersonalField::Contact => &mut personal.contact,
        PersonalField::Address => &mut personal.address,
        PersonalField::Title => &mut personal.title,
        PersonalField::Text => &mut personal.text,
        PersonalField::Petitioner => &mut personal.petitioner,
        PersonalField::Location => &mut personal.location,
        PersonalField::Street => &mut personal.street,
        PersonalField::PostalCode => &mut personal.postal_code,
        PersonalField::Coordinates => &mut personal.coordinates,
        _ => return false,
    };
    *slot = text;
    true
}

fn field_of(name: &str) -> Result<PersonalField, Reason> {
    PersonalField::from_str(name).map_err(|error| Reason::Refused(error.to_string()))
}

fn text_of(text: &str) -> Result<PersonalText, Reason> {
    PersonalText::new(text.to_owned()).map_err(|error| Reason::Refused(error.to_string()))
}

fn label(term: &str) -> Result<Label, Reason> {
    Label::new(term).map_err(|error| Reason::Refused(error.to_string()))
}

fn occurred(time: ClaimedTime) -> OccurredAt {
    let precision = match time.precision {
        import::Precision::Day => Precision::Day,
        import::Precision::Minute => Precision::Minute,
        import::Precision::Second => Precision::Second,
        import::Precision::Microsecond => Precision::Microsecond,
    };
    OccurredAt { at: Timestamp(time.at_us), precision }
}

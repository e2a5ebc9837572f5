//! From a mapped row to commands.

use std::{collections::BTreeMap, str::FromStr as _};

use docket_domain::{
    Act, CaseAssigned, CaseClosed, CaseClosedPersonal, CaseId, CaseRegistered, CaseRegisteredPersonal,
    Channel, CloseReason, Command, Label, LabelKey, Labels, NoPersonal, OccurredAt, Outcome, PersonalField,
    PersonalText, Precision, ReplyDelivered, ReplyDeliveredPersonal, SourceId, SourceRow, StepTaken,
    StepTakenPersonal, Timestamp, UnitId,
};
use docket_projection::CommandId;

use crate::{
    failure::Failure,
    import::{self, ActKind, ClaimedTime, MappedAct, MappedRow, Mapping, Reason},
};

/// Returns the id under which something of a mapping is recorded: a UUID of version 8, by hash.
///
/// The same mapping and key give the same id in every ledger, so that a row is known again.
pub(super) fn command_id(mapping: &str, scope: &str, key: &str) -> CommandId {
    let mut hasher = blake3::Hasher::new_derive_key("docket 2026 import command v1");
    for part in [mapping, scope, key] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    let mut id = [0; 16];
    hasher.finalize_xof().fill(&mut id);
    *uuid::Builder::from_custom_bytes(id).into_uuid().as_bytes()
}

/// The mapping's words as the domain's, and units that were found.
pub(super) struct Vocabulary {
    labels: BTreeMap<String, LabelKey>,
    label_names: Labels,
    units: BTreeMap<String, UnitId>,
}

impl Vocabulary {
    /// Checks every word of a mapping before the first row.
    pub(super) fn new(mapping: &Mapping) -> Result<Self, Failure> {
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
        let mut labels = BTreeMap::new();
        let mut names = Vec::new();
        let mut own = LabelKey::FIRST_OWN.0;
        for key in mapping.label_keys() {
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
        Ok(Self { labels, label_names, units: BTreeMap::new() })
    }

    pub(super) fn label_names(&self) -> &Labels {
        &self.label_names
    }

    pub(super) fn unit(&self, code: &str) -> Option<UnitId> {
        self.units.get(code).copied()
    }

    pub(super) fn know_unit(&mut self, code: &str, unit: UnitId) {
        self.units.insert(code.to_owned(), unit);
    }

    pub(super) fn forget_units(&mut self) {
        self.units.clear();
    }

    /// Returns the commands of a row, the registration first.
    pub(super) fn commands(
        &self,
        row: MappedRow<'_>,
        source: SourceId,
        unit: Option<UnitId>,
        case: u64,
    ) -> Result<Vec<Command>, Reason> {
        let case = CaseId::new(case).ok_or_else(|| Reason::Refused("no case number is left".to_owned()))?;
        let key = label(row.key)?;
        let origin = |time: ClaimedTime| {
            Some(SourceRow {
                source,
                row: row.number,
                key: Some(key.clone()),
                ambiguous_time: time.is_ambiguous,
            })
        };
        let registered = self.registered(&row, unit, origin(row.registered))?;
        let mut personal = CaseRegisteredPersonal::default();
        for (field, text) in row.personal {
            set_registered(&mut personal, field_of(field)?, Some(text_of(text)?));
        }
        let command = |time, act| Command { actor: None, occurred: occurred(time), act };
        let mut commands = vec![command(row.registered, Act::open(registered, personal))];
        for act in row.acts {
            let origin = origin(act.time);
            commands.push(command(act.time, self.act(case, act, origin)?));
        }
        Ok(commands)
    }

    fn registered(
        &self,
        row: &MappedRow<'_>,
        unit: Option<UnitId>,
        origin: Option<SourceRow>,
    ) -> Result<CaseRegistered, Reason> {
        let mut labels = Vec::with_capacity(row.labels.len());
        for (key, term) in &row.labels {
            if let Some(key) = self.labels.get(*key) {
                labels.push((*key, label(term)?));
            }
        }
        Ok(CaseRegistered {
            unit,
            channel: Channel::from_str(row.channel).map_err(|error| Reason::Refused(error.to_string()))?,
            category: row.category.map(label).transpose()?,
            labels: Labels::new(labels).map_err(|error| Reason::Refused(error.to_string()))?,
            stated_due: row.stated_due.map(|due| Timestamp(due.at_us)),
            ambiguous_due: row.stated_due.is_some_and(|due| due.is_ambiguous),
            origin,
        })
    }

    fn act(&self, case: CaseId, act: MappedAct<'_>, origin: Option<SourceRow>) -> Result<Act, Reason> {
        let words = act.personal.into_iter().next().map(|(_, text)| text_of(text)).transpose()?;
        Ok(match act.kind {
            ActKind::Assigned { unit } => {
                let unit = self.unit(unit).ok_or_else(|| {
                    Reason::Refused("the unit it was assigned to is not registered".to_owned())
                })?;
                Act::on(case, CaseAssigned { unit, handler: None, origin }, NoPersonal)
            }
            ActKind::Step { activity } => {
                let body = StepTaken { activity: label(activity)?, origin };
                Act::on(case, body, StepTakenPersonal { text: words })
            }
            ActKind::Replied { outcome } => {
                let outcome =
                    Outcome::from_str(outcome).map_err(|error| Reason::Refused(error.to_string()))?;
                let body = ReplyDelivered { outcome, approver: None, origin };
                Act::on(case, body, ReplyDeliveredPersonal { text: words })
            }
            ActKind::Closed => {
                let body = CaseClosed { reason: CloseReason::AsStatedBySource, origin };
                Act::on(case, body, CaseClosedPersonal { reason: words })
            }
        })
    }
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

fn text_of(mut text: zeroize::Zeroizing<String>) -> Result<PersonalText, Reason> {
    PersonalText::new(std::mem::take(&mut *text)).map_err(|error| Reason::Refused(error.to_string()))
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

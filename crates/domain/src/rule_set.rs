//! Rule sets: dated data that say which terms run, how days are counted, and what is owed. RULES.md describes their text.

mod duty;
mod error;
mod red_flags;
mod shipped;
mod term;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use duty::{
    Cutoffs, Measure, PairingQuota, Proration, QuotaBearer, Rank, ReceptionDuty, StayDuty, VisitDuty, Weight,
};
pub use error::RuleSetError;
pub use red_flags::{RedFlagParameter, RedFlags};
pub use shipped::SHIPPED;
pub use term::{
    Approver, Categories, Clock, Decider, Extension, HandleTerm, Stage, SuspensionGround, Term, TermStart,
};

use crate::{
    calendar::Calendar,
    counting::{Counted, DayCounting},
    day::Day,
    label::Label,
    public_text::PublicText,
    worded,
};

/// A rule set, read from its text and checked.
///
/// What it leaves out does not exist under it: a clock without a term does not run, a duty without its table is not owed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RuleSet {
    /// What it is called for short, such as `cn-2005`.
    pub name: Label,
    /// Its title.
    pub title: Label,
    /// Its title in Chinese.
    #[serde(default)]
    pub title_zh: Option<Label>,
    /// The laws and documents it follows.
    #[serde(default)]
    pub sources: Vec<Label>,
    /// The events that must carry their actor's own signature, by name.
    #[serde(default)]
    pub signatures: Vec<Label>,
    /// How days are counted.
    pub counting: DayCounting,
    /// Which days are worked.
    pub calendar: Calendar,
    /// The term of each clock that runs.
    #[serde(default, with = "worded::keys")]
    pub terms: BTreeMap<Clock, Term>,
    /// Terms of handling that differ by category.
    #[serde(default)]
    pub categories: Categories,
    /// The stages of a case, in order.
    #[serde(default, deserialize_with = "worded::distinct")]
    pub stages: Vec<Stage>,
    /// The grounds for which handling may be suspended.
    #[serde(default, deserialize_with = "worded::distinct")]
    pub suspension: Vec<SuspensionGround>,
    /// The days by which something had to be done.
    #[serde(default)]
    pub cutoffs: Cutoffs,
    /// How often a unit receives people.
    #[serde(default)]
    pub reception: Option<ReceptionDuty>,
    /// How often a household is visited.
    #[serde(default)]
    pub visits: Option<VisitDuty>,
    /// The ranks of officials, and what is owed by each.
    #[serde(default, deserialize_with = "worded::distinct")]
    pub ranks: Vec<Rank>,
    /// How long an official stays in a village.
    #[serde(default)]
    pub stay: Option<StayDuty>,
    /// What an assessment score is made of.
    #[serde(default, deserialize_with = "worded::distinct")]
    pub assessment: Vec<Weight>,
    /// From when on something is looked at twice.
    #[serde(default)]
    pub red_flags: RedFlags,
}

impl RuleSet {
    /// Reads a rule set's text (TOML, RULES.md).
    ///
    /// # Errors
    /// When the text is too long, is not TOML, or a key is unknown, missing, or has a value outside its limits. The error
    /// names the line and the key.
    pub fn parse(text: &str) -> Result<Self, RuleSetError> {
        if text.len() > PublicText::MAX_LEN {
            return Err(RuleSetError::TooLong { len: text.len() });
        }
        toml::from_str(text).map_err(|error| RuleSetError::in_text(text, error))
    }

    /// Returns the text of a rule set that docket brings along, or `None` when it has none of that name.
    pub fn shipped(name: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
    }

    /// Returns the term of a clock, or `None` when no such clock runs. Handling may differ by category:
    /// [`handle_term`](Self::handle_term).
    pub fn term(&self, clock: Clock) -> Option<&Term> {
        self.terms.get(&clock)
    }

    /// Returns the term for handling a case of a category, for which the data state a due moment or not.
    ///
    /// A category's own term comes first, then the stated moment, where `categories.stated` says that it binds, then the
    /// term of the clock `handle`.
    pub fn handle_term(&self, category: Option<&Label>, has_stated_due: bool) -> Option<HandleTerm<'_>> {
        let own = category.and_then(|category| self.categories.terms.get(category)).map(HandleTerm::Days);
        let stated = || (self.categories.stated && has_stated_due).then_some(HandleTerm::Stated);
        own.or_else(stated).or_else(|| self.term(Clock::Handle).map(HandleTerm::Days))
    }

    /// Counts a term of this rule set, with so many days more than its own (those of extensions granted).
    pub fn count(&self, start: Day, term: &Term, more_days: u32) -> Counted<'_> {
        self.calendar.add_days(start, term.days.saturating_add(more_days), term.count, self.counting)
    }

    /// Returns the ground for a suspension that has this word.
    pub fn ground(&self, word: &Label) -> Option<&SuspensionGround> {
        self.suspension.iter().find(|ground| ground.ground == *word)
    }

    /// Returns the rank with this number.
    pub fn rank(&self, number: u16) -> Option<&Rank> {
        self.ranks.iter().find(|rank| rank.number == number)
    }

    /// Says whether events of this name must carry their actor's own signature.
    pub fn requires_signature(&self, event: &str) -> bool {
        self.signatures.iter().any(|name| name.as_str() == event)
    }
}

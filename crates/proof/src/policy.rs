//! Policies (C2SP tlog-policy): which logs are meant, and whose cosignatures a checkpoint needs.
//!
//! One line a definition, names defined on earlier lines:
//!
//! ```text
//! log <verifier key> [url]
//! witness <name> <verifier key> [url]
//! group <name> all|any|<k> <name>...
//! quorum <name>|none
//! ```
//!
//! Narrower than the specification in one point: the file is UTF-8, because a name that is no text cannot be told to
//! anybody. Names are still compared byte by byte.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{
    checkpoint::{Checkpoint, CheckpointError, CheckpointNote, OpenedCheckpoint},
    note::{KeyError, KeyKind, VerifierKey},
};

/// The longest policy that is parsed, in bytes.
pub const MAX_POLICY_LEN: usize = 1 << 20;

/// The most logs, witnesses and groups of a policy, together. C2SP asks for at least 32 of each.
pub const MAX_POLICY_ENTRIES: usize = 1_000;

/// Which logs are accepted, and which sets of witnesses are enough.
///
/// ```
/// use docket_proof::Policy;
///
/// let policy = Policy::parse(b"\
/// log ledger.example/office-1+7745cba0+AT8D+vTUws/7W1gOqSGbdDXrrmt3jPAqTrHAstWiE4z5
/// witness w1 witness.example/w1+fb845203+BOLmhpNbmen+WGxrSQtFJRC0zuHriJQtplzkV5bDBE83
/// quorum w1
/// ")?;
/// assert!(policy.missing(&|_| true).is_empty());
/// assert_eq!(policy.missing(&|_| false)[0].to_string(), "w1 has not cosigned");
/// # Ok::<(), docket_proof::PolicyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    /// `None` for `quorum none`.
    quorum: Option<Member>,
}

/// A log that a policy accepts.
#[derive(Clone, Debug)]
pub struct PolicyLog {
    /// Its key, named as its origin; `None` where the key is of a type not known here: what it signs never counts.
    pub key: Option<VerifierKey>,
    /// Where it can be reached.
    pub url: Option<String>,
}

/// A witness that a policy names.
#[derive(Clone, Debug)]
pub struct PolicyWitness {
    /// Its name within the policy.
    pub name: String,
    /// Its key; `None` where the key is of a type not known here: what it signs never counts.
    pub key: Option<VerifierKey>,
    /// Where it can be reached.
    pub url: Option<String>,
}

/// Members of which so many are needed.
#[derive(Clone, Debug)]
struct Group {
    name: String,
    threshold: usize,
    members: Vec<Member>,
}

/// What a name stands for: its place in the policy's lists.
#[derive(Clone, Copy, Debug)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// A name whose cosignatures the quorum misses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shortfall {
    /// A witness has not cosigned.
    Witness {
        /// Its name.
        name: String,
        /// Its key is of a type not known here, so that it never counts.
        is_unknown_kind: bool,
    },
    /// Too few members of a group have.
    Group {
        /// Its name.
        name: String,
        /// So many are needed.
        needed: usize,
        /// So many have.
        have: usize,
        /// The members that have not.
        missing: Vec<String>,
    },
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Witness { name, is_unknown_kind: false } => write!(f, "{name} has not cosigned"),
            Self::Witness { name, is_unknown_kind: true } => {
                write!(f, "{name} has a key of a type not known here and cannot count")
            }
            Self::Group { name, needed, have, missing } => {
                write!(f, "{name} needs {needed} and has {have}: missing {}", missing.join(", "))
            }
        }
    }
}

/// A checkpoint that its log has signed, held against a policy.
#[derive(Clone, Debug)]
#[must_use]
pub struct PolicyVerdict {
    /// What is claimed.
    pub checkpoint: Checkpoint,
    /// Who has cosigned: places in [`Policy::witnesses`], ascending, each once.
    pub cosigned: Vec<Cosigned>,
    /// What the quorum misses, the quorum itself first; empty when it is reached.
    pub missing: Vec<Shortfall>,
}

impl PolicyVerdict {
    /// Says whether the policy is satisfied.
    pub fn holds(&self) -> bool {
        self.missing.is_empty()
    }
}

/// A witness's verified cosignature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness's place in [`Policy::witnesses`].
    pub witness: usize,
    /// The earliest time it states, in Unix seconds: by then the checkpoint existed.
    pub time: u64,
}

impl Policy {
    /// Takes a policy apart.
    ///
    /// # Errors
    /// What is wrong, and on which line.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        if bytes.len() > MAX_POLICY_LEN {
            return Err(PolicyError::TooLong { len: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| PolicyError::Utf8)?;
        let lines = match text.strip_suffix('\n') {
            Some(lines) => lines,
            None => return Err(PolicyError::LastLine),
        };
        let mut parser = Parser::default();
        for (line, number) in lines.split('\n').zip(1..) {
            parser.line(line).map_err(|why| PolicyError::Line { line: number, why })?;
        }
        let quorum = parser.quorum.ok_or(PolicyError::NoQuorum)?;
        let Parser { logs, witnesses, groups, .. } = parser;
        Ok(Self { logs, witnesses, groups, quorum })
    }

    /// Returns the logs that are accepted; none where the log is known otherwise.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// Returns the witnesses in the order of their lines.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Says whether no cosignature is asked for: `quorum none`.
    pub const fn asks_for_nobody(&self) -> bool {
        self.quorum.is_none()
    }

    /// Says whether the policy accepts a log with this key; one that lists no log accepts the one that is known
    /// otherwise.
    pub fn accepts_log(&self, key: &VerifierKey) -> bool {
        self.logs.is_empty() || self.logs.iter().any(|log| log.key.as_ref() == Some(key))
    }

    /// Accepts one more key: one that a key accepted already has handed its log over to.
    pub fn accept_log(&mut self, key: &VerifierKey) {
        if !self.accepts_log(key) {
            self.logs.push(PolicyLog { key: Some(key.clone()), url: None });
        }
    }

    /// Returns what the quorum misses when those witnesses have cosigned of whose places `has_cosigned` says so: the
    /// quorum itself first, then what it misses in turn. Empty when the quorum is reached.
    pub fn missing(&self, has_cosigned: &dyn Fn(usize) -> bool) -> Vec<Shortfall> {
        // Groups refer to earlier ones only, so one pass in their order settles them: no recursion.
        let mut reached: Vec<bool> = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let have =
                group.members.iter().filter(|member| self.has(**member, &reached, has_cosigned)).count();
            reached.push(have >= group.threshold);
        }
        let mut shortfalls = Vec::new();
        let mut open: Vec<Member> = self.quorum.into_iter().collect();
        // A name is a member of at most one group, so nothing is visited twice.
        while let Some(member) = open.pop() {
            if self.has(member, &reached, has_cosigned) {
                continue;
            }
            match member {
                Member::Witness(place) => shortfalls.extend(self.witnesses.get(place).map(|witness| {
                    let is_unknown_kind = witness.key.is_none();
                    Shortfall::Witness { name: witness.name.clone(), is_unknown_kind }
                })),
                Member::Group(place) => {
                    let Some(group) = self.groups.get(place) else { continue };
                    let lacking: Vec<Member> = group
                        .members
                        .iter()
                        .copied()
                        .filter(|member| !self.has(*member, &reached, has_cosigned))
                        .collect();
                    shortfalls.push(Shortfall::Group {
                        name: group.name.clone(),
                        needed: group.threshold,
                        have: group.members.len() - lacking.len(),
                        missing: lacking.iter().map(|member| self.name(*member).to_owned()).collect(),
                    });
                    open.extend(lacking.into_iter().rev().filter(|member| self.says_more(*member)));
                }
            }
        }
        shortfalls
    }

    /// Opens a checkpoint and holds it against the policy. `known_log` is the log's key where it is known from
    /// elsewhere; without one the policy must list the log.
    ///
    /// # Errors
    /// As [`CheckpointNote::open`]: not signed by an accepted log, or with a signature of a known key that does not verify.
    /// Missing cosignatures are no error but a verdict.
    pub fn check(
        &self,
        note: &CheckpointNote,
        known_log: Option<&VerifierKey>,
    ) -> Result<PolicyVerdict, CheckpointError> {
        let log_keys = self.logs.iter().filter_map(|log| log.key.as_ref());
        let log_keys = log_keys.chain(known_log.filter(|key| self.accepts_log(key)));
        let witness_keys = self.witnesses.iter().filter_map(|witness| witness.key.as_ref());
        let keys: Vec<VerifierKey> = log_keys.chain(witness_keys).cloned().collect();
        let OpenedCheckpoint { checkpoint, signatures } = note.open(&keys)?;
        let mut times: BTreeMap<usize, u64> = BTreeMap::new();
        for signature in signatures {
            let (Some(key), Some(time)) = (keys.get(signature.key), signature.time) else { continue };
            let is_signer = |witness: &PolicyWitness| witness.key.as_ref() == Some(key);
            if let Some(place) = self.witnesses.iter().position(is_signer) {
                times.entry(place).and_modify(|earliest| *earliest = time.min(*earliest)).or_insert(time);
            }
        }
        let missing = self.missing(&|place| times.contains_key(&place));
        let cosigned = times.into_iter().map(|(witness, time)| Cosigned { witness, time }).collect();
        Ok(PolicyVerdict { checkpoint, cosigned, missing })
    }

    fn has(&self, member: Member, reached: &[bool], has_cosigned: &dyn Fn(usize) -> bool) -> bool {
        match member {
            Member::Witness(place) => {
                self.witnesses.get(place).is_some_and(|witness| witness.key.is_some()) && has_cosigned(place)
            }
            Member::Group(place) => reached.get(place).copied().unwrap_or(false),
        }
    }

    /// A witness that simply has not cosigned is named by its group already.
    fn says_more(&self, member: Member) -> bool {
        match member {
            Member::Witness(place) => self.witnesses.get(place).is_some_and(|witness| witness.key.is_none()),
            Member::Group(_) => true,
        }
    }

    fn name(&self, member: Member) -> &str {
        match member {
            Member::Witness(place) => self.witnesses.get(place).map_or("", |witness| &witness.name),
            Member::Group(place) => self.groups.get(place).map_or("", |group| &group.name),
        }
    }
}

/// What the lines so far have defined.
#[derive(Default)]
struct Parser {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    names: BTreeMap<String, Member>,
    /// Names that stand in a group already.
    grouped: BTreeSet<String>,
    /// Public keys of logs and of witnesses, as their base64.
    log_keys: BTreeSet<String>,
    witness_keys: BTreeSet<String>,
    quorum: Option<Option<Member>>,
}

impl Parser {
    fn line(&mut self, line: &str) -> Result<(), PolicyLineError> {
        if line.bytes().any(|byte| byte != b'\t' && (byte < b' ' || byte == 0x7f)) {
            return Err(PolicyLineError::Control);
        }
        let mut items = line.split([' ', '\t']).filter(|item| !item.is_empty());
        let Some(keyword) = items.next().filter(|first| !first.starts_with('#')) else { return Ok(()) };
        let items: Vec<&str> = items.collect();
        if self.logs.len() + self.witnesses.len() + self.groups.len() >= MAX_POLICY_ENTRIES
            && keyword != "quorum"
        {
            return Err(PolicyLineError::TooMany);
        }
        match (keyword, items.as_slice()) {
            ("log", [key]) => self.log(key, None),
            ("log", [key, url]) => self.log(key, Some(url)),
            ("witness", [name, key]) => self.witness(name, key, None),
            ("witness", [name, key, url]) => self.witness(name, key, Some(url)),
            ("group", [name, threshold, members @ ..]) => self.group(name, threshold, members),
            ("quorum", [name]) => self.quorum(name),
            ("log" | "witness" | "group" | "quorum", _) => Err(PolicyLineError::Items),
            _ => Err(PolicyLineError::Keyword),
        }
    }

    fn log(&mut self, key: &str, url: Option<&&str>) -> Result<(), PolicyLineError> {
        let key = take_key(key, KeyKind::Ed25519, &mut self.log_keys)?;
        self.logs.push(PolicyLog { key, url: url.map(|url| (*url).to_owned()) });
        Ok(())
    }

    fn witness(&mut self, name: &str, key: &str, url: Option<&&str>) -> Result<(), PolicyLineError> {
        let key = take_key(key, KeyKind::CosignatureV1, &mut self.witness_keys)?;
        self.define(name, Member::Witness(self.witnesses.len()))?;
        let url = url.map(|url| (*url).to_owned());
        self.witnesses.push(PolicyWitness { name: name.to_owned(), key, url });
        Ok(())
    }

    fn group(&mut self, name: &str, threshold: &str, names: &[&str]) -> Result<(), PolicyLineError> {
        let mut members = Vec::with_capacity(names.len());
        for &member in names {
            members.push(self.defined(member)?);
            if !self.grouped.insert(member.to_owned()) {
                return Err(PolicyLineError::GroupedTwice { name: member.to_owned() });
            }
        }
        let threshold = match threshold {
            "any" => 1,
            "all" => members.len(),
            // Decimal, and as it is written: no sign, no leading zero.
            _ if threshold.starts_with(['0', '+']) => return Err(PolicyLineError::Threshold),
            _ => threshold.parse().map_err(|_| PolicyLineError::Threshold)?,
        };
        if !(1..=members.len()).contains(&threshold) {
            return Err(PolicyLineError::Threshold);
        }
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { name: name.to_owned(), threshold, members });
        Ok(())
    }

    fn quorum(&mut self, name: &str) -> Result<(), PolicyLineError> {
        let quorum = if name == NONE { None } else { Some(self.defined(name)?) };
        if self.quorum.replace(quorum).is_some() {
            return Err(PolicyLineError::SecondQuorum);
        }
        Ok(())
    }

    fn define(&mut self, name: &str, member: Member) -> Result<(), PolicyLineError> {
        if name == NONE || self.names.insert(name.to_owned(), member).is_some() {
            return Err(PolicyLineError::NameTaken { name: name.to_owned() });
        }
        Ok(())
    }

    fn defined(&self, name: &str) -> Result<Member, PolicyLineError> {
        self.names.get(name).copied().ok_or_else(|| PolicyLineError::UnknownName { name: name.to_owned() })
    }
}

/// The name that stands for nobody.
const NONE: &str = "none";

/// Takes a key of the kind a line needs, once: what a key of another type signs would never count.
fn take_key(
    text: &str,
    kind: KeyKind,
    taken: &mut BTreeSet<String>,
) -> Result<Option<VerifierKey>, PolicyLineError> {
    let key = match text.parse::<VerifierKey>() {
        Ok(key) if key.kind() == kind => Some(key),
        Ok(_) => return Err(PolicyLineError::KeyKind),
        Err(KeyError::UnknownKind { .. }) => None,
        Err(error) => return Err(PolicyLineError::Key(error)),
    };
    // Behind the key's name, which has no `+`, and its id: base64 of type and key, which has one spelling.
    let encoded = text.splitn(3, '+').nth(2).unwrap_or_default();
    if !taken.insert(encoded.to_owned()) {
        return Err(PolicyLineError::KeyTaken);
    }
    Ok(key)
}

/// Why a policy is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Longer than [`MAX_POLICY_LEN`].
    #[error("policy is too long: {len} bytes")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// Not UTF-8.
    #[error("policy is not UTF-8")]
    Utf8,
    /// The last line is cut short.
    #[error("policy does not end in a newline")]
    LastLine,
    /// A line is wrong.
    #[error("line {line} of the policy: {why}")]
    Line {
        /// Which one, from 1.
        line: usize,
        /// What is wrong with it.
        why: PolicyLineError,
    },
    /// No quorum line.
    #[error("policy has no quorum line")]
    NoQuorum,
}

/// Why a line of a policy is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyLineError {
    /// A control character other than a tab.
    #[error("it has a control character")]
    Control,
    /// Not log, witness, group or quorum.
    #[error("it does not begin with log, witness, group or quorum")]
    Keyword,
    /// Too few or too many items.
    #[error("it has too few or too many items")]
    Items,
    /// More than [`MAX_POLICY_ENTRIES`].
    #[error("there are more than {MAX_POLICY_ENTRIES} logs, witnesses and groups")]
    TooMany,
    /// No verifier key.
    #[error("{0}")]
    Key(KeyError),
    /// A log's key must be of type 0x01, a witness's of type 0x04.
    #[error("the key is not of the type that a log (0x01) or a witness (0x04) signs with")]
    KeyKind,
    /// Another line has the key already.
    #[error("the key stands on an earlier line")]
    KeyTaken,
    /// Another line has the name already, or it is `none`.
    #[error("the name {name} is taken")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// No earlier line defines the name.
    #[error("no earlier line defines {name}")]
    UnknownName {
        /// The name.
        name: String,
    },
    /// The name is a member of a group already, of this one or of an earlier one.
    #[error("{name} is a member of a group already")]
    GroupedTwice {
        /// The name.
        name: String,
    },
    /// Not `all`, `any` or a number from 1 to the number of members.
    #[error("the threshold is not all, any, or a number from 1 to the number of members")]
    Threshold,
    /// A second quorum line.
    #[error("there is a quorum line already")]
    SecondQuorum,
}

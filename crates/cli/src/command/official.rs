//! `docket official`.

use clap::Subcommand;
use docket_domain::{
    Act, BranchMembershipChanged, Label, NoPersonal, OccurredAt, Office, OfficialAppointed, OfficialId,
    OfficialKeyRegistered, OfficialKeyRevoked, OfficialKeyRotated, OfficialLeft, OfficialRegistered,
    OfficialRegisteredPersonal, Precision, StreamKind, UnitId,
};
use docket_projection::unit_of_official;
use serde_json::{Value, json};

use crate::{
    deed::{Arg, Personal, PublicKey, Recorded, deed},
    failure::Failure,
    list::{self, Listed, Noun, OfUnit, Query, Span},
    output::Output,
    session::Place,
};

/// Keep the register of officials
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Enter an official
    Add(Recorded<Add>),
    /// Appoint an official to an office in a unit
    Appoint(Recorded<Appoint>),
    /// Note that an official left an office, or the service
    Leave(Recorded<Leave>),
    /// Note that an official joined a branch, or left theirs
    Branch(Recorded<Branch>),
    /// Enter an official's key: what is signed with it from then on is theirs
    RegisterKey(Recorded<RegisterKey>),
    /// Enter an official's next key, in the place of the one in force
    RotateKey(Recorded<RotateKey>),
    /// Note that an official's key is not theirs alone any more, or lost
    RevokeKey(Recorded<RevokeKey>),
    /// List the officials, without their names
    List(List),
}

deed! {
    struct Add ("official add") {
        /// The official's name: a personal value, kept in the vault
        #[arg(long)]
        name: Personal,
        /// How to reach the official: a personal value
        #[arg(long)]
        contact: Option<Personal>,
        /// The unit the official belongs to
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The official's rank, by number
        #[arg(long)]
        rank: Option<Arg<u16>>,
        /// The official's code in a staff register, which is public
        #[arg(long)]
        code: Option<Arg<Label>>,
    }
    act |deed, context| {
        let body = OfficialRegistered {
            unit: deed.unit.0,
            rank: deed.rank.map(|rank| rank.0),
            code: deed.code.map(|code| code.0),
            origin: context.origin.clone(),
        };
        let name = Some(deed.name.0);
        Act::open(body, OfficialRegisteredPersonal { name, contact: Personal::text(deed.contact) })
    }
}

deed! {
    struct Appoint ("official appoint") {
        /// The official
        #[arg(value_name = "O-N")]
        official: Arg<OfficialId>,
        /// The unit
        #[arg(long, value_name = "U-N")]
        unit: Arg<UnitId>,
        /// secretary, team-member or staff
        #[arg(long)]
        office: Arg<Office>,
        /// The rank from then on, by number
        #[arg(long)]
        rank: Option<Arg<u16>>,
    }
    act |deed, context| {
        let body = OfficialAppointed {
            unit: deed.unit.0,
            office: deed.office.0,
            rank: deed.rank.map(|rank| rank.0),
            origin: context.origin.clone(),
        };
        Act::on(deed.official.0, body, NoPersonal)
    }
}

deed! {
    struct Leave ("official leave") {
        /// The official
        #[arg(value_name = "O-N")]
        official: Arg<OfficialId>,
        /// The unit whose office they left [default: the service, and with it every office]
        #[arg(long, value_name = "U-N")]
        unit: Option<Arg<UnitId>>,
    }
    act |deed, context| {
        let body = OfficialLeft { unit: deed.unit.map(|unit| unit.0), origin: context.origin.clone() };
        Act::on(deed.official.0, body, NoPersonal)
    }
}

deed! {
    struct Branch ("official branch") {
        /// The official
        #[arg(value_name = "O-N")]
        official: Arg<OfficialId>,
        /// The branch they belong to from then on [default: none]
        #[arg(long, value_name = "U-N")]
        branch: Option<Arg<UnitId>>,
    }
    act |deed, context| {
        let branch = deed.branch.map(|branch| branch.0);
        let body = BranchMembershipChanged { branch, origin: context.origin.clone() };
        Act::on(deed.official.0, body, NoPersonal)
    }
}

deed! {
    struct RegisterKey ("official register-key") {
        /// The official
        #[arg(value_name = "O-N")]
        official: Arg<OfficialId>,
        /// The public key, as `docket key new` prints it
        #[arg(long, value_name = "HEX")]
        public: Arg<PublicKey>,
    }
    act |deed, context| {
        let body = OfficialKeyRegistered { key: deed.public.0.0, origin: context.origin.clone() };
        Act::on(deed.official.0, body, NoPersonal)
    }
}

deed! {
    struct RotateKey ("official rotate-key") {
        /// The official
        #[arg(value_name = "O-N")]
        official: Arg<OfficialId>,
        /// The new public key, as `docket key new` prints it
        #[arg(long, value_name = "HEX")]
        public: Arg<PublicKey>,
    }
    act |deed, context| {
        let body = OfficialKeyRotated { key: deed.public.0.0, origin: context.origin.clone() };
        Act::on(deed.official.0, body, NoPersonal)
    }
}

deed! {
    struct RevokeKey ("official revoke-key") {
        /// The official
        #[arg(value_name = "O-N")]
        official: Arg<OfficialId>,
    }
    act |deed, context| {
        let body = OfficialKeyRevoked { origin: context.origin.clone() };
        Act::on(deed.official.0, body, NoPersonal)
    }
}

/// List the officials, without their names
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    unit: OfUnit,
    /// Only those in this state: in-service left
    #[arg(long)]
    state: Option<String>,
    /// Only those of this rank, by number
    #[arg(long)]
    rank: Option<u16>,
    /// Only those who hold this office: secretary, team-member or staff
    #[arg(long)]
    office: Option<Office>,
    #[command(flatten)]
    span: Span,
}

const NOUN: Noun = Noun { name: "official", kinds: &[StreamKind::OFFICIAL], states: &["in-service", "left"] };

impl List {
    fn run(&self, place: &Place, output: &mut Output) -> Result<(), Failure> {
        let query = Query::new(&self.span).by(&self.unit).in_state(self.state.as_deref());
        list::run(&NOUN, query, place, output, |states, asked, take| {
            let then = OccurredAt { at: asked.until, precision: Precision::Microsecond };
            for (id, official) in states.officials() {
                let rank = official.rank_at(then);
                let posts: Vec<_> = official.posts_at(then).collect();
                let holds = |office| posts.iter().any(|post| post.office == office);
                if self.rank.is_some_and(|asked| rank != Some(asked))
                    || self.office.is_some_and(|asked| !holds(asked))
                {
                    continue;
                }
                let offices: Vec<_> =
                    posts.iter().map(|post| format!("{} {}", post.office, post.unit)).collect();
                let branch = official.branch_at(then).and_then(|membership| membership.branch);
                take(Listed {
                    state: Some(if official.is_in_service(then) { "in-service" } else { "left" }),
                    unit: unit_of_official(states, id, then),
                    official: Some(id),
                    more: vec![
                        ("rank", json!(rank)),
                        ("offices", if offices.is_empty() { Value::Null } else { json!(offices.join(", ")) }),
                        ("branch", json!(branch.map(|branch| branch.to_string()))),
                    ],
                    ..Listed::new(id, official.registered, official.record)
                });
            }
        })
    }
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Add(add) => add.run(place, output),
        Verb::Appoint(appoint) => appoint.run(place, output),
        Verb::Leave(leave) => leave.run(place, output),
        Verb::Branch(branch) => branch.run(place, output),
        Verb::RegisterKey(register) => register.run(place, output),
        Verb::RotateKey(rotate) => rotate.run(place, output),
        Verb::RevokeKey(revoke) => revoke.run(place, output),
        Verb::List(list) => list.run(place, output),
    }
}

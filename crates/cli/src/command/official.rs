//! `docket official`.

use clap::Subcommand;
use docket_domain::{
    Act, BranchMembershipChanged, Label, NoPersonal, Office, OfficialAppointed, OfficialId,
    OfficialKeyRegistered, OfficialKeyRevoked, OfficialKeyRotated, OfficialLeft, OfficialRegistered,
    OfficialRegisteredPersonal, UnitId,
};
use serde::Serialize;

use crate::{
    deed::{Arg, Personal, PublicKey, Recorded, deed},
    failure::Failure,
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
    List,
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

#[derive(Serialize)]
struct OfficialJson {
    official: String,
    unit: String,
    rank: Option<u16>,
    record: u64,
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
        Verb::List => list(place, output),
    }
}

fn list(place: &Place, output: &mut Output) -> Result<(), Failure> {
    let mut desk = place.desk(output)?;
    for (id, official) in desk.states()?.officials() {
        if output.json {
            output.object(&OfficialJson {
                official: id.to_string(),
                unit: official.unit.to_string(),
                rank: official.rank,
                record: official.record,
            })?;
        } else {
            let rank = official.rank.map(|rank| format!(" rank {rank}")).unwrap_or_default();
            output.line(format_args!("{id:<8} {}{rank}", official.unit))?;
        }
    }
    Ok(())
}

//! `docket declaration`.

use docket_domain::{
    Act, DeclarationAmended, DeclarationAmendedPersonal, DeclarationFiled, DeclarationFiledPersonal,
    DeclarationId, InterestDeclared, InterestDeclaredPersonal, InterestDivested, InterestDivestedPersonal,
    InterestHolder, InterestKind, OfficialId,
};
use docket_projection::unit_of_official;
use serde_json::json;

use crate::{
    deed::{Arg, Personal, deed, verbs},
    list::{Listed, listing},
};

verbs! {
    /// Record the declarations of officials and their interests
    pub(crate) enum Verb {
        /// Note that an official filed the declaration for a year
        File,
        /// Amend a declaration; what it said before stays
        Amend,
        /// Note an interest that a declaration names
        Interest,
        /// Note that a declared interest was given up
        Divest,
    }
    and {
        /// List the declarations
        List,
    }
}

listing! {
    /// List the declarations
    struct List ("declaration": DECLARATION, OFFICIAL) by unit: OfUnit, official: OfOfficial;
    states state { "no-interest", "open", "rectified" }
    each |states, _asked, take| {
        for (id, declaration) in states.declarations() {
            let filed = declaration.filed;
            let state = if declaration.interests.is_empty() {
                "no-interest"
            } else if declaration.interests.iter().all(|interest| interest.divested.is_some()) {
                "rectified"
            } else {
                "open"
            };
            take(Listed {
                state: Some(state),
                unit: unit_of_official(states, declaration.official, filed.occurred()),
                official: Some(declaration.official),
                more: vec![
                    ("year", json!(declaration.year)),
                    ("interests", json!(declaration.interests.len())),
                    ("amendments", json!(declaration.amended.len())),
                ],
                ..Listed::new(id, filed.occurred(), filed.record())
            });
        }
    }
}

deed! {
    struct File ("declaration file") {
        /// The official
        #[arg(long, value_name = "O-N")]
        official: Arg<OfficialId>,
        /// The year it is for
        #[arg(long)]
        year: Arg<u16>,
        /// What it says, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = DeclarationFiled { official: deed.official.0, year: deed.year.0, origin: context.origin.clone() };
        let personal = DeclarationFiledPersonal { text: Personal::text(deed.text) };
        Act::open(body, personal)
    }
}

deed! {
    struct Amend ("declaration amend") {
        /// The declaration
        #[arg(value_name = "L-N")]
        declaration: Arg<DeclarationId>,
        /// What it says now, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = DeclarationAmended { origin: context.origin.clone() };
        let personal = DeclarationAmendedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.declaration.0, body, personal)
    }
}

deed! {
    struct Interest ("declaration interest") {
        /// The declaration
        #[arg(value_name = "L-N")]
        declaration: Arg<DeclarationId>,
        /// Its number in the declaration, from 1
        #[arg(long)]
        number: Arg<u16>,
        /// business, shares, position, brokerage or other
        #[arg(long)]
        kind: Arg<InterestKind>,
        /// spouse, child or self
        #[arg(long)]
        of: Arg<InterestHolder>,
        /// Whose it is, by name: a personal value
        #[arg(long)]
        name: Option<Personal>,
        /// What it is, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = InterestDeclared { number: deed.number.0, kind: deed.kind.0, of: deed.of.0, origin: context.origin.clone() };
        let personal = InterestDeclaredPersonal { name: Personal::text(deed.name), text: Personal::text(deed.text) };
        Act::on(deed.declaration.0, body, personal)
    }
}

deed! {
    struct Divest ("declaration divest") {
        /// The declaration
        #[arg(value_name = "L-N")]
        declaration: Arg<DeclarationId>,
        /// Its number in the declaration
        #[arg(long)]
        number: Arg<u16>,
        /// How, in words: a personal value
        #[arg(long)]
        text: Option<Personal>,
    }
    act |deed, context| {
        let body = InterestDivested { number: deed.number.0, origin: context.origin.clone() };
        let personal = InterestDivestedPersonal { text: Personal::text(deed.text) };
        Act::on(deed.declaration.0, body, personal)
    }
}

//! Rule sets bind from the moment they come into force.

use docket_domain::{
    Act, NoPersonal, PublicText, RuleSet, RulesAdopted, StreamKind, StreamRef, Timestamp, View as _,
    Violation,
};

use crate::support::{Ledger, both};

fn adoption(text: &str, from: i64) -> RulesAdopted {
    RulesAdopted { text: PublicText::new(text).unwrap(), in_force_from: Timestamp(from) }
}

fn shipped(name: &str) -> &'static str {
    RuleSet::shipped(name).unwrap()
}

#[test]
fn the_last_to_come_into_force_binds_whatever_the_order_of_adoption() {
    let mut ledger = Ledger::default();
    // Adopted in another order than they come into force.
    for (name, from) in [("cn-2022", 300), ("cn-2005", 100), ("uk-complaints", 300)] {
        ledger.run(Act::open(adoption(shipped(name), from), NoPersonal), 1).unwrap();
    }
    let name = |at| ledger.states.rules_at(Timestamp(at)).map(|rules| rules.rules.name.to_string());
    assert_eq!(name(99), None);
    assert_eq!(name(100).as_deref(), Some("cn-2005"));
    assert_eq!(name(299).as_deref(), Some("cn-2005"));
    // Of two at the same moment, the one recorded last.
    assert_eq!(name(300).as_deref(), Some("uk-complaints"));
}

#[test]
fn a_text_that_is_no_rule_set_is_refused_and_found_in_a_history() {
    let ledger = Ledger::default();
    let event = adoption("name = \"x\"\nwebsite = \"y\"", 0);
    let place = StreamRef { kind: StreamKind::RULES, id: 1 };
    let violation = both(&ledger, Act::open(event.clone(), NoPersonal), 0, place, event, &[]);
    let Violation::RulesUnreadable { why } = &violation else { panic!("{violation}") };
    assert!(why.contains("website"), "{why}");
    assert_eq!(violation.rule(), "rules-readable");
}

use docket_domain::{Adopted, RulesBook, Timestamp};

use crate::shipped;

fn adopted(name: &str, in_force_from: i64, record: u64) -> Adopted {
    Adopted { in_force_from: Timestamp(in_force_from), record, rules: shipped(name) }
}

#[test]
fn the_rules_in_force_are_the_last_to_have_come_into_force() {
    let mut book = RulesBook::default();
    assert_eq!(book.at(Timestamp(i64::MAX)), None);
    // Adopted in another order than they come into force.
    book.adopt(adopted("cn-2022", 2_000, 5));
    book.adopt(adopted("cn-2005", 1_000, 9));
    let name = |book: &RulesBook, at| book.at(Timestamp(at)).map(|adopted| adopted.rules.name.to_string());
    assert_eq!(name(&book, 999), None);
    assert_eq!(name(&book, 1_000).as_deref(), Some("cn-2005"));
    assert_eq!(name(&book, 1_999).as_deref(), Some("cn-2005"));
    assert_eq!(name(&book, 2_000).as_deref(), Some("cn-2022"));
    // Of two at the same moment, the one recorded last.
    book.adopt(adopted("sla", 2_000, 11));
    book.adopt(adopted("uk-complaints", 2_000, 10));
    assert_eq!(name(&book, 2_000).as_deref(), Some("sla"));
    assert_eq!(book.all().len(), 4);
}

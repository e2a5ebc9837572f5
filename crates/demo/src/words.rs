//! Invented names, and the words of notes, questions and replies.

use docket_domain::{Label, PersonalText};

use crate::draw::Draw;

const SURNAMES: [&str; 24] = [
    "Bao", "Cen", "Dou", "Fan", "Geng", "Hua", "Ji", "Kang", "Lan", "Mi", "Ning", "Ou", "Pang", "Qu", "Ruan",
    "Shen", "Tao", "Weng", "Xiang", "Yan", "Zhai", "Zong", "Min", "Lu",
];
const SYLLABLES: [&str; 32] = [
    "an", "bai", "chun", "dan", "en", "fu", "guo", "he", "jia", "kai", "lin", "mei", "nan", "ping", "qing",
    "rong", "shan", "tian", "wei", "xin", "ya", "zhi", "bo", "chen", "de", "feng", "hong", "jun", "lan",
    "ming", "song", "yun",
];
const PLACES: [&str; 24] = [
    "Qing", "Bai", "Hong", "Long", "Shi", "Da", "Xiao", "Jin", "Yin", "Shuang", "San", "Nan", "Bei", "Dong",
    "Xi", "Gao", "Chang", "Ping", "Lao", "Xin", "Huang", "Lan", "Feng", "Yun",
];
const LANDS: [&str; 24] = [
    "shan", "he", "xi", "wan", "ping", "tang", "qiao", "ba", "lin", "tian", "shi", "feng", "gou", "jing",
    "quan", "ling", "pu", "tai", "yuan", "zhai", "dian", "cun", "kou", "an",
];

const WHO: [&str; 16] = [
    "the whole family at home",
    "spoke with the grandmother",
    "two children at home",
    "the son works in the coastal cities",
    "met in the field",
    "the daughter interpreted for the old man",
    "spoke at the door",
    "five at table",
    "the husband away, the wife at home",
    "spoke with the brother",
    "neighbours joined",
    "met at the mill",
    "the old couple alone",
    "spoke with the head of the household",
    "an uncle on a visit too",
    "met on the way and walked home together",
];
const HOW: [&str; 16] = [
    "healthy and in good spirits",
    "the roof still leaks on the north side",
    "asked about the new insurance",
    "the pigs sold well",
    "worried about the school fees",
    "the well runs low since spring",
    "content with the new road",
    "the harvest was thin",
    "waiting for the pension",
    "the kitchen is being rebuilt",
    "asked when the power line comes",
    "an ill neighbour was mentioned",
    "the orange trees bear for the first time",
    "a quarrel about the boundary is settled",
    "needs seed before the rains",
    "thankful for the help with the forms",
];
const NEXT: [&str; 16] = [
    "to come again after the harvest",
    "nothing asked for",
    "to bring the form next time",
    "will ask the water station",
    "to be told at the next meeting",
    "told where the clinic is",
    "noted for the assembly",
    "will speak with the school",
    "left the leaflet",
    "to look at the roof with the mason",
    "promised an answer by the month's end",
    "will ask the town about the line",
    "advised to keep the receipts",
    "no reason to come sooner",
    "to be listed for the winter help",
    "will bring a colleague from the bank",
];

const MATTERS: [(&str, &str); 16] = [
    ("road", "the road to the fields is washed out"),
    ("water", "the well is dry since the spring"),
    ("land", "the boundary of the plot is in dispute"),
    ("low income", "the allowance has not been paid"),
    ("pension", "the pension is reckoned from the wrong year"),
    ("school", "the school bus does not stop any more"),
    ("power", "the line fails in every storm"),
    ("housing", "the rebuilt house is still not signed off"),
    ("medical", "the hospital bill was not taken up"),
    ("forest", "the forest money of last year is missing"),
    ("wages", "wages of the building site are owed"),
    ("environment", "the quarry's dust lies on the crops"),
    ("resettlement", "the compensation was less than promised"),
    ("household register", "the child cannot be registered"),
    ("village accounts", "the accounts of the village were not shown"),
    ("safety", "the bridge has no rail"),
];

const DONE: [&str; 12] = [
    "the works were finished and looked at together with you",
    "the payment was made to the account you named",
    "the register was corrected and the paper lies ready",
    "the two parties signed an agreement before the mediator",
    "the station repaired it and left a number to ring",
    "the amount was reckoned again and the difference paid",
    "the school agreed and begins with the new term",
    "the accounts are shown at the notice board since yesterday",
    "the company paid what it owed in our presence",
    "the place was measured again and stones were set",
    "the application was granted from the first of the month on",
    "the firm sprinkles the road now and was fined",
];
const NOT_DONE: [&str; 6] = [
    "the law gives no claim to it, as was explained to you at length",
    "it depends on funds of next year, of which you will hear",
    "the papers show another course of things than you remember",
    "the matter lies with the court, which has it already",
    "the measure was within the contract that you signed",
    "two experts found no damage that could be ascribed to it",
];
const ANSWERS: [&str; 6] = [
    "came to see it himself, which was good",
    "it took long but it is done",
    "has no complaint",
    "would have liked to hear sooner",
    "says it was explained well",
    "is content with the outcome",
];

/// Returns a short public text of ours.
pub(crate) fn label(text: &str) -> Label {
    Label::new(text).expect("short terms without control characters")
}

/// Returns a personal text of ours.
pub(crate) fn personal(text: String) -> Option<PersonalText> {
    PersonalText::new(text).ok()
}

/// Joins parts that are drawn, with a size that fits most.
fn joined(parts: &[&str], between: &str) -> Option<PersonalText> {
    let mut text = String::with_capacity(128);
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            text.push_str(between);
        }
        text.push_str(part);
    }
    personal(text)
}

fn one<'w>(words: &'w [&'w str], draw: &mut Draw) -> &'w str {
    draw.pick(words).unwrap_or_default()
}

/// A person's name.
pub(crate) fn person(mut draw: Draw) -> Option<PersonalText> {
    let (first, second) = (one(&SYLLABLES, &mut draw), one(&SYLLABLES, &mut draw));
    let surname = one(&SURNAMES, &mut draw);
    let mut text = String::with_capacity(24);
    text.push_str(surname);
    text.push(' ');
    let mut letters = first.chars();
    text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
    text.push_str(letters.as_str());
    text.push_str(second);
    personal(text)
}

/// The name of a place, without what kind of place it is.
pub(crate) fn place(draw: &mut Draw) -> String {
    let first = one(&PLACES, draw);
    format!("{first}{}", one(&LANDS, draw))
}

/// What was noted at a visit. Two notes of one village are hardly ever the same.
pub(crate) fn visit_note(mut draw: Draw) -> Option<PersonalText> {
    let parts = [one(&WHO, &mut draw), one(&HOW, &mut draw), one(&HOW, &mut draw), one(&NEXT, &mut draw)];
    joined(&parts, "; ")
}

/// What somebody who was received said.
pub(crate) fn said(mut draw: Draw) -> Option<PersonalText> {
    let parts = [one(&HOW, &mut draw), matter(&mut draw).1, one(&NEXT, &mut draw)];
    joined(&parts, ", ")
}

/// What a case is about: its category and its title.
pub(crate) fn matter(draw: &mut Draw) -> (&'static str, &'static str) {
    let place = usize::try_from(draw.below(MATTERS.len() as u64)).unwrap_or(0);
    MATTERS.get(place).copied().unwrap_or(("other", "another matter"))
}

/// The title of a case.
pub(crate) fn title(matter: &str, mut draw: Draw) -> Option<PersonalText> {
    joined(&[matter, one(&HOW, &mut draw)], "; ")
}

/// What is replied.
pub(crate) fn reply(is_supported: bool, mut draw: Draw) -> Option<PersonalText> {
    let outcome = if is_supported { one(&DONE, &mut draw) } else { one(&NOT_DONE, &mut draw) };
    joined(&["to your matter:", outcome, "and", one(&NEXT, &mut draw)], " ")
}

/// What an asked petitioner said.
pub(crate) fn answer(mut draw: Draw) -> Option<PersonalText> {
    joined(&[one(&ANSWERS, &mut draw), one(&ANSWERS, &mut draw)], "; ")
}

/// What stands in a diary.
pub(crate) fn diary(mut draw: Draw) -> Option<PersonalText> {
    let parts = [
        one(&WHO, &mut draw),
        one(&HOW, &mut draw),
        one(&HOW, &mut draw),
        one(&HOW, &mut draw),
        one(&NEXT, &mut draw),
    ];
    joined(&parts, ". ")
}

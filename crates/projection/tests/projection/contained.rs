//! Whatever became of the index: the answers are right, and after one session it is good again.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use docket_domain::View as _;
use docket_projection::{Acknowledge, Desk, Index, IndexCheck, ReportName, check_index};

use crate::support::{Ledger, all, case, case_id, close, command, command_id, dump, files, tamper};

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// The length without the zeros that sled reserves at the end.
fn used(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}

/// The answers are right; a session says what was wrong, works, and leaves a good index.
fn assert_contained(ledger: &mut Ledger, what: &str) {
    let at_desk = ledger.assert_answers();
    assert!(!ledger.index().join("sled.set-aside").is_dir(), "{what}: a desk sets nothing aside");
    let notices = ledger.session([vec![case()]]);
    // Either it did no harm, or both say so.
    assert_eq!(at_desk.len(), notices.len(), "{what}: {at_desk:?}, {notices:?}");
    ledger.assert_same();
}

#[test]
fn an_index_of_another_ledger_is_not_believed() {
    let mut other = Ledger::with_seed(2);
    other.session([vec![case(), close(1)]]);
    let mut ledger = Ledger::with_cases(5);
    copy(&other.index(), &ledger.index());
    assert!(matches!(ledger.check(), IndexCheck::Differs(_)));
    let notices = ledger.assert_answers();
    assert!(notices[0].contains("another ledger"), "{notices:?}");
    let notices = ledger.session([vec![case()]]);
    assert_eq!(notices, ["the index is built again: it belongs to another ledger"]);
    ledger.assert_same();
}

#[test]
fn an_index_ahead_of_the_log_or_of_another_history_is_not_believed() {
    // Two histories of one ledger, alike up to some record.
    let (mut ledger, mut ahead, mut other) =
        (Ledger::with_cases(5), Ledger::with_cases(5), Ledger::with_cases(5));
    ahead.session([vec![close(1)], vec![close(2)]]);
    ledger.session([vec![close(1)]]);
    other.session([vec![close(3)]]);

    copy(&ahead.index(), &ledger.index());
    let check = ledger.check();
    assert!(matches!(&check, IndexCheck::NotChecked(why) if why.contains("covers 10 records")), "{check:?}");
    assert!(ledger.assert_answers()[0].contains("ahead of the log"));

    copy(&other.index(), &ledger.index());
    assert!(matches!(ledger.check(), IndexCheck::Differs(_)));
    assert!(ledger.assert_answers()[0].contains("another history"));
    let notices = ledger.session([vec![case()]]);
    assert_eq!(notices, ["the index is built again: it belongs to another history of this ledger"]);
    ledger.assert_same();

    copy(&ahead.index(), &other.index());
    assert_eq!(other.session([]), ["the index is built again: it is ahead of the log"]);
    other.assert_same();
}

/// Damages a file that held these bytes.
type Damage = fn(&Path, Vec<u8>) -> io::Result<()>;

#[test]
fn any_file_of_the_index_may_be_lost_cut_or_overwritten() {
    let mut ledger = Ledger::with_cases(600);
    ledger.session([vec![close(1)]]);
    let good = ledger.aside();
    let damages: [(&str, Damage); 9] = [
        ("deleted", |path, _| fs::remove_file(path)),
        ("empty", |path, _| fs::write(path, [])),
        ("one byte short", |path, bytes| fs::write(path, &bytes[..bytes.len().saturating_sub(1)])),
        ("half", |path, bytes| fs::write(path, &bytes[..used(&bytes) / 2])),
        ("a tenth", |path, bytes| fs::write(path, &bytes[..used(&bytes) / 10])),
        ("zeroed", |path, bytes| fs::write(path, vec![0; bytes.len()])),
        ("its first half zeroed", |path, mut bytes| {
            let half = used(&bytes) / 2;
            bytes[..half].fill(0);
            fs::write(path, bytes)
        }),
        ("garbage", |path, bytes| {
            fs::write(
                path,
                (0..bytes.len()).map(|at| [b'd', b'o', 0xff, 0, 7][at * 131 % 5]).collect::<Vec<_>>(),
            )
        }),
        ("with garbage behind", |path, mut bytes| {
            bytes.extend([0x5a; 5_000]);
            fs::write(path, bytes)
        }),
    ];
    copy(&ledger.index(), &good);
    let names: Vec<PathBuf> =
        files(&good).into_keys().map(|path| path.strip_prefix(&good).unwrap().into()).collect();
    assert!(names.len() >= 3, "{names:?}");
    for name in names.iter().filter(|name| **name != Path::new("lock")) {
        for (what, damage) in damages {
            let _ = fs::remove_dir_all(ledger.index());
            copy(&good, &ledger.index());
            let path = ledger.index().join(name);
            damage(&path, fs::read(&path).unwrap()).unwrap();
            let _ = check_index(&ledger.reader(), &ledger.index()).unwrap();
            assert_contained(&mut ledger, &format!("{} {what}", name.display()));
        }
    }
}

#[test]
fn any_bit_of_the_index_may_flip() {
    let mut ledger = Ledger::with_cases(600);
    let good = ledger.aside();
    copy(&ledger.index(), &good);
    let mut noticed = 0;
    for (path, bytes) in files(&good) {
        let name = path.strip_prefix(&good).unwrap().to_owned();
        // The start of each file, where its structure lies, and places all over it that are not empty.
        let used: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        let places = (0..bytes.len().min(16)).chain(used.iter().copied().step_by(used.len() / 40 + 1));
        for place in places {
            let _ = fs::remove_dir_all(ledger.index());
            copy(&good, &ledger.index());
            let mut bytes = bytes.clone();
            bytes[place] ^= 1 << (place % 8);
            fs::write(ledger.index().join(&name), bytes).unwrap();
            // sled counts in each page; what its counts do not show, nothing but the check can.
            if !matches!(ledger.check(), IndexCheck::Same { .. }) {
                noticed += 1;
            }
            ledger.assert_answers();
            ledger.session([]);
            let check = ledger.check();
            assert!(matches!(check, IndexCheck::Same { .. }), "{} {place}: {check:?}", name.display());
        }
    }
    println!("{noticed} noticed by the check");
    ledger.assert_same();
}

#[test]
fn a_half_made_snapshot_is_no_damage() {
    let mut ledger = Ledger::with_cases(3);
    for name in ["snap.0000000000000ABC.generating", "snap..generating"] {
        fs::write(ledger.sled().join(name), b"torn").unwrap();
    }
    assert_eq!(ledger.assert_answers(), Vec::<String>::new());
    assert_eq!(ledger.session([vec![case()]]), Vec::<String>::new());
    ledger.assert_same();
    fs::write(ledger.sled().join("snap.0000000000000ABC"), b"torn").unwrap();
    assert_contained(&mut ledger, "a torn snapshot");
}

#[test]
fn things_in_the_way_are_gone_around() {
    let mut ledger = Ledger::with_cases(3);
    let places = [ledger.index(), ledger.index().join("lock"), ledger.sled()];
    for (number, place) in places.into_iter().enumerate() {
        let _ = fs::remove_dir_all(ledger.index());
        let _ = fs::remove_file(ledger.index());
        if number == 1 {
            // Where a file should be, a folder; and the other way round.
            fs::create_dir_all(&place).unwrap();
            fs::create_dir_all(ledger.sled()).unwrap();
        } else {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, b"in the way").unwrap();
        }
        ledger.assert_answers();
        let notices = ledger.session([vec![case()]]);
        assert_eq!(notices.len(), 1, "{}", place.display());
        ledger.assert_answers();
    }
    ledger.session([vec![case()]]);
    ledger.assert_same();
    // What was set aside before is in the way of what is to be set aside now.
    fs::write(ledger.sled().join("db"), b"bad").unwrap();
    let _ = fs::remove_dir_all(ledger.index().join("sled.set-aside"));
    let _ = fs::remove_file(ledger.index().join("sled.set-aside"));
    fs::write(ledger.index().join("sled.set-aside"), b"in the way").unwrap();
    assert_contained(&mut ledger, "a file set aside");
}

#[test]
fn an_index_in_use_is_waited_for_and_then_done_without() {
    let mut ledger = Ledger::with_cases(3);
    let held = Index::open(&ledger.index()).unwrap();
    let since = Instant::now();
    let notices = ledger.assert_answers();
    assert_eq!(
        notices,
        ["the log is replayed instead of asking the index: the index is in use by another process"]
    );
    assert!((1_900..3_500).contains(&since.elapsed().as_millis()), "{:?}", since.elapsed());
    assert!(matches!(ledger.check(), IndexCheck::NotChecked(_)));
    assert_eq!(ledger.session([vec![close(1)]]).len(), 1);
    drop(held);
    assert_eq!(ledger.session([]), Vec::<String>::new());
    ledger.assert_same();

    // One that is free again in time is used.
    let held = Index::open(&ledger.index()).unwrap();
    let release = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        drop(held);
    });
    assert_eq!(ledger.assert_answers(), Vec::<String>::new());
    release.join().unwrap();
}

#[test]
fn a_desk_makes_no_index_and_leaves_a_bad_one_alone() {
    let mut ledger = Ledger::with_cases(3);
    fs::remove_dir_all(ledger.index()).unwrap();
    assert_eq!(ledger.assert_answers(), Vec::<String>::new());
    assert!(matches!(ledger.check(), IndexCheck::NotChecked(_)));
    assert!(!ledger.index().exists());
    fs::create_dir(ledger.index()).unwrap();
    assert_eq!(ledger.assert_answers(), Vec::<String>::new());
    assert!(matches!(ledger.check(), IndexCheck::NotChecked(_)));
    assert_eq!(fs::read_dir(ledger.index()).unwrap().count(), 0);

    ledger.session([]);
    tamper(&ledger.sled(), |tree| assert!(tree.remove(b"m").unwrap().is_some()));
    let before = dump(&ledger.sled());
    assert_eq!(ledger.assert_answers().len(), 1);
    assert!(matches!(ledger.check(), IndexCheck::Differs(_)));
    assert_eq!(dump(&ledger.sled()), before);
    assert_contained(&mut ledger, "an index that does not say what it is of");
}

#[test]
fn an_index_of_another_version_is_built_again() {
    let mut ledger = Ledger::with_cases(3);
    tamper(&ledger.sled(), |tree| {
        let mut meta = tree.get(b"m").unwrap().unwrap().to_vec();
        meta[0] ^= 0x40;
        tree.insert(b"m", meta).unwrap();
    });
    assert!(ledger.assert_answers()[0].contains("another version"));
    assert!(matches!(ledger.check(), IndexCheck::NotChecked(_)));
    let notices = ledger.session([vec![case()]]);
    assert_eq!(notices, ["the index is built again: the index was made by another version"]);
    ledger.assert_same();

    // One whose parts have another length: sled itself refuses it.
    fs::remove_dir_all(ledger.sled()).unwrap();
    drop(sled::Config::new().path(ledger.sled()).segment_size(1 << 19).open().unwrap());
    assert!(ledger.assert_answers()[0].contains("another version"));
    let notices = ledger.session([vec![case()]]);
    assert_eq!(notices, ["the index is built again: the index was made by another version"]);
    ledger.assert_same();
}

#[cfg(unix)]
#[test]
fn an_index_that_cannot_be_written_is_done_without() {
    use std::os::unix::fs::PermissionsExt as _;

    let ledger = Ledger::with_cases(3);
    let set = |mode| {
        for path in files(&ledger.index()).into_keys().chain([ledger.sled(), ledger.index()]) {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    set(0o555);
    let is_root = fs::write(ledger.index().join("try"), []).is_ok();
    if is_root {
        println!("skipped: this user may write everywhere");
    } else {
        assert_eq!(ledger.assert_answers().len(), 1);
    }
    set(0o755);
}

fn page(family: u8, number: u64) -> Vec<u8> {
    [b"p".as_slice(), &[family, 0, 4], &number.to_be_bytes()].concat()
}

/// Does something to a page; the other key is that of the last one of its kind.
type PageDamage = fn(&sled::Tree, &[u8], &[u8]);

#[test]
fn a_page_that_is_missing_or_cut_is_noticed_when_it_is_needed() {
    let damages: [PageDamage; 4] = [
        // A page like any other, but of fewer items: the last one.
        |tree, key, last| {
            let last = tree.get(last).unwrap().unwrap();
            assert!(tree.insert(key, last).unwrap().is_some());
        },
        |tree, key, _| drop(tree.remove(key).unwrap().unwrap()),
        |tree, key, _| drop(tree.insert(key, &[] as &[u8]).unwrap().unwrap()),
        |tree, key, _| {
            let mut page = tree.get(key).unwrap().unwrap().to_vec();
            page.push(0);
            tree.insert(key, page).unwrap();
        },
    ];
    for damage in damages {
        // The pages of case 300 and of the last case: 256 heads lie in one, or 128 states of cases.
        for (family, asked, last) in [(0, 1, 2), (1, 2, 4)] {
            let mut ledger = Ledger::with_cases(600);
            tamper(&ledger.sled(), |tree| damage(tree, &page(family, asked), &page(family, last)));
            assert!(matches!(ledger.check(), IndexCheck::Differs(_)));

            // At a desk: a state, or a history.
            let mut desk = ledger.desk();
            let stream = docket_proof::StreamRef { kind: 4, id: 300 };
            assert_eq!(desk.history(stream).unwrap().len(), 1);
            assert!(desk.states_of(&[case_id(300).stream()]).unwrap().case(case_id(300)).is_some());
            assert_eq!(all(desk.states().unwrap()), all(ledger.replay().states().unwrap()));
            assert_eq!(desk.history(stream).unwrap().len(), 1);
            drop(desk);

            // In the middle of a session, with records that are not written yet.
            let mut office = ledger.office();
            assert!(office.notices().is_empty());
            for (number, acts) in
                [vec![close(1)], vec![close(300), case()], vec![close(601)]].into_iter().enumerate()
            {
                let commands = acts.into_iter().map(command).collect();
                office.record(command_id(9_000 + number as u64), commands, Acknowledge::Later).unwrap();
            }
            assert!(office.notices()[0].starts_with("the index was set aside"), "{:?}", office.notices());
            for number in 9_000..9_003 {
                assert!(office.find_command(&command_id(number)).unwrap().is_some());
            }
            office.finish().unwrap();
            ledger.assert_same();
        }
    }
}

#[test]
fn command_ids_that_cannot_be_read_are_read_from_the_log() {
    let mut ledger = Ledger::with_cases(3);
    tamper(&ledger.sled(), |tree| drop(tree.insert([b"c".as_slice(), &[0; 17]].concat(), b"").unwrap()));
    let mut office = ledger.office();
    assert!(office.find_command(&command_id(1)).unwrap().is_some());
    assert_eq!(office.find_command(&command_id(99)).unwrap(), None);
    assert_eq!(office.notices().len(), 1);
    office.finish().unwrap();
    ledger.assert_same();
}

#[test]
fn an_index_that_leads_into_an_impossible_history_is_left_aside() {
    let mut ledger = Ledger::with_cases(3);
    let early = ledger.aside();
    copy(&ledger.index(), &early);
    ledger.session([vec![close(1)]]);
    let late = dump(&ledger.sled());
    // The index of the day before, but with the case closed already.
    tamper(&early.join("sled"), |tree| drop(tree.insert(page(1, 0), late[&page(1, 0)].clone()).unwrap()));
    copy(&early, &ledger.index());
    assert_eq!(ledger.assert_answers().len(), 1);
    let notices = ledger.session([vec![close(2)]]);
    assert!(notices[0].starts_with("the index was set aside"), "{notices:?}");
    ledger.assert_same();
}

#[test]
fn every_change_of_an_index_is_found() {
    let ledger = Ledger::with_cases(600);
    let good = dump(&ledger.sled());
    let restore = || {
        tamper(&ledger.sled(), |tree| {
            tree.clear().unwrap();
            good.iter().for_each(|(key, value)| drop(tree.insert(key, value.clone()).unwrap()));
        });
    };
    let differs = |what: &str| {
        let check = ledger.check();
        assert!(matches!(&check, IndexCheck::Differs(found) if !found.is_empty()), "{what}: {check:?}");
        restore();
        assert!(matches!(ledger.check(), IndexCheck::Same { .. }));
    };
    // What reports are made with, but no page: where it leads nowhere, it is made again, and is no difference.
    let leads_nowhere = |what: &str| {
        if let check @ (IndexCheck::NotChecked(_) | IndexCheck::Differs(_)) = ledger.check() {
            assert!(matches!(check, IndexCheck::Differs(_)), "{what}: {check:?}");
            return differs(what);
        }
        let made = |mut desk: Desk| {
            let scope = desk.scope().unwrap();
            desk.reports(&[ReportName::Cases, ReportName::Visits], &scope).unwrap()
        };
        tamper(&ledger.sled(), |tree| {
            ReportName::ALL.iter().for_each(|name| {
                tree.remove([b"r", name.term().name.as_bytes()].concat()).unwrap();
            })
        });
        assert_eq!(made(ledger.desk()), made(ledger.replay()), "{what}");
        restore();
    };
    for (key, value) in &good {
        let what = format!("{key:?}");
        if key == b"mc" || key.len() == 3 && key[0] == b's' {
            for place in 0..value.len() {
                let mut value = value.clone();
                value[place] ^= 1;
                tamper(&ledger.sled(), |tree| drop(tree.insert(key, value).unwrap()));
                leads_nowhere(&what);
            }
            tamper(&ledger.sled(), |tree| drop(tree.insert(key, [value.as_slice(), &[0]].concat()).unwrap()));
            differs(&what);
            tamper(&ledger.sled(), |tree| drop(tree.remove(key).unwrap()));
            leads_nowhere(&what);
            continue;
        }
        for place in [0, value.len() / 2, value.len() - 1] {
            let mut value = value.clone();
            value[place] ^= 1;
            tamper(&ledger.sled(), |tree| drop(tree.insert(key, value).unwrap()));
            // So a kept report is one of another version, which nobody is shown.
            if key[0] == b'r' && place == 0 {
                assert!(matches!(ledger.check(), IndexCheck::Same { .. }));
                tamper(&ledger.sled(), |tree| drop(tree.insert(key, good[key].clone()).unwrap()));
                continue;
            }
            // The version is what decides whether the rest is looked at.
            if (key.as_slice(), place) == (b"m", 0) {
                assert!(matches!(ledger.check(), IndexCheck::NotChecked(_)));
                tamper(&ledger.sled(), |tree| drop(tree.insert(key, good[key].clone()).unwrap()));
            } else {
                differs(&what);
            }
        }
        tamper(&ledger.sled(), |tree| drop(tree.insert(key, [value.as_slice(), &[0]].concat()).unwrap()));
        differs(&what);
        // A kept report that is gone is made again, and so are sums.
        tamper(&ledger.sled(), |tree| drop(tree.remove(key).unwrap()));
        match key[0] {
            b's' => leads_nowhere(&what),
            b'r' => restore(),
            _ => differs(&what),
        }
        // The right page in the wrong place.
        tamper(&ledger.sled(), |tree| {
            tree.remove(key).unwrap();
            tree.insert([key.as_slice(), &[1]].concat(), value.clone()).unwrap();
        });
        differs(&what);
    }
    let ids = [b"c".as_slice(), &[0; 16]].concat();
    for (key, value) in [
        (page(1, 7), b"more".to_vec()),
        (page(2, 0), b"more".to_vec()),
        (b"x".to_vec(), Vec::new()),
        (b"c".to_vec(), Vec::new()),
        ([b"c".as_slice(), &[0xff; 16]].concat(), vec![0xff; 24]),
        // A command that nobody gave.
        (ids.clone(), [good[&ids].as_slice(), &[0xff; 16], &[1, 0, 0, 0, 0, 0, 0, 0]].concat()),
    ] {
        tamper(&ledger.sled(), |tree| drop(tree.insert(&key, value).unwrap()));
        differs(&format!("more under {key:?}"));
    }
    assert_eq!(dump(&ledger.sled()), good);
}

#[test]
fn an_index_beside_a_session_is_never_called_altered() {
    let mut ledger = Ledger::with_cases(3);
    // The log was opened, and before the index is, a session ends.
    let reader = ledger.reader();
    ledger.session([vec![case()]]);
    assert!(matches!(check_index(&reader, &ledger.index()).unwrap(), IndexCheck::NotChecked(_)));
    assert_eq!(Desk::open(ledger.disk(), &ledger.index()).unwrap().notices(), &[] as &[String]);
}

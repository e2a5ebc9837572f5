//! The storage seam: what a folder and the simulated disk have in common, and what the simulated one loses.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic fails the test")]

use docket_log::{Disk, DiskFile, EntryKind, FileDisk, SimDisk, Tear, WriteFault};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};

const TEARS: [Tear; 3] = [Tear::Byte, Tear::Sector, Tear::Page];

/// A disk with one durable file and a handle of it.
fn disk_with(bytes: &[u8]) -> (SimDisk, Box<dyn DiskFile>) {
    let disk = SimDisk::from_files(BTreeMap::from([("a".to_owned(), bytes.to_vec())]));
    let file = disk.open("a").unwrap();
    (disk, file)
}

/// What the file `a` may hold after a power cut, over many seeds; `None` where it is gone.
fn outcomes(disk: &SimDisk, tear: Tear) -> BTreeSet<Option<Vec<u8>>> {
    (0..400).map(|seed| disk.after_crash(seed, tear).files().remove("a")).collect()
}

fn read_all(disk: &dyn Disk, path: &str) -> io::Result<Vec<u8>> {
    let file = disk.open_read(path)?;
    let mut bytes = vec![0; usize::try_from(file.len()?).unwrap()];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

fn kind<T>(result: io::Result<T>) -> ErrorKind {
    result.err().expect("must fail").kind()
}

mod bytes {
    use super::*;

    #[test]
    fn synced_bytes_survive_and_unsynced_ones_sometimes_do() {
        for tear in TEARS {
            let (disk, file) = disk_with(b"");
            file.write_all_at(&[1; 5000], 0).unwrap();
            file.sync_data().unwrap();
            file.write_all_at(&[2; 9000], 5000).unwrap();
            let outcomes = outcomes(&disk, tear);
            assert!(outcomes.iter().flatten().all(|left| left[..5000] == [1; 5000] && left.len() <= 14_000));
            let full = [vec![1; 5000], vec![2; 9000]].concat();
            assert!(outcomes.contains(&Some(vec![1; 5000])), "nothing unsynced");
            assert!(outcomes.contains(&Some(full.clone())), "everything");
            assert!(
                outcomes.iter().flatten().any(|left| left.len() == 14_000 && left[5000..] == [0; 9000]),
                "length only"
            );
            let holes = |left: &Vec<u8>| left[5000..].windows(2).any(|pair| pair == [0, 2]);
            assert!(outcomes.iter().flatten().any(holes), "a later byte without an earlier one");
            let prefix = |left: &Vec<u8>| left.len() > 5000 && left.len() < 14_000 && full.starts_with(left);
            assert!(tear == Tear::Page || outcomes.iter().flatten().any(prefix), "a part of the length");
        }
    }

    #[test]
    fn a_seed_shows_what_its_remainder_by_eight_says() {
        let (disk, file) = disk_with(&[1; 4096]);
        disk.create_new("b").unwrap();
        file.write_all_at(&[2; 4096], 4096).unwrap();
        file.write_all_at(&[3; 4096], 0).unwrap();
        let left = |seed| disk.after_crash(seed, Tear::Sector).files();
        for round in 0..20 {
            assert_eq!(left(8 * round), BTreeMap::from([("a".to_owned(), vec![1; 4096])]));
            assert_eq!(left(8 * round + 1), disk.files());
            let last_unit = [vec![1; 3584], vec![3; 512], vec![0; 4096]].concat();
            assert_eq!(left(8 * round + 3)["a"], last_unit);
            let now = [vec![3; 4096], vec![2; 4096]].concat();
            let all_but_one = &left(8 * round + 4)["a"];
            let differing = all_but_one.chunks(512).zip(now.chunks(512)).filter(|(left, now)| left != now);
            assert_eq!(differing.count(), 1);
            assert_eq!(left(8 * round + 5)["a"], [vec![1; 4096], vec![0; 4096]].concat());
        }
        let lens: BTreeSet<usize> =
            (0..100).filter_map(|round| left(8 * round + 6).get("a").map(Vec::len)).collect();
        assert_eq!((lens.first(), lens.last()), (Some(&4096), Some(&8192)));
        assert!(lens.len() > 20, "any length between");
    }

    #[test]
    fn seeds_of_the_third_kind_keep_the_operations_up_to_a_point() {
        let disk = SimDisk::new();
        let mut states = BTreeSet::from([Vec::new()]);
        for name in ["a", "b", "c"] {
            let file = disk.create_new(name).unwrap();
            for byte in 0..3 {
                states.insert(disk.files().into_iter().collect());
                file.write_all_at(&[byte], u64::from(byte)).unwrap();
            }
            states.insert(disk.files().into_iter().collect::<Vec<_>>());
        }
        let seen: BTreeSet<Vec<_>> = (0..500)
            .map(|round| disk.after_crash(8 * round + 2, Tear::Page).files().into_iter().collect())
            .collect();
        assert_eq!(seen, states);
    }

    #[test]
    fn a_tear_stands_at_a_multiple_of_its_unit_in_the_file() {
        let old = vec![1; 20_000];
        let (disk, file) = disk_with(&old);
        file.write_all_at(&[2; 18_000], 100).unwrap();
        for tear in [Tear::Sector, Tear::Page] {
            let unit = tear as usize;
            let mut boundaries = BTreeSet::new();
            for left in outcomes(&disk, tear).into_iter().flatten() {
                boundaries.extend((1..left.len()).filter(|at| left[*at] != left[at - 1]));
            }
            assert!(boundaries.len() > 5);
            assert!(
                boundaries.iter().all(|at| at % unit == 0 || [100, 18_100].contains(at)),
                "{boundaries:?}"
            );
        }
    }

    #[test]
    fn an_unsynced_cut_of_the_length_survives_or_not() {
        let (disk, file) = disk_with(b"abcdef");
        file.set_len(2).unwrap();
        assert_eq!(disk.files()["a"], b"ab");
        let expected = [b"ab".to_vec(), b"abcdef".to_vec()].map(Some);
        assert_eq!(outcomes(&disk, Tear::Byte), BTreeSet::from(expected));
        file.sync_data().unwrap();
        assert_eq!(outcomes(&disk, Tear::Byte), BTreeSet::from([Some(b"ab".to_vec())]));
        file.set_len(1).unwrap();
        file.write_all_at(b"x", 3).unwrap();
        assert_eq!(disk.after_crash(1, Tear::Byte).files()["a"], b"a\0\0x");
    }

    #[test]
    fn a_file_cut_and_synced_does_not_show_its_old_bytes_again() {
        let (disk, file) = disk_with(b"abcdef");
        file.set_len(2).unwrap();
        file.sync_data().unwrap();
        file.write_all_at(b"x", 5).unwrap();
        assert_eq!(disk.files()["a"], b"ab\0\0\0x");
        assert!(
            outcomes(&disk, Tear::Byte)
                .iter()
                .flatten()
                .all(|left| left[2..].iter().all(|b| b"\0x".contains(b)))
        );
    }

    #[test]
    fn the_interrupted_write_is_torn_anywhere() {
        let disk = SimDisk::new();
        let file = disk.create_new("a").unwrap();
        disk.sync_dir("").unwrap();
        disk.crash_at(2);
        assert_eq!(file.write_at(b"abcd", 0).unwrap_err().to_string(), "simulated power cut");
        let kept: BTreeSet<_> =
            (0..200).map(|round| disk.after_crash(8 * round + 1, Tear::Byte).files()["a"].len()).collect();
        assert_eq!(kept, BTreeSet::from([0, 1, 2, 3, 4]));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Write(u16, Vec<u8>),
        SetLen(u16),
        Sync,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0_u16..1500, prop::collection::vec(1_u8.., 0..1500)).prop_map(|(at, bytes)| Step::Write(at, bytes)),
            1 => (0_u16..2000).prop_map(Step::SetLen),
            2 => Just(Step::Sync),
        ];
        prop::collection::vec(step, 0..12)
    }

    proptest! {
        /// Against a model that knows for each byte what it may read as, and which lengths there may be.
        #[test]
        fn every_outcome_is_one_that_the_model_allows(steps in steps(), crash_at in 2_u64..16, seed: u64, tear in prop::sample::select(&TEARS)) {
            const END: usize = 3000;
            let disk = SimDisk::new();
            let file = disk.create_new("a").unwrap();
            disk.sync_dir("").unwrap();
            disk.crash_at(crash_at);
            let mut model: Vec<u8> = Vec::new();
            let mut allowed: Vec<BTreeSet<u8>> = vec![BTreeSet::from([0]); END];
            let (mut len_min, mut len_max) = (0, 0);
            for step in &steps {
                let before = disk.crashed();
                let worked = match step {
                    Step::Write(at, bytes) => file.write_all_at(bytes, u64::from(*at)).is_ok(),
                    Step::SetLen(len) => file.set_len(u64::from(*len)).is_ok(),
                    Step::Sync => file.sync_data().is_ok(),
                };
                prop_assert_eq!(worked, !disk.crashed() || matches!(step, Step::Write(_, bytes) if bytes.is_empty()));
                if before {
                    break;
                }
                match step {
                    Step::Write(_, bytes) if bytes.is_empty() => {}
                    Step::Write(at, bytes) => {
                        let at = usize::from(*at);
                        model.resize(model.len().max(at + bytes.len()), 0);
                        model[at..at + bytes.len()].copy_from_slice(bytes);
                        for (allowed, byte) in allowed[at..].iter_mut().zip(bytes) {
                            allowed.insert(*byte);
                        }
                    }
                    Step::SetLen(len) => {
                        model.resize(usize::from(*len), 0);
                        allowed[usize::from(*len)..].iter_mut().for_each(|allowed| _ = allowed.insert(0));
                    }
                    Step::Sync if worked => {
                        allowed = (0..END).map(|at| BTreeSet::from([model.get(at).copied().unwrap_or(0)])).collect();
                        (len_min, len_max) = (model.len(), model.len());
                    }
                    Step::Sync => {}
                }
                // A byte that nothing before has reached may read as zero.
                (len_min, len_max) = (len_min.min(model.len()), len_max.max(model.len()));
            }
            let after = disk.after_crash(seed, tear);
            let left = after.files().remove("a").expect("its name was synced");
            prop_assert!((len_min..=len_max).contains(&left.len()), "{len_min} {} {len_max}", left.len());
            for (at, byte) in left.iter().enumerate() {
                prop_assert!(allowed[at].contains(byte), "byte {at}");
            }
            // What is left is durable, and the same seed leaves the same.
            prop_assert_eq!(&after.after_crash(0, tear).files()["a"], &left);
            prop_assert_eq!(&disk.after_crash(seed, tear).files()["a"], &left);
        }
    }
}

mod names {
    use super::*;

    #[test]
    fn a_created_file_may_vanish_until_its_folder_is_synced() {
        let disk = SimDisk::new();
        let file = disk.create_new("a").unwrap();
        file.write_all_at(b"x", 0).unwrap();
        file.sync_data().unwrap();
        assert_eq!(outcomes(&disk, Tear::Byte), BTreeSet::from([None, Some(b"x".to_vec())]));
        disk.sync_dir("").unwrap();
        assert_eq!(outcomes(&disk, Tear::Byte), BTreeSet::from([Some(b"x".to_vec())]));
    }

    #[test]
    fn a_file_in_a_folder_needs_the_sync_of_both_folders() {
        let present =
            |disk: &SimDisk| (0..200).map(|seed| disk.after_crash(seed, Tear::Byte).files().len()).collect();
        let disk = SimDisk::new();
        disk.create_dir("d").unwrap();
        disk.create_new("d/a").unwrap();
        disk.sync_dir("d").unwrap();
        let seen: BTreeSet<usize> = present(&disk);
        assert_eq!(seen, BTreeSet::from([0, 1]));
        disk.sync_dir("").unwrap();
        let seen: BTreeSet<usize> = present(&disk);
        assert_eq!(seen, BTreeSet::from([1]));
    }

    #[test]
    fn a_removed_file_may_come_back_until_its_folder_is_synced() {
        let (disk, _) = disk_with(b"x");
        disk.remove("a").unwrap();
        assert_eq!(outcomes(&disk, Tear::Byte), BTreeSet::from([None, Some(b"x".to_vec())]));
        disk.sync_dir("").unwrap();
        assert_eq!(outcomes(&disk, Tear::Byte), BTreeSet::from([None]));
    }

    /// Writes a new `a` beside the old one and renames it, as one does.
    fn replace(disk: &SimDisk, sync_bytes: bool) -> io::Result<()> {
        let file = disk.create_new("a.tmp")?;
        file.write_all_at(b"new", 0)?;
        if sync_bytes {
            file.sync_data()?;
        }
        disk.rename("a.tmp", "a")?;
        disk.sync_dir("")
    }

    #[test]
    fn a_rename_shows_the_old_file_or_the_new_at_every_crash() {
        let mut seen = BTreeSet::new();
        for n in 0..=5 {
            let (disk, _) = disk_with(b"old");
            disk.crash_at(n);
            assert_eq!(replace(&disk, true).is_ok(), n == 5, "operation {n}");
            let outcomes = outcomes(&disk, Tear::Byte);
            let both = BTreeSet::from([b"old".to_vec(), b"new".to_vec()].map(Some));
            assert!(outcomes.is_subset(&both), "operation {n}: {outcomes:?}");
            seen.insert((n, outcomes.len()));
        }
        // Creating, writing and syncing leave the old one; the rename and the folder's sync, either; the end, the new.
        assert_eq!(seen, BTreeSet::from([(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 1)]));
    }

    #[test]
    fn a_rename_before_the_bytes_are_synced_may_leave_neither() {
        let (disk, _) = disk_with(b"old");
        replace(&disk, false).unwrap();
        let outcomes = outcomes(&disk, Tear::Byte);
        for left in [&b""[..], b"new", b"\0\0\0", b"n"] {
            assert!(outcomes.contains(&Some(left.to_vec())), "{left:?}");
        }
    }

    #[test]
    fn a_file_never_has_two_names_and_a_rename_across_folders_needs_both_synced() {
        let names = |disk: &SimDisk| -> BTreeSet<Vec<String>> {
            (0..200).map(|seed| disk.after_crash(seed, Tear::Byte).files().into_keys().collect()).collect()
        };
        let disk =
            SimDisk::from_files(BTreeMap::from([("d/a".to_owned(), vec![]), ("e/x".to_owned(), vec![])]));
        disk.rename("d/a", "e/a").unwrap();
        let either: BTreeSet<Vec<String>> =
            BTreeSet::from([["d/a", "e/x"], ["e/a", "e/x"]].map(|names| names.map(str::to_owned).to_vec()));
        assert_eq!(names(&disk), either);
        disk.sync_dir("e").unwrap();
        assert_eq!(names(&disk), either);
        disk.sync_dir("d").unwrap();
        assert_eq!(names(&disk).len(), 1);
    }

    #[test]
    fn no_change_of_names_survives_without_what_it_builds_on() {
        let left = |disk: &SimDisk| -> BTreeSet<Vec<(String, Vec<u8>)>> {
            (0..400).map(|seed| disk.after_crash(seed, Tear::Byte).files().into_iter().collect()).collect()
        };
        let state = |files: &[(&str, &str)]| -> Vec<(String, Vec<u8>)> {
            files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.as_bytes().to_vec())).collect()
        };
        let disk = SimDisk::from_files(state(&[("a", "A"), ("b", "B")]).into_iter().collect());
        disk.rename("a", "b").unwrap();
        disk.rename("b", "c").unwrap();
        let states = [&[("a", "A"), ("b", "B")][..], &[("b", "A")], &[("c", "A")]].map(state);
        assert_eq!(left(&disk), BTreeSet::from(states));

        let disk = SimDisk::new();
        disk.create_dir("d").unwrap();
        disk.create_new("d/a").unwrap();
        disk.rename("d/a", "b").unwrap();
        assert_eq!(left(&disk), BTreeSet::from([&[][..], &[("d/a", "")], &[("b", "")]].map(state)));
        for seed in 0..400 {
            let after = disk.after_crash(seed, Tear::Byte);
            assert!(after.files().is_empty() || after.dirs() == ["d"]);
        }
    }
}

mod faults {
    use super::*;

    #[test]
    fn every_call_fails_from_the_crash_on() {
        let work = |disk: &SimDisk| -> io::Result<()> {
            disk.create_dir("d")?;
            let file = disk.create_new("d/a")?;
            file.write_all_at(b"abc", 0)?;
            file.set_len(2)?;
            file.sync_data()?;
            disk.rename("d/a", "d/b")?;
            disk.remove("d/b")?;
            disk.sync_dir("d")
        };
        let whole = SimDisk::new();
        work(&whole).unwrap();
        assert_eq!((whole.operations(), whole.trace().len()), (8, 8));
        for n in 0..8 {
            let disk = SimDisk::new();
            disk.crash_at(n);
            work(&disk).unwrap_err();
            assert!(disk.crashed());
            assert_eq!(disk.operations(), n + 1);
            assert!(disk.list("").is_err() && disk.file_len("x").is_err() && disk.open_read("x").is_err());
            assert!(disk.create_new("z").is_err() && disk.sync_dir("").is_err());
            let after = disk.after_crash(1, Tear::Byte);
            after.create_new("z").unwrap();
            assert!(!after.crashed());
        }
    }

    #[test]
    fn an_interrupted_sync_promises_nothing() {
        let (disk, file) = disk_with(b"");
        file.write_all_at(b"x", 0).unwrap();
        disk.crash_at(1);
        file.sync_data().unwrap_err();
        assert!(outcomes(&disk, Tear::Byte).len() > 1);
    }

    #[test]
    fn bytes_that_a_failed_sync_lost_stay_lost_though_a_later_one_works() {
        let (disk, file) = disk_with(b"");
        disk.fail_nth_sync(0);
        file.write_all_at(b"one", 0).unwrap();
        file.sync_data().unwrap_err();
        file.write_all_at(b"two", 3).unwrap();
        file.sync_data().unwrap();
        assert_eq!(disk.files()["a"], b"onetwo");
        let outcomes = outcomes(&disk, Tear::Byte);
        assert!(outcomes.iter().flatten().all(|left| left[3..] == *b"two"));
        assert!(outcomes.contains(&Some(b"\0\0\0two".to_vec())));
        assert!(outcomes.contains(&Some(b"onetwo".to_vec())));
        // Written once more, they are dirty again.
        file.write_all_at(b"one", 0).unwrap();
        file.sync_data().unwrap();
        assert_eq!(super::outcomes(&disk, Tear::Byte), BTreeSet::from([Some(b"onetwo".to_vec())]));
    }

    #[test]
    fn a_length_set_and_synced_after_a_failed_sync_is_certain() {
        let (disk, file) = disk_with(b"abc");
        disk.fail_nth_sync(0);
        file.write_all_at(b"123456", 0).unwrap();
        file.sync_data().unwrap_err();
        file.set_len(2).unwrap();
        file.sync_data().unwrap();
        assert!(outcomes(&disk, Tear::Byte).iter().flatten().all(|left| left.len() == 2));
        assert!(outcomes(&disk, Tear::Byte).contains(&Some(b"ab".to_vec())));
    }

    #[test]
    fn a_name_that_a_failed_sync_lost_stays_in_doubt() {
        let disk = SimDisk::new();
        disk.create_new("a").unwrap();
        disk.fail_nth_sync(0);
        disk.sync_dir("").unwrap_err();
        disk.create_new("b").unwrap();
        disk.sync_dir("").unwrap();
        let seen: BTreeSet<Vec<String>> =
            (0..100).map(|seed| disk.after_crash(seed, Tear::Byte).files().into_keys().collect()).collect();
        assert_eq!(seen, BTreeSet::from([vec!["b".to_owned()], vec!["a".to_owned(), "b".to_owned()]]));
    }

    #[test]
    fn a_short_write_is_gone_on_with_and_a_failed_one_is_not() {
        let (disk, file) = disk_with(b"");
        disk.fail_nth_write(0, WriteFault::Short(2));
        disk.fail_nth_write(2, WriteFault::NoSpace);
        disk.fail_nth_write(3, WriteFault::Device);
        disk.fail_nth_write(4, WriteFault::Short(0));
        file.write_all_at(b"abcde", 0).unwrap();
        assert_eq!((disk.files()["a"].as_slice(), disk.writes()), (&b"abcde"[..], 2));
        assert_eq!(kind(file.write_all_at(b"x", 5)), ErrorKind::StorageFull);
        assert_eq!(kind(file.write_all_at(b"x", 5)), ErrorKind::Other);
        assert_eq!(kind(file.write_all_at(b"x", 5)), ErrorKind::WriteZero);
        assert_eq!(disk.files()["a"], b"abcde");
    }

    #[test]
    fn a_full_disk_takes_what_fits_and_refuses_the_rest() {
        let (disk, file) = disk_with(b"abc");
        disk.set_capacity(Some(5));
        assert_eq!(file.write_at(b"1234", 3).unwrap(), 2);
        assert_eq!(kind(file.write_at(b"34", 5)), ErrorKind::StorageFull);
        assert_eq!(kind(file.set_len(6)), ErrorKind::StorageFull);
        // What is there already can be written over.
        assert_eq!(file.write_at(b"xyz", 0).unwrap(), 3);
        let other = disk.create_new("b").unwrap();
        assert_eq!(kind(other.write_at(b"1", 0)), ErrorKind::StorageFull);
        disk.remove("a").unwrap();
        assert_eq!(other.write_at(b"123456", 0).unwrap(), 5);
        disk.set_capacity(None);
        other.write_all_at(b"6", 5).unwrap();
        assert_eq!(disk.files()["b"], b"123456");
    }

    #[test]
    fn an_unreadable_range_fails_reads_that_touch_it() {
        let (disk, file) = disk_with(b"abcdef");
        disk.fail_reads("a", 2..4);
        let mut two = [0; 2];
        for (offset, works) in [(0, true), (1, false), (2, false), (3, false), (4, true)] {
            assert_eq!(file.read_at(&mut two, offset).is_ok(), works, "{offset}");
        }
    }

    #[test]
    fn a_snapshot_goes_its_own_way() {
        let (disk, file) = disk_with(b"abc");
        file.write_all_at(b"x", 3).unwrap();
        let copy = disk.snapshot();
        copy.alter("a", |bytes| bytes[3] ^= 1);
        file.write_all_at(b"y", 4).unwrap();
        assert_eq!(disk.files()["a"], b"abcxy");
        assert_eq!(copy.files()["a"], b"abcy");
        assert_eq!(outcomes(&copy, Tear::Byte).len(), 1, "what was altered is durable");
        assert!(outcomes(&disk, Tear::Byte).len() > 1);
    }
}

mod both {
    use super::*;

    const NAMES: [&str; 8] = ["a", "b", "d", "d/a", "d/e", "d/e/f", "a/x", "../a"];

    #[derive(Clone, Debug)]
    enum Call {
        Open(usize),
        OpenRead(usize),
        Create(usize),
        Rename(usize, usize),
        Remove(usize),
        CreateDir(usize),
        SyncDir(usize),
        List(usize),
        FileLen(usize),
        Read(usize, u64, usize),
        Write(usize, u64, Vec<u8>),
        SetLen(usize, u64),
        Len(usize),
        Sync(usize),
    }

    fn call() -> impl Strategy<Value = Call> {
        let name = || prop_oneof![30 => 0..NAMES.len() - 2, 2 => NAMES.len() - 2..NAMES.len()];
        let handle = || 0_usize..4;
        prop_oneof![
            1 => name().prop_map(Call::Open),
            1 => name().prop_map(Call::OpenRead),
            3 => name().prop_map(Call::Create),
            2 => (name(), name()).prop_map(|(from, to)| Call::Rename(from, to)),
            1 => name().prop_map(Call::Remove),
            2 => name().prop_map(Call::CreateDir),
            1 => name().prop_map(Call::SyncDir),
            1 => name().prop_map(Call::List),
            1 => name().prop_map(Call::FileLen),
            2 => (handle(), 0_u64..40, 0_usize..40).prop_map(|(handle, at, len)| Call::Read(handle, at, len)),
            4 => (handle(), 0_u64..30, prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(handle, at, bytes)| Call::Write(handle, at, bytes)),
            1 => (handle(), 0_u64..50).prop_map(|(handle, len)| Call::SetLen(handle, len)),
            1 => handle().prop_map(Call::Len),
            1 => handle().prop_map(Call::Sync),
        ]
    }

    /// A disk and the handles opened last, with whether each may write.
    struct Player<'d> {
        disk: &'d dyn Disk,
        handles: Vec<(Box<dyn DiskFile>, bool)>,
    }

    impl Player<'_> {
        /// Makes the call and tells what came of it.
        fn play(&mut self, call: &Call) -> String {
            let opened = |player: &mut Self, file: io::Result<Box<dyn DiskFile>>, writable| {
                let told = tell(file.as_ref().map(|_| ()));
                if let Ok(file) = file {
                    player.handles.insert(0, (file, writable));
                }
                told
            };
            match call {
                Call::Open(name) => opened(self, self.disk.open(NAMES[*name]), true),
                Call::OpenRead(name) => opened(self, self.disk.open_read(NAMES[*name]), false),
                Call::Create(name) => opened(self, self.disk.create_new(NAMES[*name]), true),
                Call::Rename(from, to) => tell(self.disk.rename(NAMES[*from], NAMES[*to]).as_ref()),
                Call::Remove(name) => tell(self.disk.remove(NAMES[*name]).as_ref()),
                Call::CreateDir(name) => tell(self.disk.create_dir(NAMES[*name]).as_ref()),
                Call::SyncDir(name) => tell(self.disk.sync_dir(NAMES[*name]).as_ref()),
                Call::List(name) => tell(self.disk.list(NAMES[*name]).as_ref()),
                Call::FileLen(name) => tell(self.disk.file_len(NAMES[*name]).as_ref()),
                Call::Read(handle, at, len) => self.with(*handle, false, |file| {
                    let mut bytes = vec![0; *len];
                    let read = file.read_at(&mut bytes, *at)?;
                    Ok(bytes[..read].to_vec())
                }),
                Call::Write(handle, at, bytes) => self.with(*handle, true, |file| file.write_at(bytes, *at)),
                Call::SetLen(handle, len) => self.with(*handle, true, |file| file.set_len(*len)),
                Call::Len(handle) => self.with(*handle, false, |file| file.len()),
                Call::Sync(handle) => self.with(*handle, false, |file| file.sync_data()),
            }
        }

        fn with<T: std::fmt::Debug>(
            &self,
            handle: usize,
            writes: bool,
            act: impl Fn(&dyn DiskFile) -> io::Result<T>,
        ) -> String {
            match self.handles.get(handle) {
                None => "no handle".to_owned(),
                // The platform has no kind of error for this.
                Some((file, false)) if writes => format!("read only: {}", act(file.as_ref()).is_err()),
                Some((file, _)) => tell(act(file.as_ref()).as_ref()),
            }
        }
    }

    fn tell<T: std::fmt::Debug>(result: Result<T, &io::Error>) -> String {
        match result {
            Ok(value) => format!("{value:?}"),
            Err(error) => format!("{:?}", error.kind()),
        }
    }

    /// Everything that reading shows of a disk.
    fn contents(disk: &dyn Disk, folder: &str, into: &mut Vec<(String, Option<Vec<u8>>)>) {
        for entry in disk.list(folder).unwrap() {
            let path = if folder.is_empty() { entry.name } else { format!("{folder}/{}", entry.name) };
            match entry.kind {
                EntryKind::Dir => {
                    into.push((path.clone(), None));
                    contents(disk, &path, into);
                }
                _ => into.push((path.clone(), Some(read_all(disk, &path).unwrap()))),
            }
        }
    }

    proptest! {
        #[test]
        #[cfg(unix)]
        fn a_folder_and_the_simulated_disk_answer_alike(calls in prop::collection::vec(call(), 0..60)) {
            let folder = tempfile::tempdir().unwrap();
            let (real, sim) = (FileDisk::new(folder.path()), SimDisk::new());
            let mut players = [&real as &dyn Disk, &sim].map(|disk| Player { disk, handles: Vec::new() });
            for call in &calls {
                let [real, sim] = players.each_mut().map(|player| player.play(call));
                prop_assert_eq!(real, sim, "{:?}", call);
            }
            let mut seen = [Vec::new(), Vec::new()];
            contents(&real, "", &mut seen[0]);
            contents(&sim, "", &mut seen[1]);
            prop_assert_eq!(&seen[0], &seen[1]);

            let copy = tempfile::tempdir().unwrap();
            let copy = FileDisk::new(copy.path());
            sim.copy_to(&copy).unwrap();
            let mut copied = Vec::new();
            contents(&copy, "", &mut copied);
            prop_assert_eq!(&copied, &seen[1]);
        }
    }

    #[test]
    fn paths_that_could_leave_the_folder_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x"), "outside").unwrap();
        std::fs::create_dir(folder.path().join("ledger")).unwrap();
        let real = FileDisk::new(folder.path().join("ledger"));
        let sim = SimDisk::new();
        for disk in [&real as &dyn Disk, &sim] {
            disk.create_dir("d").unwrap();
            for path in ["", ".", "..", "../x", "d/../../x", "/x", "d//x", "d/", "./x", "d/./x", "x\0"] {
                let refused = |result| assert_eq!(result, ErrorKind::InvalidInput, "{path:?} {disk:?}");
                refused(kind(disk.open(path)));
                refused(kind(disk.open_read(path)));
                refused(kind(disk.create_new(path)));
                refused(kind(disk.create_new_private(path)));
                refused(kind(disk.rename(path, "y")));
                refused(kind(disk.rename("y", path)));
                refused(kind(disk.remove(path)));
                refused(kind(disk.create_dir(path)));
                refused(kind(disk.file_len(path)));
                if !path.is_empty() {
                    refused(kind(disk.list(path)));
                    refused(kind(disk.sync_dir(path)));
                }
            }
        }
    }

    #[test]
    fn reading_exactly_fails_at_the_end_of_the_file() {
        let (_, file) = disk_with(b"abc");
        let mut two = [0; 2];
        file.read_exact_at(&mut two, 1).unwrap();
        assert_eq!(&two, b"bc");
        assert_eq!(kind(file.read_exact_at(&mut two, 2)), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn reading_is_no_operation() {
        let (disk, _) = disk_with(b"abc");
        read_all(&disk, "a").unwrap();
        disk.list("").unwrap();
        disk.file_len("a").unwrap();
        disk.open("a").unwrap();
        assert_eq!(disk.operations(), 0);
    }
}

#[cfg(unix)]
mod folder {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_listing_shows_names_that_are_not_text_and_what_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::write(path.join(OsStr::from_bytes(b"b\xff\xe4\xbd")), "12").unwrap();
        std::fs::write(path.join("c\\xff"), "1").unwrap();
        std::fs::create_dir(path.join("d")).unwrap();
        std::os::unix::fs::symlink("c\\xff", path.join("a")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path.join("s")).unwrap();
        let disk = FileDisk::new(path);
        let entries = disk.list("").unwrap();
        let seen: Vec<_> = entries.iter().map(|e| (e.name.as_str(), e.exact, e.kind)).collect();
        let expected = [
            ("a", true, EntryKind::Other),
            ("b\\xff\\xe4\\xbd", false, EntryKind::File),
            ("c\\xff", true, EntryKind::File),
            ("d", true, EntryKind::Dir),
            ("s", true, EntryKind::Other),
        ];
        assert_eq!(seen, expected);
        assert_eq!(kind(disk.open_read("s")), ErrorKind::InvalidInput);
        assert_eq!(kind(disk.file_len("s")), ErrorKind::InvalidInput);
        assert_eq!(kind(disk.open_once("s")), ErrorKind::InvalidInput);
        assert_eq!(kind(disk.open_read("d")), ErrorKind::IsADirectory);
        assert_eq!(kind(disk.open_once("d")), ErrorKind::IsADirectory);
        assert_eq!(kind(disk.open_once("none")), ErrorKind::NotFound);
    }

    #[test]
    fn a_private_file_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (real, sim) = (FileDisk::new(folder.path()), SimDisk::new());
        for disk in [&real as &dyn Disk, &sim] {
            disk.create_new_private("key").unwrap();
            disk.create_new("other").unwrap();
            disk.rename("key", "k").unwrap();
        }
        let mode = std::fs::metadata(folder.path().join("k")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(sim.is_private("k") && !sim.is_private("other"));
        assert!(sim.after_crash(1, Tear::Byte).is_private("k"));
    }

    #[test]
    fn a_read_only_handle_refuses_to_write() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "abc").unwrap();
        let disk = FileDisk::new(folder.path());
        for file in [disk.open_read("a").unwrap(), disk.open_once("a").unwrap()] {
            assert!(file.write_at(b"x", 0).is_err() && file.set_len(0).is_err());
        }
        assert_eq!(std::fs::read(folder.path().join("a")).unwrap(), b"abc");
    }

    #[test]
    fn a_file_that_is_read_once_reads_as_any_other_and_while_it_grows() {
        let folder = tempfile::tempdir().unwrap();
        let disk = FileDisk::new(folder.path());
        let written = disk.create_new("a").unwrap();
        let mut bytes: Vec<u8> = (0..=u8::MAX).cycle().take(300_000).collect();
        written.write_all_at(&bytes, 0).unwrap();
        written.sync_data().unwrap();
        let (any, once) = (disk.open_read("a").unwrap(), disk.open_once("a").unwrap());
        for round in 0..2 {
            assert_eq!(once.len().unwrap(), bytes.len() as u64);
            for (offset, len) in [(0, 10), (4_090, 300_000), (299_999, 1), (300_000, 7), (300_004, 7)] {
                let (mut found, mut expected) = (vec![0; len], vec![0; len]);
                let read = once.read_at(&mut found, offset).unwrap();
                assert_eq!(read, any.read_at(&mut expected, offset).unwrap(), "{round} {offset} {len}");
                assert_eq!(found, expected);
            }
            let mut whole = vec![0; bytes.len()];
            once.read_exact_at(&mut whole, 0).unwrap();
            assert_eq!(whole, bytes);
            written.write_all_at(b"more", bytes.len() as u64).unwrap();
            bytes.extend(b"more");
        }
    }

    #[test]
    fn the_folder_itself_is_created_or_found_but_not_those_above() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let disk = FileDisk::create(folder.path().join("ledger")).unwrap();
            assert_eq!(disk.list("").unwrap(), []);
        }
        assert_eq!(kind(FileDisk::create(folder.path().join("x/ledger"))), ErrorKind::NotFound);
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(kind(FileDisk::create(folder.path().join("file"))), ErrorKind::AlreadyExists);
        assert_eq!(kind(FileDisk::new(folder.path().join("none")).list("")), ErrorKind::NotFound);
    }
}

//! Bytes of a ledger's folder, kept aside to compare and to put back.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

/// All files of a folder by their paths in it.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Files(pub(crate) BTreeMap<String, Vec<u8>>);

impl Files {
    /// Reads all files below `folder`.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        let mut open = vec![folder.to_owned()];
        while let Some(dir) = open.pop() {
            for entry in fs::read_dir(&dir).expect("the folder can be read") {
                let path = entry.expect("the folder can be read").path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(folder).expect("it lies in the folder");
                    let name = name.to_str().expect("names are UTF-8").to_owned();
                    files.insert(name, fs::read(&path).expect("the file can be read"));
                }
            }
        }
        Self(files)
    }

    /// Reads what an inspector gets, and what `verify` reads: no key, no index, no lock.
    pub(crate) fn of_record(folder: &Path) -> Self {
        let Self(mut files) = Self::read(folder);
        files.retain(|name, _| {
            name == "ledger.toml"
                || ["log/", "vault/", "checkpoints/", "cut/"].iter().any(|dir| name.starts_with(dir))
        });
        Self(files)
    }

    /// Writes the files into `folder`, in which no other is removed.
    pub(crate) fn write(&self, folder: &Path) {
        for dir in ["log", "vault", "checkpoints", "cut"] {
            fs::create_dir_all(folder.join(dir)).expect("the folder can be made");
        }
        for (name, bytes) in &self.0 {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder can be made");
            fs::write(path, bytes).expect("the file can be written");
        }
    }
}

/// Names the files only: their bytes are many, and may be personal.
impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(name, bytes)| (name, bytes.len()))).finish()
    }
}

/// Returns where the records of a segment start and end, stored hash included.
pub(crate) fn record_offsets(segment: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut records = Vec::new();
    let mut at = SEGMENT_HEADER_LEN;
    while let Some(frame) = segment.get(at..).and_then(docket_proof::Frame::take) {
        records.push(at..at + frame.stored_len());
        at += frame.stored_len();
    }
    records
}

/// FORMAT.md section 3.
const SEGMENT_HEADER_LEN: usize = 96;

/// Returns a path in the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Returns a file of the data that may lie beside the repository; says so when it does not.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let found = repository("../shared").join(path);
    if !found.exists() {
        println!("skipped: there is no shared/{path} beside the repository");
    }
    found.exists().then_some(found)
}

/// Compresses.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Makes a table of so many calls, each with a closing: two events a row.
pub(crate) fn calls(rows: u64) -> String {
    use std::fmt::Write as _;

    let mut table =
        "no,opened,due,kind,source,office,area,title,caller,closed,status,note,remarks\n".to_owned();
    for row in 0..rows {
        let day = row % 28 + 1;
        writeln!(
            table,
            "N-{row},2011-07-{day:02} 08:00:00,,Road,Call,PW,Northside,Title {row},Caller {row},\
             2011-08-{day:02} 08:00:00,Closed,Note {row},"
        )
        .expect("memory takes it");
    }
    table
}

//! A [`Disk`] over a folder of the operating system.

use super::{DirEntry, Disk, DiskFile, EntryKind, check_dir_path, check_path, not_a_file};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A folder of the operating system.
///
/// It holds no handle: every call goes by the folder's path, and what stands behind a link is taken as if it stood there.
/// On Windows [`sync_dir`](Disk::sync_dir) only checks that the folder is there: that system has no such call.
#[derive(Clone, Debug)]
pub struct FileDisk {
    root: PathBuf,
}

impl FileDisk {
    /// Names an existing folder. Touches nothing; a missing folder shows at the first use.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Creates the folder (not the folders above it), or finds it there already; its name is durable on return.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound) for the folder above, and whatever else the platform reports.
    pub fn create(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        create_dir(&root)?;
        // By way of `..`, because the parent of a relative or linked path cannot be read off its text.
        sync_dir(&root.join(".."))?;
        Ok(Self { root })
    }

    /// Returns the folder as it was named.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn at(&self, path: &str) -> io::Result<PathBuf> {
        check_path(path)?;
        Ok(self.root.join(path))
    }

    fn dir_at(&self, path: &str) -> io::Result<PathBuf> {
        check_dir_path(path)?;
        Ok(self.root.join(path))
    }
}

impl Disk for FileDisk {
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        open_file(&self.at(path)?, OpenOptions::new().read(true).write(true))
    }

    fn open_read(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        open_file(&self.at(path)?, OpenOptions::new().read(true))
    }

    #[cfg(target_os = "linux")]
    fn open_once(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = open_regular(&self.at(path)?, OpenOptions::new().read(true))?;
        Ok(Box::new(super::passing::Passing::new(file)))
    }

    fn create_new(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(self.at(path)?)?;
        Ok(Box::new(file))
    }

    fn create_new_private(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Box::new(options.open(self.at(path)?)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (self.at(from)?, self.at(to)?);
        // Platforms differ in whether they allow the first, and in what they call the second.
        if fs::symlink_metadata(&from)?.is_dir() || fs::symlink_metadata(&to).is_ok_and(|to| to.is_dir()) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        fs::rename(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        fs::remove_file(self.at(path)?)
    }

    fn create_dir(&self, path: &str) -> io::Result<()> {
        create_dir(&self.at(path)?)
    }

    fn sync_dir(&self, path: &str) -> io::Result<()> {
        sync_dir(&self.dir_at(path)?)
    }

    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.dir_at(path)?)? {
            let entry = entry?;
            // The folder itself says so, without a look at each file.
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_file() => EntryKind::File,
                Ok(kind) if kind.is_dir() => EntryKind::Dir,
                Ok(_) => EntryKind::Other,
                // A writer beside us has renamed or removed it since.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let (name, exact) = readable(&entry.file_name());
            entries.push(DirEntry { name, exact, kind });
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn file_len(&self, path: &str) -> io::Result<Option<u64>> {
        match file_metadata(&self.at(path)?) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl DiskFile for File {
    #[cfg(unix)]
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buf, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buf, offset)
    }

    #[cfg(unix)]
    fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::write_at(self, buf, offset)
    }

    #[cfg(windows)]
    fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_write(self, buf, offset)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        Self::set_len(self, len)
    }

    fn sync_data(&self) -> io::Result<()> {
        Self::sync_data(self)
    }
}

fn open_file(path: &Path, options: &OpenOptions) -> io::Result<Box<dyn DiskFile>> {
    Ok(Box::new(open_regular(path, options)?))
}

fn open_regular(path: &Path, options: &OpenOptions) -> io::Result<File> {
    // Before opening: opening a pipe that nobody writes to would wait for ever.
    file_metadata(path)?;
    options.open(path)
}

/// Returns the metadata of a regular file, which a link may lead to.
fn file_metadata(path: &Path) -> io::Result<fs::Metadata> {
    let metadata = fs::metadata(path)?;
    match metadata.file_type() {
        kind if kind.is_file() => Ok(metadata),
        kind if kind.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        _ => Err(not_a_file()),
    }
}

fn create_dir(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result,
    }
}

fn sync_dir(path: &Path) -> io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    Ok(())
}

/// Writes a name so that people can read it, and says whether that is still the name.
fn readable(name: &OsStr) -> (String, bool) {
    if let Some(name) = name.to_str() {
        return (name.to_owned(), true);
    }
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    (text, false)
}

//! Cutting a torn tail off: its bytes are kept in `cut/`, and a TailCut record will name them (FORMAT.md section 7).

use std::io;

use docket_proof::{Fields, TailCut};

use crate::{
    disk::{Disk, DiskFile},
    error::{Doing, StoreError},
    files::{CUT_DIR, CUT_HEADER_LEN, Family, LOG_DIR, encode_cut_header, parse_cut_header},
    identity::{Identity, read_front},
    replace::replace,
    room::tail_end,
    tail::{Place, numbers},
};

/// Bytes copied at once.
const CHUNK: usize = 1 << 20;
const PART_HEAD_LEN: usize = 24;

/// A stretch of a segment file that goes: from an offset to the file's end, but for room behind it.
struct Part {
    segment: u64,
    offset: u64,
    len: u64,
}

/// Copies everything from `keep_to` on into a new cut file, syncs it, and only then removes it from the log.
/// Whatever a crash leaves of this, doing it again comes to the same end.
pub(crate) fn cut_tail(
    disk: &dyn Disk,
    identity: &Identity,
    keep_to: Place,
    size: u64,
) -> Result<(), StoreError> {
    let mut parts = Vec::new();
    for segment in numbers(disk, Family::Segment)?.into_iter().filter(|number| *number >= keep_to.segment) {
        let path = Family::Segment.path(segment);
        let len = disk.file_len(&path).doing("measure", &path)?.unwrap_or(0);
        let offset = if segment == keep_to.segment { keep_to.offset } else { 0 };
        let file = disk.open_read(&path).doing("open", &path)?;
        let end = tail_end(file.as_ref(), offset, len).doing("read", &path)?;
        parts.push(Part { segment, offset, len: end.saturating_sub(offset) });
    }
    let cuts = numbers(disk, Family::Cut)?;
    match cuts.last() {
        Some(number) if holds_parts(disk, identity, *number, size, &parts)? => {
            // Kept by a recovery that did not come to its end: perhaps because a sync failed.
            let path = Family::Cut.path(*number);
            let len = disk.file_len(&path).doing("measure", &path)?.unwrap_or(0);
            replace(disk, Family::Cut, *number, len, &[])?;
        }
        last => write_cut(disk, identity, last.map_or(0, |number| number + 1), size, &parts)?,
    }
    // From here on a crash finds the cut file again, and the parts or fewer of them still in the log.
    for part in parts.iter().rev() {
        let path = Family::Segment.path(part.segment);
        if part.offset == 0 {
            disk.remove(&path).doing("remove", &path)?;
            // One after the other, so that no segment is ever missing below another.
            disk.sync_dir(LOG_DIR).doing("sync", LOG_DIR)?;
        } else {
            let file = disk.open(&path).doing("open", &path)?;
            file.set_len(part.offset).doing("cut", &path)?;
            file.sync_data().doing("sync", &path)?;
        }
    }
    Ok(())
}

fn write_cut(
    disk: &dyn Disk,
    identity: &Identity,
    number: u64,
    size: u64,
    parts: &[Part],
) -> Result<(), StoreError> {
    let (temporary, path) = (Family::Cut.temporary_path(number), Family::Cut.path(number));
    disk.create_dir(CUT_DIR).doing("create", CUT_DIR)?;
    let file = disk.create_new(&temporary).doing("create", &temporary)?;
    let count = u32::try_from(parts.len()).expect("a tail spans few segments");
    let header = encode_cut_header(count, size, &identity.hash);
    file.write_all_at(&header, 0).doing("write", &temporary)?;
    let mut at = header.len() as u64;
    for part in parts {
        let source_path = Family::Segment.path(part.segment);
        let source = disk.open_read(&source_path).doing("open", &source_path)?;
        file.write_all_at(&part_head(part), at).doing("write", &temporary)?;
        at += PART_HEAD_LEN as u64;
        each_chunk(source.as_ref(), part.offset, part.len, &mut |chunk| {
            file.write_all_at(chunk, at)?;
            at += chunk.len() as u64;
            Ok(())
        })
        .doing("copy", &source_path)?;
    }
    file.sync_data().doing("sync", &temporary)?;
    disk.rename(&temporary, &path).doing("rename", &temporary)?;
    disk.sync_dir(CUT_DIR).doing("sync", CUT_DIR)
}

fn part_head(part: &Part) -> Vec<u8> {
    let mut head = u32::try_from(part.segment).expect("eight digits").to_le_bytes().to_vec();
    head.extend_from_slice(&[0; 4]);
    head.extend_from_slice(&part.offset.to_le_bytes());
    head.extend_from_slice(&part.len.to_le_bytes());
    head
}

/// Says whether an earlier, interrupted recovery has kept these very bytes already.
fn holds_parts(
    disk: &dyn Disk,
    identity: &Identity,
    number: u64,
    size: u64,
    parts: &[Part],
) -> Result<bool, StoreError> {
    let path = Family::Cut.path(number);
    let file = disk.open_read(&path).doing("open", &path)?;
    let header = read_front::<CUT_HEADER_LEN>(file.as_ref()).doing("read", &path)?;
    let Some(Ok((_, kept_size))) = header.map(|bytes| parse_cut_header(&bytes, &identity.hash)) else {
        return Ok(false);
    };
    if kept_size != size {
        return Ok(false);
    }
    let mut at = CUT_HEADER_LEN as u64;
    for part in parts {
        // The log may hold fewer parts than were kept, never others in between: the last ones go first.
        let mut head = [0; PART_HEAD_LEN];
        match file.read_exact_at(&mut head, at) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            other => other.doing("read", &path)?,
        }
        if head.as_slice() != part_head(part).as_slice() {
            return Ok(false);
        }
        at += PART_HEAD_LEN as u64;
        let source_path = Family::Segment.path(part.segment);
        let source = disk.open_read(&source_path).doing("open", &source_path)?;
        let mut same = true;
        let mut kept = vec![0; CHUNK];
        each_chunk(source.as_ref(), part.offset, part.len, &mut |chunk| {
            let kept = kept.get_mut(..chunk.len()).unwrap_or_default();
            match file.read_exact_at(kept, at) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => same = false,
                other => other?,
            }
            same &= kept == chunk;
            at += chunk.len() as u64;
            Ok(())
        })
        .doing("compare", &source_path)?;
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

fn each_chunk(
    file: &dyn DiskFile,
    offset: u64,
    len: u64,
    visit: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    let mut done = 0;
    while done < len {
        let wanted = usize::try_from(len - done).map_or(CHUNK, |left| left.min(CHUNK));
        let chunk = buffer.get_mut(..wanted).unwrap_or_default();
        file.read_exact_at(chunk, offset + done)?;
        visit(chunk)?;
        done += wanted as u64;
    }
    Ok(())
}

/// Returns the size that the log was last cut to, as the last cut file tells. A log that still has that size has no
/// record of the cut: it would stand behind.
pub(crate) fn last_cut_size(disk: &dyn Disk, identity: &Identity) -> Result<Option<u64>, StoreError> {
    let Some(number) = numbers(disk, Family::Cut)?.last().copied() else { return Ok(None) };
    let path = Family::Cut.path(number);
    let file = disk.open_read(&path).doing("open", &path)?;
    let header = read_front::<CUT_HEADER_LEN>(file.as_ref()).doing("read", &path)?;
    Ok(header.and_then(|bytes| parse_cut_header(&bytes, &identity.hash).ok()).map(|(_, size)| size))
}

/// Returns what a TailCut record says of cut file `number`.
pub(crate) fn describe_cut(disk: &dyn Disk, identity: &Identity, number: u64) -> Result<TailCut, StoreError> {
    let path = Family::Cut.path(number);
    let file = disk.open_read(&path).doing("open", &path)?;
    let header = read_front::<CUT_HEADER_LEN>(file.as_ref()).doing("read", &path)?;
    let (_, size) = header
        .map_or(Err(crate::files::HeaderError::Short), |bytes| parse_cut_header(&bytes, &identity.hash))
        .map_err(|source| StoreError::Header { path: path.clone(), source })?;
    let (file_len, file_hash) = hash_file(file.as_ref()).doing("read", &path)?;
    Ok(TailCut { number, size, file_len, file_hash })
}

/// Says whether a cut file consists of so many whole parts behind its header, and nothing else.
pub(crate) fn has_whole_parts(file: &dyn DiskFile, count: u32) -> io::Result<bool> {
    let (mut at, end) = (CUT_HEADER_LEN as u64, file.len()?);
    for _ in 0..count {
        let mut head = [0; PART_HEAD_LEN];
        if file.read_up_to(&mut head, at)? < PART_HEAD_LEN {
            return Ok(false);
        }
        let mut fields = Fields::new(&head);
        let (_, reserved, _, len) = (fields.u32(), fields.u32(), fields.u64(), fields.u64());
        let next = at.saturating_add(PART_HEAD_LEN as u64).saturating_add(len.unwrap_or(u64::MAX));
        if reserved != Some(0) || next > end {
            return Ok(false);
        }
        at = next;
    }
    Ok(at == end)
}

/// Returns the length of a file and the BLAKE3 hash of all of it.
pub(crate) fn hash_file(file: &dyn DiskFile) -> io::Result<(u64, [u8; 32])> {
    let len = file.len()?;
    let mut hasher = blake3::Hasher::new();
    each_chunk(file, 0, len, &mut |chunk| {
        hasher.update(chunk);
        Ok(())
    })?;
    Ok((len, *hasher.finalize().as_bytes()))
}

//! The tags of an XML file, one after the other, in bounded memory.

use std::io::BufRead;

use quick_xml::events::attributes::Attributes;

use super::{
    input::{FileError, read_error},
    reject::Reason,
};

/// The largest tag as it stands in the file: what the vault keeps as one value, and some.
pub(crate) const TAG_LEN_MAX: usize = (1 << 20) + 4_096;
/// How deep elements may lie in one another.
const DEPTH_MAX: usize = 64;
/// The largest name of an element, in bytes.
const NAME_LEN_MAX: usize = 200;

/// One pass over the tags of a file.
///
/// `quick-xml` reads what stands in a tag. It does not find the tags: its reader grows a buffer to whatever a file calls
/// one tag or one text, and memory is to be bounded here. A tag above [`TAG_LEN_MAX`] is cut and says so; the next one is
/// whole. Texts between tags, comments, CDATA sections and processing instructions are passed over. A document type
/// declaration is refused, so there is no entity to expand.
#[derive(Debug)]
pub(super) struct Tags<R> {
    input: R,
    /// Bytes read.
    at: u64,
    tag: Vec<u8>,
    is_cut: bool,
    /// The last byte of the tag, kept or not.
    last: u8,
    /// The names of the open elements, one behind the other, and where each begins.
    names: Vec<u8>,
    open: Vec<usize>,
    had_root: bool,
}

/// A tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'a> {
    pub(super) kind: TagKind,
    /// How many elements lie around its own.
    pub(super) depth: usize,
    /// Its element's name, without a prefix.
    pub(super) name: &'a [u8],
    /// The name and what follows it; or why that cannot be read.
    content: Result<&'a str, TagFault>,
    name_len: usize,
}

/// What a tag does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TagKind {
    /// Begins an element.
    Start,
    /// Is an element.
    Empty,
    /// Ends one.
    End,
}

#[derive(Clone, Copy, Debug)]
enum TagFault {
    TooLong,
    InvalidUtf8,
}

/// What is wrong with a file of XML.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum XmlFault {
    /// A declaration could define entities, and read other files.
    #[error("a document type or other declaration, which is never read")]
    Declaration,
    /// The input ends too early.
    #[error("the file ends inside an element: cut short")]
    CutShort,
    /// An end tag without its start.
    #[error("an end tag that does not end the element it stands in")]
    Mismatch,
    /// No name, or one that is too long.
    #[error("a tag without a name, or with one of more than {NAME_LEN_MAX} bytes")]
    Name,
    /// Elements in elements in elements.
    #[error("elements more than {DEPTH_MAX} deep in one another")]
    TooDeep,
    /// Another encoding.
    #[error("its declaration names another encoding than UTF-8; save it as UTF-8")]
    Encoding,
    /// Something behind the end.
    #[error("a second outermost element")]
    SecondRoot,
    /// Nothing.
    #[error("no element")]
    Empty,
    /// Another kind of XML.
    #[error("its outermost element is not <log>: no XES")]
    NotXes,
}

impl<R: BufRead> Tags<R> {
    /// Reads bytes without byte order mark.
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            at: 0,
            tag: Vec::new(),
            is_cut: false,
            last: 0,
            names: Vec::new(),
            open: Vec::new(),
            had_root: false,
        }
    }

    pub(super) fn into_input(self) -> R {
        self.input
    }

    /// Reads the next tag; `None` at the end of the file, where every element is ended.
    ///
    /// # Errors
    /// When the file cannot be read, or its elements do not lie in one another as they should.
    pub(super) fn next_tag(&mut self) -> Result<Option<Tag<'_>>, FileError> {
        loop {
            if !self.skip_to(b'<')? {
                return if !self.had_root {
                    Err(self.fault(XmlFault::Empty))
                } else if self.open.is_empty() {
                    Ok(None)
                } else {
                    Err(self.fault(XmlFault::CutShort))
                };
            }
            let is_first = self.at == 1;
            match self.byte()? {
                b'!' => self.skip_markup()?,
                b'?' => self.instruction(is_first)?,
                first => {
                    self.take_tag(first)?;
                    return self.tag().map(Some);
                }
            }
        }
    }

    /// Says what is wrong at the place that was read last.
    pub(super) fn fault(&self, fault: XmlFault) -> FileError {
        FileError::Xml { byte: self.at, fault }
    }

    /// Places the tag that was taken among the open elements.
    fn tag(&mut self) -> Result<Tag<'_>, FileError> {
        let (kind, from) = match (self.tag.first(), self.last) {
            (Some(b'/'), _) => (TagKind::End, 1),
            (_, b'/') => (TagKind::Empty, 0),
            _ => (TagKind::Start, 0),
        };
        let body = self.tag.get(from..).unwrap_or_default();
        let name_len =
            body.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/').unwrap_or(body.len());
        if name_len == 0 || name_len > NAME_LEN_MAX {
            return Err(self.fault(XmlFault::Name));
        }
        let depth = self.nest(kind, from, name_len)?;
        let body = self.tag.get(from..).unwrap_or_default();
        let body = if kind == TagKind::Empty { body.strip_suffix(b"/").unwrap_or(body) } else { body };
        let name = body.get(..name_len).unwrap_or_default();
        let content = match std::str::from_utf8(body) {
            _ if self.is_cut => Err(TagFault::TooLong),
            Ok(content) => Ok(content),
            Err(_) => Err(TagFault::InvalidUtf8),
        };
        let local = name.rsplit(|byte| *byte == b':').next().unwrap_or(name);
        Ok(Tag { kind, depth, name: local, content, name_len })
    }

    /// Opens or closes an element, whose name stands `from` here in the tag; returns its depth.
    fn nest(&mut self, kind: TagKind, from: usize, name_len: usize) -> Result<usize, FileError> {
        let name = self.tag.get(from..from + name_len).unwrap_or_default();
        if kind == TagKind::End {
            let start = self.open.pop().ok_or_else(|| self.fault(XmlFault::Mismatch))?;
            let is_bare = self.tag.get(from + name_len..).is_some_and(|rest| rest.trim_ascii().is_empty());
            if self.names.get(start..) != Some(name) || !is_bare {
                return Err(self.fault(XmlFault::Mismatch));
            }
            self.names.truncate(start);
            return Ok(self.open.len());
        }
        let depth = self.open.len();
        if depth == 0 && self.had_root {
            return Err(self.fault(XmlFault::SecondRoot));
        }
        if depth >= DEPTH_MAX {
            return Err(self.fault(XmlFault::TooDeep));
        }
        self.had_root = true;
        if kind == TagKind::Start {
            self.open.push(self.names.len());
            self.names.extend_from_slice(name);
        }
        Ok(depth)
    }

    /// Takes what stands between `<` and `>`, of which the first byte was read.
    fn take_tag(&mut self, first: u8) -> Result<(), FileError> {
        self.tag.clear();
        self.is_cut = false;
        self.keep(&[first]);
        if first == b'>' {
            return Err(self.fault(XmlFault::Name));
        }
        let has_quotes = first != b'/';
        let mut quote = None;
        loop {
            let bytes = self.input.fill_buf().map_err(read_error)?;
            let place = match quote {
                Some(quote) => bytes.iter().position(|byte| *byte == quote),
                None => {
                    bytes.iter().position(|byte| *byte == b'>' || has_quotes && matches!(byte, b'"' | b'\''))
                }
            };
            let found = place.and_then(|place| bytes.get(place)).copied();
            let len = place.map_or(bytes.len(), |place| place + 1);
            if len == 0 {
                return Err(self.fault(XmlFault::CutShort));
            }
            let is_end = quote.is_none() && found == Some(b'>');
            let kept = bytes.get(..len - usize::from(is_end)).unwrap_or_default();
            let room = TAG_LEN_MAX.saturating_sub(self.tag.len());
            self.is_cut |= kept.len() > room;
            self.tag.extend_from_slice(kept.get(..room).unwrap_or(kept));
            self.last = kept.last().copied().unwrap_or(self.last);
            self.consume(len);
            if is_end {
                return Ok(());
            }
            quote = match (quote, found) {
                (None, found) => found,
                (Some(_), Some(_)) => None,
                (quote, None) => quote,
            };
        }
    }

    /// Passes over what begins with `<!`.
    fn skip_markup(&mut self) -> Result<(), FileError> {
        match self.byte()? {
            b'-' if self.byte()? == b'-' => self.skip_past(b'-', 2, false),
            b'[' if !self.open.is_empty() => self.skip_past(b']', 2, false),
            _ => Err(self.fault(XmlFault::Declaration)),
        }
    }

    /// Passes over what begins with `<?`; at the beginning of the file it may declare the encoding.
    fn instruction(&mut self, is_first: bool) -> Result<(), FileError> {
        self.tag.clear();
        self.skip_past(b'?', 1, is_first)?;
        let Some(declared) = self.tag.strip_prefix(b"xml").filter(|_| is_first) else { return Ok(()) };
        let declared = std::str::from_utf8(declared).map_err(|_| self.fault(XmlFault::Encoding))?;
        let encoding = Attributes::new(declared.trim_end_matches(['?', '>']), 0)
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.as_ref() == "encoding");
        let is_known = encoding.is_none_or(|encoding| {
            ["UTF-8", "US-ASCII", "ASCII"].iter().any(|known| known.eq_ignore_ascii_case(&encoding.value))
        });
        if is_known { Ok(()) } else { Err(self.fault(XmlFault::Encoding)) }
    }

    /// Passes over everything up to so many times `last` and a `>`.
    fn skip_past(&mut self, last: u8, times: usize, keeps: bool) -> Result<(), FileError> {
        let mut found = 0;
        loop {
            let byte = self.byte()?;
            if keeps {
                self.keep(&[byte]);
            }
            if byte == b'>' && found >= times {
                return Ok(());
            }
            found = if byte == last { found + 1 } else { 0 };
        }
    }

    /// Passes over everything up to this byte, and it; says whether it came.
    fn skip_to(&mut self, byte: u8) -> Result<bool, FileError> {
        loop {
            let bytes = self.input.fill_buf().map_err(read_error)?;
            let place = bytes.iter().position(|found| *found == byte);
            let len = place.map_or(bytes.len(), |place| place + 1);
            self.consume(len);
            if place.is_some() || len == 0 {
                return Ok(place.is_some());
            }
        }
    }

    fn byte(&mut self) -> Result<u8, FileError> {
        let byte = self.input.fill_buf().map_err(read_error)?.first().copied();
        self.consume(usize::from(byte.is_some()));
        byte.ok_or_else(|| self.fault(XmlFault::CutShort))
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.last = bytes.last().copied().unwrap_or(self.last);
        if self.tag.len() + bytes.len() <= TAG_LEN_MAX {
            self.tag.extend_from_slice(bytes);
        } else {
            self.is_cut = true;
        }
    }

    fn consume(&mut self, len: usize) {
        self.input.consume(len);
        self.at += u64::try_from(len).unwrap_or(u64::MAX);
    }
}

impl<'a> Tag<'a> {
    /// Returns the tag's attributes. They are not checked for repetitions, which would take long for a million of them.
    ///
    /// # Errors
    /// When the tag was cut, or is not UTF-8.
    pub(super) fn attributes(&self) -> Result<Attributes<'a>, Reason> {
        let content = self.content.map_err(|fault| match fault {
            TagFault::TooLong => Reason::TagTooLong,
            TagFault::InvalidUtf8 => Reason::InvalidUtf8,
        })?;
        let mut attributes = Attributes::new(content, self.name_len);
        attributes.with_checks(false);
        Ok(attributes)
    }
}

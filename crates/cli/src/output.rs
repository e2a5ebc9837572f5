//! Results go to standard output, everything else to standard error. Nothing here panics on a closed pipe.

use std::{
    fmt::Display,
    io::{self, IsTerminal as _, Write},
};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::failure::Failure;

/// The version of all JSON results; additive changes keep it.
pub(crate) const JSON_SCHEMA_VERSION: u32 = 1;

/// Where a command's words go.
pub(crate) struct Output {
    out: io::BufWriter<AutoStream<io::StdoutLock<'static>>>,
    err: AutoStream<io::StderrLock<'static>>,
    pub(crate) json: bool,
    quiet: bool,
}

impl Output {
    /// Takes both streams for the length of the program.
    pub(crate) fn new(color: ColorChoice, json: bool, quiet: bool) -> Self {
        let out_color = if color == ColorChoice::Auto { AutoStream::choice(&io::stdout()) } else { color };
        let err_color = if color == ColorChoice::Auto { AutoStream::choice(&io::stderr()) } else { color };
        Self {
            out: io::BufWriter::new(AutoStream::new(io::stdout().lock(), out_color)),
            err: AutoStream::new(io::stderr().lock(), err_color),
            json,
            quiet,
        }
    }

    /// Writes a line of the result.
    pub(crate) fn line(&mut self, line: impl Display) -> Result<(), Failure> {
        if self.quiet {
            return Ok(());
        }
        writeln!(self.out, "{line}").map_err(Failure::output)
    }

    /// Writes bytes of the result as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write_all(bytes).map_err(Failure::output)
    }

    /// Writes a result as one line of JSON. Its first field is `schema_version`.
    pub(crate) fn object(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = json_line(value)?;
        writeln!(self.out, "{text}").map_err(Failure::output)
    }

    /// Says something beside the result, unless asked to be quiet. Lost words there change no outcome.
    pub(crate) fn note(&mut self, note: impl Display) {
        if !self.quiet {
            let _ = writeln!(self.err, "{note}");
        }
    }

    /// Says what went wrong, quiet or not.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        if !failure.is_silent {
            let _ = writeln!(self.err, "{}", failure.message());
        }
    }

    /// Says whether progress may be drawn: on a terminal, for people, unless asked to be quiet.
    pub(crate) fn wants_progress(&self) -> bool {
        !self.json && !self.quiet && io::stderr().is_terminal()
    }

    /// Makes sure that everything has left.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(Failure::output)
    }
}

/// Returns a result as a line of JSON without its line feed. Its first field is `schema_version`.
pub(crate) fn json_line(value: &impl Serialize) -> Result<String, Failure> {
    #[derive(Serialize)]
    struct Versioned<'a, T> {
        schema_version: u32,
        #[serde(flatten)]
        value: &'a T,
    }
    let versioned = Versioned { schema_version: JSON_SCHEMA_VERSION, value };
    serde_json::to_string(&versioned).map_err(|error| Failure::undecided(error.to_string()))
}

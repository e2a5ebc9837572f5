//! The binary: how it is started, and what it answered.

use std::{
    io::{PipeWriter, Write as _, pipe},
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// What the binary answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Returns the binary, in a known environment: no terminal, no variables of docket's, lines of 100 characters.
pub(crate) fn docket() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_docket"));
    for variable in
        ["DOCKET_LEDGER", "DOCKET_KEY", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TZ", "LANG", "LC_ALL"]
    {
        command.env_remove(variable);
    }
    command.env("COLUMNS", "100").stdin(Stdio::null());
    command
}

impl Run {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from_output(command.output().expect("the binary starts"))
    }

    /// Runs a command that reads `input` from standard input.
    pub(crate) fn with_input(command: &mut Command, input: &[u8]) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("it is piped");
        // A command that refuses early closes its end: what it answers counts.
        let _ = stdin.write_all(input);
        drop(stdin);
        Self::from_output(child.wait_with_output().expect("the binary ends"))
    }

    fn from_output(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the binary writes UTF-8");
        Self {
            // 101 is a panic, no code at all a signal: neither is any of docket's.
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Returns the answer, which must have been a success.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        self.ends(0)
    }

    /// Returns the answer, which must have ended so.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Returns the answer, which must be an error with a next step.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, error: &str, hint: &str) -> Self {
        assert_eq!(self.code, code, "exit code\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        let said = self.stderr.lines().any(|line| line.starts_with("error: "));
        assert!(said && self.stderr.contains(error), "no error with {error:?} in {}", self.stderr);
        let step = self.stderr.lines().find(|line| line.starts_with("hint: "));
        assert!(step.is_some_and(|step| step.contains(hint)), "no hint with {hint:?} in {}", self.stderr);
        self
    }

    /// Returns the one JSON object it answered.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let lines = self.json_lines();
        assert_eq!(lines.len(), 1, "one object: {}", self.stdout);
        lines.into_iter().next().expect("there is one")
    }

    /// Returns the JSON objects it answered, each with the version in front.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let object = |line: &str| {
            assert!(line.starts_with(r#"{"schema_version":1,"#), "the version comes first: {line}");
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        };
        self.stdout.lines().map(object).collect()
    }

    /// Returns the last line of the answer.
    pub(crate) fn last_line(&self) -> &str {
        self.stdout.lines().next_back().unwrap_or_default()
    }
}

/// Returns the writing end of a pipe whose reader is gone.
pub(crate) fn closed_pipe() -> PipeWriter {
    let (reader, writer) = pipe().expect("a pipe can be made");
    drop(reader);
    writer
}

/// Names a path for an argument.
pub(crate) fn arg(path: &Path) -> &str {
    path.to_str().expect("temporary folders have names in UTF-8")
}

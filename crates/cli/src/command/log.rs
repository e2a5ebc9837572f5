//! `docket log`.

use docket_log::StoreError;

use crate::{failure::Failure, output::Output, session::Place, times};

use super::show::{RecordJson, line};

/// List the records of the log
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Start at this record
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    from: u64,
    /// List so many at most
    #[arg(short = 'n', long, value_name = "COUNT")]
    count: Option<u64>,
    /// Only records recorded at or before this time
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
}

impl Args {
    /// Asks for the whole log.
    pub(crate) const fn all() -> Self {
        Self { from: 0, count: None, as_of: None }
    }
}

/// Lets a walk stop over the log or over the output.
enum Stop {
    Store(StoreError),
    Output(Failure),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Store(error) => error.into(),
            Stop::Output(failure) => failure,
        }
    }
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let reader = place.reader()?;
    let zone = times::zone(&reader.identity().genesis.time_zone)?;
    let mut end = reader.size();
    if let Some(as_of) = &args.as_of {
        end = end.min(reader.size_at(times::end_of(times::parse(as_of, &zone)?, &zone) - 1)?);
    }
    if let Some(count) = args.count {
        end = end.min(args.from.saturating_add(count));
    }
    if args.from < end {
        reader.for_each(args.from..end, |record, hash| {
            let written = if output.json {
                output.object(&RecordJson::new(&record, hash))
            } else {
                output.line(line(&record, &zone))
            };
            written.map_err(Stop::Output)
        })?;
    }
    if let Some(signed) = reader.signed_beyond().filter(|_| end == reader.size()) {
        // All that follows was shown; what was signed behind it is not there any more, or not what it was.
        let (index, path) = (reader.size(), reader.last_segment());
        let why = format!("a checkpoint of size {signed} is signed");
        return Err(StoreError::Altered { index, path, why }.into());
    }
    if reader.has_unfinished_tail() {
        output.note("note: bytes follow that are no whole batch: one is being written, or a crash left them");
    }
    Ok(())
}

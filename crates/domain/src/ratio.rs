//! Ratios as n/d, never as floats.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A share or a factor: `n` of `d`. Written and parsed as `40/100`; kept as written, not reduced.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "(u32, u32)", into = "(u32, u32)")]
pub struct Ratio {
    n: u32,
    d: u32,
}

impl Ratio {
    /// Returns `n` of `d`, or `None` when `d` is 0.
    pub const fn new(n: u32, d: u32) -> Option<Self> {
        if d == 0 { None } else { Some(Self { n, d }) }
    }

    /// Returns the numerator.
    pub const fn numerator(self) -> u32 {
        self.n
    }

    /// Returns the denominator, never 0.
    pub const fn denominator(self) -> u32 {
        self.d
    }

    /// Says whether `part` of `whole` is this ratio or more. Of nothing, nothing is.
    pub const fn is_reached(self, part: u64, whole: u64) -> bool {
        whole > 0 && part as u128 * self.d as u128 >= whole as u128 * self.n as u128
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.n, self.d))
    }
}

/// A text that is no ratio.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a ratio (expected N/D in whole numbers, D not 0, such as \"40/100\")")]
pub struct RatioError;

impl FromStr for Ratio {
    type Err = RatioError;

    fn from_str(text: &str) -> Result<Self, RatioError> {
        let (n, d) = text.split_once('/').ok_or(RatioError)?;
        let whole = |part: &str| {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u32>().ok().filter(|_| digits).ok_or(RatioError)
        };
        Self::new(whole(n)?, whole(d)?).ok_or(RatioError)
    }
}

impl TryFrom<(u32, u32)> for Ratio {
    type Error = RatioError;

    fn try_from((n, d): (u32, u32)) -> Result<Self, RatioError> {
        Self::new(n, d).ok_or(RatioError)
    }
}

impl From<Ratio> for (u32, u32) {
    fn from(ratio: Ratio) -> Self {
        (ratio.n, ratio.d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_reached_at_its_edge() {
        let share: Ratio = "40/100".parse().unwrap();
        assert!(share.is_reached(2, 5));
        assert!(!share.is_reached(39, 98));
        assert!(!share.is_reached(0, 0));
        assert!(Ratio::new(u32::MAX, 1).unwrap().is_reached(u64::MAX, 1));
        assert_eq!(share.to_string(), "40/100");
        for text in ["", "1", "1/0", "/1", "1/", "-1/2", "+1/2", "0.4/1", "1/2/3", "4294967296/1"] {
            assert_eq!(text.parse::<Ratio>(), Err(RatioError), "{text}");
        }
    }
}

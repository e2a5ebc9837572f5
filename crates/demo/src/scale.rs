//! The scale, and how totals are rounded at it.

use std::{fmt, str::FromStr};

/// How large a demonstration is: 1 is the whole city. In millionths, so that it is exact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Scale(u64);

/// What is no scale.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScaleError {
    /// Not a decimal number of at most six places.
    #[error("not a decimal number with at most six places behind the point")]
    NotANumber,
    /// Out of its limits.
    #[error("not between {} and {}", Scale::MIN, Scale::MAX)]
    OutOfLimits,
}

impl Scale {
    /// The whole city.
    pub const ONE: Self = Self(1_000_000);
    /// The smallest: a village or two.
    pub const MIN: Self = Self(100);
    /// The largest.
    pub const MAX: Self = Self(4_000_000);

    /// Returns a published figure at this scale: figure times scale, rounded to whole units, a half up.
    pub const fn of(self, published: u64) -> u64 {
        // At most 2 * 10^11 fen times 4 * 10^6: far below 2^64.
        (published * self.0 + 500_000) / 1_000_000
    }
}

impl FromStr for Scale {
    type Err = ScaleError;

    fn from_str(text: &str) -> Result<Self, ScaleError> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 6 || whole.len() > 6 {
            return Err(ScaleError::NotANumber);
        }
        let number = |text: &str| text.parse::<u64>().map_err(|_| ScaleError::NotANumber);
        let places = u32::try_from(6 - part.len()).map_err(|_| ScaleError::NotANumber)?;
        let scale = Self(number(whole)? * 1_000_000 + number(part)? * 10_u64.pow(places));
        if (Self::MIN..=Self::MAX).contains(&scale) { Ok(scale) } else { Err(ScaleError::OutOfLimits) }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let part = format!("{part:06}");
        write!(f, "{whole}.{}", part.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_exact_and_has_one_spelling_when_shown() {
        for (text, shown) in
            [("1", "1"), ("1.0", "1"), ("0.001", "0.001"), ("0.0010", "0.001"), ("0.123456", "0.123456")]
        {
            assert_eq!(text.parse::<Scale>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_scale_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "1e3", "0.0000001", " 1", "9999999"] {
            assert_eq!(text.parse::<Scale>(), Err(ScaleError::NotANumber), "{text:?}");
        }
        for text in ["0", "0.000099", "4.000001", "100"] {
            assert_eq!(text.parse::<Scale>(), Err(ScaleError::OutOfLimits), "{text:?}");
        }
    }

    #[test]
    fn a_half_is_rounded_up() {
        let scale: Scale = "0.001".parse().unwrap();
        assert_eq!((scale.of(8_605), scale.of(2_308), scale.of(500), scale.of(499)), (9, 2, 1, 0));
        assert_eq!(Scale::MAX.of(180_000_000_000), 720_000_000_000);
        assert_eq!(Scale::ONE.of(4_168), 4_168);
    }
}

//! Arithmetic of measurements, and the one clock.

use std::time::{Duration, Instant};

/// The present moment.
#[expect(clippy::disallowed_methods, reason = "the bench measures")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// A count as a number that can be divided.
#[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^52")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// `a / b`, 0 where there is no `b`.
pub(crate) fn per(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { float(a) / float(b) }
}

/// Microseconds of a span.
pub(crate) fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// The value below which `percent` of the sorted values lie.
pub(crate) fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

/// Rounded to so many places, for JSON.
pub(crate) fn round(value: f64, places: i32) -> f64 {
    let factor = 10_f64.powi(places);
    (value * factor).round() / factor
}

#[cfg(test)]
mod tests {
    use super::{per, percentile, round};

    #[test]
    fn percentiles_and_shares() {
        let values: Vec<u64> = (1..=200).collect();
        assert_eq!(percentile(&values, 50), 101);
        assert_eq!(percentile(&values, 99), 199);
        assert_eq!(percentile(&[], 50), 0);
        assert!((per(1, 0) - 0.0).abs() < f64::EPSILON);
        assert!((round(1.2345, 2) - 1.23).abs() < f64::EPSILON);
    }
}

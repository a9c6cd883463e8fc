//! A proportion and how sure it is: the score interval of Wilson (1927), "Probable inference, the law of succession, and
//! statistical inference", Journal of the American Statistical Association 22, 209-212. It stays within 0 to 1 and behaves
//! with few cases, where the textbook interval doesn't.

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A proportion with its 95 % interval; all three from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proportion {
    /// The share.
    pub share: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

impl Proportion {
    /// `part` of `whole`; `None` where there is nothing to take a part of, or the part is larger.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        if whole == 0 || part > whole {
            return None;
        }
        let (n, p) = (whole as f64, part as f64 / whole as f64);
        let centre = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        Some(Self { share: p, low: ((centre - half) / scale).max(0.0), high: ((centre + half) / scale).min(1.0) })
    }

    /// `72% (64% to 79%)`.
    #[must_use]
    pub fn words(self) -> String {
        let percent = |share: f64| format!("{:.0}%", share * 100.0);
        format!("{} ({} to {})", percent(self.share), percent(self.low), percent(self.high))
    }
}

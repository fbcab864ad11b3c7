//! Until when a check, or a part of it, shall be done.

use std::time::{Duration, Instant};

use spec::training::TimeBudget;

/// A moment; none: there is all the time in the world.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// All the time in the world.
    pub const NONE: Self = Self(None);

    /// When the budget is spent, from now on.
    pub fn after(budget: TimeBudget) -> Self {
        match budget {
            TimeBudget::Seconds(seconds) => Self::in_seconds(seconds),
            TimeBudget::Unlimited => Self::NONE,
        }
    }

    /// A share of the time that is left.
    pub fn share(self, share: f64) -> Self {
        match self.0 {
            Some(_) => Self::in_seconds(share * self.left()),
            None => self,
        }
    }

    /// Seconds that are left: 0 behind it, infinity where there is none.
    pub fn left(self) -> f64 {
        self.0.map_or(f64::INFINITY, |end| {
            let left = end.saturating_duration_since(Instant::now());
            left.as_secs_f64()
        })
    }

    /// Whether no time is left.
    pub fn passed(self) -> bool {
        self.left() == 0.0
    }

    /// What no clock can show is never.
    fn in_seconds(seconds: f64) -> Self {
        let time = Duration::try_from_secs_f64(seconds).ok();
        Self(time.and_then(|time| Instant::now().checked_add(time)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_budget_can_be_shared() {
        let deadline = Deadline::after(TimeBudget::Seconds(100.0));
        assert!((99.0..=100.0).contains(&deadline.left()) && !deadline.passed());
        assert!((24.0..=25.0).contains(&deadline.share(0.25).left()));
        assert!(Deadline::after(TimeBudget::Seconds(1e-9)).passed());
    }

    #[test]
    fn without_a_budget_there_is_no_end() {
        for budget in [TimeBudget::Unlimited, TimeBudget::Seconds(1e300)] {
            let deadline = Deadline::after(budget).share(0.1);
            assert!(deadline.left() == f64::INFINITY && !deadline.passed());
        }
    }
}

//! Which class comes next, drawn from how likely each is.

use rand::{Rng, RngExt};

/// How a class is drawn from logits y: with p = softmax(y / temperature).
pub struct Choice {
    /// 1: as likely as was learned; below 1 the likely ones come more often still, and at 0 the
    /// most likely one always.
    pub temperature: f64,
    /// Only so many can come, the most likely; none: all of them.
    pub most_likely: Option<usize>,
}

impl Choice {
    /// A class, the first of those that are equally likely where the temperature is 0.
    pub fn draw(&self, y: &[f64], rng: &mut impl Rng) -> usize {
        let mut classes: Vec<usize> = (0..y.len()).collect();
        classes.sort_by(|&a, &b| y[b].total_cmp(&y[a]));
        classes.truncate(self.most_likely.unwrap_or(y.len()));
        let largest = classes[0];
        if self.temperature == 0.0 {
            return largest;
        }
        let weight = |class: usize| ((y[class] - y[largest]) / self.temperature).exp();
        let sum: f64 = classes.iter().map(|&class| weight(class)).sum();
        let mut left = rng.random::<f64>() * sum;
        for &class in &classes {
            left -= weight(class);
            if left < 0.0 {
                return class;
            }
        }
        largest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Streams;

    /// How often each of three classes with the probabilities 1/7, 4/7 and 2/7 comes.
    fn shares(temperature: f64, most_likely: Option<usize>) -> [f64; 3] {
        let choice = Choice {
            temperature,
            most_likely,
        };
        let y = [1f64, 4.0, 2.0].map(|p| (p / 7.0).ln());
        let mut rng = Streams::new(1).stream("sample");
        let mut counts = [0.0; 3];
        (0..70_000).for_each(|_| counts[choice.draw(&y, &mut rng)] += 1.0);
        counts.map(|count| count / 70_000.0)
    }

    #[track_caller]
    fn assert_near(found: [f64; 3], wanted: [f64; 3]) {
        let near = found.iter().zip(wanted).all(|(f, w)| (f - w).abs() < 0.01);
        assert!(near, "{found:?}");
    }

    #[test]
    fn classes_come_as_often_as_they_are_likely() {
        assert_near(shares(1.0, None), [1.0 / 7.0, 4.0 / 7.0, 2.0 / 7.0]);
        // Squares: 1, 16 and 4.
        assert_near(shares(0.5, None), [1.0 / 21.0, 16.0 / 21.0, 4.0 / 21.0]);
        assert_near(shares(1.0, Some(2)), [0.0, 2.0 / 3.0, 1.0 / 3.0]);
        assert_eq!(shares(0.0, None), [0.0, 1.0, 0.0]);
        assert_eq!(shares(3.0, Some(1)), [0.0, 1.0, 0.0]);
    }
}

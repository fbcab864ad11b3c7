//! One part of a data set, and its conversion into batches.

use contract::Real;
use ndarray::{Array2, ArrayViewMut2};

/// Samples with their targets, in a fixed order.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    features: Features,
    targets: Targets,
    /// `[N]`; none: all count alike.
    weights: Option<Vec<f64>>,
    /// Targets of a sample.
    positions: usize,
    /// `[N]`; none: no sequence is padded.
    lengths: Option<Vec<usize>>,
    /// `[N, P]`; none: targets stand nowhere in particular.
    places: Option<Vec<usize>>,
}

/// Features of all samples of a part.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Pixels as they are in the file; a feature is x = byte · `scale` + `offset`.
    Bytes {
        /// `[N, width]`, row by row.
        bytes: Vec<u8>,
        /// Pixels of one sample.
        width: usize,
        /// Factor of the byte.
        scale: f64,
        /// Added after.
        offset: f64,
    },
    /// `[N, D]`
    Values(Array2<f64>),
}

/// Targets of all samples of a part.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// Class indices `[N]`; of sequences with a class at each of P positions `[N, P]`, row by row.
    Classes(Vec<usize>),
    /// Real numbers `[N, K]`, row by row.
    Values(Vec<f64>),
    /// The features themselves.
    Input,
}

impl Targets {
    /// Those of some of `count` samples, in the order of `rows`.
    pub(crate) fn select(&self, rows: &[usize], count: usize) -> Self {
        match self {
            Self::Classes(labels) => Self::Classes(selected(labels, rows, count)),
            Self::Values(values) => Self::Values(selected(values, rows, count)),
            Self::Input => Self::Input,
        }
    }
}

/// Some of `count` rows of equal length, which stand one behind the other.
fn selected<T: Copy>(of: &[T], rows: &[usize], count: usize) -> Vec<T> {
    let width = of.len() / count.max(1);
    let row = |&row: &usize| &of[row * width..(row + 1) * width];
    rows.iter().flat_map(row).copied().collect()
}

impl Samples {
    /// Joins features `[N, width]` and targets of N samples.
    ///
    /// # Panics
    ///
    /// When their counts differ: the loaders check files before they come here.
    pub fn new(features: Features, targets: Targets) -> Self {
        let samples = Self {
            features,
            targets,
            weights: None,
            positions: 1,
            lengths: None,
            places: None,
        };
        let count = samples.len();
        let fit = match &samples.targets {
            Targets::Classes(labels) => labels.len() == count * samples.target_width(),
            Targets::Values(values) => values.len() == count * samples.target_width(),
            Targets::Input => true,
        };
        assert!(fit, "one row for each target");
        samples
    }

    /// The same samples, to be predicted themselves.
    pub(crate) fn predicting_input(self) -> Self {
        let targets = Targets::Input;
        Self { targets, ..self }
    }

    /// The same samples, each with its weight multiplied by one of these.
    pub(crate) fn weighed(mut self, mut weights: Vec<f64>) -> Self {
        assert_eq!(weights.len(), self.len(), "one weight for each sample");
        for (weight, before) in weights.iter_mut().zip(self.weights.iter().flatten()) {
            *weight *= before;
        }
        self.weights = Some(weights);
        self
    }

    /// The same samples as sequences of these true lengths `[N]`, what is behind being padding.
    ///
    /// # Panics
    ///
    /// When there is not one length for each sample, or one is 0.
    pub fn of_lengths(self, lengths: Vec<usize>) -> Self {
        assert_eq!(lengths.len(), self.len(), "one length for each sample");
        assert!(!lengths.contains(&0), "no sequence is empty");
        let lengths = Some(lengths);
        Self { lengths, ..self }
    }

    /// The same samples, whose targets are those of so many positions, one behind the other.
    ///
    /// # Panics
    ///
    /// When there are not as many numbers, or not one class, at each position.
    pub fn at_positions(self, positions: usize) -> Self {
        let width = self.target_width();
        assert_eq!(width % positions, 0, "as many targets at each position");
        let one_class = self.labels().is_none() || width == positions;
        assert!(one_class, "one class at each position");
        Self { positions, ..self }
    }

    /// The same samples, each target of which stands at this place of a word `[N, P]`, from 0.
    ///
    /// # Panics
    ///
    /// When there is not one place for each target.
    pub fn at_places(self, places: Vec<usize>) -> Self {
        let targets = self.len() * self.positions;
        assert_eq!(places.len(), targets, "one place for each target");
        let places = Some(places);
        Self { places, ..self }
    }

    /// A stream of these samples, so many joined into one each; what is left over is left out.
    pub fn joined(&self, samples: usize) -> Self {
        let rows = Vec::from_iter(0..self.len() / samples * samples);
        let mut x = Array2::zeros((rows.len(), self.width()));
        self.gather(&rows, x.view_mut());
        let shape = (rows.len() / samples, samples * self.width());
        let x = Array2::from_shape_vec(shape, x.into_raw_vec_and_offset().0);
        let features = Features::Values(x.expect("as many numbers as before"));
        let positions = samples * self.positions;
        let joined = Self::new(features, self.targets.select(&rows, self.len()));
        let joined = joined.at_positions(positions);
        match &self.places {
            None => joined,
            Some(places) => joined.at_places(places[..rows.len() * self.positions].to_vec()),
        }
    }

    /// Where the target at a position of a sample stands in its word; none where there are no
    /// words.
    pub fn place(&self, row: usize, position: usize) -> Option<usize> {
        let places = self.places.as_ref()?;
        Some(places[row * self.positions + position])
    }

    /// Targets of a sample: the positions of a sequence that has one at each, otherwise 1.
    pub fn positions(&self) -> usize {
        self.positions
    }

    /// True length of each sequence `[N]`, 1 or more; none where nothing is padded.
    pub fn lengths(&self) -> Option<&[usize]> {
        self.lengths.as_deref()
    }

    /// Targets of a sample that are no padding.
    pub fn true_positions(&self, row: usize) -> usize {
        match &self.lengths {
            Some(lengths) => lengths[row].min(self.positions),
            None => self.positions,
        }
    }

    /// How much each sample counts `[N]`, 0 or more; none where all count alike.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// Number of samples, N.
    pub fn len(&self) -> usize {
        match &self.features {
            Features::Bytes { bytes, width, .. } => bytes.len() / width.max(&1),
            Features::Values(values) => values.nrows(),
        }
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Features of one sample.
    pub fn width(&self) -> usize {
        match &self.features {
            Features::Bytes { width, .. } => *width,
            Features::Values(values) => values.ncols(),
        }
    }

    /// What lies outside of an image: the value of byte 0; of a table 0.
    pub fn background(&self) -> f64 {
        match self.features {
            Features::Bytes { offset, .. } => offset,
            Features::Values(_) => 0.0,
        }
    }

    /// Features `[N, width]` as they are stored.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// Targets as they are stored.
    pub fn targets(&self) -> &Targets {
        &self.targets
    }

    /// Class indices `[N]`, of sequences with a class at each position `[N, P]`, row by row, those
    /// of padding among them; none when the target is a real number.
    pub fn labels(&self) -> Option<&[usize]> {
        match &self.targets {
            Targets::Classes(labels) => Some(labels),
            Targets::Values(_) | Targets::Input => None,
        }
    }

    /// Class indices of all samples that are no padding; none when the target is a real number.
    pub fn true_labels(&self) -> impl Iterator<Item = usize> {
        let rows = self.labels().unwrap_or_default().chunks(self.positions);
        let rows = rows.enumerate();
        rows.flat_map(|(row, labels)| labels[..self.true_positions(row)].iter().copied())
    }

    /// Real targets `[N, K]`, row by row; none when the target is a class or the input.
    pub fn values(&self) -> Option<&[f64]> {
        match &self.targets {
            Targets::Classes(_) | Targets::Input => None,
            Targets::Values(values) => Some(values),
        }
    }

    /// Numbers of the targets of one sample: 1 for a class, the width of the input where that is
    /// the target.
    pub fn target_width(&self) -> usize {
        match &self.targets {
            Targets::Classes(labels) => labels.len() / self.len().max(1),
            Targets::Values(values) => values.len() / self.len().max(1),
            Targets::Input => self.width(),
        }
    }

    /// Writes the features of `rows` into `x` `[rows.len(), width]`, in that order. It allocates
    /// nothing and stays on this thread; a row of bytes costs one multiplication and one addition a
    /// pixel.
    ///
    /// # Panics
    ///
    /// When `x` has another shape, or a row is not below [`Samples::len`].
    pub fn gather<T: Real>(&self, rows: &[usize], mut x: ArrayViewMut2<T>) {
        assert_eq!(x.dim(), (rows.len(), self.width()), "shape of the batch");
        match &self.features {
            Features::Bytes {
                bytes,
                width,
                scale,
                offset,
            } => {
                let (scale, offset) = (T::of(*scale), T::of(*offset));
                for (&row, mut x_row) in rows.iter().zip(x.rows_mut()) {
                    let pixels = &bytes[row * width..(row + 1) * width];
                    match x_row.as_slice_mut() {
                        Some(x) => T::of_bytes(pixels, scale, offset, x),
                        None => (x_row.iter_mut().zip(pixels))
                            .for_each(|(x, &byte)| *x = T::of(f64::from(byte)) * scale + offset),
                    }
                }
            }
            Features::Values(values) => {
                for (&row, mut x_row) in rows.iter().zip(x.rows_mut()) {
                    x_row.zip_mut_with(&values.row(row), |x, &value| *x = T::of(value));
                }
            }
        }
    }

    /// Writes the targets of `rows` into `t` `[rows.len(), K]` as numbers, classes as their
    /// indices.
    ///
    /// # Panics
    ///
    /// When `t` has another shape, or a row is not below [`Samples::len`].
    pub fn gather_targets<T: Real>(&self, rows: &[usize], mut t: ArrayViewMut2<T>) {
        let width = self.target_width();
        assert_eq!(t.dim(), (rows.len(), width), "shape of the targets");
        let rows_of_t = rows.iter().zip(t.rows_mut());
        match &self.targets {
            Targets::Classes(labels) => {
                for (&row, mut t) in rows_of_t {
                    for (t, label) in t.iter_mut().zip(&labels[row * width..]) {
                        *t = T::of(*label as f64);
                    }
                }
            }
            Targets::Values(values) => {
                for (&row, mut t) in rows_of_t {
                    for (t, value) in t.iter_mut().zip(&values[row * width..]) {
                        *t = T::of(*value);
                    }
                }
            }
            Targets::Input => self.gather(rows, t),
        }
    }
}

#[cfg(test)]
mod tests;

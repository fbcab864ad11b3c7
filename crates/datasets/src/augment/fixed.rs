//! The same change for all images, to see what a network makes of them.

use contract::Real;
use ndarray::ArrayViewMut2;
use spec::Problem;
use spec::invariance::Transform;

use super::affine::Affine;
use super::{BUFFERS, image_shape};

/// Changes images by a fixed amount, each sample always in the same way: those of even number in
/// one direction, those of odd number in the other, and shifts across and down in turn. It is the
/// map and the interpolation of [`super::Augmenter`].
#[derive(Clone, Debug)]
pub struct FixedChange {
    transform: Transform,
    /// `[H, W]`
    size: [usize; 2],
    /// C·H·W.
    width: usize,
    background: f64,
}

impl FixedChange {
    /// `background` is what lies outside of an image ([`crate::Samples::background`]).
    ///
    /// # Errors
    /// When the samples are not images `[C, H, W]`.
    pub fn new(
        transform: Transform,
        sample_shape: &[usize],
        background: f64,
    ) -> Result<Self, Problem> {
        let [channels, height, width] = image_shape("invariance", sample_shape)?;
        Ok(Self {
            transform,
            size: [height, width],
            width: channels * height * width,
            background,
        })
    }

    /// What is changed.
    pub fn transform(&self) -> Transform {
        self.transform
    }

    /// Changes the rows of `x` `[rows.len(), C·H·W]` in place; `rows[i]` is the index of the
    /// sample.
    ///
    /// # Panics
    /// When `x` has another shape, or its rows do not lie in one piece.
    pub fn apply<T: Real>(&self, rows: &[usize], mut x: ArrayViewMut2<'_, T>) {
        assert_eq!(x.dim(), (rows.len(), self.width), "shape of the batch");
        let [height, width] = self.size;
        BUFFERS.with_borrow_mut(|buffers| {
            for (mut image, &row) in x.rows_mut().into_iter().zip(rows) {
                buffers.positions(&self.affine(row), self.size);
                buffers.corners(self.size);
                let image = image.as_slice_mut().expect("an image lies in one piece");
                for channel in image.chunks_exact_mut(height * width) {
                    buffers.interpolate(self.size, T::of(self.background).f64(), channel);
                }
            }
        });
    }

    fn affine(&self, row: usize) -> Affine {
        let still = Affine {
            scale: 1.0,
            shear: 0.0,
            angle: 0.0,
            shift: [0.0, 0.0],
        };
        let direction = if row.is_multiple_of(2) { 1.0 } else { -1.0 };
        match self.transform {
            Transform::Shift(pixels) => {
                let mut shift = [0.0, 0.0];
                shift[(row / 2) % 2] = direction * pixels;
                Affine { shift, ..still }
            }
            Transform::Rotation(degrees) => Affine {
                angle: direction * degrees.to_radians(),
                ..still
            },
            Transform::Scale(scale) => Affine { scale, ..still },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array, s};

    fn changed(transform: Transform, size: [usize; 2], image: &[f64], row: usize) -> Vec<f64> {
        let change = FixedChange::new(transform, &[1, size[0], size[1]], -1.0).unwrap();
        let mut x = Array2::from_shape_vec((1, image.len()), image.to_vec()).unwrap();
        change.apply(&[row], x.view_mut());
        x.into_raw_vec_and_offset().0
    }

    #[test]
    fn images_are_shifted_right_left_down_and_up_in_turn() {
        let image = [1.0, 2.0, 3.0, 4.0];
        let shifted = |row| changed(Transform::Shift(1.0), [2, 2], &image, row);
        assert_eq!(shifted(0), [-1.0, 1.0, -1.0, 3.0]);
        assert_eq!(shifted(1), [2.0, -1.0, 4.0, -1.0]);
        assert_eq!(shifted(2), [-1.0, -1.0, 1.0, 2.0]);
        assert_eq!(shifted(3), [3.0, 4.0, -1.0, -1.0]);
        assert_eq!(shifted(4), shifted(0));
    }

    #[test]
    fn images_are_turned_both_ways_in_turn() {
        let image = [1.0, 2.0, 3.0, 4.0];
        let turned = |row| changed(Transform::Rotation(90.0), [2, 2], &image, row);
        let close = |a: Vec<f64>, b: [f64; 4]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(close(turned(0), [3.0, 1.0, 4.0, 2.0]));
        assert!(close(turned(1), [2.0, 4.0, 1.0, 3.0]));
    }

    #[test]
    fn half_the_size_leaves_background_around() {
        let mut image = Array2::from_elem((4, 4), 8.0);
        image.slice_mut(s![1..3, 1..3]).fill(5.0);
        let image = image.into_raw_vec_and_offset().0;
        let small = changed(Transform::Scale(0.5), [4, 4], &image, 0);
        let corner = array![[small[0], small[1]], [small[4], small[5]]];
        // Places (-1.5, .5) of the old image: the corner lies outside, the middle between 8 and 5.
        assert_eq!(corner[[0, 0]], -1.0);
        assert_eq!(corner[[1, 1]], (8.0 + 8.0 + 8.0 + 5.0) / 4.0);
    }

    #[test]
    fn what_is_no_image_is_refused() {
        let problem = FixedChange::new(Transform::Scale(0.5), &[4], 0.0).unwrap_err();
        assert_eq!(problem.key, "invariance");
    }
}

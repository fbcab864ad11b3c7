//! Scale, shear, rotation and shift of an image about its centre.
//!
//! A point at `$v = (x, y)$` from the centre, across and down, goes to `$M v + s$`:
//!
//! ```math
//! M = R(\theta) \, H(k) \, S(z), \qquad
//! R = \begin{pmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{pmatrix}, \quad
//! H = \begin{pmatrix} 1 & k \\ 0 & 1 \end{pmatrix}, \quad
//! S = \begin{pmatrix} z & 0 \\ 0 & z \end{pmatrix}
//! ```
//!
//! Since y points down, a positive angle turns clockwise. What is needed is where a point comes
//! from:
//!
//! ```math
//! M^{-1} = \frac{1}{z}
//! \begin{pmatrix} 1 & -k \\ 0 & 1 \end{pmatrix}
//! \begin{pmatrix} \cos\theta & \sin\theta \\ -\sin\theta & \cos\theta \end{pmatrix}
//! ```

use rand::Rng;
use spec::augmentation::AugmentationSpec;

/// The affine change of one image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Affine {
    /// z.
    pub scale: f64,
    /// k.
    pub shear: f64,
    /// θ in radians.
    pub angle: f64,
    /// s in pixels, across and down.
    pub shift: [f64; 2],
}

impl Affine {
    /// Evenly between the bounds; five words, whatever they are.
    pub fn draw(spec: &AugmentationSpec, words: &mut impl Rng) -> Self {
        let scale = 1.0 + spec.scale * symmetric(words.next_u32());
        let shear = spec.shear * symmetric(words.next_u32());
        let angle = spec.rotation.to_radians() * symmetric(words.next_u32());
        let down = spec.shift * symmetric(words.next_u32());
        let across = spec.shift * symmetric(words.next_u32());
        Self {
            scale,
            shear,
            angle,
            shift: [across, down],
        }
    }

    /// M⁻¹.
    pub fn inverse(&self) -> [[f64; 2]; 2] {
        let (sin, cos) = self.angle.sin_cos();
        let (shear, size) = (self.shear, self.scale);
        [
            [(cos + shear * sin) / size, (sin - shear * cos) / size],
            [-sin / size, cos / size],
        ]
    }
}

/// A word as a number in \[−1, 1).
fn symmetric(word: u32) -> f64 {
    f64::from(word.cast_signed()) / 2f64.powi(31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Streams;

    #[test]
    fn the_inverse_undoes_scale_then_shear_then_rotation() {
        let affine = Affine {
            scale: 1.2,
            shear: 0.3,
            angle: 0.7,
            shift: [0.0, 0.0],
        };
        let (x, y) = (1.5, -2.0);
        let (x1, y1) = (1.2 * x, 1.2 * y);
        let (x2, y2) = (x1 + 0.3 * y1, y1);
        let (sin, cos) = 0.7f64.sin_cos();
        let (x3, y3) = (x2 * cos - y2 * sin, x2 * sin + y2 * cos);
        let [[a, b], [c, d]] = affine.inverse();
        assert!((a * x3 + b * y3 - x).abs() < 1e-14);
        assert!((c * x3 + d * y3 - y).abs() < 1e-14);
    }

    #[test]
    fn every_draw_is_within_its_bounds_and_they_are_used_evenly() {
        let spec = AugmentationSpec {
            shift: 2.0,
            rotation: 90.0,
            scale: 0.5,
            shear: 0.25,
            ..AugmentationSpec::default()
        };
        let mut words = Streams::new(5).stream("check/affine");
        const DRAWS: usize = 4000;
        let mut numbers: [Vec<f64>; 5] = Default::default();
        for _ in 0..DRAWS {
            let affine = Affine::draw(&spec, &mut words);
            let unit = [
                (affine.scale - 1.0) / 0.5,
                affine.shear / 0.25,
                affine.angle / std::f64::consts::FRAC_PI_2,
                affine.shift[0] / 2.0,
                affine.shift[1] / 2.0,
            ];
            for (numbers, number) in numbers.iter_mut().zip(unit) {
                assert!((-1.0..=1.0).contains(&number), "{affine:?}");
                numbers.push(number);
            }
        }
        for numbers in numbers {
            // Evenly in [−1, 1): mean 0, mean square 1/3; four standard errors.
            let mean = numbers.iter().sum::<f64>() / DRAWS as f64;
            let square = numbers.iter().map(|n| n * n).sum::<f64>() / DRAWS as f64;
            assert!(mean.abs() < 4.0 * 0.578 / (DRAWS as f64).sqrt(), "{mean}");
            assert!((square - 1.0 / 3.0).abs() < 4.0 * 0.299 / (DRAWS as f64).sqrt());
            assert!(numbers.iter().any(|n| *n > 0.99) && numbers.iter().any(|n| *n < -0.99));
        }
    }
}

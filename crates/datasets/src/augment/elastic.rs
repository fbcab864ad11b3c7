//! Elastic distortion: every pixel is displaced at random, neighbours alike.
//!
//! ```math
//! d(q) = \sum_{|j| \le r} \sum_{|i| \le r} g_j g_i \, u(q + (i, j)), \qquad
//! g_i = \frac{e^{-i^2 / 2 \sigma^2}}{\sum_{|j| \le r} e^{-j^2 / 2 \sigma^2}}, \qquad
//! r = \lceil 3 \sigma \rceil
//! ```
//!
//! with `$u$` uniform in \[−1, 1), 0 outside of the image, one field across and one down. Source:
//! P. Simard, D. Steinkraus, J. Platt, "Best practices for convolutional neural networks applied to
//! visual document analysis", ICDAR (2003).
//!
//! The Gaussian is separable: rows first, then columns. A field is kept as one long line with zeros
//! between its rows and above and below, so that both passes are the same loop over
//! `line[i − j · step] + line[i + j · step]`, with step 1 for rows and the length of a row for
//! columns; no edge is a special case.

use rand::Rng;
use spec::augmentation::ElasticSpec;

/// Numbers summed side by side: they stay in registers.
const LANES: usize = 16;

/// The distortion of images of one size.
#[derive(Clone, Debug)]
pub(super) struct Elastic {
    alpha: f32,
    /// g₀ to g_r, without those that only reach zeros.
    kernel: Vec<f32>,
    height: usize,
    width: usize,
}

/// Buffers of a field.
#[derive(Debug, Default)]
pub(super) struct Displacements {
    field: Vec<f32>,
    smooth: Vec<f32>,
}

impl Elastic {
    pub fn new(spec: ElasticSpec, [height, width]: [usize; 2]) -> Self {
        let gauss = |i: usize| (-((i * i) as f64) / (2.0 * spec.sigma * spec.sigma)).exp();
        let radius = (3.0 * spec.sigma).ceil() as usize;
        let sum = 1.0 + 2.0 * (1..=radius).map(gauss).sum::<f64>();
        // Beyond the longer side there is nothing but zeros.
        let reach = radius.min(height.max(width).saturating_sub(1));
        Self {
            alpha: spec.alpha as f32,
            kernel: (0..=reach).map(|i| (gauss(i) / sum) as f32).collect(),
            height,
            width,
        }
    }

    /// Adds α d to the positions `[H·W]` across and down.
    pub fn displace(
        &self,
        words: &mut impl Rng,
        Displacements { field, smooth }: &mut Displacements,
        positions: [&mut [f32]; 2],
    ) {
        let reach = self.kernel.len() - 1;
        let stride = self.width + reach;
        let first = reach * stride;
        // The last chunk may run over its row, into zeros.
        let line = self.height * stride;
        let length = first + line + first + LANES;
        for positions in positions {
            field.clear();
            field.resize(length, 0.0);
            smooth.clear();
            smooth.resize(length, 0.0);
            let rows = field[first..].chunks_exact_mut(stride);
            for row in rows.take(self.height) {
                for number in &mut row[..self.width] {
                    *number = symmetric(words.next_u32());
                }
            }
            self.blur(field, smooth, first..first + line, 1);
            self.blur(smooth, field, first..first + line, stride);
            let rows = field[first..].chunks_exact(stride);
            for (positions, row) in positions.chunks_exact_mut(self.width).zip(rows) {
                for (position, d) in positions.iter_mut().zip(row) {
                    *position += self.alpha * d;
                }
            }
        }
    }

    /// outᵢ = g₀ inᵢ + Σⱼ gⱼ (inᵢ₋ⱼ + inᵢ₊ⱼ), j in steps, for a range of i made up to whole chunks.
    fn blur(&self, input: &[f32], output: &mut [f32], range: std::ops::Range<usize>, step: usize) {
        for at in range.step_by(LANES) {
            let mut sums = lanes(input, at).map(|x| self.kernel[0] * x);
            for (j, &g) in self.kernel.iter().enumerate().skip(1) {
                let (before, after) = (lanes(input, at - j * step), lanes(input, at + j * step));
                for lane in 0..LANES {
                    sums[lane] += g * (before[lane] + after[lane]);
                }
            }
            output[at..at + LANES].copy_from_slice(&sums);
        }
    }
}

fn lanes(line: &[f32], at: usize) -> [f32; LANES] {
    let mut lanes = [0.0; LANES];
    lanes.copy_from_slice(&line[at..at + LANES]);
    lanes
}

/// A word as a number in \[−1, 1): 24 bits, as many as an f32 holds.
fn symmetric(word: u32) -> f32 {
    (word.cast_signed() >> 8) as f32 / (1 << 23) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Streams;

    const SIZE: [usize; 2] = [9, 14];

    fn elastic(sigma: f64) -> Elastic {
        Elastic::new(ElasticSpec { sigma, alpha: 3.0 }, SIZE)
    }

    /// Displacements of one image, `[2, H·W]`, and the words they came from.
    fn draw(elastic: &Elastic, buffers: &mut Displacements, sample: usize) -> [Vec<f32>; 2] {
        let mut words = Streams::new(2).stream(&format!("check/elastic/{sample}"));
        let length = elastic.height * elastic.width;
        let (mut across, mut down) = (vec![0.0; length], vec![0.0; length]);
        elastic.displace(&mut words, buffers, [&mut across, &mut down]);
        [across, down]
    }

    /// The double sum as the equation has it, in f64.
    fn by_definition(sigma: f64, u: &[f64], [height, width]: [usize; 2]) -> Vec<f64> {
        let r = (3.0 * sigma).ceil() as i64;
        let gauss = |i: i64| (-(i * i) as f64 / (2.0 * sigma * sigma)).exp();
        let sum: f64 = (-r..=r).map(gauss).sum();
        let at = |y: i64, x: i64| match (0..height as i64).contains(&y)
            && (0..width as i64).contains(&x)
        {
            true => u[y as usize * width + x as usize],
            false => 0.0,
        };
        let place = |q: usize| ((q / width) as i64, (q % width) as i64);
        let smooth = |q: usize| -> f64 {
            let (y, x) = place(q);
            let terms = (-r..=r).flat_map(|j| (-r..=r).map(move |i| (j, i)));
            terms
                .map(|(j, i)| gauss(j) * gauss(i) * at(y + j, x + i) / (sum * sum))
                .sum()
        };
        (0..height * width).map(smooth).collect()
    }

    #[test]
    fn displacements_are_the_double_sum_of_the_equation() {
        // A kernel within the image, one beyond its height and one beyond all of it.
        for sigma in [0.4, 1.3, 4.0, 30.0] {
            let elastic = elastic(sigma);
            let displaced = draw(&elastic, &mut Displacements::default(), 0);
            let mut words = Streams::new(2).stream("check/elastic/0");
            for displaced in displaced {
                let u: Vec<f64> = (0..9 * 14)
                    .map(|_| f64::from(symmetric(words.next_u32())))
                    .collect();
                for (d, wanted) in displaced.iter().zip(by_definition(sigma, &u, SIZE)) {
                    let wanted = 3.0 * wanted;
                    assert!((f64::from(*d) - wanted).abs() < 1e-6, "{d}, {wanted}");
                }
            }
        }
    }

    #[test]
    fn buffers_of_another_size_leave_no_trace() {
        let mut buffers = Displacements::default();
        let fresh = draw(&elastic(1.3), &mut buffers, 7);
        draw(
            &Elastic::new(
                ElasticSpec {
                    sigma: 5.0,
                    alpha: 1.0,
                },
                [30, 20],
            ),
            &mut buffers,
            1,
        );
        assert_eq!(draw(&elastic(1.3), &mut buffers, 7), fresh);
    }

    #[test]
    fn displacements_are_below_alpha_with_mean_0_and_the_variance_of_a_mean() {
        let elastic = elastic(1.0);
        let mut buffers = Displacements::default();
        let middle = 4 * 14 + 7;
        let draws: Vec<[f64; 2]> = (0..1500)
            .map(|sample| {
                let both = draw(&elastic, &mut buffers, sample);
                assert!(both.iter().flatten().all(|d| d.abs() <= 3.0));
                both.map(|field| f64::from(field[middle]))
            })
            .collect();
        // α² Var(u) (Σ g²)² with Var(u) = 1/3.
        let squares: f64 = (-3..=3)
            .map(|i: i32| f64::from(elastic.kernel[i.unsigned_abs() as usize]).powi(2))
            .sum();
        let variance = 9.0 / 3.0 * squares * squares;
        for axis in 0..2 {
            let count = draws.len() as f64;
            let mean = draws.iter().map(|d| d[axis]).sum::<f64>() / count;
            let square = draws.iter().map(|d| d[axis] * d[axis]).sum::<f64>() / count;
            assert!(mean.abs() < 4.0 * (variance / count).sqrt(), "{mean}");
            assert!(
                (square / variance - 1.0).abs() < 0.15,
                "{square} {variance}"
            );
        }
    }
}

//! The logistic sigmoid of many numbers.

use crate::Real;
use crate::elementwise::each;
use bytemuck::cast_slice_mut;

/// `$z \leftarrow 1 / (1 + e^{-z})$` in place: f32 in vectors, within 2e-7 of the exact value; f64
/// one by one, as the standard library has it.
pub fn sigmoid<T: Real>(z: &mut [T]) {
    match size_of::<T>() == size_of::<f32>() {
        true => sigmoid_f32(cast_slice_mut(z)),
        false => z.iter_mut().for_each(|z| *z = naive(*z)),
    }
}

/// The definition.
fn naive<T: Real>(z: T) -> T {
    T::one() / (T::one() + (-z).exp())
}

fn sigmoid_f32(z: &mut [f32]) {
    each([], [z], |[], [z]| *z = 1.0 / (1.0 + exp(-*z)));
}

/// eˣ = 2ⁿ eʳ with r between −½ ln 2 and ½ ln 2, where a polynomial is enough (S. L. Moshier's
/// Cephes). Without a branch or a fused product: the same bits in vectors of any width.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // Added and taken away again it leaves the nearest whole number, which stands in its last bits.
    const WHOLE: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + WHOLE;
    let n = shifted - WHOLE;
    // ln 2 in two parts: n times the first is exact.
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    for coefficient in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = p * r + coefficient;
    }
    let power = shifted
        .to_bits()
        .wrapping_sub(WHOLE.to_bits())
        .wrapping_add(127)
        << 23;
    (p * r * r + r + 1.0) * f32::from_bits(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_agree_with_the_definition_over_the_whole_range() {
        let numbers: Vec<f32> = (-120_000..=120_000).map(|i| i as f32 * 1e-3).collect();
        let mut found = numbers.clone();
        sigmoid(&mut found);
        for (&z, &y) in numbers.iter().zip(&found) {
            let wanted = naive(f64::from(z));
            assert!(
                (f64::from(y) - wanted).abs() < 2e-7,
                "{z}: {y}, not {wanted}"
            );
            assert!((0.0..=1.0).contains(&y));
        }
    }

    #[test]
    fn small_probabilities_keep_their_digits() {
        for z in [-80.0_f32, -40.0, -10.0, -1.0] {
            let mut y = [z];
            sigmoid(&mut y);
            let relative = f64::from(y[0]) / naive(f64::from(z)) - 1.0;
            assert!(relative.abs() < 1e-6, "{z}: off by {relative}");
        }
    }

    #[test]
    fn the_ends_and_the_middle() {
        let mut y = [f32::NEG_INFINITY, 0.0, f32::INFINITY, f32::NAN];
        sigmoid(&mut y);
        assert!(y[0] < 1e-37 && y[1] == 0.5 && y[2] == 1.0 && y[3].is_nan());
        let mut y = [f64::NEG_INFINITY, 0.0, f64::INFINITY];
        sigmoid(&mut y);
        assert_eq!(y, [0.0, 0.5, 1.0]);
    }
}

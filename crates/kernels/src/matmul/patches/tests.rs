//! The products by their definitions, with the vectors of this processor and one number at a time,
//! as on a processor without vectors.

use pulp::{Scalar, Simd};

use super::*;
use crate::matmul::vector::Vector;
use crate::matmul::vectorized::{EntryPoint, Vectorized, lanes};
use crate::testing::random;

const PATCH: Patch = Patch {
    rows: 3,
    distance: 20,
    length: 7,
};
const STARTS: [u32; 9] = [0, 2, 4, 20, 22, 24, 40, 42, 44];
const PIXELS: usize = 120;

fn numbers(count: usize, stream: &str) -> Vec<f64> {
    random(1, count, stream).into_raw_vec_and_offset().0
}

fn run<K: Vectorized<Number = f64>>(product: K, scalar: bool)
where
    K::With<f32>: EntryPoint,
    K::With<f64>: EntryPoint,
{
    match scalar {
        true => Scalar::new().vectorize(product.with::<f64>()),
        false => product.run(),
    }
}

fn close(found: &[f64], expected: &[f64]) {
    let same = found
        .iter()
        .zip(expected)
        .all(|(a, b)| (a - b).abs() < 1e-13);
    assert!(same, "{found:?} and not {expected:?}");
}

/// One number at a time, and the vectors of this processor, with the numbers of each.
fn ways() -> [(bool, usize); 2] {
    [(true, 1), (false, lanes::<f64>())]
}

#[test]
fn a_vector_has_as_many_numbers_as_fit() {
    assert_eq!(
        [
            <f32 as Vector>::lanes::<Scalar>(),
            <f64 as Vector>::lanes::<Scalar>()
        ],
        [1, 1]
    );
    assert!(lanes::<f32>() >= lanes::<f64>() && lanes::<f64>() >= 1);
}

/// All outputs, against the definition.
fn prove_outputs(offsets: &[u32], starts: &[u32], line: Option<Line>) {
    let reach = offsets[offsets.len() - 1] as usize + 1;
    let pixels = starts[starts.len() - 1] as usize + reach;
    for (scalar, lanes) in ways() {
        for maps in [lanes, 3 * lanes] {
            let x = numbers(pixels, "x");
            let (w, bias) = (numbers(offsets.len() * maps, "w"), numbers(maps, "b"));
            let mut expected = vec![0.0; starts.len() * maps];
            for (index, y) in expected.iter_mut().enumerate() {
                let start = starts[index / maps];
                let terms = offsets.iter().enumerate();
                let term =
                    |(k, o): (usize, &u32)| x[(start + o) as usize] * w[k * maps + index % maps];
                *y = bias[index % maps] + terms.map(term).sum::<f64>();
            }
            let mut y = vec![f64::NAN; starts.len() * maps];
            let outputs = Outputs {
                offsets,
                reach,
                starts,
                line,
                outputs: 0..starts.len(),
                x: &x,
                w: &w,
                bias: &bias,
                y: &mut y,
            };
            run(outputs, scalar);
            close(&y, &expected);
        }
    }
}

#[test]
fn outputs_are_those_of_the_definition() {
    let places = (0..PATCH.rows).flat_map(|r| (0..PATCH.length).map(move |e| (r, e)));
    let offsets: Vec<u32> = places
        .map(|(r, e)| (r * PATCH.distance + e) as u32)
        .collect();
    // Fewer than a tile has, and a tile and some more.
    for count in [2, STARTS.len()] {
        prove_outputs(&offsets, &STARTS[..count], None);
    }
}

/// So that of the equal outputs in a window of background the first wins, as in burn: left to
/// rounding, the gradient of an image would go to another pixel.
#[test]
fn outputs_of_equal_patches_are_equal_bit_for_bit() {
    for (outputs, across) in [(14, 5), (9, 3)] {
        let row = outputs + across - 1;
        let offsets: Vec<u32> = (0..across * across)
            .map(|at| (at / across * row + at % across) as u32)
            .collect();
        let starts: Vec<u32> = (0..outputs as u32).collect();
        let x = vec![-0.4242; across * row];
        for (scalar, maps) in ways() {
            let (w, bias) = (numbers(offsets.len() * maps, "w"), numbers(maps, "b"));
            let mut y = vec![f64::NAN; outputs * maps];
            let convolution = Outputs {
                offsets: &offsets,
                reach: offsets[offsets.len() - 1] as usize + 1,
                starts: &starts,
                line: Some(Line { outputs, across }),
                outputs: 0..starts.len(),
                x: &x,
                w: &w,
                bias: &bias,
                y: &mut y,
            };
            run(convolution, scalar);
            let bits = |y: &[f64]| y.iter().map(|y| y.to_bits()).collect::<Vec<_>>();
            for of_output in y.chunks_exact(maps) {
                assert_eq!(bits(of_output), bits(&y[..maps]), "{across} across");
            }
        }
    }
}

/// Rows of a tile, of more, and of fewer; kernels that have tiles of neighbours, and one that has
/// not.
#[test]
fn outputs_of_neighbours_are_those_of_the_definition() {
    for (outputs, across) in [(7, 5), (10, 5), (9, 3), (5, 3), (8, 4)] {
        let row = outputs + across - 1;
        let offsets: Vec<u32> = (0..2 * across)
            .map(|at| (at / across * row + at % across) as u32)
            .collect();
        let starts: Vec<u32> = (0..3 * outputs)
            .map(|at| (at / outputs * row + at % outputs) as u32)
            .collect();
        prove_outputs(&offsets, &starts, Some(Line { outputs, across }));
    }
}

/// One map's gradients, and every second of numbers that belong to two maps.
const STEPS: [usize; 2] = [1, 2];

#[test]
fn gradients_are_those_of_the_definition() {
    for (scalar, lanes) in ways() {
        for step in STEPS {
            let row = PATCH.length.next_multiple_of(lanes);
            let (x, mut w) = (numbers(PIXELS, "x"), numbers(3 * row, "w"));
            for w in w.chunks_exact_mut(row) {
                w[PATCH.length..].fill(0.0);
            }
            let values = numbers(STARTS.len() * step, "g");
            let starts: Vec<f64> = STARTS
                .iter()
                .flat_map(|&start| vec![to_bits(start); step])
                .collect();
            let gradients = Gradients {
                starts: &starts,
                values: &values,
                step,
            };
            let (mut dw, mut dx, mut sum) = (vec![1.0; 3 * row], vec![1.0; PIXELS], 1.0);
            let (mut expected_dw, mut expected_dx) = (dw.clone(), dx.clone());
            let mut expected_sum = sum;
            for (&start, g) in STARTS.iter().zip(values.iter().step_by(step)) {
                expected_sum += g;
                for (r, e) in (0..PATCH.rows).flat_map(|r| (0..row).map(move |e| (r, e))) {
                    let at = start as usize + r * PATCH.distance + e;
                    expected_dw[r * row + e] += g * x[at];
                    expected_dx[at] += g * w[r * row + e];
                }
            }
            let to_weights = WeightGradient {
                patch: PATCH,
                gradients,
                x: &x,
                dw: &mut dw,
                sum: &mut sum,
            };
            run(to_weights, scalar);
            let to_input = InputGradient {
                patch: PATCH,
                gradients,
                w: &w,
                dx: &mut dx,
            };
            run(to_input, scalar);
            close(&dw, &expected_dw);
            close(&dx, &expected_dx);
            close(&[sum], &[expected_sum]);
        }
    }
}

#[test]
fn gradients_of_zero_are_not_picked() {
    let starts: Vec<f64> = STARTS.iter().map(|&start| to_bits(start)).collect();
    let values = [0.0, 1.0, -0.0, f64::NAN, 2.0, 0.0, 0.0, 3.0, 0.0];
    for (step, places) in [(1, vec![1, 3, 4, 7]), (2, vec![4])] {
        let all = Gradients {
            starts: &starts,
            values: &values,
            step,
        };
        let mut picked = [vec![9.0; 9], vec![9.0; 9]];
        let nonzero = all.nonzero(&mut picked);
        let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let at = |numbers: &[f64]| places.iter().map(|&at| numbers[at]).collect::<Vec<_>>();
        assert_eq!(bits(nonzero.values), bits(&at(&values)));
        assert_eq!(bits(nonzero.starts), bits(&at(&starts)));
        assert_eq!(nonzero.step, 1);
    }
}

#[test]
fn a_start_survives_in_the_bits_of_a_number() {
    for start in [0, 1, 0x7fc0_0000, u32::MAX] {
        assert_eq!(from_bits(&to_bits::<f32>(start)), start as usize);
        assert_eq!(from_bits(&to_bits::<f64>(start)), start as usize);
    }
}

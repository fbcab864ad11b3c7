//! Centres chosen one after the other, each for what it adds to the answer.
//!
//! Every sample is a candidate. With the column `$p_i$` of what a unit there answers to all
//! samples, less its mean, and `$w_i$` what is left of it when its parts along the columns chosen
//! so far are taken away, the target d loses by it
//!
//! ```math
//! [err]_i = \frac{(w_i^\top d)^2}{(w_i^\top w_i)\,(d^\top d)}
//! ```
//!
//! of its sum of squares: the error-reduction ratio. The candidate with the largest is chosen, and
//! what it explains is taken out of d and of all other columns (Gram-Schmidt). Columns and targets
//! lose their means first, since a constant, the bias, is there from the beginning. Of several
//! targets the squares are added.
//!
//! | | shape |
//! |---|---|
//! | x, d | `[N, D]`, `[N, K]` |
//! | columns w, each as a row | `[N, N]` |
//!
//! Source: Chen, Cowan & Grant 1991; of several targets Chen, Grant & Cowan 1992.

use kernels::distances::squared_distances;
use kernels::sharding::LEAST_WORK;
use kernels::workers::share_if;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use spec::Problem;

use crate::{Data, Stop, Tick};

/// Samples at most: their columns take 8 bytes for each pair.
const MOST: usize = 20_000;
/// What is left of a column, relative to the whole, below which it depends on those chosen.
const DEPENDENT: f64 = 1e-14;

/// The samples chosen, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Their places in the data.
    pub samples: Vec<usize>,
    /// The error-reduction ratio of each.
    pub ratios: Vec<f64>,
}

/// Chooses so many samples as centres of units with this β.
///
/// # Errors
/// When there are too many samples to compare, or too few that are no combinations of others, with
/// the key below the layer's; and what `tick` says, which is called for each unit.
pub fn orthogonal_least_squares(
    data: &Data,
    beta: f64,
    units: usize,
    tick: Tick<'_>,
) -> Result<Selection, Stop> {
    if data.len() > MOST {
        let (reason, hint) = (
            format!(
                "it compares all pairs of samples, and {} are too many",
                data.len()
            ),
            format!("at most {MOST} samples, or centers = {{ k_means = {{}} }}"),
        );
        return Err(Problem::new("centers", reason).hint(hint).into());
    }
    let mut columns = candidates(data.x.view(), beta);
    let whole: Vec<f64> = columns.rows().into_iter().map(|w| w.dot(&w)).collect();
    let means = data.t.mean_axis(Axis(0)).unwrap_or_default();
    let mut left = &data.t - &means;
    let all = left.iter().map(|d| d * d).sum::<f64>();
    let mut selection = Selection {
        samples: Vec::new(),
        ratios: Vec::new(),
    };
    while selection.samples.len() < units {
        tick()?;
        let Some((best, gain)) = best(columns.view(), left.view(), &whole) else {
            return Err(dependent(selection.samples.len(), units).into());
        };
        selection.samples.push(best);
        selection
            .ratios
            .push(if all > 0.0 { gain / all } else { 0.0 });
        take_out(&mut columns, &mut left, best);
    }
    Ok(selection)
}

/// What a unit at each sample answers to all samples, less its mean: a row for each.
fn candidates(x: ArrayView2<'_, f64>, beta: f64) -> Array2<f64> {
    let (samples, width) = (x.nrows(), x.ncols());
    let (x, mut columns) = (x.as_standard_layout(), Array2::zeros((samples, samples)));
    let x = x.as_slice().expect("row by row");
    each_row(&mut columns, samples * width, |n, column| {
        let column = column.into_slice().expect("a row");
        squared_distances(&x[n * width..][..width], x, width, column);
        column.iter_mut().for_each(|d| *d = (-beta * *d).exp());
        let mean = column.iter().sum::<f64>() / samples as f64;
        column.iter_mut().for_each(|p| *p -= mean);
    });
    columns
}

/// The candidate that explains most of what is left, and how much; the first of several.
fn best(
    columns: ArrayView2<'_, f64>,
    left: ArrayView2<'_, f64>,
    whole: &[f64],
) -> Option<(usize, f64)> {
    let mut best = None;
    for (n, (w, &whole)) in columns.rows().into_iter().zip(whole).enumerate() {
        let square = w.dot(&w);
        if square <= DEPENDENT * whole {
            continue;
        }
        let along = left.columns().into_iter().map(|d| w.dot(&d).powi(2));
        let gain = along.sum::<f64>() / square;
        if best.is_none_or(|(_, most)| gain > most) {
            best = Some((n, gain));
        }
    }
    best
}

/// Takes the part along a candidate's column out of the targets and of all columns, twice, which is
/// enough; of the column itself nothing is left.
fn take_out(columns: &mut Array2<f64>, left: &mut Array2<f64>, chosen: usize) {
    let q = columns.row(chosen).to_owned();
    let q = &q / q.dot(&q).sqrt();
    for mut d in left.columns_mut() {
        let along = q.dot(&d);
        d.scaled_add(-along, &q);
    }
    each_row(columns, q.len(), |n, mut w| match n == chosen {
        true => w.fill(0.0),
        false => (0..2).for_each(|_| less(&mut w, &q)),
    });
}

/// w −= (qᵀw) q.
fn less(w: &mut ndarray::ArrayViewMut1<'_, f64>, q: &Array1<f64>) {
    let along = q.dot(&ArrayView1::from(&*w));
    w.scaled_add(-along, q);
}

/// Calls `change` with each row, on all threads.
fn each_row(
    rows: &mut Array2<f64>,
    work: usize,
    change: impl Fn(usize, ndarray::ArrayViewMut1<'_, f64>) + Sync,
) {
    let worth = rows.nrows() * work > LEAST_WORK;
    let tasks: Vec<_> = rows.axis_iter_mut(Axis(0)).enumerate().collect();
    share_if(worth, tasks.into_iter(), |(n, row)| change(n, row));
}

fn dependent(found: usize, units: usize) -> Problem {
    let reason = format!(
        "only {found} of {units} units can be told apart: what others would answer is a combination \
         of what these do"
    );
    Problem::new("units", reason).hint(format!("at most {found}, or a smaller width"))
}

//! What a network of radial basis functions takes from its training data: centres and widths.
//!
//! The units of layer `rbf` (`backprop`), and the steps of training that no gradient takes:
//!
//! ```math
//! y_k = \sum_j w_{kj}\, e^{-\beta_j \lVert x - c_j \rVert^2} + b_k, \qquad
//!   \beta_j = \frac{1}{2 \sigma_j^2}
//! ```
//!
//! 1. Centres: samples drawn at random; the means of clusters ([`mod@k_means`]); or the samples that
//!    explain most of the targets ([`mod@orthogonal_least_squares`]).
//! 2. Widths, by a rule from the centres: the mean distance to the p nearest other centres (Moody &
//!    Darken 1989, who have the root of the mean square), or one for all, `$d_{max} / \sqrt{2m}$`.
//! 3. Output weights in closed form ([`ridge`](crate::ridge)). Or all of it by backpropagation.
//!
//! | | shape |
//! |---|---|
//! | x, t | `[N, D]`, `[N, K]` |
//! | centres | `[m, D]` |
//! | σ, β | `[m]` |
//!
//! Sources: Broomhead & Lowe 1988; Moody & Darken 1989; Chen, Cowan & Grant 1991.

pub mod k_means;
pub mod orthogonal_least_squares;
mod picture;
mod proofs;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use kernels::distances::squared_distances;
use ndarray::{Array2, ArrayView2, Axis};
use rand::seq::SliceRandom;
use spec::Problem;
use spec::model::{Initializer, RbfSpec, Width};

use crate::{Data, Stop, Tick};
use k_means::{k_means, plus_plus};
use orthogonal_least_squares::orthogonal_least_squares;
pub use picture::picture;
pub(crate) use proofs::proofs;

/// Centres, and what is to be known of how they were found.
pub struct Centers {
    /// `[m, D]`.
    pub centers: Array2<f64>,
    /// A sentence each.
    pub notes: Vec<String>,
}

/// The centres of a layer from the inputs that it gets, where they are fitted to them; none where
/// they are not. `classes` are those of the samples, if they have some; `stream` names the random
/// stream.
///
/// # Errors
/// When there are fewer different samples than centres, with the key below the layer's; and what
/// `tick` says, which is called now and then.
pub fn centers(
    rbf: &RbfSpec,
    data: &Data,
    classes: Option<&[usize]>,
    stream: &str,
    tick: Tick<'_>,
) -> Result<Option<Centers>, Stop> {
    expect_distances(data)?;
    let found = match (&rbf.centers, rbf.width) {
        (Initializer::Samples, _) => samples(rbf.units, data, stream)?,
        (Initializer::KMeans { per_class, passes }, _) => {
            let classes = classes.filter(|_| *per_class);
            clusters(rbf.units, *passes, data, classes, stream, tick)?
        }
        (Initializer::OrthogonalLeastSquares, Width::Constant(width)) => {
            selected(rbf.units, width, data, tick)?
        }
        _ => return Ok(None),
    };
    Ok(Some(found))
}

/// The squares of all inputs are finite, whatever comes before the layer.
fn expect_distances(data: &Data) -> Result<(), Problem> {
    let square = |x: f64| x * x * data.x.ncols() as f64 * data.len() as f64;
    match data.x.iter().find(|x| !square(4.0 * **x).is_finite()) {
        None => Ok(()),
        Some(x) => {
            let reason = format!("an input of {x:e} is too large for squared distances");
            Err(Problem::new("centers", reason).hint("scale the data, or the layers before"))
        }
    }
}

/// Samples drawn at random, none like another, in the order of the data.
fn samples(units: usize, data: &Data, stream: &str) -> Result<Centers, Problem> {
    let mut order: Vec<usize> = (0..data.len()).collect();
    order.shuffle(&mut data.streams.stream(stream));
    let mut seen = HashSet::new();
    // 0 and −0 are the same number.
    let bits = |row: usize| data.x.row(row).mapv(|x| (x + 0.0).to_bits()).to_vec();
    let drawn = order.into_iter().filter(|&row| seen.insert(bits(row)));
    let mut drawn: Vec<usize> = drawn.take(units).collect();
    if drawn.len() < units {
        return Err(too_few("the samples", drawn.len(), units));
    }
    drawn.sort_unstable();
    Ok(Centers {
        centers: data.x.select(Axis(0), &drawn),
        notes: Vec::new(),
    })
}

/// The means of clusters, of all samples or of each class.
fn clusters(
    units: usize,
    passes: usize,
    data: &Data,
    classes: Option<&[usize]>,
    stream: &str,
    tick: Tick<'_>,
) -> Result<Centers, Stop> {
    let parts = parts(data.len(), classes);
    let each = units / parts.len();
    let mut centers = Array2::zeros((0, data.x.ncols()));
    let (mut taken, mut unsettled, mut reseeded) = (Vec::new(), 0, 0);
    for (part, rows) in parts.iter().enumerate() {
        let (x, name, whose) = match classes {
            None => (
                data.x.view().into(),
                stream.to_string(),
                "the samples".into(),
            ),
            Some(_) => (
                ndarray::CowArray::from(data.x.select(Axis(0), rows)),
                format!("{stream}/{part}"),
                format!("the {} samples of class number {part}", rows.len()),
            ),
        };
        let begun = plus_plus(x.view(), each, &mut data.streams.stream(&name));
        let begun = begun.map_err(|distinct| too_few(&whose, distinct, each))?;
        let found = k_means(x.view(), begun, passes, tick)?;
        let end = centers.append(Axis(0), found.centers.view());
        end.expect("centres are as long as samples");
        taken.push(found.inertia.len());
        unsettled += usize::from(!found.settled);
        reseeded += found.reseeded;
    }
    Ok(Centers {
        centers,
        notes: told(&taken, unsettled, reseeded),
    })
}

/// The samples of each class; without classes all of them.
fn parts(samples: usize, classes: Option<&[usize]>) -> Vec<Vec<usize>> {
    let Some(classes) = classes else {
        return vec![(0..samples).collect()];
    };
    let count = classes.iter().max().map_or(1, |last| last + 1);
    let mut parts = vec![Vec::new(); count];
    for (row, &class) in classes.iter().enumerate() {
        parts[class].push(row);
    }
    parts
}

/// What became of the clusters.
fn told(taken: &[usize], unsettled: usize, reseeded: usize) -> Vec<String> {
    let (least, most) = (taken.iter().min(), taken.iter().max());
    let (least, most) = (least.unwrap_or(&0), most.unwrap_or(&0));
    let mut notes = vec![match least == most {
        true => format!("k_means: {most} passes"),
        false => format!("k_means: {least} to {most} passes"),
    }];
    if unsettled > 0 {
        let of = taken.len();
        notes.push(format!(
            "k_means: in {unsettled} of {of} sets samples still changed their clusters in the last \
             pass"
        ));
    }
    if reseeded > 0 {
        notes.push(format!(
            "k_means: {reseeded} clusters lost all their samples and began anew at the sample that \
             was farthest from its centre"
        ));
    }
    notes
}

/// The samples that explain most.
fn selected(units: usize, width: f64, data: &Data, tick: Tick<'_>) -> Result<Centers, Stop> {
    let selection = orthogonal_least_squares(data, Width::beta(width), units, tick)?;
    let explained: f64 = selection.ratios.iter().sum();
    Ok(Centers {
        centers: data.x.select(Axis(0), &selection.samples),
        notes: vec![format!(
            "orthogonal_least_squares: {units} units explain {:.4} of the targets' variance",
            explained
        )],
    })
}

fn too_few(whose: &str, distinct: usize, wanted: usize) -> Problem {
    let reason =
        format!("{wanted} centres are more than {whose} have different values: {distinct}");
    Problem::new("units", reason).hint("use fewer units")
}

/// β of each unit by a rule from the centres; none where the width is a number.
///
/// # Errors
/// When a width would be 0, with the key below the layer's.
pub fn betas(width: Width, centers: ArrayView2<'_, f64>) -> Result<Option<Vec<f64>>, Problem> {
    let widths = match width {
        Width::Constant(_) => return Ok(None),
        Width::MeanDistance(near) => mean_distances(centers, near),
        Width::LargestDistance => {
            let largest = of_each(centers, |others| others.iter().copied().fold(0.0, f64::max));
            let largest = largest.into_iter().fold(0.0, f64::max);
            vec![largest / (2.0 * centers.nrows() as f64).sqrt(); centers.nrows()]
        }
    };
    let betas: Vec<f64> = widths.iter().map(|&width| Width::beta(width)).collect();
    match betas.iter().position(|beta| !beta.is_normal()) {
        None => Ok(Some(betas)),
        Some(unit) => {
            let reason = format!(
                "by this rule unit {unit} has width {}: other centres lie at the same place",
                widths[unit]
            );
            let hint = "a number: width = { constant = 1.0 }, or other centers";
            Err(Problem::new("width", reason).hint(hint))
        }
    }
}

/// Of each centre the mean distance to the nearest others.
fn mean_distances(centers: ArrayView2<'_, f64>, near: usize) -> Vec<f64> {
    of_each(centers, |others| {
        others.sort_unstable_by(f64::total_cmp);
        others[..near].iter().sum::<f64>() / near as f64
    })
}

/// What `of` makes of the distances of each centre to all others.
fn of_each(centers: ArrayView2<'_, f64>, of: impl Fn(&mut Vec<f64>) -> f64) -> Vec<f64> {
    let (centers, width) = (centers.as_standard_layout(), centers.ncols());
    let all = centers.as_slice().expect("row by row");
    let mut squared = vec![0.0; centers.nrows()];
    let mut one = |(unit, center): (usize, &[f64])| {
        squared_distances(center, all, width, &mut squared);
        let others = squared
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != unit);
        of(&mut others.map(|(_, squared)| squared.sqrt()).collect())
    };
    all.chunks(width).enumerate().map(&mut one).collect()
}

//! Weights of a first linear layer that sees an image, each unit as an image.

use ndarray::{ArrayView1, ArrayView2, Axis, Ix2};
use spec::model::LayerSpec;

use super::kind::{Drawn, Kind};
use super::subject::Subject;
use super::tiles::{Sheet, Tile, around_zero, shape_of_images};

/// Of networks whose first layer is linear, on images.
pub const KIND: Kind = Kind {
    name: "weights",
    title: "Weights of the first layer",
    shows: "of a first linear layer on images: the weights of its units as images",
    draw,
};

/// Units drawn at most.
const MOST: usize = 60;

fn draw(subject: &Subject<'_>) -> Drawn {
    let (Some(network), Some(weights)) = (subject.network(), subject.weights) else {
        return Ok(None);
    };
    let Some([channels, rows, columns]) = shape_of_images(&network.dataset) else {
        return Ok(None);
    };
    let changes = |spec: &LayerSpec| !matches!(spec, LayerSpec::Flatten | LayerSpec::Dropout(_));
    let first = network.plan.iter().find(|layer| changes(&layer.spec));
    let first = first.filter(|layer| matches!(layer.spec, LayerSpec::Linear(_)));
    let weights = first.and_then(|layer| weights.get(&layer.parameters[0].name));
    let Some(weights) = weights.and_then(|w| w.view().into_dimensionality::<Ix2>().ok()) else {
        return Ok(None);
    };
    if weights.ncols() != channels * rows * columns {
        return Ok(None);
    }
    let all = weights.nrows();
    let units = largest(weights);
    let which = match units.len() < all {
        true => format!(
            "the {} of {all} units with the largest weights",
            units.len()
        ),
        false => format!("weights of {all} units"),
    };
    let tile = |&unit: &usize| Tile {
        columns,
        colours: around_zero(mean(weights.row(unit), channels).iter()),
        lines: vec![(unit + 1).to_string()],
    };
    let title = format!("{}: {which}", subject.name());
    let caption = format!(
        "{title} of the first layer as images, red above 0, blue below, each to its own largest."
    );
    let sheet = Sheet {
        title,
        tiles: units.iter().map(tile).collect(),
        in_a_row: 10,
        side: 70.0,
    };
    Ok(Some(KIND.picture(caption, sheet.svg())))
}

/// The units with the largest weights, in their order.
fn largest(weights: ArrayView2<f64>) -> Vec<usize> {
    let size = |&unit: &usize| weights.row(unit).iter().map(|w| w * w).sum::<f64>();
    let mut units: Vec<usize> = (0..weights.nrows()).collect();
    units.sort_by(|a, b| size(b).total_cmp(&size(a)));
    units.truncate(MOST);
    units.sort_unstable();
    units
}

/// The mean over the channels.
fn mean(weights: ArrayView1<f64>, channels: usize) -> ndarray::Array1<f64> {
    let by_channel = weights.to_shape((channels, weights.len() / channels.max(1)));
    let mean = by_channel.ok().and_then(|w| w.mean_axis(Axis(0)));
    mean.unwrap_or_else(|| weights.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn of_many_units_those_with_the_largest_weights_are_shown_in_their_order() {
        let weights = Array2::from_shape_fn((100, 2), |(unit, _)| (unit % 70) as f64);
        let units = largest(weights.view());
        assert_eq!((units.len(), units[0]), (MOST, 20));
        assert!(units.is_sorted() && !units.contains(&70));
        assert_eq!(mean(array![1.0, 2.0, 3.0, 6.0].view(), 2), array![2.0, 4.0]);
    }
}

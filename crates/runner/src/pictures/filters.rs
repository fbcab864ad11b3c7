//! The kernels of the first convolution.

use ndarray::{Array2, ArrayView4, Axis, Ix4};
use spec::model::LayerSpec;

use super::kind::{Drawn, Kind};
use super::subject::Subject;
use super::tiles::{Sheet, Tile, around_zero, colours, range};

/// Of networks with a convolution.
pub const KIND: Kind = Kind {
    name: "filters",
    title: "Filters",
    shows: "the kernels of the first convolution",
    draw,
};

/// Kernels drawn at most.
const MOST: usize = 96;

/// The first convolution that is a layer of its own.
pub struct FirstConvolution<'a> {
    /// Its place among the layers.
    pub layer: usize,
    /// Its name.
    pub name: &'a str,
    /// `[C_out, C_in, K_h, K_w]`
    pub kernels: ArrayView4<'a, f64>,
}

impl<'a> FirstConvolution<'a> {
    /// Of a network with weights; none where its maps are connected one by one.
    pub fn of(subject: &'a Subject<'_>) -> Option<Self> {
        let plan = &subject.network()?.plan;
        let is = |spec: &LayerSpec| matches!(spec, LayerSpec::Conv2d(_));
        let layer = plan.iter().position(|layer| is(&layer.spec))?;
        let kernels = subject.weights?.get(&plan[layer].parameters[0].name)?;
        Some(Self {
            layer,
            name: &plan[layer].name,
            kernels: kernels.view().into_dimensionality::<Ix4>().ok()?,
        })
    }

    /// The kernels, each summed over its input maps.
    pub fn summed(&self) -> Vec<Array2<f64>> {
        let kernels = self.kernels.axis_iter(Axis(0));
        kernels.map(|kernel| kernel.sum_axis(Axis(0))).collect()
    }
}

fn draw(subject: &Subject<'_>) -> Drawn {
    let Some(of) = FirstConvolution::of(subject) else {
        return Ok(None);
    };
    let (all, channels, rows, columns) = of.kernels.dim();
    let shown = all.min(MOST);
    let which = match shown < all {
        true => format!("the first {shown} of {all} kernels"),
        false => format!("{all} kernels"),
    };
    let (how, tiles) = match channels {
        // Where the input has colours, kernels have them, too.
        3 => ("each in the colours that it sees", in_colours(of.kernels)),
        _ => (
            "red above 0, blue below, each to its own largest",
            of.summed().iter().map(tile).collect(),
        ),
    };
    let mut tiles: Vec<Tile> = tiles;
    tiles.truncate(shown);
    for (number, tile) in tiles.iter_mut().enumerate() {
        tile.lines = vec![(number + 1).to_string()];
    }
    let title = format!("{}: {which} of layer {}", subject.name(), of.name);
    let caption = format!("{title}, {rows} x {columns}, {how}.");
    let sheet = Sheet {
        title,
        tiles,
        in_a_row: 12,
        side: 56.0,
    };
    Ok(Some(KIND.picture(caption, sheet.svg())))
}

/// Of one input map, or of the sum of several.
fn tile(kernel: &Array2<f64>) -> Tile {
    Tile {
        columns: kernel.ncols(),
        colours: around_zero(kernel.iter()),
        lines: Vec::new(),
    }
}

/// Grey at 0, each kernel to its own largest.
fn in_colours(kernels: ArrayView4<'_, f64>) -> Vec<Tile> {
    let (_, channels, rows, columns) = kernels.dim();
    let tile = |kernel: ndarray::ArrayView3<f64>| {
        let (low, high) = range(kernel);
        let largest = high.max(-low);
        let flat: Vec<f64> = kernel.iter().copied().collect();
        Tile {
            columns,
            colours: colours(
                ndarray::aview1(&flat),
                [channels, rows, columns],
                (-largest, largest),
            ),
            lines: Vec::new(),
        }
    };
    kernels.axis_iter(Axis(0)).map(tile).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array4, array};

    #[test]
    fn kernels_of_colours_are_grey_where_they_are_zero() {
        let mut kernels = Array4::zeros((1, 3, 1, 2));
        kernels[[0, 0, 0, 1]] = 0.5;
        let tiles = in_colours(kernels.view());
        assert_eq!(tiles[0].colours, [[128; 3], [255, 128, 128]]);
        let grey = tile(&array![[1.0, 0.0, -1.0]]);
        assert_eq!((grey.columns, grey.colours[1]), (3, [255; 3]));
        assert_ne!(grey.colours[0], grey.colours[2]);
    }
}

//! A convolution as planned: its sizes and buffers.

use contract::{Real, aligned_zeros};
use spec::model::{Conv2dSpec, Pair, PlannedLayer};

use super::{Buffers, Conv2d, Sizes};
use crate::layers::Linear;
use kernels::matmul::shifted::{SLACK, Strips};
use kernels::phase_planes::{Planes, Side};

/// Numbers of x and dy that a chunk of samples may have: dw goes over them once for each tile, so
/// they should stay in the second cache.
const CHUNK: usize = 1 << 15;

impl<T: Real> Conv2d<T> {
    /// The planned layer.
    pub fn new(planned: &PlannedLayer, spec: &Conv2dSpec) -> Self {
        let [channels, height, width] = planned.image();
        let groups = spec.groups;
        let sizes = Sizes {
            groups,
            maps_in: channels / groups,
            maps_out: spec.channels / groups,
            kernel: spec.kernel.height * spec.kernel.width,
            outputs: planned.outputs() / spec.channels,
            bias: spec.bias,
        };
        let whole = [spec.kernel.height, spec.kernel.width] == [height, width];
        let plain = spec.padding == Pair::default() && spec.dilation == Pair::from(1);
        let linear = whole && plain && groups == 1;
        let planes = planes(planned, spec);
        let ways_back = planes.ways_back(sizes.maps_out);
        let most = ways_back.iter().map(|way| way.places).max().unwrap_or(0);
        let spread = spec.channels * planes.spread_row();
        let chunk = (CHUNK / (planes.image() + spread)).clamp(1, 8);
        let buffers = Buffers {
            forward: vec![Strips::default(); groups],
            backward: vec![Strips::default(); groups * ways_back.len()],
            x: aligned_zeros(chunk * planes.image()),
            y: aligned_zeros(spec.channels * (planes.wide() + SLACK)),
            dy: aligned_zeros(chunk * spread),
            dx: aligned_zeros(sizes.maps_in * (most + SLACK)),
        };
        Self {
            sizes,
            offsets: planes.offsets(sizes.maps_in),
            ways_back,
            planes,
            buffers,
            chunk,
            linear: linear.then(|| Linear::new(planned.inputs(), spec.channels, spec.bias)),
        }
    }
}

/// The layout of the images of a planned convolution.
fn planes(planned: &PlannedLayer, spec: &Conv2dSpec) -> Planes {
    let [maps, height, width] = planned.image();
    let &[_, h_out, w_out] = planned.output.as_slice() else {
        panic!("{}: a convolution gives images", planned.name);
    };
    let down = Side {
        size: height,
        stride: spec.stride.height,
        padding: spec.padding.height,
        dilation: spec.dilation.height,
        kernel: spec.kernel.height,
        out: h_out,
    };
    let across = Side {
        size: width,
        stride: spec.stride.width,
        padding: spec.padding.width,
        dilation: spec.dilation.width,
        kernel: spec.kernel.width,
        out: w_out,
    };
    Planes::new(maps, down, across)
}

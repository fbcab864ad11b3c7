//! A packed layout of images that a convolution reads without gaps.
//!
//! Output `$o$` and kernel entry `$k$` meet at pixel `$i = s\,o + d\,k - p$` (stride, dilation,
//! padding). Put `$p$` zeros around the image and deal its pixels out by their remainder modulo
//! `$s$`, each remainder a plane of its own:
//!
//! ```math
//! i + p = s\,o + d\,k = s\,(o + \lfloor dk / s \rfloor) + (dk \bmod s)
//! ```
//!
//! So kernel entry `$k$` always reads plane `$dk \bmod s$`, at `$o$` shifted by `$\lfloor dk / s
//! \rfloor$`. That holds down and across alike, hence for the flat index too once outputs have rows
//! as wide as those of a plane: what a kernel entry is multiplied by in *all* outputs of a map is
//! one stretch of memory. A row of the usual matrix of columns ("im2col"), which copies each pixel
//! once for every kernel entry, is thus had without any copy. The price is the outputs at the end
//! of each wide row: computed and thrown away. (In dw they are multiplied by 0, so an infinite x
//! may show as NaN there.)

use std::ops::Range;

use crate::Real;
use crate::matmul::shifted::SLACK;

/// Sizes along one side of an image.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Pixels.
    pub size: usize,
    /// Step between windows.
    pub stride: usize,
    /// Zeros on each end.
    pub padding: usize,
    /// Distance of the pixels under neighbouring kernel entries.
    pub dilation: usize,
    /// Kernel entries.
    pub kernel: usize,
    /// Outputs.
    pub out: usize,
}

impl Side {
    /// Plane that kernel entry `k` reads.
    #[inline]
    fn phase(&self, k: usize) -> usize {
        self.dilation * k % self.stride
    }

    /// How far from the output.
    #[inline]
    fn shift(&self, k: usize) -> usize {
        self.dilation * k / self.stride
    }

    /// Places of a plane: all that an output reads.
    #[inline]
    fn length(&self) -> usize {
        self.out + self.shift(self.kernel - 1)
    }

    /// Places of a plane that are pixels, not padding.
    #[inline]
    fn inside(&self, phase: usize) -> Range<usize> {
        let place = |padded: usize| padded.saturating_sub(phase).div_ceil(self.stride);
        let end = place(self.padding + self.size).min(self.length());
        place(self.padding).min(end)..end
    }

    /// The pixel at a place that is inside.
    #[inline]
    fn pixel(&self, phase: usize, place: usize) -> usize {
        self.stride * place + phase - self.padding
    }
}

/// The packed layout of the images of a convolution.
pub struct PhaseLayout {
    /// Input maps, C.
    maps: usize,
    down: Side,
    across: Side,
    phases: Vec<Phase>,
    /// For each kernel entry `$(k_h, k_w)$` its place: index of the phase, shift of the flat index.
    entries: Vec<(usize, usize)>,
}

/// Pixels of the same remainders down and across, that some kernel entry reads.
struct Phase {
    down: usize,
    across: usize,
}

impl PhaseLayout {
    /// The layout of a convolution of so many input maps.
    #[inline]
    pub fn new(maps: usize, down: Side, across: Side) -> Self {
        let (mut phases, mut entries) = (Vec::<Phase>::new(), Vec::new());
        for kh in 0..down.kernel {
            for kw in 0..across.kernel {
                let (h, w) = (down.phase(kh), across.phase(kw));
                let known = phases.iter().position(|p| (p.down, p.across) == (h, w));
                let phase = known.unwrap_or_else(|| {
                    phases.push(Phase { down: h, across: w });
                    phases.len() - 1
                });
                let shift = down.shift(kh) * across.length() + across.shift(kw);
                entries.push((phase, shift));
            }
        }
        Self {
            maps,
            down,
            across,
            phases,
            entries,
        }
    }

    /// Numbers of a plane.
    #[inline]
    pub fn plane(&self) -> usize {
        self.down.length() * self.across.length()
    }

    /// Numbers of a packed image, `[phases, C, plane]` and some to read beyond.
    #[inline]
    pub fn image(&self) -> usize {
        self.phases.len() * self.maps * self.plane() + SLACK
    }

    /// Numbers from the first output of a map to the last, in rows as wide as a plane's.
    #[inline]
    pub fn wide(&self) -> usize {
        (self.down.out - 1) * self.across.length() + self.across.out
    }

    /// Numbers before the first output in a row of [`PhaseLayout::widen`], as many as the largest
    /// shift.
    #[inline]
    pub fn margin(&self) -> usize {
        self.entries.last().map_or(0, |&(_, shift)| shift)
    }

    /// Numbers of a row of [`PhaseLayout::widen`].
    #[inline]
    pub fn wide_row(&self) -> usize {
        self.margin() + self.plane() + SLACK
    }

    /// Where `$(c, k_h, k_w)$` begins to read, for the first `maps` maps: the shifted rows of the
    /// product with a weight `[C_out, maps · K_h · K_w]`.
    #[inline]
    pub fn offsets(&self, maps: usize) -> Vec<usize> {
        let plane = self.plane();
        let of_map = |map: usize| {
            let entries = self.entries.iter();
            entries.map(move |&(phase, shift)| (phase * self.maps + map) * plane + shift)
        };
        (0..maps).flat_map(of_map).collect()
    }

    /// What gathers the gradient of each phase, from the gradient of the first `maps` output maps.
    #[inline]
    pub fn input_gathers(&self, maps: usize) -> Vec<InputGather> {
        let gather = |(index, phase): (usize, &Phase)| {
            let rows = self.down.inside(phase.down);
            let first = self.margin() + rows.start * self.across.length();
            let entries: Vec<usize> = (0..self.entries.len())
                .filter(|&k| self.entries[k].0 == index)
                .collect();
            let offsets = (0..maps).flat_map(|map| {
                let start = map * self.wide_row() + first;
                entries.iter().map(move |&k| start - self.entries[k].1)
            });
            InputGather {
                phase: index,
                places: rows.len() * self.across.length(),
                offsets: offsets.collect(),
                entries: entries.clone(),
            }
        };
        self.phases.iter().enumerate().map(gather).collect()
    }

    /// Whether there are pixels that no kernel entry reads, so that they have no gradient.
    #[inline]
    pub fn misses_pixels(&self) -> bool {
        let read = |side: &Side, phase: usize| side.inside(phase).len();
        let each = self.phases.iter();
        let all: usize = each
            .map(|p| read(&self.down, p.down) * read(&self.across, p.across))
            .sum();
        all < self.down.size * self.across.size
    }

    /// `f` of an image `[C, H, W]`, packed. What is zero between the pixels stays as it was.
    #[inline]
    pub fn pack<T: Real>(&self, x: &[T], packed: &mut [T], f: impl Fn(T) -> T) {
        let stride = self.across.stride;
        for index in 0..self.phases.len() {
            for map in 0..self.maps {
                let plane = &mut packed[(index * self.maps + map) * self.plane()..];
                self.segments(index, map, 0, |at, pixel, length| {
                    let (to, from) = (&mut plane[at..at + length], &x[pixel..]);
                    match stride {
                        1 => to.iter_mut().zip(from).for_each(|(to, &x)| *to = f(x)),
                        _ => {
                            let from = from.iter().step_by(stride);
                            to.iter_mut().zip(from).for_each(|(to, &x)| *to = f(x));
                        }
                    }
                });
            }
        }
    }

    /// The pixels of one phase of a map, from the places that a [`InputGather`] gathers, into their
    /// image `[C, H, W]`.
    #[inline]
    pub fn unpack<T: Real>(&self, phase: usize, map: usize, places: &[T], dx: &mut [T]) {
        let first_row = self.down.inside(self.phases[phase].down).start;
        let stride = self.across.stride;
        self.segments(phase, map, first_row, |at, pixel, length| {
            let (from, to) = (&places[at..at + length], &mut dx[pixel..]);
            match stride {
                1 => to[..length].copy_from_slice(from),
                _ => {
                    let to = to.iter_mut().step_by(stride);
                    to.zip(from).for_each(|(to, &from)| *to = from);
                }
            }
        });
    }

    /// Calls with the place in the plane (from `first_row` on), the pixel in the image and the
    /// length of each row of pixels.
    #[inline]
    fn segments(
        &self,
        phase: usize,
        map: usize,
        first_row: usize,
        mut each: impl FnMut(usize, usize, usize),
    ) {
        let Phase { down, across } = self.phases[phase];
        let columns = self.across.inside(across);
        if columns.is_empty() {
            return;
        }
        let first = self.across.pixel(across, columns.start);
        for row in self.down.inside(down) {
            let at = (row - first_row) * self.across.length() + columns.start;
            let line = map * self.down.size + self.down.pixel(down, row);
            each(at, line * self.across.size + first, columns.len());
        }
    }

    /// One output map `[H_out, W_out]` from its wide rows, plus `bias`.
    #[inline]
    pub fn crop<T: Real>(&self, wide: &[T], bias: T, y: &mut [T]) {
        let rows = wide.chunks(self.across.length());
        for (y, wide) in y.chunks_exact_mut(self.across.out).zip(rows) {
            for (y, &wide) in y.iter_mut().zip(wide) {
                *y = wide + bias;
            }
        }
    }

    /// The gradient of one output map in wide rows, after [`PhaseLayout::margin`] zeros; what is
    /// between them stays zero.
    #[inline]
    pub fn widen<T: Real>(&self, dy: &[T], row: &mut [T]) {
        let wide = row[self.margin()..].chunks_mut(self.across.length());
        for (dy, wide) in dy.chunks_exact(self.across.out).zip(wide) {
            wide[..dy.len()].copy_from_slice(dy);
        }
    }
}

/// How the gradient of the pixels of one phase is gathered: each from the outputs that read it.
pub struct InputGather {
    /// Index of the phase.
    pub phase: usize,
    /// Places in the rows that have pixels.
    pub places: usize,
    /// The kernel entries that read this phase.
    pub entries: Vec<usize>,
    /// Where `(output map, entry)` begins to read.
    pub offsets: Vec<usize>,
}

//! The events of a file: numbers, histograms and images, each with a tag and a step.
//!
//! | message | fields by their numbers |
//! |---|---|
//! | `Event` | 1 wall time in seconds (double), 2 step, 3 version of the file (the first event), 5 `Summary` |
//! | `Summary` | 1 `Value`, again and again |
//! | `Value` | 1 tag, 2 number (float), 4 `Image`, 5 `HistogramProto` |
//! | `Image` | 1 height, 2 width, 3 colour space (1: grey), 4 PNG |
//! | `HistogramProto` | 1 min, 2 max, 3 count, 4 sum, 5 sum of squares, 6 upper ends, 7 counts (doubles) |
//!
//! Source: TensorFlow's `event.proto`, `summary.proto` and `histogram.proto`.

use super::wire::Message;

/// As TensorBoard's own histograms have by default.
const BINS: usize = 30;

/// A file of events.
pub struct Events {
    bytes: Vec<u8>,
}

/// An image in shades of grey, row by row.
pub struct Image {
    /// Pixels of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The image as PNG.
    pub png: Vec<u8>,
}

/// How many numbers lie in each bin.
#[derive(Debug, PartialEq)]
pub struct Histogram {
    min: f64,
    max: f64,
    sum: f64,
    sum_of_squares: f64,
    /// Upper ends of the bins; the first begins at the least number.
    ends: Vec<f64>,
    counts: Vec<f64>,
}

impl Events {
    /// A file that begins at that time, in seconds since 1970.
    pub fn new(time: f64) -> Self {
        let first = Message::default().double(1, time).bytes(3, "brain.Event:2");
        let bytes = first.framed();
        Self { bytes }
    }

    /// A number. TensorBoard has it in single precision.
    pub fn scalar(&mut self, (time, step): (f64, usize), tag: &str, value: f64) {
        self.add((time, step), tag, |message| message.float(2, value as f32));
    }

    /// A histogram.
    pub fn histogram(&mut self, at: (f64, usize), tag: &str, of: &Histogram) {
        let histogram = Message::default()
            .double(1, of.min)
            .double(2, of.max)
            .double(3, of.counts.iter().sum())
            .double(4, of.sum)
            .double(5, of.sum_of_squares)
            .doubles(6, &of.ends)
            .doubles(7, &of.counts);
        self.add(at, tag, |message| message.message(5, histogram));
    }

    /// An image.
    pub fn image(&mut self, at: (f64, usize), tag: &str, image: &Image) {
        let image = Message::default()
            .integer(1, image.height as u64)
            .integer(2, image.width as u64)
            .integer(3, 1)
            .bytes(4, &image.png);
        self.add(at, tag, |message| message.message(4, image));
    }

    fn add(
        &mut self,
        (time, step): (f64, usize),
        tag: &str,
        value: impl FnOnce(Message) -> Message,
    ) {
        let value = value(Message::default().bytes(1, tag));
        let summary = Message::default().message(1, value);
        let event = Message::default()
            .double(1, time)
            .integer(2, step as u64)
            .message(5, summary);
        self.bytes.extend(event.framed());
    }

    /// The file.
    pub fn bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl Histogram {
    /// Of bins `[from, to]`, from the lowest up, with the counts of each: none where there is no
    /// bin. Its sums are those of the middles of the bins.
    pub fn of_bins(bins: impl Iterator<Item = ([f64; 2], u64)>) -> Option<Self> {
        let mut histogram: Option<Self> = None;
        for ([from, to], count) in bins {
            let (count, middle) = (count as f64, (from + to) / 2.0);
            let of = histogram.get_or_insert(Self {
                min: from,
                max: to,
                sum: 0.0,
                sum_of_squares: 0.0,
                ends: Vec::new(),
                counts: Vec::new(),
            });
            // Between two bins there is nothing; a bin without width is told by its end alone.
            if of.ends.last().is_some_and(|end| *end < from) && from < to {
                of.ends.push(from);
                of.counts.push(0.0);
            }
            of.ends.push(to);
            of.counts.push(count);
            of.max = to;
            of.sum += count * middle;
            of.sum_of_squares += count * middle * middle;
        }
        histogram
    }

    /// Of some numbers, those that are finite, in bins of equal width; none where there is none.
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Option<Self> {
        let values = values.filter(|value| value.is_finite());
        let min = values.clone().reduce(f64::min)?;
        let max = values.clone().reduce(f64::max)?;
        let bins = if max > min { BINS } else { 1 };
        let width = (max - min) / bins as f64;
        let mut counts = vec![0.0; bins];
        for value in values.clone() {
            // As many as there are, where there is a single one, whose bin has no width.
            let bin = ((value - min) / width) as usize;
            counts[bin.min(bins - 1)] += 1.0;
        }
        let ends = (1..bins).map(|bin| min + width * bin as f64);
        Some(Self {
            min,
            max,
            sum: values.clone().sum(),
            sum_of_squares: values.map(|value| value * value).sum(),
            ends: ends.chain([max]).collect(),
            counts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `benches/peers/tensorboard_events.py` lets TensorBoard's own writer write the same.
    #[test]
    fn the_bytes_are_those_of_tensorboards_own_writer() {
        let mut events = Events::new(1000.25);
        let at = (1001.5, 300);
        events.scalar(at, "loss/test", 0.1);
        let histogram = Histogram {
            min: -1.5,
            max: 2.5,
            sum: 3.25,
            sum_of_squares: 12.5,
            ends: vec![0.5, 2.5],
            counts: vec![3.0, 4.0],
        };
        events.histogram(at, "weights/0.weight", &histogram);
        let image = Image {
            width: 300,
            height: 2,
            png: b"\x89PNG".to_vec(),
        };
        events.image(at, "first layer/0.weight", &image);
        assert!(events.bytes() == include_bytes!("known.tfevents"));
    }

    #[test]
    fn every_number_lies_in_a_bin() {
        let values = (0..=300).map(|n| f64::from(n) / 10.0 - 3.0);
        let histogram = Histogram::of(values.chain([f64::NAN])).unwrap();
        assert_eq!((histogram.min, histogram.max), (-3.0, 27.0));
        assert_eq!(histogram.counts.iter().sum::<f64>(), 301.0);
        assert_eq!(histogram.counts.len(), histogram.ends.len());
        assert_eq!(histogram.counts[0], 10.0);
        assert_eq!(histogram.counts[29], 11.0, "the largest is in the last");
    }

    #[test]
    fn bins_that_are_given_keep_their_counts_and_gaps_have_none() {
        let bins = [
            ([-4.0, -2.0], 3),
            ([0.0, 0.0], 2),
            ([0.5, 1.0], 1),
            ([1.0, 2.0], 5),
        ];
        let histogram = Histogram::of_bins(bins.into_iter()).unwrap();
        assert_eq!(histogram.ends, [-2.0, 0.0, 0.5, 1.0, 2.0]);
        assert_eq!(histogram.counts, [3.0, 2.0, 0.0, 1.0, 5.0]);
        assert_eq!((histogram.min, histogram.max), (-4.0, 2.0));
        assert_eq!(histogram.sum, -9.0 + 0.75 + 7.5);
        assert_eq!(Histogram::of_bins([].into_iter()), None);
    }

    #[test]
    fn a_single_number_has_a_bin_and_none_has_none() {
        let one = Histogram::of([2.0, 2.0].into_iter()).unwrap();
        assert_eq!((one.ends, one.counts), (vec![2.0], vec![2.0]));
        assert_eq!(Histogram::of([f64::INFINITY].into_iter()), None);
    }
}

//! Room for the rows of a batch.

use aligned_vec::AVec;
use kernels::{Real, aligned_zeros};
use ndarray::{ArrayView2, ArrayViewMut2};

/// A matrix that is filled again and again, of which a batch uses the first rows. It lies like
/// [`aligned_zeros`].
#[derive(Clone, Debug)]
pub struct RowBuffer<T> {
    numbers: AVec<T>,
    rows: usize,
    columns: usize,
}

impl<T: Real> RowBuffer<T> {
    /// Rows of zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self {
            numbers: aligned_zeros(rows * columns),
            rows,
            columns,
        }
    }

    /// Numbers of a row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Makes room for so many rows. If there is not enough of it, all numbers become zero.
    pub fn make_room(&mut self, rows: usize) {
        if self.rows < rows {
            *self = Self::zeros(rows, self.columns);
        }
    }

    /// The first rows, `[rows, columns]`.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn first(&self, rows: usize) -> ArrayView2<'_, T> {
        let view = ArrayView2::from_shape((self.rows, self.columns), &self.numbers);
        view.expect("the buffer is as large as its shape")
            .split_at(ndarray::Axis(0), rows)
            .0
    }

    /// The first rows, `[rows, columns]`, to be changed.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn first_mut(&mut self, rows: usize) -> ArrayViewMut2<'_, T> {
        let view = ArrayViewMut2::from_shape((self.rows, self.columns), &mut self.numbers);
        view.expect("the buffer is as large as its shape")
            .split_at(ndarray::Axis(0), rows)
            .0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aligned_vec::CACHELINE_ALIGN;

    #[test]
    fn a_batch_uses_the_first_rows() {
        let mut buffer = RowBuffer::<f32>::zeros(3, 5);
        buffer.first_mut(2).fill(1.0);
        assert_eq!(buffer.first(3).sum(), 10.0);
        assert_eq!(buffer.first(1).dim(), (1, 5));
        assert_eq!(buffer.first(1).as_ptr() as usize % CACHELINE_ALIGN, 0);
    }

    #[test]
    fn room_is_made_once() {
        let mut buffer = RowBuffer::<f64>::zeros(0, 4);
        buffer.make_room(6);
        buffer.first_mut(6).fill(1.0);
        let before = buffer.first(6).as_ptr();
        buffer.make_room(5);
        assert_eq!(buffer.first(6).as_ptr(), before);
        assert_eq!(buffer.first(6).sum(), 24.0);
        assert_eq!(buffer.columns(), 4);
    }
}

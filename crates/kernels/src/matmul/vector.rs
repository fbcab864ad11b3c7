//! The vectors of an instruction set, for f32 and f64 alike.

use crate::Real;
use pulp::Simd;

/// A number type whose vectors the kernels use.
pub trait Vector: Real {
    /// As many numbers as a register of `S` holds.
    type Of<S: Simd>: Copy;

    /// Numbers of a vector.
    #[inline(always)]
    fn lanes<S: Simd>() -> usize {
        size_of::<Self::Of<S>>() / size_of::<Self>()
    }

    /// A vector of the same number.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Of<S>;

    /// A slice as vectors, and the numbers that are left.
    fn split<S: Simd>(slice: &[Self]) -> (&[Self::Of<S>], &[Self]);

    /// The same, to be changed.
    fn split_mut<S: Simd>(slice: &mut [Self]) -> (&mut [Self::Of<S>], &mut [Self]);

    /// The vector that begins at `from`, without a look at the end of the slice: a kernel that
    /// checks its reach once has a third fewer instructions in its inner loop.
    ///
    /// # Safety
    /// The vector ends before the slice does.
    unsafe fn at<S: Simd>(slice: &[Self], from: usize) -> Self::Of<S>;

    /// Writes the vector that begins at `from`, likewise.
    ///
    /// # Safety
    /// The vector ends before the slice does.
    unsafe fn put<S: Simd>(slice: &mut [Self], from: usize, vector: Self::Of<S>);

    /// a + b.
    fn plus<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>) -> Self::Of<S>;

    /// a − b.
    fn minus<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>) -> Self::Of<S>;

    /// a · b + c.
    fn multiply_add<S: Simd>(
        simd: S,
        a: Self::Of<S>,
        b: Self::Of<S>,
        c: Self::Of<S>,
    ) -> Self::Of<S>;

    /// The sum of a vector's numbers.
    fn total<S: Simd>(simd: S, vector: Self::Of<S>) -> Self;

    /// The numbers that win, with their tags: `x` where it is larger than `best` or a NaN.
    fn winner<S: Simd>(simd: S, x: Tagged<Self, S>, best: Tagged<Self, S>) -> Tagged<Self, S>;

    /// 0 where a number is negative; a NaN stays.
    fn rectified<S: Simd>(simd: S, x: Self::Of<S>) -> Self::Of<S>;
}

/// Numbers, and for each some bits that stay with it.
pub type Tagged<T, S> = (<T as Vector>::Of<S>, <T as Vector>::Of<S>);

macro_rules! vector {
    ($type:ty, $of:ident, $splat:ident, $split:ident, $split_mut:ident, $add:ident, $sub:ident, $mul_add:ident, $sum:ident, $greater:ident, $equal:ident, $or:ident, $not:ident, $select:ident) => {
        impl Vector for $type {
            type Of<S: Simd> = S::$of;

            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$of {
                simd.$splat(value)
            }

            #[inline(always)]
            fn split<S: Simd>(slice: &[Self]) -> (&[S::$of], &[Self]) {
                S::$split(slice)
            }

            #[inline(always)]
            fn split_mut<S: Simd>(slice: &mut [Self]) -> (&mut [S::$of], &mut [Self]) {
                S::$split_mut(slice)
            }

            #[inline(always)]
            unsafe fn at<S: Simd>(slice: &[Self], from: usize) -> S::$of {
                debug_assert!(from + size_of::<S::$of>() / size_of::<Self>() <= slice.len());
                // SAFETY: the caller promises that the vector lies in the slice; it is plain
                // numbers, for which any bits are right, and the read asks for no alignment.
                unsafe { slice.as_ptr().add(from).cast::<S::$of>().read_unaligned() }
            }

            #[inline(always)]
            unsafe fn put<S: Simd>(slice: &mut [Self], from: usize, vector: S::$of) {
                debug_assert!(from + size_of::<S::$of>() / size_of::<Self>() <= slice.len());
                let place = slice.as_mut_ptr();
                // SAFETY: the caller promises that the vector lies in the slice, which is lent to
                // us alone; the write asks for no alignment.
                unsafe { place.add(from).cast::<S::$of>().write_unaligned(vector) }
            }

            #[inline(always)]
            fn plus<S: Simd>(simd: S, a: S::$of, b: S::$of) -> S::$of {
                simd.$add(a, b)
            }

            #[inline(always)]
            fn minus<S: Simd>(simd: S, a: S::$of, b: S::$of) -> S::$of {
                simd.$sub(a, b)
            }

            #[inline(always)]
            fn multiply_add<S: Simd>(simd: S, a: S::$of, b: S::$of, c: S::$of) -> S::$of {
                simd.$mul_add(a, b, c)
            }

            #[inline(always)]
            fn total<S: Simd>(simd: S, vector: S::$of) -> Self {
                simd.$sum(vector)
            }

            #[inline(always)]
            fn winner<S: Simd>(
                simd: S,
                x: Tagged<Self, S>,
                best: Tagged<Self, S>,
            ) -> Tagged<Self, S> {
                let nan = simd.$not(simd.$equal(x.0, x.0));
                let wins = simd.$or(simd.$greater(x.0, best.0), nan);
                (
                    simd.$select(wins, x.0, best.0),
                    simd.$select(wins, x.1, best.1),
                )
            }

            #[inline(always)]
            fn rectified<S: Simd>(simd: S, x: S::$of) -> S::$of {
                let zero = simd.$splat(0.0);
                simd.$select(simd.$greater(zero, x), zero, x)
            }
        }
    };
}

vector!(
    f32,
    f32s,
    splat_f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    add_f32s,
    sub_f32s,
    mul_add_e_f32s,
    reduce_sum_f32s,
    greater_than_f32s,
    equal_f32s,
    or_m32s,
    not_m32s,
    select_f32s
);
vector!(
    f64,
    f64s,
    splat_f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    add_f64s,
    sub_f64s,
    mul_add_e_f64s,
    reduce_sum_f64s,
    greater_than_f64s,
    equal_f64s,
    or_m64s,
    not_m64s,
    select_f64s
);

/// Writes a loop out, body by body, for the given rounds below a bound. An array that is indexed by
/// constants only lives in registers; one round with a variable index, and all of it lives in
/// memory.
macro_rules! unrolled {
    ($index:ident in [$($round:literal)*] below $bound:expr => $body:block) => {
        $(
            if $round < $bound {
                let $index: usize = $round;
                $body
            }
        )*
    };
}
pub(crate) use unrolled;

/// Calls a function that is generic over the height of a tile, at most 6 rows, with a height known
/// at run time.
macro_rules! of_height {
    ($height:expr, $constant:ident => $call:expr) => {
        match $height {
            6 => of_height!(@6 $constant $call),
            5 => of_height!(@5 $constant $call),
            4 => of_height!(@4 $constant $call),
            3 => of_height!(@3 $constant $call),
            2 => of_height!(@2 $constant $call),
            _ => of_height!(@1 $constant $call),
        }
    };
    (@$height:literal $constant:ident $call:expr) => {{
        const $constant: usize = $height;
        $call
    }};
}
pub(crate) use of_height;

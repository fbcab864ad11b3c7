//! The cells of recurrent layers: what is done number by number at a step, forward and back, for
//! all samples. The equations, with their derivation, are those of the layers.
//!
//! Each is a loop over the units of a sample, whose slices are arguments of a function: so the
//! compiler knows that they do not overlap, and computes the loop in vectors.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use bytemuck::{cast_slice, cast_slice_mut};
use pulp::{Simd, WithSimd};

use crate::Real;
use crate::entry_points;
use crate::matmul::vector::Vector;
use crate::matmul::vectorized::Vectorized;

/// A step of N samples through long short-term memory.
pub struct LstmForward<'a, T> {
    /// H.
    pub units: usize,
    /// p of i, f and o, `[3H]`; empty where the gates do not see the cells.
    pub peepholes: &'a [T],
    /// `[N, 4H]`: the net inputs of i, f, g, o, which become i, f, g, o.
    pub gates: &'a mut [T],
    /// `$c_{t-1}$`, `[N, H]`.
    pub c_before: &'a [T],
    /// `$c_t$`, `[N, H]`, is left here.
    pub c: &'a mut [T],
    /// `$\tanh c_t$`, `[N, H]`, is left here.
    pub tanh_c: &'a mut [T],
    /// `$h_t$`, `[N, H]`, is left here.
    pub h: &'a mut [T],
}

/// The same step on the way back.
pub struct LstmBackward<'a, T> {
    /// H.
    pub units: usize,
    /// As forward.
    pub peepholes: &'a [T],
    /// i, f, g, o, `[N, 4H]`.
    pub gates: &'a [T],
    /// `$c_{t-1}$`, `[N, H]`.
    pub c_before: &'a [T],
    /// `$\tanh c_t$`, `[N, H]`.
    pub tanh_c: &'a [T],
    /// `$dh_t$`, `[N, H]`.
    pub dh: &'a [T],
    /// `[N, H]`: what comes to `$c_t$` from the step behind, which becomes what goes to
    /// `$c_{t-1}$`.
    pub dc: &'a mut [T],
    /// The gradients of the net inputs, `[N, 4H]`, are left here.
    pub dz: &'a mut [T],
}

/// A step of N samples through gated recurrent units.
pub struct GruForward<'a, T> {
    /// H.
    pub units: usize,
    /// `[N, 3H]`: `$a_t$`, which becomes r, z, n.
    pub gates: &'a mut [T],
    /// `$v_t$`, `[N, 3H]`.
    pub v: &'a [T],
    /// `$h_{t-1}$`, `[N, H]`.
    pub h_before: &'a [T],
    /// `$h_t$`, `[N, H]`, is left here.
    pub h: &'a mut [T],
}

/// The same step on the way back.
pub struct GruBackward<'a, T> {
    /// H.
    pub units: usize,
    /// r, z, n, `[N, 3H]`.
    pub gates: &'a [T],
    /// `$v_t$`, `[N, 3H]`.
    pub v: &'a [T],
    /// `$h_{t-1}$`, `[N, H]`.
    pub h_before: &'a [T],
    /// `[N, H]`: `$dh_t$`, which becomes what goes to `$h_{t-1}$` along the state itself.
    pub dh: &'a mut [T],
    /// `$da_t$`, `[N, 3H]`, is left here.
    pub da: &'a mut [T],
    /// `$dv_t$`, `[N, 3H]`, is left here.
    pub dv: &'a mut [T],
}

/// A function of many numbers.
pub struct Activate<'a, T> {
    /// Which.
    pub function: Function,
    /// The numbers, which become those of the function.
    pub x: &'a mut [T],
}

/// What [`Activate`] computes.
#[derive(Clone, Copy, Debug)]
pub enum Function {
    /// tanh x.
    Tanh,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// x Φ(x), with Φ the distribution function of the standard normal distribution.
    Gelu,
    /// Its derivative, Φ(x) + x φ(x).
    GeluSlope,
}

entry_points!(LstmForward LstmBackward GruForward GruBackward Activate);

/// The same computation with a number type whose vectors are known.
macro_rules! vectorized {
    ($name:ident { $($same:ident)* } read { $($read:ident)* } write { $($write:ident)* }) => {
        impl<'a, T: Real> Vectorized for $name<'a, T> {
            type Number = T;
            type With<V: Vector> = $name<'a, V>;

            fn with<V: Vector>(self) -> $name<'a, V> {
                $name {
                    $($same: self.$same,)*
                    $($read: cast_slice(self.$read),)*
                    $($write: cast_slice_mut(self.$write),)*
                }
            }
        }
    };
}

vectorized!(LstmForward { units } read { peepholes c_before } write { gates c tanh_c h });
vectorized!(LstmBackward { units } read { peepholes gates c_before tanh_c dh } write { dc dz });
vectorized!(GruForward { units } read { v h_before } write { gates h });
vectorized!(GruBackward { units } read { gates v h_before } write { dh da dv });
vectorized!(Activate { function } read {} write { x });

impl<T: Vector> WithSimd for LstmForward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (units, p) = (self.units, self.peepholes);
        let before = self.c_before.chunks_exact(units);
        let cells = before.zip(self.c.chunks_exact_mut(units));
        let tanh_c = self.tanh_c.chunks_exact_mut(units);
        let outputs = tanh_c.zip(self.h.chunks_exact_mut(units));
        let gates = self.gates.chunks_exact_mut(4 * units);
        for ((gates, (c_before, c)), (tanh_c, h)) in gates.zip(cells).zip(outputs) {
            let [i, f, g, o] = parts_mut(gates, units);
            if !p.is_empty() {
                let [p_i, p_f, _] = parts(p, units);
                add_product(p_i, c_before, i);
                add_product(p_f, c_before, f);
            }
            lstm_cells(c_before, i, f, g, c);
            if !p.is_empty() {
                let [_, _, p_o] = parts(p, units);
                add_product(p_o, c, o);
            }
            lstm_outputs(c, o, tanh_c, h);
        }
    }
}

/// i, f, g and c.
#[inline(always)]
fn lstm_cells<T: Real>(c_before: &[T], i: &mut [T], f: &mut [T], g: &mut [T], c: &mut [T]) {
    let units = c.len();
    let (i, f, g) = (&mut i[..units], &mut f[..units], &mut g[..units]);
    let c_before = &c_before[..units];
    for j in 0..units {
        i[j] = i[j].vector_sigmoid();
        f[j] = f[j].vector_sigmoid();
        g[j] = g[j].vector_tanh();
        c[j] = f[j] * c_before[j] + i[j] * g[j];
    }
}

/// o, tanh c and h.
#[inline(always)]
fn lstm_outputs<T: Real>(c: &[T], o: &mut [T], tanh_c: &mut [T], h: &mut [T]) {
    let units = c.len();
    let (o, tanh_c, h) = (&mut o[..units], &mut tanh_c[..units], &mut h[..units]);
    for j in 0..units {
        o[j] = o[j].vector_sigmoid();
        tanh_c[j] = c[j].vector_tanh();
        h[j] = o[j] * tanh_c[j];
    }
}

impl<T: Vector> WithSimd for LstmBackward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (units, p) = (self.units, self.peepholes);
        let before = self.c_before.chunks_exact(units);
        let cells = before.zip(self.tanh_c.chunks_exact(units));
        let above = self.dh.chunks_exact(units);
        let above = above.zip(self.dc.chunks_exact_mut(units));
        let gates = self.gates.chunks_exact(4 * units);
        let gates = gates.zip(self.dz.chunks_exact_mut(4 * units));
        for (((gates, dz), (c_before, tanh_c)), (dh, dc)) in gates.zip(cells).zip(above) {
            let [i, f, g, o] = parts(gates, units);
            let [d_i, d_f, d_g, d_o] = parts_mut(dz, units);
            lstm_output_gradients([o, tanh_c, dh], d_o, dc);
            if !p.is_empty() {
                let [_, _, p_o] = parts(p, units);
                add_product(p_o, d_o, dc);
            }
            lstm_cell_gradients([i, f, g, c_before], dc, d_i, d_f, d_g);
            if !p.is_empty() {
                let [p_i, p_f, _] = parts(p, units);
                add_product(p_i, d_i, dc);
                add_product(p_f, d_f, dc);
            }
        }
    }
}

/// The gradient of o's net input; what comes to c from h is added to `dc`.
#[inline(always)]
fn lstm_output_gradients<T: Real>([o, tanh_c, dh]: [&[T]; 3], d_o: &mut [T], dc: &mut [T]) {
    let (units, one) = (dc.len(), T::one());
    let (o, tanh_c, dh) = (&o[..units], &tanh_c[..units], &dh[..units]);
    let d_o = &mut d_o[..units];
    for j in 0..units {
        d_o[j] = dh[j] * tanh_c[j] * o[j] * (one - o[j]);
        dc[j] += dh[j] * o[j] * (one - tanh_c[j] * tanh_c[j]);
    }
}

/// The gradients of the net inputs of i, f and g; `dc` becomes what goes to the step before along
/// f.
#[inline(always)]
fn lstm_cell_gradients<T: Real>(
    [i, f, g, c_before]: [&[T]; 4],
    dc: &mut [T],
    d_i: &mut [T],
    d_f: &mut [T],
    d_g: &mut [T],
) {
    let (units, one) = (dc.len(), T::one());
    let (i, f, g, c_before) = (&i[..units], &f[..units], &g[..units], &c_before[..units]);
    let (d_i, d_f, d_g) = (&mut d_i[..units], &mut d_f[..units], &mut d_g[..units]);
    for j in 0..units {
        d_i[j] = dc[j] * g[j] * i[j] * (one - i[j]);
        d_f[j] = dc[j] * c_before[j] * f[j] * (one - f[j]);
        d_g[j] = dc[j] * i[j] * (one - g[j] * g[j]);
        dc[j] *= f[j];
    }
}

impl<T: Vector> WithSimd for GruForward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let units = self.units;
        let states = self.h_before.chunks_exact(units);
        let states = states.zip(self.h.chunks_exact_mut(units));
        let gates = self.gates.chunks_exact_mut(3 * units);
        let gates = gates.zip(self.v.chunks_exact(3 * units));
        for ((gates, v), (h_before, h)) in gates.zip(states) {
            let [r, z, n] = parts_mut(gates, units);
            let [v_r, v_z, v_n] = parts(v, units);
            gru_forward([v_r, v_z, v_n, h_before], r, z, n, h);
        }
    }
}

/// r, z, n and h of a sample.
#[inline(always)]
fn gru_forward<T: Real>(
    [v_r, v_z, v_n, h_before]: [&[T]; 4],
    r: &mut [T],
    z: &mut [T],
    n: &mut [T],
    h: &mut [T],
) {
    let units = h.len();
    let (v_r, v_z, v_n) = (&v_r[..units], &v_z[..units], &v_n[..units]);
    let h_before = &h_before[..units];
    let (r, z, n) = (&mut r[..units], &mut z[..units], &mut n[..units]);
    for j in 0..units {
        r[j] = (r[j] + v_r[j]).vector_sigmoid();
        z[j] = (z[j] + v_z[j]).vector_sigmoid();
        n[j] = (n[j] + r[j] * v_n[j]).vector_tanh();
        h[j] = (T::one() - z[j]) * n[j] + z[j] * h_before[j];
    }
}

impl<T: Vector> WithSimd for GruBackward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let units = self.units;
        let states = self.h_before.chunks_exact(units);
        let states = states.zip(self.dh.chunks_exact_mut(units));
        let gates = self.gates.chunks_exact(3 * units);
        let gates = gates.zip(self.v.chunks_exact(3 * units));
        let da = self.da.chunks_exact_mut(3 * units);
        let gradients = da.zip(self.dv.chunks_exact_mut(3 * units));
        for (((gates, v), (h_before, dh)), (da, dv)) in gates.zip(states).zip(gradients) {
            let [r, z, n] = parts(gates, units);
            let [_, _, v_n] = parts(v, units);
            let [a_r, a_z, a_n] = parts_mut(da, units);
            gru_backward([r, z, n, v_n, h_before], dh, a_r, a_z, a_n);
            dv.copy_from_slice(da);
            let [_, _, dv_n] = parts_mut(dv, units);
            multiply(r, dv_n);
        }
    }
}

/// The gradients of r's, z's and n's net inputs; `dh` becomes what goes to the state before.
#[inline(always)]
fn gru_backward<T: Real>(
    [r, z, n, v_n, h_before]: [&[T]; 5],
    dh: &mut [T],
    d_r: &mut [T],
    d_z: &mut [T],
    d_n: &mut [T],
) {
    let (units, one) = (dh.len(), T::one());
    let (r, z, n) = (&r[..units], &z[..units], &n[..units]);
    let (v_n, h_before) = (&v_n[..units], &h_before[..units]);
    let (d_r, d_z, d_n) = (&mut d_r[..units], &mut d_z[..units], &mut d_n[..units]);
    for j in 0..units {
        d_n[j] = dh[j] * (one - z[j]) * (one - n[j] * n[j]);
        d_z[j] = dh[j] * (h_before[j] - n[j]) * z[j] * (one - z[j]);
        d_r[j] = d_n[j] * v_n[j] * r[j] * (one - r[j]);
        dh[j] *= z[j];
    }
}

impl<T: Vector> WithSimd for Activate<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        match self.function {
            Function::Tanh => self.x.iter_mut().for_each(|x| *x = x.vector_tanh()),
            Function::Sigmoid => self.x.iter_mut().for_each(|x| *x = x.vector_sigmoid()),
            Function::Gelu => self.x.iter_mut().for_each(|x| *x *= normal(*x)),
            Function::GeluSlope => self.x.iter_mut().for_each(|x| *x = gelu_slope(*x)),
        }
    }
}

/// Φ(x) = (1 + erf(x / √2)) / 2.
#[inline(always)]
fn normal<T: Real>(x: T) -> T {
    T::of(0.5) * (T::one() + (x * T::of(FRAC_1_SQRT_2)).vector_erf())
}

/// Φ(x) + x φ(x) with φ(x) = e^(−x²/2) / √(2π).
#[inline(always)]
fn gelu_slope<T: Real>(x: T) -> T {
    // Beyond these x φ(x) is 0, but x times the smallest number that the exponential gives is not.
    let near = x.max(T::of(-16.0)).min(T::of(16.0));
    let density = T::of(0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI);
    normal(x) + near * density * (T::of(-0.5) * near * near).vector_exp()
}

/// sum += a b.
#[inline(always)]
fn add_product<T: Real>(a: &[T], b: &[T], sum: &mut [T]) {
    for ((sum, &a), &b) in sum.iter_mut().zip(a).zip(b) {
        *sum += a * b;
    }
}

/// y = a y.
#[inline(always)]
fn multiply<T: Real>(a: &[T], y: &mut [T]) {
    for (y, &a) in y.iter_mut().zip(a) {
        *y *= a;
    }
}

/// The gates of a sample, or what belongs to them, H numbers each.
#[inline(always)]
fn parts<T, const G: usize>(numbers: &[T], units: usize) -> [&[T]; G] {
    std::array::from_fn(|gate| &numbers[gate * units..(gate + 1) * units])
}

/// The same, to be changed.
#[inline(always)]
fn parts_mut<T, const G: usize>(numbers: &mut [T], units: usize) -> [&mut [T]; G] {
    let mut rest = numbers;
    std::array::from_fn(|_| {
        let (part, behind) = std::mem::take(&mut rest).split_at_mut(units);
        rest = behind;
        part
    })
}

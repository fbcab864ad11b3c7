//! A step forward in time: what units see, gates, cells, outputs, and the partial derivatives of
//! the states.

use spec::learners::Squashing;

use super::Net;

impl Net {
    /// A new sequence begins.
    pub fn reset(&mut self) {
        let cells = self.wiring.memory();
        self.s.fill(0.0);
        self.gates.fill(0.0);
        self.partials.fill(0.0);
        self.seen[..cells].fill(0.0);
    }

    /// A step with these inputs `[D]`.
    pub fn step(&mut self, x: &[f64], learn: bool) {
        self.look(x);
        self.fire(learn);
    }

    /// What all units see in a step with these inputs `[D]`.
    pub fn look(&mut self, x: &[f64]) {
        let (inputs, cells) = (self.wiring.inputs, self.wiring.memory());
        let [fed_cells, fed_gates] = self.wiring.fed_back;
        self.sources[..inputs].copy_from_slice(x);
        let mut at = inputs;
        if fed_cells {
            self.sources[at..at + cells].copy_from_slice(&self.seen[..cells]);
            at += cells;
        }
        if fed_gates {
            self.sources[at..at + self.gates.len()].copy_from_slice(&self.gates);
        }
        if self.wiring.inputs_to_outputs {
            self.seen[cells..cells + inputs].copy_from_slice(x);
        }
    }

    /// Gates and cells as their sources are.
    pub fn fire(&mut self, learn: bool) {
        weighted_sums(&self.sources, &self.w, &mut self.net);
        let (gates, cells) = (self.gates.len(), self.s.len());
        for (gate, net) in self.gates.iter_mut().zip(&self.net) {
            *gate = sigma(*net);
        }
        let [output, forget] = self.wiring.first_gates();
        let gate = |first: Option<usize>, block| first.map_or(1.0, |at| self.gates[at + block]);
        for cell in 0..cells {
            let block = cell / self.wiring.cells;
            let (iota, omega, phi) = (self.gates[block], gate(output, block), gate(forget, block));
            let (before, g) = (self.s[cell], squash(self.wiring.g, self.net[gates + cell]));
            self.s[cell] = phi * before + iota * g;
            self.h[cell] = squash(self.wiring.h, self.s[cell]);
            self.seen[cell] = omega * self.h[cell];
            self.added[cell] = g * iota * (1.0 - iota);
            self.added[cells + cell] = iota * slope(self.wiring.g, g);
            if forget.is_some() {
                self.added[2 * cells + cell] = before * phi * (1.0 - phi);
                self.kept
                    .iter_mut()
                    .skip(cell)
                    .step_by(cells)
                    .for_each(|kept| *kept = phi);
            }
        }
        if learn {
            self.carry(forget.is_some());
        }
    }

    /// The partial derivatives of the states, one step on.
    fn carry(&mut self, forgets: bool) {
        let rows = self.partials.chunks_exact_mut(self.added.len());
        for (partials, &source) in rows.zip(&self.sources) {
            if forgets {
                for ((p, kept), added) in partials.iter_mut().zip(&self.kept).zip(&self.added) {
                    *p = kept * *p + added * source;
                }
            } else if source != 0.0 {
                for (p, added) in partials.iter_mut().zip(&self.added) {
                    *p += added * source;
                }
            }
        }
    }

    /// The outputs of this step `[K]`.
    pub fn respond(&mut self) -> &[f64] {
        weighted_sums(&self.seen, &self.v, &mut self.y);
        self.y.iter_mut().for_each(|y| *y = sigma(*y));
        &self.y
    }
}

fn sigma(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn squash(by: Squashing, x: f64) -> f64 {
    match by {
        Squashing::Sigma => sigma(x),
        Squashing::TwoSigma => 2.0 * sigma(x) - 1.0,
        Squashing::FourSigma => 4.0 * sigma(x) - 2.0,
        Squashing::Identity => x,
    }
}

/// The derivative, by its value.
pub(super) fn slope(by: Squashing, y: f64) -> f64 {
    match by {
        Squashing::Sigma => y * (1.0 - y),
        Squashing::TwoSigma => 0.5 * (1.0 - y * y),
        Squashing::FourSigma => 0.25 * (4.0 - y * y),
        Squashing::Identity => 1.0,
    }
}

/// Σ source · weights, source by source; those that are 0 are passed over.
fn weighted_sums(sources: &[f64], weights: &[f64], sums: &mut [f64]) {
    sums.fill(0.0);
    for (&source, weights) in sources.iter().zip(weights.chunks_exact(sums.len())) {
        if source != 0.0 {
            for (sum, w) in sums.iter_mut().zip(weights) {
                *sum += source * w;
            }
        }
    }
}

//! A step of learning: every weight moves towards the targets at once.

use super::Net;
use super::forward::slope;

impl Net {
    /// Moves all weights towards these targets `[K]` of a step to which it has responded.
    pub fn learn(&mut self, t: &[f64], rate: f64) {
        for ((delta, y), t) in self.delta.iter_mut().zip(&self.y).zip(t) {
            *delta = y * (1.0 - y) * (t - y);
        }
        let rows = self.v.chunks_exact_mut(self.delta.len());
        for (row, (v, &seen)) in rows.zip(&self.seen).enumerate() {
            if let Some(e) = self.e.get_mut(row) {
                *e = v.iter().zip(&self.delta).map(|(v, delta)| v * delta).sum();
            }
            if seen != 0.0 {
                for (v, delta) in v.iter_mut().zip(&self.delta) {
                    *v += rate * delta * seen;
                }
            }
        }
        self.learn_hidden(rate);
        self.without_bias();
    }

    /// The same for the weights of gates and cells, from what came to the cells.
    fn learn_hidden(&mut self, rate: f64) {
        let (blocks, gates, cells) = (self.wiring.blocks, self.gates.len(), self.s.len());
        let [output, forget] = self.wiring.first_gates();
        // ω (1 − ω) Σ h e of each output gate stands in `net`, which is used no more.
        self.net.fill(0.0);
        for cell in 0..cells {
            let block = cell / self.wiring.cells;
            let omega = output.map_or(1.0, |at| self.gates[at + block]);
            if let Some(at) = output {
                self.net[at + block] += omega * (1.0 - omega) * self.h[cell] * self.e[cell];
            }
            self.e[cell] *= omega * slope(self.wiring.h, self.h[cell]);
        }
        let rows = self.w.chunks_exact_mut(gates + cells);
        let partials = self.partials.chunks_exact(self.added.len());
        for ((w, p), &source) in rows.zip(partials).zip(&self.sources) {
            for cell in 0..cells {
                let (block, e) = (cell / self.wiring.cells, rate * self.e[cell]);
                w[block] += e * p[cell];
                w[gates + cell] += e * p[cells + cell];
                if let Some(at) = forget {
                    w[at + block] += e * p[2 * cells + cell];
                }
            }
            if let Some(at) = output {
                let deltas = &self.net[at..at + blocks];
                for (w, delta) in w[at..at + blocks].iter_mut().zip(deltas) {
                    *w += rate * delta * source;
                }
            }
        }
    }
}

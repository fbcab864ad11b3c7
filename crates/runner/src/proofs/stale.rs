//! Recorded rows held against those measured now.

use super::row::Row;

/// How many times larger than the recorded error a measured one may be. At the level of rounding
/// errors differ from processor to processor, by the width of its vectors and the order of its
/// sums; what is broken is off by many powers of ten.
const FACTOR: f64 = 30.0;

/// What is wrong with recorded rows, a line each.
pub fn stale(recorded: &[Row], measured: &[Row]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut told = |line: String| {
        if !wrong.contains(&line) {
            wrong.push(line);
        }
    };
    for before in recorded {
        if !measured.iter().any(|row| row.name == before.name) {
            told(format!("{} is not proved any more", before.name));
        } else if !measured.iter().any(|row| same(row, before)) {
            told(format!("{} is not proved any more", place(before)));
        }
    }
    for now in measured {
        let Some(before) = recorded.iter().find(|row| same(row, now)) else {
            let named = recorded.iter().any(|row| row.name == now.name);
            let row = if named { place(now) } else { now.name.clone() };
            told(format!("there is no row {row}"));
            continue;
        };
        if before.tolerance != now.tolerance {
            let (place, before, now) = (place(now), before.tolerance, now.tolerance);
            told(format!(
                "{place}: the tolerance is {now:.0e}, no longer {before:.0e}"
            ));
        }
        if worse(before, now) {
            let (place, before, now) = (place(now), before.error, now.error);
            told(format!(
                "{place}: {before:.1e} is recorded, it is {now:.1e}"
            ));
        }
    }
    wrong
}

fn same(a: &Row, b: &Row) -> bool {
    a.section == b.section && a.name == b.name && a.quantity == b.quantity && a.witness == b.witness
}

fn place(row: &Row) -> String {
    format!("{}, {}, {}", row.name, row.quantity.name(), row.witness)
}

fn worse(before: &Row, now: &Row) -> bool {
    // A NaN is worse than anything.
    !(now.error <= noise(&now.witness) || now.error <= FACTOR * before.error)
}

/// What an error may be whatever is recorded: an error of 0 there may be one of rounding here.
fn noise(witness: &str) -> f64 {
    match witness {
        "closed form" | "invariant" | "exact enumeration" | "published" => 1e-10,
        _ if witness.starts_with("central differences") => 1e-8,
        _ if witness.ends_with("f64") => 1e-13,
        _ => 1e-5,
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::Quantity;
    use super::*;
    use crate::check::verdict::Verdict;

    fn row(name: &str, quantity: Quantity, witness: &str, error: f64) -> Row {
        Row {
            section: "layer".into(),
            name: name.into(),
            quantity,
            witness: witness.into(),
            error,
            tolerance: 1e-6,
            verdict: Verdict::Agrees,
        }
    }

    fn recorded() -> Vec<Row> {
        vec![
            row(
                "`relu`",
                Quantity::Input,
                "central differences f64",
                2.0e-10,
            ),
            row("`relu`", Quantity::Forward, "burn-flex f64", 3.0e-16),
            row("`step`", Quantity::Forward, "burn-flex f64", 0.0),
        ]
    }

    /// The recorded rows with other errors.
    fn with(errors: [f64; 3]) -> Vec<Row> {
        let rows = recorded().into_iter().zip(errors);
        rows.map(|(row, error)| Row { error, ..row }).collect()
    }

    #[test]
    fn errors_that_differ_by_rounding_are_not_stale() {
        assert_eq!(stale(&recorded(), &recorded()), [""; 0]);
        assert_eq!(
            stale(&recorded(), &with([2.0e-10, 9.0e-14, 1.0e-16])),
            [""; 0]
        );
        let better = with([1.0e-13, 3.0e-16, 0.0]);
        assert_eq!(stale(&recorded(), &better), [""; 0]);
    }

    #[test]
    fn an_error_that_became_worse_is_named_with_its_place() {
        for (worse, shown) in [
            (4e-12, "4.0e-12"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
        ] {
            let now = with([2.0e-10, worse, 0.0]);
            let expected = format!("`relu`, y, burn-flex f64: 3.0e-16 is recorded, it is {shown}");
            assert_eq!(stale(&recorded(), &now), [expected]);
        }
    }

    #[test]
    fn rows_that_are_missing_or_left_over_are_named() {
        let (all, without) = (recorded(), recorded().split_off(2));
        assert_eq!(stale(&without, &all), ["there is no row `relu`"]);
        assert_eq!(stale(&all, &without), ["`relu` is not proved any more"]);
        assert_eq!(stale(&[], &all).len(), 2);
        let part = &all[1..];
        let of_one = "`relu`, dx, central differences f64";
        assert_eq!(stale(part, &all), [format!("there is no row {of_one}")]);
        assert_eq!(
            stale(&all, part),
            [format!("{of_one} is not proved any more")]
        );
    }

    #[test]
    fn another_tolerance_is_told() {
        let mut now = recorded();
        now[0].tolerance = 1e-5;
        let expected = "`relu`, dx, central differences f64: the tolerance is 1e-5, no longer 1e-6";
        assert_eq!(stale(&recorded(), &now), [expected]);
    }
}

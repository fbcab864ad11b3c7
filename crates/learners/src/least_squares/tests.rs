use ndarray::Axis;

use super::proofs::{CERTIFIED, coefficients, longley, relative};
use super::*;

fn by(method: Method, ridge: f64) -> LeastSquaresSpec {
    LeastSquaresSpec {
        method,
        ridge,
        ..LeastSquaresSpec::default()
    }
}

#[test]
fn a_sound_factorisation_keeps_the_digits_that_the_formula_loses() {
    let error = |method| relative(&coefficients(by(method, 0.0), &longley()), &CERTIFIED);
    assert!(error(Method::Qr) < 1e-10, "{:e}", error(Method::Qr));
    assert!(error(Method::Svd) < 1e-10, "{:e}", error(Method::Svd));
    // The formula is as bad as its condition number says, and no worse.
    let normal = error(Method::Normal);
    assert!((1e-10..1e-6).contains(&normal), "{normal:e}");
}

#[test]
fn longley_has_the_deviation_and_condition_that_are_published() {
    let data = longley();
    let mut learner = LeastSquares::new(&by(Method::Qr, 0.0), &data).unwrap();
    let measured = learner.pass(&data, &|| Ok(())).unwrap();
    // NIST: residual standard deviation 304.854073561965, R² 0.995479004577296.
    assert!((measured["residual_deviation"] - 304.854_073_561_965).abs() < 1e-8);
    assert!((measured["condition_number"] / 4.859_257_015_45e9 - 1.0).abs() < 1e-6);
    assert_eq!(measured["rank"], 7.0);
    let residuals = learner.residuals(&data).mapv(|r| r * r).sum();
    let around_mean = &data.t - data.t.mean().unwrap();
    let r2 = 1.0 - residuals / around_mean.mapv(|t| t * t).sum();
    assert!((r2 / 0.995_479_004_577_296 - 1.0).abs() < 1e-10, "{r2}");
    assert!(learner.proofs(&data).iter().all(Proof::holds));
    assert!(learner.warnings(&data).is_empty());
}

#[test]
fn digits_are_those_of_the_worst_coefficient_that_is_known() {
    let data = Data::new(array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    let digits = |certificate: &[(&str, f64)]| {
        let certificate = certificate
            .iter()
            .map(|(name, value)| (name.to_string(), *value));
        let spec = LeastSquaresSpec {
            certificate: certificate.collect(),
            ..LeastSquaresSpec::default()
        };
        let mut learner = LeastSquares::new(&spec, &data)?;
        match learner.pass(&data, &|| Ok(())) {
            Ok(measured) => Ok::<_, Problem>(measured["digits"]),
            Err(stop) => panic!("{stop:?}"),
        }
    };
    assert!(digits(&[]).unwrap().is_nan());
    // t = 1 + 2 x: a hundredth is two digits, and 15 is all that a certificate has.
    assert!((digits(&[("bias", 1.0), ("x1", 2.0 / 0.99)]).unwrap() - 2.0).abs() < 1e-9);
    assert!(digits(&[("bias", 1.0), ("x1", 2.0)]).unwrap() > 14.0);
    let problem = digits(&[("x2", 1.0)]).unwrap_err();
    assert_eq!(problem.key, "learner.least_squares.certificate.x2");
    assert!(problem.reason.ends_with(": bias, x1"), "{}", problem.reason);
}

/// Longley with a constant column and a doubled one.
fn deficient() -> Data {
    let mut data = longley();
    let doubled = data.x.slice(s![.., 1..2]).to_owned() * 2.0;
    let constant = Array2::from_elem((16, 1), 3.0);
    data.x.append(Axis(1), constant.view()).unwrap();
    data.x.append(Axis(1), doubled.view()).unwrap();
    data.inputs.extend(["constant".into(), "doubled".into()]);
    data
}

#[test]
fn columns_that_depend_on_others_are_named() {
    let data = deficient();
    for method in [Method::Normal, Method::Qr] {
        let mut learner = LeastSquares::new(&by(method, 0.0), &data).unwrap();
        let Err(Stop::Refused(problem)) = learner.pass(&data, &|| Ok(())) else {
            panic!("{method:?} takes dependent columns");
        };
        assert!(
            problem.reason.starts_with("2 of 9 columns depend")
                && problem.reason.ends_with(": constant, doubled"),
            "{}",
            problem.reason
        );
        assert!(problem.hint.unwrap().contains("svd"));
    }
}

#[test]
fn of_dependent_columns_svd_gives_the_solution_of_least_norm() {
    let x = array![[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]];
    let data = Data::new(x, array![[2.0], [3.0], [4.0]]);
    let mut learner = LeastSquares::new(&by(Method::Svd, 0.0), &data).unwrap();
    let measured = learner.pass(&data, &|| Ok(())).unwrap();
    assert_eq!(measured["rank"], 2.0);
    // t = 1 + x, and (1, 2) · w = 1 has w = (1, 2) / 5 as its shortest solution beside b = 1 if b
    // were free; of all, the shortest is orthogonal to what changes nothing: (0, 2, −1).
    let w = learner.w.column(0);
    assert!((w[0] - 1.0).abs() < 1e-12 && (w[1] - 0.2).abs() < 1e-12 && (w[2] - 0.4).abs() < 1e-12);
    assert!(learner.warnings(&data)[0].starts_with("the rank is 2 of 3"));
}

#[test]
fn fewer_samples_than_columns_are_refused_or_solved() {
    let data = Data::new(
        array![[1.0, 2.0, 5.0], [3.0, 5.0, 7.0]],
        array![[1.0], [2.0]],
    );
    let mut learner = LeastSquares::new(&by(Method::Qr, 0.0), &data).unwrap();
    let Err(Stop::Refused(problem)) = learner.pass(&data, &|| Ok(())) else {
        panic!("2 samples, 4 coefficients");
    };
    assert!(
        problem
            .reason
            .starts_with("2 samples cannot determine 4 coefficients; without x2, x3"),
        "{}",
        problem.reason
    );
    for spec in [
        by(Method::Svd, 0.0),
        by(Method::Qr, 1.0),
        by(Method::Normal, 1.0),
    ] {
        let mut learner = LeastSquares::new(&spec, &data).unwrap();
        learner.pass(&data, &|| Ok(())).unwrap();
        assert!(learner.proofs(&data)[0].holds());
    }
}

#[test]
fn several_outputs_are_learned_at_once_and_restored() {
    let mut data = longley();
    data.t.append(Axis(1), data.x.slice(s![.., ..1])).unwrap();
    let mut learner = LeastSquares::new(&by(Method::Qr, 0.0), &data).unwrap();
    learner.pass(&data, &|| Ok(())).unwrap();
    assert!(
        (learner.w[[1, 1]] - 1.0).abs() < 1e-9,
        "an input is found again"
    );
    let mut other = LeastSquares::new(&by(Method::Qr, 0.0), &data).unwrap();
    assert!(!other.is_done());
    other.restore(&learner.state()).unwrap();
    assert!(other.is_done());
    assert_eq!(other.predict(data.x.view()), learner.predict(data.x.view()));
}

//! The worst mistakes: wrong answers that are the surest.

use learners::svg::Svg;
use ndarray::Array2;

use super::canvas::short;
use super::kind::{Drawn, Kind};
use super::subject::Subject;
use super::tiles::{Sheet, Tile, colours, range, shape_of_images};
use crate::evaluate::cases;
use crate::evaluate::classification::Answers;
use crate::numbers::number;

/// Of classifiers with scores.
pub const KIND: Kind = Kind {
    name: "mistakes",
    title: "Worst mistakes",
    shows: "of classes: the wrong answers that are the surest, as images or as rows",
    draw,
};

/// Images drawn, of colours, and rows of a table.
const IMAGES: usize = 30;
const IN_COLOURS: usize = 15;
const ROWS: usize = 20;
/// Columns of a table with as many letters each.
const COLUMNS: usize = 8;
const LETTERS: usize = 13;

/// A wrong answer.
#[derive(Debug, PartialEq)]
struct Mistake {
    /// The sample, by its place among the test samples.
    row: usize,
    truth: String,
    answer: String,
    /// Probability of the answer, or its score.
    sure: f64,
}

fn draw(subject: &Subject<'_>) -> Drawn {
    let cases = subject.cases()?.map(|cases| &cases.subject);
    let Some(cases::Subject::Classes(of)) = cases else {
        return Ok(None);
    };
    let dataset = &subject.prepared.dataset;
    let image = shape_of_images(dataset);
    let is_table = dataset.sample_shape.len() == 1 && !dataset.feature_names.is_empty();
    if dataset.test.positions() > 1 || image.is_none() && !is_table {
        return Ok(None);
    }
    let most = match image {
        Some([3, ..]) => IN_COLOURS,
        Some(_) => IMAGES,
        None => ROWS,
    };
    let about = of.about();
    let mistakes = worst(about, most);
    if mistakes.is_empty() {
        return Ok(None);
    }
    let wrong = about.truth.iter().zip(&about.answers);
    let wrong = wrong.filter(|(truth, answer)| **answer != Some(**truth));
    let title = format!(
        "{}: the {} surest of {} wrong answers to {} test samples",
        subject.name(),
        mistakes.len(),
        wrong.count(),
        about.truth.len()
    );
    let caption = format!("{title}, each with what it is, what was answered, and how sure.");
    let rows: Vec<usize> = mistakes.iter().map(|mistake| mistake.row).collect();
    let mut x = Array2::zeros((rows.len(), dataset.test.width()));
    dataset.test.gather(&rows, x.view_mut());
    let sure = if about.are_probabilities {
        "p"
    } else {
        "score"
    };
    let svg = match image {
        Some(shape) => images(title, &mistakes, &x, shape, sure),
        None => table(&title, &mistakes, &x, &dataset.feature_names, sure),
    };
    Ok(Some(KIND.picture(caption, svg)))
}

/// The surest wrong answers, the surest first.
fn worst(about: &Answers, most: usize) -> Vec<Mistake> {
    let Some(scores) = &about.scores else {
        return Vec::new();
    };
    let cases = about.truth.iter().zip(&about.answers).enumerate();
    let mistake = |(row, (&truth, answer)): (usize, (&usize, &Option<usize>))| {
        let answer = answer.filter(|&answer| answer != truth)?;
        Some(Mistake {
            row,
            truth: about.classes[truth].clone(),
            answer: about.classes[answer].clone(),
            sure: scores[[row, answer]],
        })
    };
    let mut mistakes: Vec<Mistake> = cases.filter_map(mistake).collect();
    mistakes.sort_by(|a, b| b.sure.total_cmp(&a.sure));
    mistakes.truncate(most);
    mistakes
}

/// A sheet of images.
fn images(
    title: String,
    mistakes: &[Mistake],
    x: &Array2<f64>,
    shape: [usize; 3],
    sure: &str,
) -> String {
    let range = range(x);
    let tile = |(mistake, x): (&Mistake, ndarray::ArrayView1<f64>)| Tile {
        columns: shape[2],
        colours: colours(x, shape, range),
        lines: vec![
            format!("is {}", short(&mistake.truth, LETTERS)),
            format!("answer {}", short(&mistake.answer, LETTERS)),
            format!("{sure} {}", number(mistake.sure, 4)),
        ],
    };
    let sheet = Sheet {
        title,
        tiles: mistakes.iter().zip(x.rows()).map(tile).collect(),
        in_a_row: 10,
        side: 84.0,
    };
    sheet.svg()
}

/// The rows of a table, numbers as they are learned from.
fn table(
    title: &str,
    mistakes: &[Mistake],
    x: &Array2<f64>,
    features: &[String],
    sure: &str,
) -> String {
    const WIDTH: f64 = 92.0;
    const HEIGHT: f64 = 18.0;
    let shown = features.len().min(COLUMNS);
    let wide = WIDTH * (4 + shown) as f64 + 20.0;
    let mut svg = Svg::new(
        wide.max(8.0 * title.chars().count() as f64),
        70.0 + HEIGHT * mistakes.len() as f64,
    );
    svg.text((10.0, 22.0), 15.0, title);
    let mut write = |row: usize, column: usize, text: &str| {
        let at = (10.0 + WIDTH * column as f64, 50.0 + HEIGHT * row as f64);
        svg.text(at, 12.0, &short(text, LETTERS));
    };
    let titles = ["sample", "is", "answered", sure];
    let titles = titles
        .into_iter()
        .chain(features.iter().map(String::as_str));
    for (column, title) in titles.take(4 + shown).enumerate() {
        write(0, column, title);
    }
    for (row, (mistake, x)) in mistakes.iter().zip(x.rows()).enumerate() {
        write(row + 1, 0, &(mistake.row + 1).to_string());
        write(row + 1, 1, &mistake.truth);
        write(row + 1, 2, &mistake.answer);
        write(row + 1, 3, &number(mistake.sure, 4));
        for (column, value) in x.iter().take(shown).enumerate() {
            write(row + 1, 4 + column, &number(*value, 3));
        }
    }
    svg.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_surest_wrong_answers_come_first() {
        let about = Answers {
            classes: ["a", "b"].map(String::from).to_vec(),
            truth: vec![0, 1, 0, 0],
            answers: vec![Some(1), Some(1), Some(1), None],
            scores: Some(array![[0.4, 0.6], [0.1, 0.9], [0.2, 0.8], [0.5, 0.5]]),
            are_probabilities: true,
        };
        let found = worst(&about, 5);
        let sure: Vec<_> = found.iter().map(|m| (m.row, m.sure)).collect();
        assert_eq!(sure, [(2, 0.8), (0, 0.6)], "rejected ones are not sure");
        assert_eq!((&*found[0].truth, &*found[0].answer), ("a", "b"));
        assert_eq!(worst(&about, 1).len(), 1);
        let x = array![[0.25, 1.0], [0.5, 2.0]];
        let features = ["width", "a name that is far too long"].map(String::from);
        let svg = table("rows", &found, &x, &features, "p");
        for text in [">3<", ">0.8000<", ">width<", ">0.250<", ">a name that …<"] {
            assert!(svg.contains(text), "{text}: {svg}");
        }
        let svg = images("images".into(), &found, &x, [1, 1, 2], "p");
        assert!(
            svg.contains(">is a<") && svg.contains(">answer b<"),
            "{svg}"
        );
    }
}

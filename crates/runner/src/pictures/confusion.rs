//! The confusion matrix: cases by their class (rows) and by what is answered (columns), with
//! totals.

use ndarray::{Array2, Axis, concatenate};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{self, Area, DrawResult, LETTERS, short};
use super::kind::{Drawn, Kind};
use super::subject::Subject;
use crate::evaluate::cases;
use crate::evaluate::classes::Confusion;
use crate::numbers::percent;

/// Of classifiers.
pub const KIND: Kind = Kind {
    name: "confusion",
    title: "Confusion matrix",
    shows: "of classes: cases by what they are and by what is answered",
    draw,
};

/// Of more classes those with the most errors are shown, the others together.
const MOST: usize = 40;
/// Room for the title, and around everything.
const TOP: i32 = 58;
const MARGIN: i32 = 12;
/// Letters of a name, and how wide one is.
const NAME: usize = 20;
const LETTER: i32 = 8;
/// The colour of a whole row.
const FULL: RGBColor = RGBColor(8, 60, 130);

fn draw(subject: &Subject<'_>) -> Drawn {
    let cases = subject.cases()?.map(|cases| &cases.subject);
    let Some(cases::Subject::Classes(of)) = cases else {
        return Ok(None);
    };
    let about = of.about();
    let confusion = of.confusion(&vec![1.0; about.truth.len()]);
    let right = confusion.right() / confusion.total();
    let table = Table::new(&about.classes, &confusion);
    let caption = format!(
        "{}: {} test cases by their class (rows) and by what is answered (columns); {} % stand on \
         the diagonal.{}",
        subject.name(),
        confusion.total(),
        percent(right, 2),
        table.left_out
    );
    let title = format!("{}: {} test cases", subject.name(), confusion.total());
    let svg = canvas::svg(table.size(), |root| table.draw(root, &title))?;
    Ok(Some(KIND.picture(caption, svg)))
}

/// What is shown of a matrix.
struct Table {
    /// Of the rows; those of the columns begin with them.
    names: Vec<String>,
    /// Whether a column behind the others has what is rejected.
    rejects: bool,
    /// `[rows, columns]`
    counts: Array2<f64>,
    /// What is to be known of classes that are shown together.
    left_out: String,
}

impl Table {
    fn new(classes: &[String], confusion: &Confusion) -> Self {
        let all = classes.len();
        let rejects = confusion.rejected() > 0.0;
        let wrong = |&class: &usize| {
            let right = confusion.0[[class, class]];
            confusion.cases(class) + confusion.answered(class) - 2.0 * right
        };
        let mut shown: Vec<usize> = (0..all).collect();
        if all > MOST {
            shown.sort_by(|a, b| wrong(b).total_cmp(&wrong(a)));
            shown.truncate(MOST);
            shown.sort_unstable();
        }
        let others = usize::from(all > MOST);
        let rows = shown.len() + others;
        let place = |class: usize| match shown.binary_search(&class) {
            _ if class == all => rows,
            Ok(place) => place,
            Err(_) => shown.len(),
        };
        let mut counts = Array2::zeros((rows, rows + usize::from(rejects)));
        for ((class, answer), count) in confusion.0.indexed_iter().filter(|(_, n)| **n > 0.0) {
            counts[[place(class), place(answer)]] += count;
        }
        let names = shown.iter().map(|&class| short(&classes[class], NAME));
        Self {
            names: names.chain((others > 0).then(|| "others".into())).collect(),
            rejects,
            counts,
            left_out: match others {
                0 => String::new(),
                _ => format!(" Of {all} classes the {MOST} with the most errors are shown."),
            },
        }
    }

    /// The counts with the sums of the rows and of the columns.
    fn with_totals(&self) -> Array2<f64> {
        let rows = self.counts.sum_axis(Axis(1)).insert_axis(Axis(1));
        let all = concatenate![Axis(1), self.counts, rows];
        let columns = all.sum_axis(Axis(0)).insert_axis(Axis(0));
        concatenate![Axis(0), all, columns]
    }

    /// The longest name of a row.
    fn letters(&self) -> i32 {
        let names = self.names.iter().map(|name| name.chars().count());
        let behind = if self.rejects { "rejected" } else { "total" };
        names.max().unwrap_or(0).max(behind.len()) as i32
    }

    /// Room for the names of the rows, and for those of the columns.
    fn names_take(&self) -> i32 {
        LETTER * self.letters() + 10
    }

    /// Width and height of a cell.
    fn cell(&self) -> (i32, i32) {
        let digits = self.counts.sum().to_string().len() as i32;
        let wide = (620 / self.counts.ncols() as i32).clamp(20, 64);
        (wide.max(LETTER * digits + 6), wide.clamp(20, 40))
    }

    fn size(&self) -> (u32, u32) {
        let ((width, height), names) = (self.cell(), self.names_take());
        let across = (self.counts.ncols() + 1) as i32 * width;
        let down = (self.counts.nrows() + 1) as i32 * height;
        let size = (2 * MARGIN + names + across, TOP + names + down + MARGIN);
        (size.0.max(470) as u32, size.1 as u32)
    }

    fn draw(&self, root: &Area<'_>, title: &str) -> DrawResult {
        let ((width, height), names) = (self.cell(), self.names_take());
        let (left, top) = (MARGIN + names, TOP + names);
        let font = |size: i32| ("sans-serif", size).into_font().color(&BLACK);
        root.draw_text(title, &font(18), (MARGIN, 10))?;
        let legend = "rows: what it is; columns: what is answered; colour: share of the row";
        root.draw_text(legend, &font(LETTERS), (MARGIN, 36))?;
        let to_the_left = font(LETTERS).pos(Pos::new(HPos::Right, VPos::Center));
        let upwards = font(LETTERS).transform(FontTransform::Rotate270);
        let upwards = upwards.pos(Pos::new(HPos::Left, VPos::Center));
        let behind = [("rejected", self.rejects), ("total", true)];
        let behind = behind.iter().filter(|(_, is)| *is).map(|(name, _)| *name);
        let columns = self.names.iter().map(String::as_str).chain(behind);
        for (column, name) in columns.enumerate() {
            let at = left + column as i32 * width + width / 2;
            root.draw_text(name, &upwards, (at, top - 6))?;
        }
        let rows = self.names.iter().map(String::as_str).chain(["total"]);
        for (row, name) in rows.enumerate() {
            let at = top + row as i32 * height + height / 2;
            root.draw_text(name, &to_the_left, (left - 6, at))?;
        }
        let sums = self.counts.sum_axis(Axis(1));
        for ((row, column), &count) in self.with_totals().indexed_iter() {
            let (x, y) = (left + column as i32 * width, top + row as i32 * height);
            let inside = row < self.counts.nrows() && column < self.counts.ncols();
            let share = if inside && count > 0.0 {
                count / sums[row]
            } else {
                0.0
            };
            let (fill, text) = colours(share);
            if inside {
                let cell = [(x, y), (x + width, y + height)];
                root.draw(&Rectangle::new(cell, fill.filled()))?;
                root.draw(&Rectangle::new(cell, BLACK.mix(0.15)))?;
            }
            if count > 0.0 || !inside {
                let style = font(LETTERS)
                    .color(&text)
                    .pos(Pos::new(HPos::Center, VPos::Center));
                root.draw_text(&count.to_string(), &style, (x + width / 2, y + height / 2))?;
            }
        }
        Ok(())
    }
}

/// Of a cell with a share of its row, and of the count in it.
fn colours(share: f64) -> (RGBColor, RGBColor) {
    let mixed = |of: u8| (255.0 + share * (f64::from(of) - 255.0)).round() as u8;
    let fill = RGBColor(mixed(FULL.0), mixed(FULL.1), mixed(FULL.2));
    (fill, if share < 0.5 { BLACK } else { WHITE })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|class| format!("class {class}")).collect()
    }

    #[test]
    fn every_count_is_written_once_and_totals_stand_at_the_ends() {
        let confusion = Confusion(array![[5.0, 2.0, 1.0], [0.0, 7.0, 0.0]]);
        let table = Table::new(&names(2), &confusion);
        let totals = array![
            [5.0, 2.0, 1.0, 8.0],
            [0.0, 7.0, 0.0, 7.0],
            [5.0, 9.0, 1.0, 15.0]
        ];
        assert_eq!(table.with_totals(), totals);
        let svg = canvas::svg(table.size(), |root| table.draw(root, "two")).unwrap();
        // The paper, six cells and their frames.
        assert_eq!(svg.matches("<rect").count(), 1 + 2 * 6, "{svg}");
        let written = |text: &str| svg.matches(&format!(">\n{text}\n<")).count();
        assert_eq!(
            (written("15"), written("9"), written("rejected")),
            (1, 1, 1)
        );
        assert_eq!(written("7"), 2, "of the cell and of its row");
        assert_eq!(written("0"), 0, "nothing is written into an empty cell");
    }

    #[test]
    fn of_many_classes_those_with_errors_are_shown_and_the_others_together() {
        let mut counts = Array2::zeros((1000, 1001));
        for class in 0..1000 {
            counts[[class, class]] = 2.0;
        }
        counts[[700, 3]] = 4.0;
        let table = Table::new(&names(1000), &Confusion(counts));
        assert_eq!(table.counts.dim(), (MOST + 1, MOST + 1));
        assert_eq!(table.counts.sum(), 2004.0);
        let (row, column) = (
            table
                .names
                .iter()
                .position(|name| name == "class 700")
                .unwrap(),
            table
                .names
                .iter()
                .position(|name| name == "class 3")
                .unwrap(),
        );
        assert_eq!(table.counts[[row, column]], 4.0);
        assert!(table.left_out.contains("Of 1000 classes the 40"));
    }
}

//! Dates as people write them, and as ISO 8601 has them.

use rand::{Rng, RngExt};

use crate::pairs::SequencePair;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
/// The characters of sources and of targets: the first is symbol 1.
pub(super) const SOURCE: &str = "abcdefghijklmnopqrstuvwxyz0123456789 ,./-";
pub(super) const TARGET: &str = "0123456789-";
/// `wednesday, 30 september 1998` and its end.
pub(super) const STEPS: usize = 29;
/// Days from the first to the last, 1950-01-01 to 2049-12-31.
const SPAN: i64 = 36525;
/// 1950-01-01 was day −7305 of the calendar that begins with 1970, and a Sunday.
const FIRST: i64 = -7305;

/// So many dates, each day and each way of writing it as likely as the others.
pub(super) fn draw(count: usize, rng: &mut impl Rng) -> Vec<SequencePair> {
    let mut pairs = Vec::with_capacity(count);
    for _ in 0..count {
        let day = rng.random_range(0..SPAN);
        let (date, weekday) = (date(FIRST + day), DAYS[(day + 6) as usize % 7]);
        let written = write(date, weekday, rng.random_range(0..WAYS));
        let [year, month, day] = date;
        pairs.push(SequencePair {
            source: symbols(&written, SOURCE),
            target: symbols(&format!("{year:04}-{month:02}-{day:02}"), TARGET),
        });
    }
    pairs
}

const WAYS: usize = 9;

/// A date in one of the ways.
fn write([year, month, day]: [i64; 3], weekday: &str, way: usize) -> String {
    let name = MONTHS[month as usize - 1];
    let (short, year_2) = (&name[..3], year % 100);
    match way {
        0 => format!("{day} {name} {year}"),
        1 => format!("{name} {day}, {year}"),
        2 => format!("{weekday}, {day} {name} {year}"),
        3 => format!("{} {day} {short} {year}", &weekday[..3]),
        4 => format!("{day}.{month}.{year}"),
        5 => format!("{day}.{month}.{year_2:02}"),
        6 => format!("{month}/{day}/{year}"),
        7 => format!("{day:02}-{short}-{year}"),
        _ => format!("{short} {day} {year}"),
    }
}

/// Year, month and day of a day counted from 1970-01-01. A year is taken to begin with March, so
/// that the day that only some have is its last; 400 of them have 146,097 days.
fn date(day: i64) -> [i64; 3] {
    let day = day + 719_468;
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let month = (from_march + 2) % 12 + 1;
    let year = era * 400 + year + i64::from(month <= 2);
    [year, month, day - (153 * from_march + 2) / 5 + 1]
}

/// The place of each character, from 1.
fn symbols(text: &str, alphabet: &str) -> Vec<usize> {
    let place = |c| alphabet.find(c).map(|at| at + 1);
    let symbols = text.chars().map(place);
    symbols
        .map(|symbol| symbol.expect("the alphabet has it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::streams::Streams;

    #[test]
    fn days_have_their_dates() {
        assert_eq!(date(0), [1970, 1, 1]);
        assert_eq!(date(FIRST), [1950, 1, 1]);
        assert_eq!(date(FIRST + SPAN - 1), [2049, 12, 31]);
        assert_eq!(date(11_016), [2000, 2, 29]);
        assert_eq!(date(11_017), [2000, 3, 1]);
        assert_eq!(date(17_660), [2018, 5, 9]);
    }

    #[test]
    fn a_date_is_written_in_nine_ways() {
        let ways = (0..WAYS).map(|way| write([2018, 5, 9], "wednesday", way));
        let expected = [
            "9 may 2018",
            "may 9, 2018",
            "wednesday, 9 may 2018",
            "wed 9 may 2018",
            "9.5.2018",
            "9.5.18",
            "5/9/2018",
            "09-may-2018",
            "may 9 2018",
        ];
        assert_eq!(Vec::from_iter(ways), expected);
    }

    /// 2018-05-09 was a Wednesday.
    #[test]
    fn weekdays_are_those_of_the_calendar() {
        let day = 17_660 - FIRST;
        assert_eq!(DAYS[(day + 6) as usize % 7], "wednesday");
    }

    #[test]
    fn every_date_fits_and_is_what_was_written() {
        let pairs = draw(2000, &mut Streams::new(1).stream("sequences"));
        let longest = pairs.iter().map(|pair| pair.source.len()).max();
        assert!(longest.is_some_and(|longest| (20..STEPS).contains(&longest)));
        assert!(pairs.iter().all(|pair| pair.target.len() == 10));
    }
}

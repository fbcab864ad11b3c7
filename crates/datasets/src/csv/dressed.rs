//! Numbers with something around them, and dates: what a spreadsheet shows, and no number.

use super::meaning::{has_thousands, number};

/// What stands before and behind the number in a text such as "$1,000", "5 %" or "<0.1".
///
/// Letters in front make a name of it, "id7", unless a currency is among them.
pub(super) fn around(text: &str) -> Option<(&str, &str)> {
    let in_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '+' | '-');
    let start = text.find(in_number)?;
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (before, inner, behind) = (text.get(..start)?, text.get(start..end)?, &text[end..]);
    let is_number = number(inner, '.').is_some() || number(inner, ',').is_some();
    let (before, behind) = (before.trim(), behind.trim());
    let named = before.contains(char::is_alphanumeric) && !before.ends_with(['$', '€', '£', '¥']);
    let bare = before.is_empty() && behind.is_empty();
    (!named && !bare && (is_number || has_thousands(inner))).then_some((before, behind))
}

/// Whether a text is a date, a time, or both.
pub(super) fn is_date(text: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let month = |part: &&str| {
        let letters = part.bytes().all(|b| b.is_ascii_alphabetic());
        let begin = part.get(..3).map(str::to_ascii_lowercase);
        letters && begin.is_some_and(|begin| MONTHS.contains(&begin.as_str()))
    };
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() <= 3 && words.iter().any(month) && words.iter().any(digits) {
        return words.iter().all(|word| month(word) || digits(word));
    }
    let first = text.split(['T', ' ']).next().unwrap_or_default();
    ['-', '/', '.', ':'].iter().any(|&sign| {
        let parts: Vec<&str> = first.split(sign).collect();
        let lengths = || parts.iter().map(|part| part.len());
        match sign {
            ':' => (2..=3).contains(&parts.len()) && parts[..2].iter().all(digits),
            _ => {
                let year = lengths().any(|length| length == 4) || lengths().all(|n| n == 2);
                parts.len() == 3 && parts.iter().all(digits) && lengths().all(|n| n <= 4) && year
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_number_is_told() {
        for (text, wanted) in [
            ("$1,000.50", Some(("$", ""))),
            ("R$ 5", Some(("R$", ""))),
            ("12,5 %", Some(("", "%"))),
            ("<0.1", Some(("<", ""))),
            ("(3.5)", Some(("(", ")"))),
            ("=\"7\"", Some(("=\"", "\""))),
            ("7kg", Some(("", "kg"))),
            ("-7 °C", Some(("", "°C"))),
            ("id7", None),
            ("7", None),
            ("male", None),
            ("3/4", None),
            ("1-2 kg", None),
        ] {
            assert_eq!(around(text), wanted, "{text}");
        }
    }

    #[test]
    fn dates_and_times_are_told_from_other_texts() {
        for text in [
            "2020-01-31",
            "31/1/2020",
            "31.01.2020",
            "01-02-03",
            "2020-01-31T12:00:00Z",
            "12:30",
            "12:30:15.5",
            "5-Jan-2020",
            "Jan 5, 2020",
        ] {
            assert!(is_date(text), "{text}");
        }
        for text in ["1.2.3", "7", "1-2", "3/4", "January", "mark 2 x", "", "1:x"] {
            assert!(!is_date(text), "{text}");
        }
    }
}

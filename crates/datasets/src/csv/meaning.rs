//! What a text in a table stands for: a number, a missing value, or something else.

/// A finite number with this decimal mark. Rust would also read "inf" and "nan", which no network
/// can learn from. The minus of typesetters counts as one.
pub(super) fn number(text: &str, decimal: char) -> Option<f64> {
    if let Some(positive) = text.strip_prefix('\u{2212}') {
        let value = positive.starts_with(|c: char| !matches!(c, '+' | '-'));
        return number(positive, decimal)
            .filter(|_| value)
            .map(|value| -value);
    }
    let value: Result<f64, _> = match decimal {
        '.' => text.parse(),
        _ if text.contains('.') => return None,
        _ => text.replacen(decimal, ".", 1).parse(),
    };
    value.ok().filter(|value: &f64| value.is_finite())
}

/// Whether a text is one that programs write for a missing value.
pub(super) fn looks_missing(text: &str) -> bool {
    const EXACT: [&str; 13] = [
        "NA", "na", "None", "NONE", "NaT", "?", "-", "--", "---", ".", "..", "missing", "\\N",
    ];
    const ANY_CASE: [&str; 19] = [
        "nan",
        "+nan",
        "n/a",
        "n.a.",
        "null",
        "nil",
        "undefined",
        "<na>",
        "#n/a",
        "#n/a n/a",
        "#null!",
        "#na",
        "1.#qnan",
        "1.#ind",
        "#div/0!",
        "#value!",
        "#num!",
        "#ref!",
        "#name?",
    ];
    let plain = text.strip_prefix('-').unwrap_or(text);
    let any_case = |other: &&str| [plain, text].iter().any(|t| t.eq_ignore_ascii_case(other));
    EXACT.contains(&text) || ANY_CASE.iter().any(any_case)
}

/// Why a text is no number, as far as the text can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoNumber {
    /// A text such as "NaN".
    Missing,
    /// "3,14" where the mark is a point, or "3.14" where it is a comma.
    OtherMark,
    /// "1,234": thousands, or a fraction behind another mark.
    OtherMarkOrThousands,
    /// "1,234.5", "1.234,5", "1 234" or "1'234".
    Thousands,
    /// "1e999", which f64 cannot hold.
    TooLarge,
    /// "inf".
    Infinite,
    /// Text.
    Other,
}

impl NoNumber {
    /// Looks at a text that [`number`] does not take.
    pub fn of(text: &str, decimal: char) -> Self {
        let other = if decimal == '.' { ',' } else { '.' };
        let infinite = text.parse::<f64>().is_ok_and(f64::is_infinite);
        if looks_missing(text) {
            Self::Missing
        } else if infinite && text.contains(|c: char| c.is_ascii_digit()) {
            Self::TooLarge
        } else if infinite {
            Self::Infinite
        } else if number(text, other).is_some() {
            match in_thousands(text, other) {
                true => Self::OtherMarkOrThousands,
                false => Self::OtherMark,
            }
        } else if has_thousands(text) {
            Self::Thousands
        } else {
            Self::Other
        }
    }
}

/// Whether a number has signs between its thousands, and perhaps a fraction behind another sign.
pub(super) fn has_thousands(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = match text.rsplit_once(['.', ',']) {
        Some((whole, fraction)) if digits(fraction) => whole,
        _ => text,
    };
    let signs = [',', '.', ' ', '\'', '\u{a0}', '\u{202f}'];
    signs
        .iter()
        .any(|&sign| in_thousands(text, sign) || in_thousands(whole, sign))
}

/// Whether the digits stand in groups of three behind `sign`.
fn in_thousands(text: &str, sign: char) -> bool {
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = text.trim_start_matches(['+', '-']).split(sign);
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && digits(first)
        && rest.peek().is_some()
        && rest.all(|group| group.len() == 3 && digits(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_finite() {
        assert_eq!(number("-1.5e3", '.'), Some(-1500.0));
        assert_eq!(number("\u{2212}1.5", '.'), Some(-1.5));
        for text in [
            "",
            "nan",
            "inf",
            "-Infinity",
            "1e999",
            "1,5",
            "0x10",
            "male",
            "\u{2212}-1",
            "\u{2212}",
        ] {
            assert_eq!(number(text, '.'), None, "{text}");
        }
    }

    #[test]
    fn numbers_may_have_a_decimal_comma() {
        assert_eq!(number("-1,5e3", ','), Some(-1500.0));
        assert_eq!(number("7", ','), Some(7.0));
        for text in ["1.5", "1.234,5", "1,2,3", ",", ""] {
            assert_eq!(number(text, ','), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (text, why) in [
            ("NaN", NoNumber::Missing),
            ("-", NoNumber::Missing),
            ("#N/A", NoNumber::Missing),
            ("-1.#IND", NoNumber::Missing),
            ("\\N", NoNumber::Missing),
            ("3,14", NoNumber::OtherMark),
            ("0,5", NoNumber::OtherMark),
            ("0,500", NoNumber::OtherMark),
            ("1,2345", NoNumber::OtherMark),
            ("1,234", NoNumber::OtherMarkOrThousands),
            ("1,234,567", NoNumber::Thousands),
            ("1,234.5", NoNumber::Thousands),
            ("1.234,5", NoNumber::Thousands),
            ("1.234.567", NoNumber::Thousands),
            ("-1 234,5", NoNumber::Thousands),
            ("1'234", NoNumber::Thousands),
            ("Na", NoNumber::Other),
            ("male", NoNumber::Other),
            ("1e999", NoNumber::TooLarge),
            ("-inf", NoNumber::Infinite),
            ("Infinity", NoNumber::Infinite),
            ("2020-01-02", NoNumber::Other),
            ("1,2,3", NoNumber::Other),
        ] {
            assert_eq!(NoNumber::of(text, '.'), why, "{text}");
        }
        assert_eq!(NoNumber::of("3.14", ','), NoNumber::OtherMark);
        assert_eq!(NoNumber::of("1.234", ','), NoNumber::OtherMarkOrThousands);
        assert_eq!(NoNumber::of("1.234,5", ','), NoNumber::Thousands);
    }
}

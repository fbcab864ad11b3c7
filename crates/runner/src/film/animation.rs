//! Pictures one after the other in a single SVG, moved by CSS: a browser shows it without a script.
//! Where nothing moves (on paper, or where somebody asks for less motion) the last one is seen.

use std::fmt::Write;

/// How long each is seen.
const SECONDS: f64 = 0.8;
/// The last one is seen for so many of them.
const LAST: usize = 3;

/// SVGs of the same size as one that shows them in turn, again and again.
pub fn svg(frames: &[String]) -> String {
    let Some(last) = frames.len().checked_sub(1) else {
        return String::new();
    };
    let turns = frames.len() - 1 + LAST;
    let (all, share) = (SECONDS * turns as f64, 100.0 / turns as f64);
    let (head, _) = parts(&frames[0]);
    let mut svg = format!(
        "{head}\n<style>\n\
         .frame{{visibility:hidden;animation:frame {all:.1}s step-end infinite}}\n\
         .last{{visibility:visible;animation-name:last}}\n\
         @keyframes frame{{0%{{visibility:visible}}{share:.3}%,100%{{visibility:hidden}}}}\n\
         @keyframes last{{0%{{visibility:visible}}{:.3}%,100%{{visibility:hidden}}}}\n\
         @media (prefers-reduced-motion:reduce){{.frame{{animation:none}}}}\n\
         @media print{{.frame{{animation:none}}}}\n\
         </style>\n",
        LAST as f64 * share
    );
    for (number, frame) in frames.iter().enumerate() {
        let (_, shapes) = parts(frame);
        let class = if number == last {
            "frame last"
        } else {
            "frame"
        };
        // Ahead of time, so that no one waits for its first turn.
        let delay = SECONDS * number as f64 - all;
        // Writing into a string cannot fail.
        let _ = writeln!(
            svg,
            "<g class=\"{class}\" style=\"animation-delay:{delay:.1}s\">\n{}\n</g>",
            shapes.trim()
        );
    }
    svg + "</svg>\n"
}

/// The first tag, and what stands between it and the last one.
fn parts(svg: &str) -> (&str, &str) {
    let head = svg.find('>').map_or(0, |end| end + 1);
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    (&svg[..head], &svg[head..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_take_turns_and_the_last_one_stays() {
        let frames = ["a", "b"].map(|id| format!("<svg width=\"9\">\n<g id=\"{id}\"/>\n</svg>\n"));
        let svg = svg(&frames);
        assert!(svg.starts_with("<svg width=\"9\">") && svg.ends_with("</svg>\n"));
        assert_eq!(
            (svg.matches("<svg").count(), svg.matches("</svg>").count()),
            (1, 1)
        );
        let first = "<g class=\"frame\" style=\"animation-delay:-3.2s\">\n<g id=\"a\"/>\n</g>";
        let last = "<g class=\"frame last\" style=\"animation-delay:-2.4s\">\n<g id=\"b\"/>\n</g>";
        assert!(svg.contains(first) && svg.contains(last), "{svg}");
        assert!(
            svg.contains("{0%{visibility:visible}25.000%,100%{visibility:hidden}}"),
            "{svg}"
        );
        assert_eq!(super::svg(&[]), "");
    }
}

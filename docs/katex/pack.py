"""Packs KaTeX into katex.css: its style sheet, the fonts that formulas here use, and its program.

    npm pack katex@0.19.1 && tar xzf katex-0.19.1.tgz
    python docs/katex/pack.py package/dist

`rustdoc --extend-css` puts one style sheet beside the pages, and nothing else. So the fonts stand in
it as data, and the program as a custom property, which docs/katex.html reads: formulas are typeset
without a network, wherever the pages lie.
"""

import base64
import pathlib
import re
import sys

# Fraktur, sans serif, script and typewriter are not used.
FONTS = ["AMS", "Caligraphic", "Main", "Math", "Size1", "Size2", "Size3", "Size4"]


def data(file, kind):
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def font_face(rule, dist):
    """A rule with its font as data; nothing where the font is not used."""
    name = re.search(r"fonts/(KaTeX_(\w+)-\w+\.woff2)", rule)
    if name is None or name[2] not in FONTS:
        return ""
    source = f"src:url({data(dist / 'fonts' / name[1], 'font/woff2')}) format('woff2')"
    return re.sub(r"src:[^;}]*", lambda _: source, rule)


def main():
    dist = pathlib.Path(sys.argv[1])
    css = (dist / "katex.min.css").read_text()
    css = re.sub(r"@font-face\{[^}]*\}", lambda rule: font_face(rule[0], dist), css)
    program = data(dist / "katex.min.js", "text/javascript;charset=utf-8")
    head = "/* KaTeX 0.19.1, MIT licence (docs/katex/LICENSE); made by docs/katex/pack.py */"
    packed = f'{head}\n{css.strip()}\n:root{{--katex:"{program}"}}\n'
    (pathlib.Path(__file__).parent / "katex.css").write_text(packed)


main()

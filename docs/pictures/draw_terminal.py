#!/usr/bin/python3
"""Draws what a terminal shows, as `tmux capture-pane -e -p` prints it, as SVG: draw_terminal.py < capture > picture.svg"""
import html
import itertools
import re
import sys
import unicodedata

COLORS = {31: "#e06c75", 32: "#98c379", 33: "#e5c07b", 34: "#61afef", 35: "#c678dd", 36: "#56b6c2", 92: "#b5e890"}
PLAIN, DIM, GROUND = "#dcdfe4", "#8a919e", "#282c34"
WIDTH, HEIGHT, MARGIN = 8.4, 19, 14


def columns(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def style_after(codes, style):
    for code in codes or [0]:
        if code == 0:
            style = {"fill": PLAIN}
        elif code == 1:
            style = {**style, "font-weight": "bold"}
        elif code == 2:
            style = {**style, "fill": DIM}
        elif code == 39:
            style = {**style, "fill": PLAIN}
        elif code in COLORS:
            style = {**style, "fill": COLORS[code]}
    return style


def draw(lines):
    widest = max((columns(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines), default=0)
    width, height = 2 * MARGIN + widest * WIDTH, 2 * MARGIN + len(lines) * HEIGHT
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}">',
           f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>',
           '<g font-family="DejaVu Sans Mono, Noto Sans Mono CJK SC, Noto Color Emoji, monospace" font-size="14" style="white-space:pre">']
    style = {"fill": PLAIN}
    for row, line in enumerate(lines):
        column = 0
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if part.startswith("\x1b"):
                style = style_after([int(code) for code in part[2:-1].split(";") if code], style)
                continue
            # Wide characters apart: their font may differ, and must not stretch the others.
            for _, run in itertools.groupby(part, key=columns):
                run = "".join(run)
                size = columns(run)
                attributes = " ".join(f'{name}="{value}"' for name, value in style.items())
                text = html.escape(run).replace(" ", "&#160;")
                out.append(f'<text x="{MARGIN + column * WIDTH:.1f}" y="{MARGIN + row * HEIGHT + 14}" {attributes} '
                           f'textLength="{size * WIDTH:.1f}" lengthAdjust="spacingAndGlyphs">{text}</text>')
                column += size
    return "\n".join(out + ["</g>", "</svg>", ""])


if __name__ == "__main__":
    text = [line.rstrip() for line in sys.stdin.read().rstrip("\n").split("\n")]
    sys.stdout.write(draw(text))

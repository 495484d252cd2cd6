#!/usr/bin/python3
"""Draws a trace that weft has written (WEFT_TRACE=FILE) as SVG: a row for each task, steps dark, waits by kind.

  docs/pictures/draw_trace.py TRACE.json PICTURE.svg [ROWS]
"""
import collections
import html
import json
import sys

WIDTH, LEFT, ROW, TOP = 1000, 250, 18, 46
COLORS = ["#8ecae6", "#ffd166", "#b7e4c7", "#f4acb7", "#cdb4db", "#e9c46a", "#a8dadc", "#d8e2dc"]


def read(path):
    with open(path, encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    spans = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            spans[event["tid"]].append(event)
    return names, spans


def short(name, length=38):
    return name if len(name) <= length else "…" + name[-length + 1:]


def draw(names, spans, rows):
    tasks = sorted(spans)[:rows]
    end = max(e["ts"] + e["dur"] for t in tasks for e in spans[t])
    kinds = sorted({e["name"] for t in tasks for e in spans[t] if e["cat"] == "wait"})
    color = {kind: COLORS[i % len(COLORS)] for i, kind in enumerate(kinds)}
    height = TOP + ROW * len(tasks) + 30
    scale = (WIDTH - LEFT - 30) / end
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="11">',
           f'<rect width="{WIDTH}" height="{height}" fill="white"/>']
    x = LEFT
    for label, fill in [("runs", "#d62828"), *color.items()]:
        out.append(f'<rect x="{x}" y="14" width="12" height="12" fill="{fill}"/><text x="{x + 16}" y="24">{html.escape(label)}</text>')
        x += 34 + 6.2 * len(label)
    for row, task in enumerate(tasks):
        y = TOP + ROW * row
        out.append(f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{html.escape(short(names.get(task, str(task))))}</text>')
        for event in sorted(spans[task], key=lambda e: e["cat"] == "run"):
            runs = event["cat"] == "run"
            width = max(event["dur"] * scale, 1.2 if runs else 0.3)
            out.append(f'<rect x="{LEFT + event["ts"] * scale:.1f}" y="{y + 2}" width="{width:.1f}" height="{ROW - 5}" '
                       f'fill="{"#d62828" if runs else color[event["name"]]}"/>')
    axis = TOP + ROW * len(tasks) + 14
    for step in range(6):
        at = end * step / 5
        out.append(f'<text x="{LEFT + at * scale:.0f}" y="{axis}" text-anchor="middle" fill="#555">{at / 1000:.0f} ms</text>')
    return "\n".join(out + ["</svg>"]) + "\n"


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    with open(sys.argv[2], "w", encoding="utf-8") as target:
        target.write(draw(*read(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) == 4 else 30))

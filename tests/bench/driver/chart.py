"""Bar charts of weft against each peer, as SVG beside docs/benchmarks.md."""
import html
import math

WIDTH, LABELS, ROW = 760, 330, 22


def _svg(title, note, rows, span):
    """rows: (label, value as text, position of the bar's end in 0..1, whether weft is ahead); span: position of "equal"."""
    height = 56 + ROW * len(rows) + 12
    bar = WIDTH - LABELS - 90
    equal = LABELS + bar * span
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
           f'<text x="12" y="20" font-size="15" font-weight="bold">{html.escape(title)}</text>',
           f'<text x="12" y="38" fill="#555">{html.escape(note)}</text>']
    for number, (label, value, end, ahead) in enumerate(rows):
        y = 52 + ROW * number
        x = LABELS + bar * end
        left, right = min(x, equal), max(x, equal)
        out.append(f'<text x="{LABELS - 8}" y="{y + 13}" text-anchor="end">{html.escape(label)}</text>')
        out.append(f'<rect x="{left:.1f}" y="{y + 2}" width="{max(right - left, 1):.1f}" height="{ROW - 7}" fill="{"#2a9d8f" if ahead else "#e76f51"}"/>')
        out.append(f'<text x="{right + 5:.1f}" y="{y + 13}">{html.escape(value)}</text>')
    out.append(f'<line x1="{equal:.1f}" x2="{equal:.1f}" y1="48" y2="{height - 10}" stroke="#333"/>')
    return "\n".join(out + ["</svg>"]) + "\n"


def _ratio_text(ratio):
    return f"{ratio:.0f} x" if ratio >= 10 else f"{ratio:.2g} x"


def against(folder, name, title, ratios):
    """One chart: how many times more the peer takes than weft, logarithmic. Gives the line that shows it."""
    rows = [(label, ratio) for label, ratio in ratios if ratio]
    if not rows or folder is None:
        return ""
    low = min(-0.2, *(math.log10(ratio) for _, ratio in rows))
    high = max(0.2, *(math.log10(ratio) for _, ratio in rows))
    bars = [(label, _ratio_text(ratio), (math.log10(ratio) - low) / (high - low), ratio >= 1) for label, ratio in rows]
    folder.mkdir(parents=True, exist_ok=True)
    note = "how many times as much it takes as weft; green: weft takes less; logarithmic"
    (folder / f"{name}.svg").write_text(_svg(title, note, bars, -low / (high - low)), encoding="utf-8")
    return f"![{title}]({folder.name}/{name}.svg)\n"


def peers(folder, part, labels, titles, costs):
    """A chart for each peer of the first title, from {title: [cost or None]}; gives the lines that show them."""
    ours = costs[titles[0]]
    text = ""
    for title in titles[1:]:
        pairs = [(label, theirs / own) for label, own, theirs in zip(labels, ours, costs[title]) if own and theirs]
        slug = "".join(c if c.isalnum() else "-" for c in title.lower()).strip("-").replace("--", "-")
        text += against(folder, f"{part}-{slug}", f"{titles[0]} against {title}", pairs)
    return text + ("\n" if text else "")

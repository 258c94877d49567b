"""The growth plot: costs of reads and queries over the number of examples, both axes logarithmic, as SVG."""

import math
import statistics as stats

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 210, 40, 56
COLOURS = ["#1b4f72", "#c0392b", "#1e8449", "#b9770e", "#6c3483", "#117a8b", "#7b7d7d", "#a04000"]


def growth(results):
    """The plot of results by scale; a line for each cost, labelled at its end."""
    series = [
        (title, [(r["examples"], stats.median(r["reads"][key]["seconds"]) * 1e3) for r in results])
        for key, title in (
            ("full", "full scan"),
            ("split", "split to train and test"),
            ("holdout", "hold-out, one architecture"),
            ("statistic", "one statistic"),
            ("run", "one run"),
        )
    ]
    series.append(("open to first value", [(r["examples"], stats.median(r["first"]) * 1e3) for r in results]))
    series += [
        (f"query: {title}", [(r["examples"], stats.median(r["queries"][title]) * 1e3) for r in results])
        for title in ("a count by two fields", "the examples of a run")
    ]
    xs = [x for _, points in series for x, _ in points]
    ys = [y for _, points in series for _, y in points]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    first, last = math.log10(min(xs)), math.log10(max(xs))

    def place(x, y):
        across = LEFT + (math.log10(x) - first) / (last - first) * (WIDTH - LEFT - RIGHT)
        return across, HEIGHT - BOTTOM - (math.log10(y) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="14">Cost over the size of the store (milliseconds, medians)</text>',
    ]
    for power in range(low, high + 1):
        _, y = place(xs[0], 10.0**power)
        parts.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
        )
    for x in sorted(set(xs)):
        across, _ = place(x, 10.0**low)
        parts.append(
            f'<path d="M{across:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eee"/>'
            f'<text x="{across:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:,}</text>'
        )
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" text-anchor="middle">examples</text>')
    heights = spread([place(*points[-1])[1] for _, points in series])
    for (title, points), colour, height in zip(series, COLOURS, heights):
        line = "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(*p) for p in points))
        x, y = place(*points[-1])
        parts.append(f'<path d="M{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in (place(*p) for p in points)
        ]
        parts.append(
            f'<path d="M{x + 5:.1f} {y:.1f}L{x + 14:.1f} {height:.1f}" stroke="{colour}" stroke-width="0.7"/>'
            f'<text x="{x + 17:.1f}" y="{height + 4:.1f}" fill="{colour}">{title}</text>'
        )
    return "\n".join(parts + ["</svg>"]) + "\n"


def spread(heights, gap=15):
    """Heights of labels, moved apart so that none lies on another."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed = list(heights)
    for before, after in zip(order, order[1:]):
        placed[after] = max(placed[after], placed[before] + gap)
    over = max(0, max(placed) - (HEIGHT - BOTTOM + 8))
    for at in reversed(range(len(order))):
        if over <= 0:
            break
        ceiling = HEIGHT - BOTTOM + 8 - gap * (len(order) - 1 - at)
        placed[order[at]] = min(placed[order[at]], ceiling)
    return placed

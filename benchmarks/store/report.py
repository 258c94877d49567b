"""Tables, plot and page from the numbers of a run."""

import statistics as stats

LIMITS = ("memcpy", "zstd", "zstd-shuffled")


def milliseconds(seconds):
    """Median and minimum, as a table shows them."""
    if not seconds:
        return ""
    return f"{short(stats.median(seconds) * 1e3)} ({short(min(seconds) * 1e3)})"


def short(number):
    """Three digits that count."""
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def table(header, rows):
    """A Markdown table; all columns but the first are numbers."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" + "---:|" * (len(header) - 1)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def comparison(result):
    """The tables of one data set."""
    everyone = result["contestants"]
    raw = result["raw_bytes"]
    works = result["works"]
    parts = [f"### {result['about']}", "",
             f"{result['machine']['processor']}, {result['machine']['cores']} cores; {result['date']}. Raw float32: "
             f"{raw / 1e6:.1f} MB. Milliseconds: median (minimum) of {result['rounds']} interleaved rounds.", ""]
    parts += [f"- **{w['key']}**: {w['title']}, {w['bytes'] / 1e6:.1f} MB" for w in works]
    present = {n: e for n, e in everyone.items() if "failed" not in e}
    for threads in sorted({t for e in present.values() for t in e["reads"]}, reverse=True):
        rows = []
        for name, entry in present.items():
            reads = entry["reads"].get(threads, {})
            limit = name in LIMITS
            bold = f"**{name}**" if "verified_write" in entry else name
            rows.append([bold, "" if limit else f"{entry['bytes'] / 1e6:.2f}", "" if limit else f"{raw / entry['bytes']:.2f}",
                         "" if limit else milliseconds(entry["write"]),
                         *(milliseconds(reads.get(w["key"], [])) for w in works)])
        parts += ["", f"#### {threads} thread{'s' if threads != '1' else ', pinned to one core'}", "",
                  table(["", "MB", "ratio", "write", *(w["key"] for w in works)], rows)]
    rows = [[name, f"{entry['memory'] / 2**20:.0f}", milliseconds(entry["fresh"]), milliseconds(entry.get("first", []))]
            for name, entry in present.items() if "memory" in entry]
    if rows:
        matrix = next(w for w in works if w["key"] == "full")["bytes"] / 2**20
        parts += ["", f"#### Memory, fresh buffers, latency (the matrix itself: {matrix:.0f} MiB)", "",
                  table(["", "peak MiB of a full scan", "full scan, fresh buffers", "open to first value"], rows)]
    for name, entry in everyone.items():
        if "failed" in entry:
            parts += ["", f"**{name} is missing**: {entry['failed']}"]
    return "\n".join(parts) + "\n"

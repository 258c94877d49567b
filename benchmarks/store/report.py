"""Tables of a run's numbers, in Markdown."""

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
    parts = [
        f"### {result['about']}",
        "",
        f"{result['date']}; raw float32 "
        f"{raw / 1e6:.1f} MB. Milliseconds, median (minimum) of {result['rounds']} interleaved rounds.",
        "",
    ]
    parts += [f"- **{w['key']}**: {w['title']}, {w['bytes'] / 1e6:.1f} MB" for w in works]
    present = {n: e for n, e in everyone.items() if "failed" not in e}
    for threads in sorted({t for e in present.values() for t in e["reads"]}, reverse=True):
        rows = []
        for name, entry in present.items():
            reads = entry["reads"].get(threads, {})
            limit = name in LIMITS
            bold = f"**{name}**" if "verified_write" in entry else name
            rows.append(
                [
                    bold,
                    "" if limit else f"{entry['bytes'] / 1e6:.2f}",
                    "" if limit else f"{raw / entry['bytes']:.2f}",
                    "" if limit else milliseconds(entry["write"]),
                    *(milliseconds(reads.get(w["key"], [])) for w in works),
                ]
            )
        parts += [
            "",
            f"#### {threads} thread{'s' if threads != '1' else ', pinned to one core'}",
            "",
            table(["", "MB", "ratio", "write", *(w["key"] for w in works)], rows),
        ]
    shell = [f"{milliseconds(e['shell'])} ms" for e in present.values() if "shell" in e]
    verified = [f"{n} {e['verified_write'] * 1e3:.0f} ms" for n, e in present.items() if "verified_write" in e]
    if verified:
        parts += ["", f"Written with every bit read back: {', '.join(verified)}."]
    if shell:
        parts += ["", f"`engram select` of one statistic of one run, the whole process: {', '.join(shell)}."]
    rows = [
        [
            name,
            f"{entry['memory'] / 2**20:.0f}",
            f"{entry['private_memory'] / 2**20:.0f}",
            milliseconds(entry["fresh"]),
            milliseconds(entry.get("first", [])),
        ]
        for name, entry in present.items()
        if "memory" in entry
    ]
    if rows:
        matrix = next(w for w in works if w["key"] == "full")["bytes"] / 2**20
        parts += [
            "",
            f"#### Memory, fresh buffers, latency (the matrix itself: {matrix:.0f} MiB)",
            "",
            table(
                [
                    "",
                    "peak MiB of a full scan",
                    "without mapped files, after it",
                    "full scan, fresh buffers",
                    "open to first value",
                ],
                rows,
            ),
        ]
    for name, entry in everyone.items():
        if "failed" in entry:
            parts += ["", f"**{name} is missing**: {entry['failed']}"]
    return "\n".join(parts) + "\n"


def layouts(result):
    """How each contestant keeps the data, and in which version."""
    rows = [
        f"- **{name}**: {entry['layout']}"
        + (f" ({', '.join(f'{k} {v}' for k, v in entry['versions'].items())})" if entry["versions"] else "")
        for name, entry in result["contestants"].items()
        if "layout" in entry
    ]
    return "\n".join(rows)


def goal_table(rows):
    return table(
        ["goal", "figure", ""], [[goal, figure, "reached" if done else "**missed**"] for goal, figure, done in rows]
    )


def ingest(result):
    """The table of the ingest."""
    rows = [
        [
            name,
            f"{stats.median(result[name]['seconds']):.2f} ({min(result[name]['seconds']):.2f})",
            f"{stats.median(result[name]['peak']) / 2**20:.0f}",
        ]
        for name in ("engram", "pickle.load")
    ]
    return (
        f"{result['about']}, as float64 in a protocol-0 pickle of {result['bytes'] / 1e6:.0f} MB. The whole command "
        "`engram ingest`, which compresses, reads back and compares every bit, beside `pickle.load` alone.\n\n"
        + table(["", "seconds, median (minimum)", "peak MiB"], rows)
    )


def growth(results):
    """The table of growth: one column a scale."""
    header = ["", *(f"{r['examples']:,}" for r in results)]
    rows = [
        ["runs", *(f"{r['runs']:,}" for r in results)],
        ["raw MB", *(f"{r['raw_bytes'] / 1e6:,.0f}" for r in results)],
        ["store MB", *(f"{r['bytes'] / 1e6:,.0f}" for r in results)],
        ["of which catalog.sqlite", *(f"{r['catalog_bytes'] / 1e6:.1f}" for r in results)],
        ["write, s", *(f"{sum(r['write']):.2f}" for r in results)],
    ]
    for key in results[0]["reads"]:
        rows.append([f"{key}, ms", *(milliseconds(r["reads"][key]["seconds"]) for r in results)])
    rows.append(["open to first value, ms", *(milliseconds(r["first"]) for r in results)])
    rows.append(["first value from the shell, ms", *(milliseconds(r["shell"]) for r in results)])
    for title in results[0]["queries"]:
        rows.append([f"query: {title}, ms", *(f"{stats.median(r['queries'][title]) * 1e3:.3f}" for r in results)])
    return table(header, rows)


def counts(result):
    """The table of counts in a store of a million runs."""
    rows = [
        [title] + [cell for who in ("engram", "duckdb") for cell in (f"{of[who]['first'] * 1e3:.2f}", milliseconds(of[who]["seconds"]))]
        for title, of in result.items()
    ]
    header = ["counting, ms", "engram, first", "engram, again", "duckdb, first", "duckdb, again"]
    return (
        "Runs counted in that store, and by DuckDB in a table of its own file with the same fields; two threads, a first call after "
        "opening, then by turns: median (minimum).\n\n" + table(header, rows)
    )

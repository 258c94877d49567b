"""What the store is to reach, and what a run's numbers say: each goal with its figure, reached or missed."""

import statistics as stats

# Formats that do not compress are a bound, not a rival.
NOT_COMPRESSED = ("npy-mmap", "pickle", "memcpy", "zstd", "zstd-shuffled")


def median(entry, threads, work):
    """Milliseconds of a read, or None where it was not measured."""
    seconds = entry["reads"].get(threads, {}).get(work)
    return stats.median(seconds) * 1e3 if seconds else None


def fastest(result, threads, work):
    """Name and milliseconds of the fastest compressed peer at a read."""
    found = [
        (median(entry, threads, work), name)
        for name, entry in result["contestants"].items()
        if name not in NOT_COMPRESSED and "verified_write" not in entry and "failed" not in entry
    ]
    return min((ms, name) for ms, name in found if ms is not None)


def ratio(result, name):
    return result["raw_bytes"] / result["contestants"][name]["bytes"]


def of_comparison(result, label):
    """Goals of size, split, scan, selections and write on one data set: (goal, figure, reached)."""
    engram = result["contestants"]["engram"]
    first = result["contestants"].get("engram-first", {"reads": {}})
    rows = []
    if label != "generated":
        value = ratio(result, "engram")
        rows.append(("size: raw bytes at least 2.5 times the store's", f"{value:.2f}", value >= 2.5))
    threads = sorted({t for e in result["contestants"].values() for t in e["reads"]}, reverse=True)
    titles = {
        "full": "full scan",
        "split": "split",
        "holdout": "one architecture",
        "statistic": "one statistic",
        "norm": "one norm",
        "predicted": "one predicted statistic",
        "run": "one run",
        "epochs": "4 of 21 epochs",
    }
    for work, entry, suffix, wanted, counts in (
        ("split", engram, "", 2.0, threads[:1]),
        ("full", engram, "", 1.5, threads[:1]),
        ("full", engram, "", 1.0, threads[1:]),
        ("holdout", engram, "", 1.0, threads[:1]),
        *(
            (work, entry, suffix, 1.0, threads[:1])
            for work in ("statistic", "norm", "predicted", "run")
            for entry, suffix in ((first, ", first read"), (engram, ", read again"))
        ),
        ("epochs", engram, "", 1.0, threads[:1]),
    ):
        for count in counts:
            ms, name = fastest(result, count, work)
            ours = median(entry, count, work)
            if ours is None:
                continue
            figure = f"{ms / ours:.2f}: {ours:.2f} ms, {name} {ms:.2f} ms"
            reached = ms / ours >= wanted
            plural = "s" if count != "1" else ""
            bar = "no slower than" if wanted == 1 else f"at least {wanted:g} times as fast as"
            goal = f"{titles[work]}{suffix}, {count} thread{plural}: {bar} the fastest compressed peer"
            rows.append((goal, figure, reached))
            if work == "split":
                smaller = ratio(result, "engram") / ratio(result, name)
                goal = f"size: at least 1.4 times smaller than that peer, {name}"
                rows.append((goal, f"{smaller:.2f}", smaller >= 1.4))
    peers = [n for n in result["contestants"] if n.startswith("pcodec") and "failed" not in result["contestants"][n]]
    if peers:
        ours = stats.median(engram["write"])
        name, theirs = min(((n, stats.median(result["contestants"][n]["write"])) for n in peers), key=lambda p: p[1])
        rows.append(
            (
                f"write: no slower than {name}",
                f"{theirs / ours:.2f}: {ours * 1e3:.0f} ms, {theirs * 1e3:.0f} ms",
                ours <= theirs,
            )
        )
    return rows


def of_ingest(result):
    """Goals of the ingest of the published layout."""
    ours, theirs = (stats.median(result[n]["seconds"]) for n in ("engram", "pickle.load"))
    peak, their_peak = (stats.median(result[n]["peak"]) / 2**20 for n in ("engram", "pickle.load"))
    return [
        (
            "ingest: at least 3 times as fast as pickle.load alone",
            f"{theirs / ours:.2f}: {ours:.2f} s, {theirs:.2f} s",
            theirs >= 3 * ours,
        ),
        (
            "ingest: peak memory below half of that of pickle.load",
            f"{peak:.0f} MiB, {their_peak:.0f} MiB",
            2 * peak < their_peak,
        ),
    ]


def of_growth(results):
    """Goals of latency at every size, and of how costs grow; `results` by scale."""
    rows = []
    million = results.get(100, {}).get("million")
    places = [(f"{r['runs']:,} runs", r) for _, r in sorted(results.items())] + (
        [("1,000,000 runs", million)] if million else []
    )
    for title, place in places:
        warm, shell = (stats.median(place[k]) * 1e3 for k in ("first", "shell"))
        rows.append(
            (
                f"open to first value: below 5 ms warm and 15 ms from the shell, {title}",
                f"{warm:.2f} ms, {shell:.1f} ms",
                warm < 5 and shell < 15,
            )
        )
    if {10, 100} <= results.keys():
        for work, title in (("full", "scan"), ("split", "split"), ("holdout", "hold-out")):
            cost = [
                stats.median(results[s]["reads"][work]["seconds"]) / results[s]["reads"][work]["bytes"]
                for s in (10, 100)
            ]
            rows.append(
                (
                    f"{title}: time per byte at 100x at most 1.25 times that at 10x",
                    f"{cost[1] / cost[0]:.2f} times",
                    cost[1] <= 1.25 * cost[0],
                )
            )
        for title in results[10]["queries"]:
            grown = stats.median(results[100]["queries"][title]) / stats.median(results[10]["queries"][title])
            goal = f"query of {title}: less than 5 times the time in a store of 10 times the size"
            rows.append((goal, f"{grown:.2f} times", grown < 5))
    for title, seconds in (million or {}).get("counts", {}).items():
        ours, theirs = (stats.median(seconds[who]["seconds"]) * 1e3 for who in ("engram", "duckdb"))
        rows.append(
            (
                f"count, {title}, 1,000,000 runs, asked again: as fast as DuckDB",
                f"{theirs / ours:.1f}: {ours:.2f} ms, {theirs:.2f} ms",
                ours <= theirs,
            )
        )
    return rows

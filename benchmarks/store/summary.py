"""What the documents show of whole runs: benchmarks/figures/store.json."""

import statistics as stats

import goals


def of(compared, ingested, scales, machine):
    """The medians of all results, in milliseconds, seconds and bytes."""
    result = {"machine": machine, "data": [data(r) for r in compared]}
    if ingested:
        result["ingest"] = {"about": ingested["about"], "date": ingested["date"], "bytes": ingested["bytes"]}
        for name in ("engram", "pickle.load"):
            result["ingest"][name] = {
                "seconds": rounded(stats.median(ingested[name]["seconds"])),
                "peak_mib": round(stats.median(ingested[name]["peak"]) / 2**20),
            }
    result["latency"] = [
        {"runs": r["runs"], "warm_ms": milliseconds(r["first"]), "shell_ms": milliseconds(r["shell"])}
        for _, r in sorted(scales.items())
    ]
    return result


def data(result):
    """Sizes, writes and reads of every format on one data set."""
    formats = {}
    for name, entry in result["contestants"].items():
        if "failed" not in entry and "bytes" in entry and entry.get("write"):
            formats[name] = {
                "bytes": entry["bytes"],
                "is_compressed": name not in goals.NOT_COMPRESSED,
                "write_ms": milliseconds(entry["write"]),
                "read_ms": {
                    threads: {work: milliseconds(seconds) for work, seconds in reads.items() if seconds}
                    for threads, reads in entry["reads"].items()
                },
            }
    return {"about": result["about"], "date": result["date"], "raw_bytes": result["raw_bytes"], "formats": formats}


def milliseconds(seconds):
    return rounded(stats.median(seconds) * 1e3)


def rounded(value):
    """Four digits that count."""
    return float(f"{value:.4g}")

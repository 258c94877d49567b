"""tables.py -- the tables of figures that the documents show, from the files of this folder.

A file NAME.json is what `--publish` of a benchmark wrote; a function here is a block of scripts/check_documents.
"""

import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent


def figures(name):
    """What a benchmark published."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def table(header, rows):
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def number(value, digits=3):
    """A number with the digits that count, and commas from a thousand on."""
    if value >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    decimals = digits - 1
    while value >= 10 and decimals > 0:
        value, decimals = value / 10, decimals - 1
    scale = 10 ** (digits - 1 - decimals)
    return f"{value * scale:.{decimals}f}"


def time(milliseconds):
    return f"{number(milliseconds)} ms" if milliseconds < 1000 else f"{number(milliseconds / 1000)} s"


def share(fraction):
    return f"{100 * fraction:.1f} %"


# The store.

PEERS = {
    "vortex": "Vortex", "vortex-compact": "Vortex, compact", "pcodec-4096": "pcodec", "pcodec-1024": "pcodec",
    "parquet-bss": "Parquet", "openzl": "OpenZL", "blosc2": "Blosc2", "zarr-tensorstore": "zarr by TensorStore",
    "npz": "npz", "h5py-gzip": "HDF5, gzip", "h5py-blosc2": "HDF5, Blosc2", "zarr": "zarr", "lance": "Lance",
    "duckdb": "DuckDB", "duckdb-wide": "DuckDB, wide", "arrow-ipc-zstd": "Arrow IPC, zstd", "tiledb": "TileDB"}


def compressed_peers(data):
    return {n: f for n, f in data["formats"].items() if not n.startswith("engram") and f["is_compressed"]}


def fastest(data, work, threads):
    """The name and the milliseconds of the fastest compressed peer at a read."""
    found = [(f["read_ms"][threads][work], n) for n, f in compressed_peers(data).items() if work in f["read_ms"].get(threads, {})]
    milliseconds, name = min(found)
    return f"{PEERS.get(name, name)} {time(milliseconds)}"


def store_rows():
    """Size and reads on the first data set that was measured, beside the best compressed peer at each."""
    data = figures("store")["data"][0]
    ours = data["formats"]["engram"]
    threads = max(ours["read_ms"], key=int)
    size, name = min((f["bytes"], n) for n, f in compressed_peers(data).items())
    rows = [("size, raw bytes to stored bytes", f"{data['raw_bytes'] / ours['bytes']:.2f} to 1",
             f"{PEERS.get(name, name)} {data['raw_bytes'] / size:.2f} to 1")]
    for work, title in (
        ("split", "train and test matrix of a balanced split"), ("full", "all examples"), ("holdout", "one architecture"),
        ("norm", "one norm"), ("predicted", "one statistic that is predicted from others"), ("run", "one run"), ("epochs", "4 of 21 epochs"),
    ):
        first = data["formats"].get("engram-first", {"read_ms": {}})["read_ms"].get(threads, {}).get(work)
        again = ours["read_ms"][threads][work]
        is_kept = first is not None and work in ("norm", "predicted", "run")
        rows.append((f"read: {title}" + ("; read again" if is_kept else ""), f"{time(first)}; {time(again)}" if is_kept else time(again),
                     fastest(data, work, threads)))
    return [*rows, write_row(data)]


def write_row(data):
    writes = [(f["write_ms"], n) for n, f in compressed_peers(data).items()]
    milliseconds, name = min(writes)
    return ("write", time(data["formats"]["engram"]["write_ms"]), f"{PEERS.get(name, name)} {time(milliseconds)}")


def ingest_rows():
    found = figures("store").get("ingest")
    if not found:
        return []
    ours, theirs = (f"{number(found[n]['seconds'])} s, {number(found[n]['peak_mib'], 1)} MiB" for n in ("engram", "pickle.load"))
    return [(f"ingest of a pickle of {found['bytes'] / 1e6:.0f} MB: time, peak memory", ours, f"`pickle.load` alone {theirs}")]


def latency_rows():
    found = figures("store")["latency"]
    return [(f"first value from the shell, store of {place['runs']:,} runs", time(place["shell_ms"]), "") for place in found[-1:]]


def store():
    data = figures("store")["data"][0]
    return (f"{data['about']}, float32, 2 threads, warm cache, {data['date'][:10]}. Each line names the best of "
            f"{len(compressed_peers(data))} compressed formats.\n\n" + table(["", "Engram", "best other"], store_rows()))


def ingest():
    found = figures("store")["ingest"]
    return (f"{found['about']}, {found['date'][:10]}. Engram compresses the values, writes them, reads them back and compares "
            "every bit.\n\n" + table(["", "Engram", "Python"], ingest_rows()))


# Classifiers.

def forest_rows():
    found = figures("forest")["sets"]["published size"]
    some = found["some_features"]
    theirs = [f"{name} {number(some[f'{who}_s'])} s, {some[f'{who}_accuracy']:.4f}"
              for who, name in (("sklearn", "scikit-learn"), ("intelex", "scikit-learn-intelex")) if f"{who}_s" in some]
    return [(
        f"random forest, {some['trees']} trees: fit, held-out accuracy",
        f"{number(some['engram_s'])} s, {some['engram_accuracy']:.4f}", "; ".join(theirs))]


def solver(name):
    return next(s for s in figures("linear_svm")["solvers"] if s["name"] == name)


def svm_rows():
    ours, theirs = solver("Engram, `newton`"), solver("scikit-learn LinearSVC")
    end = {True: "converged", False: "not converged"}
    return [(
        "linear SVM, C = 1: fit, held-out accuracy",
        f"{number(ours['seconds'])} s, {ours['accuracy']:.4f}, {end[ours['converged']]}",
        f"LinearSVC {number(theirs['seconds'])} s, {theirs['accuracy']:.4f}, {end[theirs['converged']]}")]


def conv1d_rows():
    found = figures("conv1d")["training"]
    sides = [
        f"{number(found[f'{name}_s'][0])} to {number(found[f'{name}_s'][1])} s, "
        f"{found[f'{name}_accuracy'][0]:.4f} ± {found[f'{name}_accuracy'][1]:.4f}" for name in ("engram", "torch")]
    return [(f"Conv1D network, {found['epochs']} epochs, {found['seeds']} seeds: fit, held-out accuracy",
             sides[0], f"PyTorch {sides[1]}")]


def classifiers():
    return table(["", "Engram", "Python"], forest_rows() + svm_rows() + conv1d_rows())


def forest():
    """The table of the forests' page."""
    names = figures("forest")
    libraries = {"engram": "Engram", "sklearn": "scikit-learn", "intelex": "scikit-learn-intelex", "ydf": "YDF"}

    def line(title, found, key, form):
        return (title, *(form(found, f"{who}{key}") for who in libraries))

    def beside_ours(found, key, shown):
        if key not in found:
            return ""
        ours = found["engram" + key[key.index("_"):]]
        return shown + ("" if key.startswith("engram") else f" ({found[key] / ours:.1f}x)")

    def seconds(found, key):
        return beside_ours(found, key, f"{found.get(key, 0):.3f}")

    def milliseconds(found, key):
        value = found.get(key, 0) * 1e3
        return beside_ours(found, key, f"{value:.{2 if value < 1 else 1 if value < 10 else 0}f}")

    def accuracy(found, key):
        return f"{found[key]:.4f}" if key in found else ""

    rows = []
    for title, found in names["sets"].items():
        where = f"{title}, {found['train_rows']:,} x {found['columns']}"
        for kind, about in (("some_features", "sqrt"), ("all_features", "all features")):
            part = found.get(kind)
            if not part:
                continue
            forest = f"{part['trees']} trees, {about}"
            rows.append(line(f"{where}: fit {forest}, s", part, "_s", seconds))
            rows.append(line(f"{where}: predict, {forest}, ms", part, "_predict_s", milliseconds))
            splits = f"mean of {part['splits']} splits" if part["splits"] > 1 else "one split"
            error = f", standard error {part['standard_error']:.4f}" if "standard_error" in part else ""
            rows.append(line(f"{where}: held-out accuracy, {forest}, {splits}{error}", part, "_accuracy", accuracy))
    grid = names["grid"]
    rows.append(("whole published grid, extrapolated", f"{grid['engram_minutes']:.0f} minutes",
                 f"{grid['sklearn_hours']:.0f} hours ({60 * grid['sklearn_hours'] / grid['engram_minutes']:.0f}x)", "", ""))
    return table(["", *libraries.values()], rows)


def linear_svm():
    solvers = figures("linear_svm")["solvers"]
    reference = solvers[0]["seconds"]
    rows = []
    for s in solvers:
        ratio = "" if s is solvers[0] else number(reference / s["seconds"], 2)
        above = ", ".join(f"{v:.0f} %" if v >= 10 else f"{v:.1f} %" for v in s["above_optimum_percent"])
        unit = "steps" if s["converged"] else "passes"
        rows.append((s["name"], number(s["seconds"]), ratio, f"{'yes' if s['converged'] else 'no'}, {s['iterations']} {unit}",
                     above, f"{s['accuracy']:.4f}"))
    return table(["", "seconds", "times faster", "converged", "above the optimum, by class", "held-out accuracy"], rows)


def conv1d():
    rows = []
    for n in figures("conv1d")["networks"]:
        ratio = min(n["torch_ms"], n["torch_strided_ms"]) / n["engram_ms"]
        times = (n["torch_ms"], n["torch_strided_ms"], n["engram_ms"], ratio)
        rows.append((*(n[k] for k in ("kernel", "stride", "filters", "pool", "batch")), *(f"{t:.1f}" for t in times)))
    return table(["kernel", "stride", "filters", "pool", "batch", "Conv1d, ms", "strided, ms", "Engram, ms", "times faster"], rows)


def conv1d_training():
    return table(["", "Engram", "Python"], conv1d_rows())


# Splits, observables, the recorder.

def splits():
    found = figures("splits")
    sizes = found["sizes"]
    rows = []
    for number_of_case, case in enumerate(sizes[-1]["cases"]):
        cells = []
        for size in sizes:
            one = size["cases"][number_of_case]
            theirs = "not run" if one["python_s"] is None else f"{one['python_s']:.2f}"
            cells.append(f"{one['engram_s']:.2f} / {theirs}")
        rows.append((case["name"], *cells, f"{case['engram_mib']} MiB"))
    header = ["", *(f"{size['examples']:,} examples" for size in sizes), "Engram's peak at the largest"]
    return f"Seconds, Engram / Python. {measured(found)}.\n\n" + table(header, rows)


def observables():
    found = figures("observables")
    peers = list(found["rows"][0]["ratios"])
    rows = [(f"{r['stimuli']} x {r['units']:,}", r["type"], r["values"], *(f"{r['ratios'][p]:.1f}" for p in peers), f"{r['two_threads']:.2f}")
            for r in found["rows"]]
    return (f"Time of the others over Engram's on one thread, and how many times as fast Engram is on two. {measured(found)}.\n\n"
            + table(["stimuli x units", "type", "values", *peers, "two threads"], rows))


def recorder():
    f = figures("recorder")
    count = f["runs"] * f["epochs"]
    return (f"{f['processes']} processes, {f['runs']} runs of {f['epochs']} checkpoints, {f['layers']} layers and {f['statistics']} statistics: "
            f"{count / f['seconds']:,.0f} checkpoints a second in all. After `compact` the store has {f['recorded_bytes']:,} bytes, that of the "
            f"bulk ingest {f['bulk_bytes']:,} ({100 * (f['recorded_bytes'] / f['bulk_bytes'] - 1):+.1f} %). {measured(f)}.\n")


def training():
    if not (FOLDER / "training.json").exists():
        return "No figures are published yet.\n"
    blocks = []
    for name in ("training", "training-gpu"):
        if (FOLDER / f"{name}.json").exists():
            found = figures(name)
            rows = [(r["network"], f"{r['engram']:.1f}", f"{r['pytorch']:.1f}", f"{r['ratio']:.2f}") for r in found["rows"]]
            blocks.append(f"Steps a second, {found['threads']} thread{'s' if found['threads'] > 1 else ''}. {measured(found)}.\n\n"
                          + table(["network", "Engram", "PyTorch", "ratio"], rows))
    return "\n".join(blocks)


def miniature_learned():
    """How well the networks of the miniature had learned, by task and rule."""
    found = figures("miniature")
    rules = ("sgdm", "adam", "information", "feedback")
    rows = {}
    for one in found["learned"]:
        rows.setdefault((one["task"], one["family"]), {})[one["learning_rule"]] = f"{one['mean']:.2f} ({one['least']:.2f})"
    took = f" in {found['minutes']:.0f} minutes with 2 workers" if found["minutes"] else ""
    return (f"{found['runs']} networks{took}, {found['examples']:,} examples; the share of right answers after epoch 100, mean and least. "
            f"{measured(found)}.\n\n"
            + table(["task", "networks", *(f"`{rule}`" for rule in rules)],
                    [(f"`{task}`", family, *(cells[rule] for rule in rules)) for (task, family), cells in rows.items()]))


def miniature_classified():
    """How well the rules of the miniature are told apart, beside scikit-learn."""
    found = figures("miniature")
    names = {"random-forest": "random forest", "linear-svm": "linear SVM"}

    def cell(one):
        return f"{one['mean']:.3f} ± {one['error']:.3f}"

    rows = [(names[one["classifier"]], one["measure"], cell(one["engram"]), cell(one["sklearn"])) for one in found["classified"]]
    return (f"Held-out accuracy on {found['splits']} balanced splits, mean and standard error; {found['trees']} trees, C = 1 on z-scores; "
            f"scikit-learn on the first {found['peer_splits']} of them, its SVM (LIBLINEAR) stopped after 100 passes, not converged. Chance is .25.\n\n"
            + table(["classifier", "measure", "Engram", "scikit-learn"], rows))


def miniature_left_out():
    """What identify says of each rule that no training run has."""
    rows = [(f"`{one['rule']}`", f"{one['beyond_95']:,} of {one['examples']:,}", f"{one['beyond_99']:,}", ", ".join(one["warned_of"]) or "nothing")
            for one in figures("miniature")["left_out"]]
    return table(["left out", "farther than 95 of 100 held-out examples", "than 99", "warned of"], rows)


def measured(found):
    """Where and when something was measured, and beside what."""
    return f"Measured on {found['date'][:10]}, {found['machine']}, {found['versions']}"


# Identification.

def identify():
    rows = []
    found = figures("identify")
    totals = [found["all_architectures"], found["all_runs"]]
    for row in [*found["architectures"], *totals]:
        levels = []
        for level in (row["examples"], row["runs"]):
            levels += [level["count"], *(f"{level[k]:.3f}" for k in ("correct", "confidence", "error", "covered"))]
        name = f"**{row['unknown']}**" if row in totals else row["unknown"]
        seconds = "" if row["seconds"] is None else f"{row['seconds']:.2f}"
        rows.append((name, row["calibrated_by"], *levels, f"{row['new_at_5_percent']}, {row['new_at_1_percent']}", seconds))
    level = ["correct", "confidence", "error", "in 90 % set"]
    return table(["unknown", "calibrated by", "examples", *level, "runs", *level, "new at 5 %, 1 %", "s"], rows)


def identify_rows():
    found = figures("identify")
    rows = []
    for key, title in (("all_runs", "runs of known architectures"), ("all_architectures", "runs of an architecture that no training run has")):
        runs = found[key]["runs"]
        rows.append((title, share(runs["correct"]), share(runs["confidence"]), share(runs["error"])))
    return rows


def identify_summary():
    return table(["bundled data", "identified correctly", "mean confidence", "calibration error"], identify_rows())


def studies():
    found = figures("studies")
    rows = [(one["figure"], one["cells"], f"{one['mean_difference']:+.4f}", f"{one['largest_difference']:.4f}", one["outside"],
             f"{one['expected_outside']:.1f}") for one in found["figures"]]
    return (f"{measured(found)}; the bundled data, {found['splits']} splits, forests of {found['trees']} trees, {found['seeds']} of "
            "scikit-learn's for each of Engram's. Differences are Engram's accuracy less scikit-learn's.\n\n"
            + table(["figure", "cells", "mean difference", "largest", "cells beyond two standard errors", "expected by chance"], rows))


def doors():
    found = figures("doors")
    rows = []
    for name, one in found["doors"].items():
        unit = "" if name.endswith(", ns") else ", ms"
        least, most = one["prototype"] or (None, None)
        rows.append((name + unit, f"{one['here']:,.4g}", "" if most is None else f"{most:,}" if least == most else f"{least:,} to {most:,}",
                     "" if most is None else f"{one['here'] / most:.2f}"))
    split = found["split"]
    return (f"{measured(found)}; {found['data']}. A split to matrices of {split['shape']}, one thread: Python {split['python_ms']:.1f} ms, "
            f"Swift {split['swift_ms']:.1f} ms. The prototype's figures are of another machine.\n\n"
            + table(["", "here", "prototype", "here / prototype's most"], rows))


def overview():
    """The one table of README.md."""
    rows = store_rows() + ingest_rows() + latency_rows() + forest_rows() + svm_rows() + conv1d_rows()
    for title, correct, confidence, error in identify_rows():
        rows.append((f"identify: {title}", f"{correct} correct at confidence {confidence}", "chance 25 %"))
    data = figures("store")["data"][0]
    return (f"Store: {data['about']}, float32, 2 threads, warm cache, {data['date'][:10]}, beside the best of "
            f"{len(compressed_peers(data))} compressed formats on each line. Classifiers: drawn data of the published size. "
            "Identify: the bundled data.\n\n" + table(["", "Engram", "best other"], rows))


BLOCKS = {
    "overview": overview, "store": store, "ingest": ingest, "classifiers": classifiers, "forest": forest,
    "linear-svm": linear_svm, "conv1d": conv1d, "conv1d-training": conv1d_training, "identify": identify,
    "identify-summary": identify_summary, "splits": splits, "observables": observables, "recorder": recorder, "training": training,
    "doors": doors, "studies": studies, "miniature-learned": miniature_learned, "miniature-classified": miniature_classified,
    "miniature-left-out": miniature_left_out}

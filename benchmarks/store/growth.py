"""How costs grow: a store of 20,736 generated examples, of ten and of a hundred times as many.

Parts of 20,736 examples are generated one by one and appended in batches of ten, so memory stays bounded. Ten parts are
drawn; a hundred are these at ten powers of two (a power of two changes no digit, so they compress as the ten do).
"""

import multiprocessing
import os
import shutil

import numpy as np

import data
import work
from compare import size
from processes import Process, select_first_value

DRAWN = 10
# By which power of a factor on weights and units each statistic grows.
POWERS = np.array(
    [
        (
            0
            if name.endswith(("kurtosis", "skew"))
            else (2 if "sq" in name.split("_")[0] else 1) * (2 if name.endswith("var") else 1)
        )
        for name in data.PUBLISHED
    ]
)
QUERIES = {
    "a run by its number": "SELECT * FROM run WHERE run_id = {run}",
    "the examples of a run": "SELECT example_id, layer_name FROM example WHERE run_id = {run}",
    "the metadata of an example": "SELECT * FROM example WHERE observation_id = "
    "(SELECT max(first_example) FROM observation"
    " WHERE first_example <= {example}) AND example_id = {example}",
    "a count by two fields": "SELECT count(*) FROM run WHERE architecture = 'resnet18' AND learning_rule = 'adam'",
}
# Runs and shape of the store whose catalog is a million runs.
MILLION = 1_000_000


def part_file(folder, part):
    return os.path.join(folder, f"part-{part}.npy")


def draw(task):
    folder, part = task
    if not os.path.exists(part_file(folder, part)):
        np.save(part_file(folder, part), data.generated_values(part))


def part_values(folder, part):
    """The values of one part."""
    values = np.load(part_file(folder, part % DRAWN))
    return values if part < DRAWN else np.ldexp(values, POWERS * (part // DRAWN)).astype(np.float32)


def batch(folder, parts):
    """Some parts as one data set folder, written block by block; returns its data set, mapped."""
    target = os.path.join(folder, "data")
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    metadata = data.generated_metadata(parts)
    count = len(metadata["task"])
    values = np.lib.format.open_memmap(
        os.path.join(target, "values.npy"), "w+", np.float32, (count, len(data.EPOCHS), len(data.PUBLISHED))
    )
    each = count // len(parts)
    for place, part in enumerate(parts):
        values[place * each : (place + 1) * each] = part_values(folder, part)
    values.flush()
    dataset = data.Dataset(
        "generated", f"{count:,} generated examples", values, data.PUBLISHED, data.EPOCHS, metadata
    )
    dataset.save_metadata(target)
    return dataset


def measure(options, scale, log):
    """One scale: ingest, bytes, reads, latency and catalog queries."""
    folder = os.path.join(options.work, "growth")
    os.makedirs(folder, exist_ok=True)
    log(f"growth {scale}x: generating")
    with multiprocessing.Pool(len(os.sched_getaffinity(0))) as pool:
        pool.map(draw, [(folder, part) for part in range(min(scale, DRAWN))], chunksize=1)
    store = os.path.join(folder, "store")
    shutil.rmtree(store, ignore_errors=True)
    result = {"scale": scale, "wrong": [], "write": [], "reads": {}, "queries": {}}
    driver = Process([options.driver])
    metadata = None
    for start in range(0, scale, DRAWN):
        dataset = batch(folder, list(range(start, min(scale, start + DRAWN))))
        answer = driver.ask("write", data=os.path.join(folder, "data"), store=store, threads=2, verify=False)
        result["write"].append(answer["seconds"])
        log(f"  {len(dataset.values) * (start // DRAWN + 1):,} examples written, {answer['seconds']:.2f} s")
        metadata = {
            k: v if metadata is None else np.concatenate([metadata[k], v]) for k, v in dataset.metadata.items()
        }
    count = len(metadata["task"])
    result |= {
        "examples": count,
        "raw_bytes": count * len(data.EPOCHS) * len(data.PUBLISHED) * 4,
        "bytes": size(store),
        "catalog_bytes": os.path.getsize(os.path.join(store, "catalog.sqlite")),
    }
    # The reads need the metadata and the shape; of the values only those of the last batch are there to compare with.
    shape = np.broadcast_to(np.float32(0), (count, len(data.EPOCHS), len(data.PUBLISHED)))
    whole = data.Dataset("generated", "", shape, data.PUBLISHED, data.EPOCHS, metadata)
    result["runs"] = len(whole.runs)
    driver.ask("open", store=store, threads=2)
    last = count - len(dataset.values)
    for item in work.works(whole):
        if item.key == "run":
            first, end = dataset.runs[len(dataset.runs) // 2]
            item.ranges = [[last + first, last + end]]
        driver.ask("prepare", work=item.request(whole, folder))
        driver.ask("run", times=2, fresh=False)
        seconds = driver.ask("run", times=3 if scale == 100 else 7, fresh=False)["seconds"]
        result["reads"][item.key] = {"title": item.title, "bytes": item.byte_count, "seconds": seconds}
        log(f"  {item.key}: {sorted(seconds)[len(seconds) // 2] * 1e3:.1f} ms")
        if item.key == "run":
            check(driver, item, dataset, last, folder, result)
    item = work.first_value(whole)
    request = item.request(whole, folder)
    result["first"] = [driver.ask("first", store=store, threads=2, work=request)["seconds"] for _ in range(8)][1:]
    path = os.path.join(folder, "first.npy")
    run = result["runs"] // 2 + 1
    result["shell"] = [select_first_value(options.program, store, run, path) for _ in range(8)][1:]
    for title, sql in QUERIES.items():
        answer = driver.ask("query", sql=sql.format(run=run, example=item.ranges[0][0]), times=8)
        result["queries"][title] = answer["seconds"][1:]
        log(f"  {title}: {min(answer['seconds']) * 1e3:.3f} ms, {answer['rows']} rows")
    driver.end()
    for path in (store, os.path.join(folder, "data")):
        shutil.rmtree(path)
    if scale == 100:
        result["million"] = million(options, folder, log)
    return result


def check(driver, item, dataset, last, folder, result):
    """Compares the read of a run of the last batch with its values, bit for bit."""
    path = os.path.join(folder, "dump")
    driver.ask("dump", path=path)
    [(first, end)] = item.ranges
    item.ranges = [[first - last, end - last]]
    [expected] = item.expected(dataset.values)
    if not np.array_equal(np.fromfile(path, np.uint32), expected.view(np.uint32).ravel()):
        result["wrong"].append(f"{result['scale']}x: the values of a run are not what was written")
    os.remove(path)


def million(options, folder, log):
    """Latency in a store of a million runs (of one layer, two statistics and three epochs each)."""
    target, store = os.path.join(folder, "data"), os.path.join(folder, "store")
    statistics, epochs = ["weightabs_mean", "weightabs_median"], [0, 5, 10]
    random = np.random.default_rng(0)
    names = np.array([a for _, a in data.NETWORKS])
    dataset = data.Dataset(
        "million",
        "",
        random.standard_normal((MILLION, len(epochs), len(statistics))).astype(np.float32),
        statistics,
        epochs,
        {
            "task": np.full(MILLION, "imagenet"),
            "architecture": names[random.integers(0, len(names), MILLION)],
            "learning_rule": np.array(data.RULES)[random.integers(0, 4, MILLION)],
            "batch_size": np.full(MILLION, 256),
            "model_seed": np.arange(MILLION),
            "layer_name": np.full(MILLION, "conv1"),
        },
    )
    dataset.save(target)
    driver = Process([options.driver])
    result = {
        "write": driver.ask("write", data=target, store=store, threads=2, verify=False)["seconds"],
        "bytes": size(store),
    }
    item = work.first_value(dataset)
    request = item.request(dataset, folder)
    result["first"] = [driver.ask("first", store=store, threads=2, work=request)["seconds"] for _ in range(8)][1:]
    path = os.path.join(folder, "first.npy")
    result["shell"] = [select_first_value(options.program, store, MILLION // 2 + 1, path) for _ in range(8)][1:]
    driver.ask("open", store=store, threads=2)
    result["queries"] = {
        title: driver.ask("query", sql=sql.format(run=MILLION // 2, example=MILLION // 2), times=8)["seconds"][1:]
        for title, sql in QUERIES.items()
    }
    import counts  # only now, so that the smoke run needs no DuckDB

    result["counts"] = counts.measure(driver, store, dataset.metadata, folder, log)
    driver.end()
    log(
        f"  a million runs: first value {min(result['first']) * 1e3:.2f} ms, "
        f"from the shell {min(result['shell']) * 1e3:.1f} ms"
    )
    for path in (store, target):
        shutil.rmtree(path)
    return result

"""What is stored: real trajectories from files, and generated ones in the layout of the published file.

A data set lies in a folder of its own, the same for Engram and for every peer:
    values.npy    float32 (examples, epochs, statistics), the bits that everyone stores
    metadata.csv  a row for each example; an empty cell is no value
    axes.json     the names of the statistics, the epochs
"""

import csv
import dataclasses
import json
import os
import pickle

import numpy as np

SUMMARIES = ["kurtosis", "mean", "median", "norm", "skew", "thirdquartile", "var"]
PUBLISHED = [
    f"{measure}{function}_{summary}"
    for measure in ("weight", "act")
    for function in ("abs", "raw", "sq")
    for summary in SUMMARIES
] + ["gradavgabs_id", "gradavgraw_id", "gradavgsq_id"]
# The 24 statistics that are finite in every published example, in the published order.
ADMISSIBLE = (
    [f"weight{f}_{s}" for f in ("abs", "raw") for s in ("mean", "median", "norm", "thirdquartile", "var")]
    + [f"weightsq_{s}" for s in ("mean", "median", "thirdquartile")]
    + [f"act{f}_{s}" for f in ("abs", "raw") for s in ("mean", "median", "norm", "thirdquartile")]
    + PUBLISHED[-3:]
)
# Fields of a layer; all others tell runs apart.
LAYER_FIELDS = ("layer_name", "layer_position")


@dataclasses.dataclass
class Dataset:
    """Trajectories and what is known about each example."""

    name: str
    about: str
    values: np.ndarray
    statistics: list
    epochs: list
    metadata: dict

    @property
    def runs(self):
        """The rows of each run, as (first, end); the layers of a run are neighbours."""
        columns = [as_text(v) for k, v in self.metadata.items() if k not in LAYER_FIELDS]
        changes = np.zeros(len(self.values), bool)
        changes[0] = True
        for column in columns:
            changes[1:] |= column[1:] != column[:-1]
        starts = np.flatnonzero(changes)
        return list(zip(starts.tolist(), starts[1:].tolist() + [len(self.values)]))

    def save(self, folder):
        os.makedirs(folder, exist_ok=True)
        np.save(os.path.join(folder, "values.npy"), self.values)
        self.save_metadata(folder)

    def save_metadata(self, folder):
        """Writes all but the values."""
        with open(os.path.join(folder, "metadata.csv"), "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(self.metadata)
            rows.writerows(
                zip(*(["" if v is None else v for v in column.tolist()] for column in self.metadata.values()))
            )
        with open(os.path.join(folder, "axes.json"), "w") as file:
            json.dump({"name": self.name, "statistics": self.statistics, "epochs": self.epochs}, file)


def as_text(column):
    """A column of metadata as text, so that None equals None."""
    return np.array([str(v) for v in column.tolist()]) if column.dtype == object else column


def stored_values(folder):
    """The values of a saved data set, mapped."""
    return np.load(os.path.join(folder, "values.npy"), mmap_mode="r")


def read(path):
    """A data set from a pickle in the published layout or an .npz as `engram ingest` takes it."""
    name = os.path.splitext(os.path.basename(path))[0]
    if path.endswith(".npz"):
        with np.load(path) as file:
            arrays = {k: file[k] for k in file.files}
        values = arrays.pop("X")
        statistics = next(arrays.pop(k) for k in ("statistics", "obs_keys") if k in arrays)
        epochs = arrays.pop("epochs", None)
        metadata = {k: v for k, v in arrays.items() if v.shape == values.shape[:1]}
    else:
        with open(path, "rb") as file:
            pickled = pickle.load(file, encoding="latin1")
        values, statistics, epochs = pickled["X"], pickled["obs_keys"], None
        meta = pickled["meta"]
        metadata = {k: np.asarray(meta[k]) for k in meta.dtype.names if k not in ("start_idxs", "end_idxs")}
    if epochs is None:
        epochs = np.arange(values.shape[1]) * 5
    values = np.ascontiguousarray(values, dtype=np.float32)
    return Dataset(
        name,
        f"{len(values):,} real examples of {os.path.basename(path)}",
        values,
        [str(s) for s in statistics],
        [int(e) for e in epochs],
        metadata,
    )


# ---------------------------------------------------------------- a generated file in the published layout

EPOCHS = list(range(0, 101, 5))
RULES = ["adam", "sgdm", "information", "feedback"]
BATCH_SIZES = [128, 256, 512]
DEEP = ["resnet18", "resnet34v2", "resnet34", "alexnetlrn", "resnet18v2", "alexnet"]
SMALL = ["knet", "knetc4lrn", "knetc4", "knetlrn"]
NETWORKS = (
    [("imagenet", a) for a in DEEP]
    + [("cifar10", a) for a in SMALL]
    + [("simclr", a) for a in DEEP]
    + [("audionet", a) for a in DEEP]
)
WEIGHTS, UNITS, STIMULI = 96, 32, 3


def layers(task, architecture):
    """The names of the measured layers of a network, in depth order."""
    if architecture.startswith("resnet"):
        word = "layer" if architecture.endswith("v2") else "group"
        blocks = [2, 2, 2, 2] if architecture.startswith("resnet18") else [3, 4, 6, 3]
        names = (
            ["conv0"]
            + [
                f"block_{word}{group + 1}_{block}/conv{conv}"
                for group, count in enumerate(blocks)
                for block in range(count)
                for conv in range(0 if block == 0 else 1, 3)
            ]
            + ["dense"]
        )
    elif architecture.startswith("alexnet"):
        names = ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"]
    elif architecture.startswith("knetc4"):
        names = ["conv1", "conv2", "conv3", "conv4", "fc5"]
    else:
        names = ["conv1", "conv2", "conv3", "fc4"]
    return names[:-1] + ["head_contrastive/nl_0", "head_contrastive/nl_1"] if task == "simclr" else names


def generated_runs(part):
    """Task, architecture, layers, rule, batch size, seeds of every run of one part; parts differ by the model seed."""
    model_seeds = [None, 0] if part == 0 else [2 * part - 1, 2 * part]
    for task, architecture in NETWORKS:
        names = layers(task, architecture)
        for rule in RULES:
            for batch_size in BATCH_SIZES:
                for model_seed in model_seeds:
                    for dataset_seed in (None, 0):
                        yield task, architecture, names, rule, batch_size, model_seed, dataset_seed


def summaries(sample):
    """The seven summaries along the last axis, as published: Pearson's skew, kurtosis not in excess."""
    ordered = np.sort(sample, axis=-1)
    count = sample.shape[-1]
    mean = ordered.mean(-1)
    median, third = ordered[..., count // 2], ordered[..., count * 3 // 4]
    square = (ordered - mean[..., None]) ** 2
    variance = square.mean(-1)
    spread = np.maximum(variance, 1e-30)
    kurtosis = (square * square).mean(-1) / spread**2
    norm = np.sqrt(count * (variance + mean * mean))
    return np.stack([kurtosis, mean, median, norm, 3 * (mean - median) / np.sqrt(spread), third, variance], -1)


def wander(random, shape, start, step):
    """Curves over the epochs that move fast at first and settle: what training does to a scale or a shift."""
    pace = step * np.exp(-np.arange(len(EPOCHS)) / 4.0)
    moves = random.standard_normal((*shape, len(EPOCHS))) * 0.05 + random.standard_normal((*shape, 1))
    moves[..., 0] = 0
    return start * random.standard_normal((*shape, 1)) + np.cumsum(moves * pace, axis=-1)


def generated_values(part, seed=0):
    """Values of one part: summaries of samples whose scale, shift and tails wander as a network learns.

    Deterministic: every run has a generator of its own, seeded by the seed, the part and the number of the run.
    """
    blocks = []
    for number, (_, _, names, rule, *_) in enumerate(generated_runs(part)):
        random = np.random.default_rng([seed, part, number])
        count = len(names)
        drift = 0.2 + 0.1 * RULES.index(rule)
        out = np.empty((count, len(EPOCHS), len(PUBLISHED)), np.float32)
        scale = np.exp(wander(random, (count,), 1.0, drift) - 3)[..., None]
        shift = wander(random, (count,), 0.02, 0.05)[..., None] * scale
        moving = wander(random, (count, WEIGHTS), 1.0, 0.15).swapaxes(1, 2)
        sample = (shift + scale * moving).astype(np.float32).astype(np.float64)
        for place, values in enumerate((np.abs(sample), sample, sample * sample)):
            out[..., place * 7 : place * 7 + 7] = summaries(values)
        scale = np.exp(wander(random, (count,), 1.0, drift))[:, None, :, None]
        shift = wander(random, (count,), 0.3, 0.1)[:, None, :, None]
        moving = wander(random, (count, STIMULI, UNITS), 1.0, 0.2).swapaxes(2, 3)
        sample = scale * (shift + moving)
        rectified = np.arange(count) % 2 == 0  # after a rectifier no unit is negative
        sample[rectified] = np.maximum(sample[rectified], 0)
        for place, values in enumerate((np.abs(sample), sample, sample * sample)):
            out[..., 21 + place * 7 : 28 + place * 7] = summaries(values).mean(1)
        change = np.exp(wander(random, (count,), 1.0, drift)) * wander(random, (count,), 0.5, 0.1)
        out[..., 42:] = np.stack([np.abs(change) * 1.2, change, change * change * 1.5], -1)
        diverge(out, random, rule)
        blocks.append(out)
    return np.concatenate(blocks)


def diverge(out, random, rule):
    """Some runs blow up at some epoch: what is not admissible is then infinite or not a number, as published."""
    if random.random() > (0.06 if rule in ("feedback", "information") else 0.01):
        return
    first = random.integers(4, len(EPOCHS))
    for place, name in enumerate(PUBLISHED):
        if name not in ADMISSIBLE:
            out[0, first:, place] = np.nan if name.endswith(("kurtosis", "skew")) else np.inf


def generated_metadata(parts):
    """Metadata of some parts, one after the other."""
    fields = ("task", "architecture", "learning_rule", "batch_size", "model_seed", "dataset_seed", "layer_name")
    rows = [
        (task, architecture, rule, batch_size, model_seed, dataset_seed, layer)
        for part in parts
        for task, architecture, names, rule, batch_size, model_seed, dataset_seed in generated_runs(part)
        for layer in names
    ]
    return {
        field: np.array(column, object if field.endswith("seed") else None)
        for field, column in zip(fields, zip(*rows))
    }


def generate():
    """Generated data of full size: 20,736 examples of 1,056 runs, in the layout of the published file."""
    values = generated_values(0)
    return Dataset(
        "generated",
        f"{len(values):,} generated examples in the published layout",
        values,
        PUBLISHED,
        EPOCHS,
        generated_metadata([0]),
    )


class Python2Pickler(pickle._Pickler):
    """Protocol 0 as Python 2 wrote it: an array's bytes are one line of string escapes."""

    dispatch = pickle._Pickler.dispatch.copy()

    def save_bytes(self, data):
        self.write(b"S" + repr(data)[1:].encode("latin-1") + b"\n")
        self.memoize(data)

    dispatch[bytes] = save_bytes


def write_pickle(dataset, path):
    """Writes a data set as the published file is written: one dict, protocol 0 (text), values as float64."""
    count = len(dataset.values)
    fields = [
        ("task", "U8"),
        ("start_idxs", "i8"),
        ("learning_rule", "U11"),
        ("dataset_seed", "O"),
        ("end_idxs", "i8"),
        ("model_seed", "O"),
        ("architecture", "U10"),
        ("batch_size", "i8"),
        ("layer_name", "U21"),
    ]
    meta = np.zeros(count, fields)
    for name in meta.dtype.names:
        meta[name] = dataset.metadata.get(name, 0)
    meta["end_idxs"] = len(dataset.epochs)
    depth = np.zeros((count, len(dataset.epochs), 3), np.int64)
    for first, end in dataset.runs:
        place = np.arange(end - first)
        depth[first + place, :, np.minimum(place * 3 // (end - first), 2)] = 1
    with open(path, "wb") as file:
        Python2Pickler(file, protocol=0).dump(
            {
                "Y": meta["learning_rule"],
                "X": dataset.values.astype(np.float64),
                "X_cat": depth,
                "meta": meta.view(np.recarray),
                "obs_keys": np.array(dataset.statistics),
            }
        )

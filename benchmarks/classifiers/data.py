"""The matrices that the benchmarks run on: the bundled trajectories, a synthetic set of the published size, or a file.

Every set is (X, y, name): X (examples, columns) float32, the three position columns first and then 21 epochs of each of the
24 admissible statistics; y the code of the learning rule.
"""

import pathlib
import pickle

import numpy as np

ADMISSIBLE = (
    [f"weight{f}_{s}" for f in ("abs", "raw") for s in ("mean", "median", "norm", "thirdquartile", "var")]
    + [f"weightsq_{s}" for s in ("mean", "median", "thirdquartile")]
    + [f"act{f}_{s}" for f in ("abs", "raw") for s in ("mean", "median", "norm", "thirdquartile")]
    + [f"gradavg{f}_id" for f in ("abs", "raw", "sq")])
LAYOUT = [3, 24, 21]
LAYERS, RULES, EPOCHS = {8: 360, 22: 360, 38: 280, 4: 60, 5: 60}, 4, 21


def flat(trajectories, positions):
    """(examples, epochs, statistics) to columns, statistic by statistic, after the positions."""
    count = len(trajectories)
    return np.ascontiguousarray(np.concatenate(
        [positions, trajectories.transpose(0, 2, 1).reshape(count, -1)], axis=1), np.float32)


def digits():
    """The bundled trajectories: 1,632 examples."""
    path = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "digits_dataset.pkl"
    with open(path, "rb") as file:
        data = pickle.load(file, encoding="latin1")
    keys = [str(k) for k in data["obs_keys"]]
    X = flat(np.asarray(data["X"])[:, :, [keys.index(k) for k in ADMISSIBLE]], np.asarray(data["X_cat"])[:, 0])
    return X, np.unique(np.asarray(data["Y"]).astype(str), return_inverse=True)[1], "bundled trajectories"


def synthetic(seed=0):
    """20,736 examples of made-up runs, as many and as wide as the published set.

    The statistics of a layer are smooth curves over the epochs. The rule sets their height and speed, but by how much, and
    in some layers with which sign, depends on the network and the layer, so a linear classifier finds less than a forest.
    """
    random = np.random.RandomState(seed)
    depths = np.repeat(list(LAYERS), list(LAYERS.values()))
    random.shuffle(depths)
    epochs = np.arange(EPOCHS) / (EPOCHS - 1)
    # The layers of one kind of network share their character, whatever the run.
    kinds = {depth: random.standard_normal((6, depth, len(ADMISSIBLE), 4)) for depth in LAYERS}
    by_rule = random.standard_normal((RULES, len(ADMISSIBLE), 3))
    blocks, positions, labels = [], [], []
    for run, depth in enumerate(depths):
        rule = run % RULES
        kind = kinds[depth][random.randint(6)]
        height = 1.5 * kind[..., 0] + 0.3 * np.where(kind[..., 1] > 0.8, -1, 1) * by_rule[rule, :, 0]
        speed = np.exp(1 + 0.3 * kind[..., 2] + 0.3 * by_rule[rule, :, 1])
        slope = 0.4 * kind[..., 3] + 0.2 * by_rule[rule, :, 2]
        height = height + 0.2 * random.standard_normal(height.shape) + 0.2 * random.standard_normal((1, len(ADMISSIBLE)))
        slope = slope + 0.15 * random.standard_normal(slope.shape)
        curve = height[:, None] * (1 - np.exp(-speed[:, None] * epochs[None, :, None])) + slope[:, None] * epochs[:, None]
        blocks.append(curve + 0.1 * random.standard_normal(curve.shape))
        positions.append(np.eye(3)[np.minimum(np.arange(depth) // max(1, depth // 3), 2)])
        labels.append(np.full(depth, rule))
    y, keep = np.concatenate(labels), []
    for rule in range(RULES):
        keep.append(np.flatnonzero(y == rule)[:5184])
    keep = np.sort(np.concatenate(keep))
    return flat(np.concatenate(blocks)[keep], np.concatenate(positions)[keep]), y[keep], "synthetic, published size"


def from_file(path):
    """X (examples, epochs, statistics), obs_keys, and learning_rule or Y; or a matrix X with y."""
    data = np.load(path, allow_pickle=False)
    if data["X"].ndim == 2:
        return data["X"].astype(np.float32), np.unique(data["y"], return_inverse=True)[1], path
    names = next(data[k] for k in ("obs_keys", "statistics", "keys") if k in data)
    keys = [str(k) for k in names]
    y = next(data[k] for k in ("learning_rule", "Y", "y") if k in data)
    positions = data["X_cat"] if "X_cat" in data else np.zeros((len(y), 3))
    X = flat(data["X"][:, :, [keys.index(k) for k in ADMISSIBLE]], positions if positions.ndim == 2 else positions[:, 0])
    return X, np.unique(np.asarray(y).astype(str), return_inverse=True)[1], pathlib.Path(path).name


def splits(y, count=10, seed=0):
    """Balanced splits: a quarter of the rarest class of each is tested on, and as many of the others."""
    random = np.random.RandomState(seed)
    size = min(np.bincount(y)) // 4
    drawn = []
    for _ in range(count):
        test = np.zeros(len(y), bool)
        for code in np.unique(y):
            test[random.permutation(np.flatnonzero(y == code))[:size]] = True
        drawn.append((np.flatnonzero(~test), np.flatnonzero(test)))
    return drawn

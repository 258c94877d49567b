"""The Conv1D network against PyTorch on the CPU: the time of an epoch, and the accuracy of whole trainings.

    scripts/bench classifiers conv1d -- [--threads 2] [--networks 8] [--epochs 20] [--compile]
                                        [--full-epochs 400] [--seeds 5] [--publish]

PyTorch trains the same network in a plain loop: data as tensors before the clock starts, one shuffled copy an epoch,
fused Adam, the faster of two ways to convolve (torch.nn.Conv1d, and a linear layer on a strided view), the threads that
--threads says. --compile also tries torch.compile. --publish keeps both tables for the documents.
"""

import argparse
import time

import numpy as np

import data
import published
from driver import Driver

# (kernel, stride, filters, pooling, batch): members of the paper's grid; the first is also trained to the end.
NETWORKS = [(6, 1, 40, "max", 512), (6, 1, 40, "avg", 512), (6, 1, 40, "none", 512), (1, 1, 20, "none", 512),
            (2, 4, 20, "avg", 1024), (11, 1, 40, "max", 512), (21, 1, 40, "none", 512), (2, 1, 40, "max", 1024)]
POSITIONS, STATISTICS, SAMPLES = data.LAYOUT
CLASSES = data.RULES
RATE, DECAY = 1e-3, 1e-4


def channels(X):
    """Rows as (example, channel, sample), positions repeated over samples."""
    onehot = np.repeat(X[:, :POSITIONS, None], SAMPLES, axis=2)
    return np.concatenate([onehot, X[:, POSITIONS:].reshape(len(X), STATISTICS, SAMPLES)], axis=1)


def train_torch(network, X, y, epochs, seed, way, compiled):
    """Trains; returns seconds of the training loop and a function that predicts rows of (example, channel, sample)."""
    import torch

    kernel, stride, filters, pooling, batch = network
    torch.manual_seed(seed)
    inputs, places = POSITIONS + STATISTICS, (SAMPLES - kernel) // stride + 1

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = (torch.nn.Conv1d(inputs, filters, kernel, stride=stride) if way == "conv1d"
                         else torch.nn.Linear(inputs * kernel, filters))
            self.dense = torch.nn.Linear(filters * places if pooling == "none" else filters, CLASSES)
            with torch.no_grad():
                limit = (6 / (kernel * (inputs + filters))) ** .5
                self.conv.weight.uniform_(-limit, limit)
                torch.nn.init.xavier_uniform_(self.dense.weight)
                self.conv.bias.zero_()
                self.dense.bias.zero_()

        def forward(self, x):
            if way == "conv1d":
                hidden, time_axis = torch.relu(self.conv(x)), 2
            else:
                windows = x.as_strided((len(x), places, inputs * kernel), (SAMPLES * inputs, stride * inputs, 1))
                hidden, time_axis = torch.relu(self.conv(windows)), 1
            if pooling == "max":
                hidden = hidden.max(time_axis).values
            elif pooling == "avg":
                hidden = hidden.mean(time_axis)
            return self.dense(hidden.flatten(1))

    def tensor(rows):
        return torch.from_numpy(np.ascontiguousarray(rows if way == "conv1d" else rows.transpose(0, 2, 1)))

    net = Net()
    call = torch.compile(net) if compiled else net
    loss = torch.nn.CrossEntropyLoss()
    adam = torch.optim.Adam(net.parameters(), lr=RATE, weight_decay=DECAY, fused=True)

    def step(xb, yb):
        adam.zero_grad(set_to_none=True)
        loss(call(xb), yb).backward()
        adam.step()

    xs, ys = tensor(X), torch.from_numpy(y)
    if compiled:
        call(xs[:batch]).sum().backward()
    start = time.perf_counter()
    for _ in range(epochs):
        order = torch.randperm(len(xs))
        xe, ye = xs[order], ys[order]
        for first in range(0, len(xs) - batch + 1, batch):
            step(xe[first:first + batch], ye[first:first + batch])
    seconds = time.perf_counter() - start

    def predict(rows):
        with torch.no_grad():
            return net(tensor(rows)).argmax(1).numpy()
    return seconds, predict


def main(program, arguments):
    import torch

    parser = argparse.ArgumentParser(prog="scripts/bench classifiers conv1d --")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=20, help="epochs that are timed")
    parser.add_argument("--full-epochs", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=5, help="whole trainings; 0 for none")
    parser.add_argument("--compile", action="store_true", help="try torch.compile too")
    parser.add_argument("--networks", type=int, default=len(NETWORKS), help="how many of the list are timed")
    parser.add_argument("--publish", action="store_true", help="keep the figures for the documents")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)

    X, y, _ = data.settling()
    order = np.random.RandomState(1).permutation(len(X))
    train, test = np.sort(order[:15552]), np.sort(order[15552:])
    mean, deviation = X[train].mean(0, dtype=np.float64), X[train].std(0, dtype=np.float64)
    mean[:POSITIONS], deviation[:POSITIONS] = 0, 1
    inputs = channels(((X - mean) / np.maximum(deviation, 1e-5)).astype(np.float32))
    driver = Driver(program, X, y, [(train, test)])
    columns = [POSITIONS, STATISTICS, SAMPLES]

    def ours(network, epochs, seed=0):
        kernel, stride, filters, pooling, batch = network
        parameters = dict(ksize=kernel, stride=stride, num_filters=filters, pool_type=pooling, init_lr=RATE,
                          train_batch_size=batch, weight_decay=DECAY, max_epochs=epochs)
        return driver.run("conv1d", parameters, columns=columns, seed=seed, threads=options.threads)

    ways = [(way, False) for way in ("conv1d", "strided")] + [("conv1d", True)] * options.compile
    print(f"torch {torch.__version__}, {options.threads} threads; {len(train)} examples, milliseconds an epoch")
    print("| kernel | stride | filters | pool | batch | " + " | ".join(
        way + (" compiled" if compiled else "") for way, compiled in ways) + " | Engram | times faster |")
    print("|---:|---:|---:|---|---:|" + "---:|" * (len(ways) + 2))
    fastest, rows = {}, []
    for network in NETWORKS[:options.networks]:
        theirs = []
        for way, compiled in ways:
            train_torch(network, inputs[train[:4096]], y[train[:4096]], 1, 0, way, compiled)
            theirs.append(min(train_torch(network, inputs[train], y[train], options.epochs, 0, way, compiled)[0]
                              for _ in range(2)) / options.epochs)
        fastest[network] = ways[int(np.argmin(theirs))]
        # What is paid once, such as laying out the data, is told apart by two lengths.
        short, long = (min(ours(network, n)["fitSeconds"] for _ in range(2)) for n in (1, 1 + options.epochs))
        mine = (long - short) / options.epochs
        times = " | ".join(f"{1e3 * t:.1f}" for t in theirs)
        print("| " + " | ".join(map(str, network)),
              f"| {times} | {1e3 * mine:.1f} | {min(theirs) / mine:.1f} |", flush=True)
        rows.append(dict(zip(("kernel", "stride", "filters", "pool", "batch"), network)) | {
            "torch_ms": 1e3 * theirs[0], "torch_strided_ms": 1e3 * theirs[1], "engram_ms": 1e3 * mine})

    training = {"epochs": options.full_epochs, "seeds": options.seeds}
    if options.seeds:
        network = NETWORKS[0]
        results = {"torch": [], "Engram": []}
        for seed in range(options.seeds):
            seconds, predict = train_torch(
                network, inputs[train], y[train], options.full_epochs, seed, *fastest[network])
            results["torch"].append((seconds, float((predict(inputs[test]) == y[test]).mean())))
            answer = ours(network, options.full_epochs, seed)
            results["Engram"].append((answer["fitSeconds"], answer["accuracy"]))
        print(f"\nnetwork {network}, {options.full_epochs} epochs, {options.seeds} seeds: seconds and accuracy")
        for name, pairs in results.items():
            seconds, accuracy = np.array(pairs).T
            error = accuracy.std(ddof=1) / len(accuracy) ** .5 if len(accuracy) > 1 else 0
            print(f"| {name} | {seconds.min():.2f} to {seconds.max():.2f} | {accuracy.mean():.4f} ± {error:.4f} |")
            training |= {f"{name.lower()}_s": [seconds.min(), seconds.max()],
                         f"{name.lower()}_accuracy": [accuracy.mean(), error]}
    driver.close()
    if options.publish:
        published.conv1d(torch.__version__, len(train), rows, training)

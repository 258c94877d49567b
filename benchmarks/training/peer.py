"""A network of PyTorch's own modules, trained by the loop that everybody writes; run.py calls it with the Python that has PyTorch.

    peer.py ARCHITECTURE RULE WIDTH STEM_STRIDE SIZE CHANNELS CLASSES BATCH STEPS THREADS [cpu|cuda]

The answer is that of the driver: one JSON line with the seconds of each step after the first three.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional


def same(size, kernel, stride):
    """TensorFlow's SAME padding of one axis, before and after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Pool(nn.Module):
    """A pool of 3 x 3 with stride 2 and SAME padding; averages are over real cells."""

    def __init__(self, size, largest):
        super().__init__()
        before, after = same(size, 3, 2)
        kind = nn.MaxPool2d if largest else nn.AvgPool2d
        words = {} if largest else {"count_include_pad": False}
        self.pool = kind(3, 2, padding=before, ceil_mode=after > before, **words)

    def forward(self, x):
        return self.pool(x)


def knet(width, stem_stride, size, channels, classes):
    layers, inputs = [], channels
    for place, outputs in enumerate([32, 32, 64]):
        outputs = max(1, round(outputs * width))
        kernel, stride = (3, stem_stride) if place == 0 and stem_stride else (5, 1)
        before, after = same(size, kernel, stride)
        if before < after:
            layers.append(nn.ZeroPad2d((0, after - before) * 2))
        layers.append(nn.Conv2d(inputs, outputs, kernel, stride, before))
        size = -(-size // stride)
        if place > 0:
            layers.append(nn.ReLU(inplace=True))
        layers.append(Pool(size, place == 0))
        size, inputs = -(-size // 2), outputs
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(inputs * size * size, classes))


class Block(nn.Module):
    """A block of two convolutions, as the ResNets here have it: the first of each group has a projection."""

    def __init__(self, inputs, outputs, stride, projects):
        super().__init__()
        self.stride = stride
        padding = 0 if stride > 1 else 1
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = (nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
                         if projects else nn.Identity())

    def forward(self, x):
        padded = functional.pad(x, (1, 1, 1, 1)) if self.stride > 1 else x
        y = functional.relu(self.bn1(self.conv1(padded)), inplace=True)
        return functional.relu(self.bn2(self.conv2(y)) + self.shortcut(x), inplace=True)


def resnet18(width, stem_stride, size, channels, classes):
    kernel, stride = (3, stem_stride) if stem_stride else (7, 2)
    sides = [max(1, round(side * width)) for side in (64, 128, 256, 512)]
    before = (kernel - 1) // 2
    layers = [nn.Conv2d(channels, sides[0], kernel, stride, before, bias=False), nn.BatchNorm2d(sides[0]), nn.ReLU(inplace=True)]
    size = (size + 2 * before - kernel) // stride + 1
    layers.append(Pool(size, True))
    inputs = sides[0]
    for group, outputs in enumerate(sides):
        for block in range(2):
            layers.append(Block(inputs, outputs, 2 if group > 0 and block == 0 else 1, block == 0))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


def main(words):
    architecture, rule, width = words[0], words[1], float(words[2])
    stem_stride, size, channels, classes, batch, steps, threads = (int(word) for word in words[3:10])
    device = words[10] if len(words) > 10 else "cpu"
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    network = knet(width, stem_stride, size, channels, classes) if architecture == "knet" else resnet18(
        width, stem_stride, size, channels, classes)
    network.to(device).train()
    learns = (torch.optim.Adam(network.parameters(), lr=0.01, weight_decay=1e-4) if rule == "adam" else torch.optim.SGD(
        network.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4))
    images = torch.randn(batch, channels, size, size)
    labels = torch.arange(batch) % classes
    seconds = []
    for step in range(steps + 3):
        start = time.perf_counter()
        learns.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(network(images.to(device)), labels.to(device))
        loss.backward()
        learns.step()
        value = loss.item()
        if step >= 3:
            seconds.append(time.perf_counter() - start)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    print(json.dumps({"seconds": seconds, "loss": value, "torch": torch.__version__, "parameters": parameters}))


if __name__ == "__main__":
    main(sys.argv[1:])

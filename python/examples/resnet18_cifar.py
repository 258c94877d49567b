"""Trains ResNet-18 on images of the shape of CIFAR-10 by two learning rules, records it, and identifies a run of unknown rule.

usage: python resnet18_cifar.py STORE [--width 64] [--epochs 10] [--runs 3] [--images 2000]

The images are made up: each class is a pattern with noise, so nothing is downloaded. The last run of each rule pretends to be unknown.
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

import engram

RULES = {
    "sgdm": lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.9),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.002),
}


class Block(nn.Module):
    """Two convolutions beside a short cut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + self.downsample(x))


class ResNet18(nn.Module):
    """ResNet-18 with the names of torchvision's modules, and a first convolution for images of 32 x 32."""

    def __init__(self, width: int = 64, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        widths = [width, width, 2 * width, 4 * width, 8 * width]
        for number, (inputs, outputs) in enumerate(zip(widths, widths[1:]), 1):
            stride = 1 if number == 1 else 2
            self.add_module(f"layer{number}", nn.Sequential(Block(inputs, outputs, stride), Block(outputs, outputs, 1)))
        self.fc = nn.Linear(widths[-1], classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


def images(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images of ten classes: the same pattern for each image of a class, and noise."""
    patterns = torch.randn(10, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    random = torch.Generator().manual_seed(seed)
    classes = torch.randint(10, (count,), generator=random)
    return patterns[classes] + 2 * torch.randn(count, 3, 32, 32, generator=random), classes


def train(store: str, rule: str, seed: int, label: str, options: argparse.Namespace) -> None:
    """Trains one network and records it; run again after a kill, it records what is missing."""
    torch.manual_seed(seed)
    model = ResNet18(options.width)
    optimizer = RULES[rule](model.parameters())
    x, y = images(options.images, seed)
    stimuli, classes = images(64, 12345)
    facts = {
        "task": "made-up cifar10", "architecture": "resnet18", "learning_rule": label, "batch_size": 64, "model_seed": seed}
    with engram.Recorder(store, facts) as recorder:
        recorder.observe(model, [stimuli])
        recorder.record(0)
        for epoch in range(1, options.epochs + 1):
            for batch in torch.randperm(len(x)).split(64):
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
                loss.backward()
                optimizer.step()
            model.eval()
            with torch.no_grad():
                accuracy = (model(stimuli).argmax(1) == classes).double().mean()
            model.train()
            recorder.record(epoch, metrics={"loss": loss.item(), "top1": accuracy.item()})


def main() -> None:
    """Trains all runs, then asks which rule the unknown ones look like."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3, help="labelled runs of each rule")
    parser.add_argument("--images", type=int, default=2000)
    options = parser.parse_args()
    for number, rule in enumerate(RULES):
        for seed in range(options.runs + 1):
            label = rule if seed < options.runs else "unknown"
            train(options.store, rule, 100 * number + seed, label, options)
            print(f"{rule}, seed {seed}: recorded{' as unknown' if label == 'unknown' else ''}")
    store = engram.open(options.store)
    for number, rule in enumerate(RULES):
        answer = store.identify(
            f"learning_rule = 'unknown' AND model_seed = {100 * number + options.runs}", train="learning_rule != 'unknown'")
        group = answer["group"]
        print(f"trained by {rule}, looks like {group['predicted']}, confidence {group['confidence']:.2f}")


if __name__ == "__main__":
    main()

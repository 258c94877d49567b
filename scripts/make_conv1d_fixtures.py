#!/usr/bin/env python3
"""Makes fixtures/parity/conv1d.json: a few steps of Adam as PyTorch takes them.

    python3 scripts/make_conv1d_fixtures.py

Each case is a network with given weights that takes five steps on given minibatches. Inputs and first weights are
multiples of 1/256, so that their decimals are exact. Weights are listed as kernels [filter][sample][channel], their
biases, dense weights [class][feature] with features [filter] or [filter][place], their biases.
"""
import json
import os

import numpy as np
import torch

EXAMPLES, POSITIONS, STATISTICS, SAMPLES, CLASSES, BATCH, STEPS = 60, 3, 2, 7, 3, 40, 5


def grid(random, *shape):
    return (random.randint(-128, 128, size=shape) / 256).astype(np.float32)


def network_case(seed, kernel, stride, filters, pool, rate, decay):
    random = np.random.RandomState(seed)
    x = 4 * grid(random, EXAMPLES, STATISTICS, SAMPLES)
    position = random.randint(POSITIONS, size=EXAMPLES)
    onehot = np.eye(POSITIONS, dtype=np.float32)[position]
    y = random.randint(CLASSES, size=EXAMPLES)
    y[:CLASSES] = range(CLASSES)
    channels, places = POSITIONS + STATISTICS, (SAMPLES - kernel) // stride + 1
    conv = torch.nn.Conv1d(channels, filters, kernel, stride=stride)
    dense = torch.nn.Linear(filters * places if pool == 'none' else filters, CLASSES)
    layers = [conv.weight, conv.bias, dense.weight, dense.bias]
    with torch.no_grad():
        for layer in layers:
            layer.copy_(torch.from_numpy(grid(random, *layer.shape)))

    def weights():
        kernels = conv.weight.detach().numpy().transpose(0, 2, 1)
        return [float(str(v)) for array in (kernels, *(l.detach().numpy() for l in layers[1:])) for v in array.ravel()]

    first, losses = weights(), []
    batches = [random.permutation(EXAMPLES)[:BATCH] for _ in range(STEPS)]
    repeated = np.repeat(onehot[:, :, None], SAMPLES, axis=2)
    inputs, labels = torch.from_numpy(np.concatenate([repeated, x], axis=1)), torch.from_numpy(y)
    adam = torch.optim.Adam(layers, lr=rate, betas=(.9, .999), eps=1e-8, weight_decay=decay)
    for batch in batches:
        hidden = torch.relu(conv(inputs[batch]))
        if pool == 'max':
            hidden = hidden.max(2).values
        elif pool == 'avg':
            hidden = hidden.mean(2)
        loss = torch.nn.functional.cross_entropy(dense(hidden.flatten(1)), labels[batch])
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    parameters = {'ksize': kernel, 'stride': stride, 'num_filters': filters, 'pool_type': pool, 'init_lr': rate,
                  'train_batch_size': BATCH, 'weight_decay': decay, 'max_epochs': 1, 'zscore_data': False}
    rows = np.concatenate([onehot, x.reshape(EXAMPLES, -1)], axis=1)
    return {'parameters': parameters, 'x': [float(v) for v in rows.ravel()], 'y': y.tolist(),
            'batches': [b.tolist() for b in batches], 'first': first, 'losses': losses, 'last': weights()}


cases = [network_case(i, *case) for i, case in enumerate([
    (3, 1, 5, 'none', 1e-3, 1e-4), (3, 1, 5, 'max', 1e-2, 0.0), (2, 2, 9, 'avg', 1e-3, 1e-2),
    (7, 1, 4, 'none', 1e-3, 1e-4), (1, 4, 8, 'max', 1e-3, 1e-4)])]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'fixtures', 'parity', 'conv1d.json')
with open(path, 'w') as file:
    file.write('{"torch": "%s", "positions": %d, "statistics": %d, "samples": %d, "classes": %d, "cases": [\n'
               % (torch.__version__, POSITIONS, STATISTICS, SAMPLES, CLASSES))
    file.write(',\n'.join(json.dumps(case, separators=(',', ':')) for case in cases))
    file.write('\n]}\n')

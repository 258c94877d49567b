#!/usr/bin/env python3
"""Makes fixtures/parity/views.json: what trajectory views are, computed by NumPy alone.

    python3 scripts/make_view_fixtures.py

The inputs are made again by the test: value i of the canonical order [example][epoch][statistic] is the i-th 32-bit
integer of RandomState(7), shifted right by 8 bits, less 2**23, over 4096, which Float32 and Float64 hold exactly; the second
statistic is 3.25 at epoch 0 in every example. Matrices are written as the bits of their elements, row by row.
"""
import json
import os

import numpy as np

EXAMPLES, EPOCHS, STATISTICS = 9, np.arange(0, 101, 5.0), ['weightabs_mean', 'actabs_mean']
TRAIN, TEST = [0, 1, 3, 4, 6, 8], [2, 5, 7]


def inputs():
    count = EXAMPLES * len(EPOCHS) * len(STATISTICS)
    words = np.random.RandomState(7).randint(0, 2**32, size=count, dtype=np.uint32)
    values = ((words >> 8).astype(np.int64) - 2**23) / 4096
    values = values.reshape(EXAMPLES, len(EPOCHS), len(STATISTICS))
    values[:, 0, 1] = 3.25
    return values


def name(epoch):
    return str(int(epoch)) if epoch == int(epoch) else repr(epoch)


def matrix(rows, values, view, dtype, train):
    """The features of rows under a view, and the names of the columns."""
    axis = np.arange(len(EPOCHS))
    if 'epochs' in view:
        first, last, step = view['epochs']
        axis = np.array([i for i, e in enumerate(EPOCHS) if first <= e <= last and (e - first) % step == 0])
    picked, names = [axis] * EXAMPLES, [name(EPOCHS[i]) for i in axis]
    if 'random' in view:
        period, count, seed = view['random']
        step = int(round(period / (EPOCHS[axis[1]] - EPOCHS[axis[0]])))
        places = len(axis) - (count - 1) * step
        picked = []
        for example in range(EXAMPLES):
            start = np.random.RandomState((seed * 2654435761 + example) % 2**32).randint(places)
            picked.append(axis[start + step * np.arange(count)])
        names = ['+' + name(k * period) for k in range(count)]
    if 'portion' in view:
        index, count = view['portion']
        axis = axis.reshape(count, -1)[index]
        picked, names = [axis] * EXAMPLES, [name(EPOCHS[i]) for i in axis]
    x = np.stack([values[e][picked[e]] for e in range(EXAMPLES)]).astype(dtype)
    if view.get('mean'):
        x, names = x.astype(np.float64).mean(axis=1, keepdims=True).astype(dtype), ['mean']
    x = np.transpose(x, (0, 2, 1)).reshape(EXAMPLES, -1)
    names = [s + '@' + n for s in STATISTICS for n in names]
    if view.get('zscore'):
        wide = x.astype(np.float64)
        mean, std = wide[train].mean(0), wide[train].std(0)
        x = ((wide - mean) / np.maximum(std, 1e-5)).astype(dtype)
    if view.get('positions'):
        x = np.concatenate([np.eye(3, dtype=dtype)[np.arange(EXAMPLES) % 3], x], axis=1)
        names = ['position_early', 'position_middle', 'position_deep'] + names
    return x[rows], names


def bits(x):
    return np.ascontiguousarray(x).astype(x.dtype.newbyteorder('>')).tobytes().hex()


def text(view):
    parts = []
    if 'epochs' in view:
        parts.append('epochs:' + ':'.join(map(str, view['epochs'])))
    if 'random' in view:
        period, count, seed = view['random']
        parts.append('random-start:%dx%d%s' % (period, count, ':%d' % seed if seed else ''))
    if 'portion' in view:
        parts.append('portion:%d/%d' % (view['portion'][0] + 1, view['portion'][1]))
    parts += [word for word in ('mean', 'zscore', 'positions') if view.get(word)]
    return '+'.join(parts) or 'whole'


published = [(5, k) for k in (2, 4, 6, 9, 11, 13, 16, 18, 21)] + [(15, k) for k in (2, 4, 6)] + [(25, k) for k in (2, 4)]
views = [{}, {'epochs': (0, 100, 25)}, {'positions': True}]
views += [{'random': (p, k, 0)} for p, k in published]
views += [{'random': (10, 3, 7)}, {'random': (5, 4, 4000000000), 'epochs': (10, 60, 10)} | {'random': (20, 3, 4000000000)}]
views += [{'portion': (i, 3)} for i in range(3)] + [{'portion': (4, 7)}]
views += [{'mean': True}, {'portion': (1, 3), 'mean': True}, {'random': (5, 6, 3), 'mean': True}]
views += [{'zscore': True}, {'zscore': True, 'positions': True}, {'mean': True, 'zscore': True}]
views += [{'random': (15, 4, 0), 'zscore': True, 'positions': True},
          {'random': (25, 4, 1), 'mean': True, 'zscore': True, 'positions': True}]

values, cases = inputs(), []
for view in views:
    for dtype in ('float64', 'float32'):
        train, names = matrix(TRAIN, values, view, dtype, TRAIN)
        test, _ = matrix(TEST, values, view, dtype, TRAIN)
        cases.append({'view': text(view), 'type': dtype, 'names': names, 'train': bits(train), 'test': bits(test)})

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'fixtures', 'parity', 'views.json')
with open(path, 'w') as file:
    file.write('{"numpy": "%s", "train": %s, "test": %s, "cases": [\n' % (np.__version__, TRAIN, TEST))
    file.write(',\n'.join(json.dumps(case) for case in cases))
    file.write('\n]}\n')

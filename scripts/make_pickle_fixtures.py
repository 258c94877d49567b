#!/usr/bin/env python
"""Writes fixtures/pickles and fixtures/corrupt/pickles: tiny data sets in the published layout, and hostile files.

Fixtures are never made again once they are in use: a new case is a new file. The script shows how they were made.

  python2.7 scripts/make_pickle_fixtures.py write py2      # with NumPy 1.16
  python3 scripts/make_pickle_fixtures.py write np1        # with NumPy 1.26 on the path
  python3 scripts/make_pickle_fixtures.py write np2        # with NumPy 2
  python3 scripts/make_pickle_fixtures.py variants         # other forms of the same, by NumPy 2
  python3 scripts/make_pickle_fixtures.py corrupt          # hostile files and their README
  python3 scripts/make_pickle_fixtures.py expect           # expected.json: what pickle.load itself says
"""
from __future__ import print_function
import io
import json
import os
import pickle
import struct
import sys
import warnings

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
GOOD = os.path.join(HERE, '..', 'fixtures', 'pickles')
BAD = os.path.join(HERE, '..', 'fixtures', 'corrupt', 'pickles')
RULES = [u'adam', u'sgdm', u'information', u'feedback']
SUMMARIES = ['kurtosis', 'mean', 'median', 'norm', 'skew', 'thirdquartile', 'var']
STATISTICS = ([m + f + '_' + s for m in ('weight', 'act') for f in ('abs', 'raw', 'sq') for s in SUMMARIES] +
              ['gradavgabs_id', 'gradavgraw_id', 'gradavgsq_id'])
NAMES = ['task', 'start_idxs', 'learning_rule', 'dataset_seed', 'end_idxs', 'model_seed', 'architecture', 'batch_size',
         'layer_name']


def values(count):
    """Numbers of float32 precision, with every byte value, NaN, infinities and negative zero among them."""
    state, out = 12345, []
    for i in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        bits = (state >> 32) & 0x807FFFFF | (100 + (state >> 20) % 50) << 23
        out.append(struct.unpack('<f', struct.pack('<I', bits))[0])
    for place, special in ((3, float('nan')), (50, float('inf')), (51, float('-inf')), (100, -0.0), (101, 0.0)):
        out[place] = special
    return np.array(out, dtype=np.float64)


def rows(count):
    out = []
    for i in range(count):
        out.append((u'cifar10' if i < 4 else u'audionet', 0, RULES[i % 4], None if i % 2 else 0, 4, 0 if i % 3 else None,
                    u'knetc4lrn' if i < 4 else u'alexnet', 128 << (i % 3), u'conv%d' % (i % 4 + 1)))
    return out


def dataset(examples=7, epochs=4, strings='U'):
    text = dict(U=['<U8', '<U11', '<U10', '<U21'], S=['S8', 'S11', 'S10', 'S21'], O=['O'] * 4)[strings]
    types = [text[0], '<i8', text[1], 'O', '<i8', 'O', text[2], '<i8', text[3]]
    data = rows(examples)
    if strings == 'S':
        data = [tuple(v.encode() if isinstance(v, type(u'')) else v for v in row) for row in data]
    meta = np.array(data, dtype=[(n, t) for n, t in zip(NAMES, types)]).view(np.recarray)
    hot = np.zeros((examples, epochs, 3), dtype=np.int64)
    for i in range(examples):
        hot[i, :, i % 3] = 1
    labels = [row[2] for row in rows(examples)]
    keys = [type(u'')(s) for s in STATISTICS]
    if strings == 'O':
        labels, keys = np.array(labels, dtype=object), np.array(keys, dtype=object)
    else:
        labels, keys = np.array(labels).astype(text[1]), np.array(keys).astype(strings)
    x = values(examples * epochs * 45).reshape(examples, epochs, 45)
    return {'obs_keys': keys, 'meta': meta, 'X': x, 'Y': labels, 'X_cat': hot}


def save(name, value, protocol):
    with open(os.path.join(GOOD, name + '.pkl'), 'wb') as f:
        pickle.dump(value, f, protocol=protocol)


def write(prefix):
    for protocol in range(3 if sys.version_info[0] == 2 else 6):
        save('%s_protocol%d' % (prefix, protocol), dataset(), protocol)


def variants():
    small = dict(examples=4, epochs=3)
    save('bytes_strings', dataset(strings='S', **small), 2)
    save('object_strings', dataset(strings='O', **small), 4)
    d = dataset(**small)
    save('fortran', dict(d, X=np.asfortranarray(d['X']), X_cat=np.asfortranarray(d['X_cat'])), 5)
    save('float32', dict(d, X=d['X'].astype('<f4')), 4)
    save('big_endian', dict(d, X=d['X'].astype('>f8'), X_cat=d['X_cat'].astype('>i2'), Y=d['Y'].astype('>U11')), 4)
    save('big_endian_float32_protocol0', dict(d, X=d['X'].astype('>f4')), 0)
    columns = dict((n, [row[i] for row in rows(4)]) for i, n in enumerate(NAMES))
    save('meta_dictionary_of_lists', dict(d, meta=columns), 2)
    arrays = dict((n, np.array(v)) for n, v in columns.items())
    save('meta_dictionary_of_arrays', dict(d, meta=arrays), 5)
    save('meta_list_of_dictionaries', dict(d, meta=[dict(zip(NAMES, row)) for row in rows(4)]), 4)
    plain = [('task', '<U8'), ('learning_rule', '>U11'), ('dataset_seed', '<f8'), ('model_seed', '<i4'),
             ('architecture', 'S10'), ('batch_size', '>u2'), ('layer_name', '<U21'), ('pruned', '?')]
    packed = np.array([(r[0], r[2], float('nan') if r[3] is None else r[3], r[5] or 0, r[6], r[7], r[8], i % 2 == 1)
                       for i, r in enumerate(rows(4))], dtype=plain)
    save('meta_structured', dict(d, meta=packed), 5)
    other = {'data': d['X'], 'rules': d['Y'], 'position': d['X_cat'], 'statistics': d['obs_keys'], 'info': columns}
    renamed = dict(columns)
    renamed['rule'] = renamed.pop('learning_rule')
    renamed['net'] = renamed.pop('architecture')
    save('other_names', dict(other, info=renamed), 4)
    save('no_positions', dict((k, v) for k, v in d.items() if k not in ('X_cat', 'Y')), 4)
    save('no_statistics', dict((k, v) for k, v in d.items() if k != 'obs_keys'), 4)
    save('labels_disagree', dict(d, Y=d['Y'][::-1].copy()), 4)
    hot = d['X_cat'].copy()
    hot[2, 1] = [1, 1, 0]
    save('positions_not_one_hot', dict(d, X_cat=hot), 4)
    hot = d['X_cat'].copy()
    hot[1, 2] = [1, 0, 0]
    save('positions_change', dict(d, X_cat=np.asfortranarray(hot)), 4)
    save('plain_array', d['X'], 4)
    import collections
    save('plain_values', collections.OrderedDict([
        ('float64', np.float64(1.5)), ('int64', np.int64(-4)), ('bool', np.bool_(True)), ('text', np.str_(u'\xe9\u20ac')),
        ('float', -0.25), ('large', 2 ** 62), ('bytes', b'\x00\xff'), ('empty', b''), ('nested', [(1, None), {u'a': [True]}]),
        ('zero', np.array(3.0)), ('objects', np.array([[u'a', None], [1, 2.5]], dtype=object))]), 2)


def load(path):
    with open(path, 'rb') as f, warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return pickle.load(f, encoding='latin1')


def fnv(data):
    h = 0xcbf29ce484222325
    for b in bytearray(data):
        h = (h ^ b) * 0x100000001b3 % 2 ** 64
    return '%016x' % h


def plain(v):
    if isinstance(v, np.generic):
        v = v.item()
    if isinstance(v, bytes):
        v = v.decode('latin1')
    if isinstance(v, float) and v != v:
        return None
    if isinstance(v, bool):
        return int(v)
    return v


def columns_of(meta):
    if isinstance(meta, dict):
        return [[k, [plain(v) for v in meta[k]]] for k in meta]
    if isinstance(meta, list):
        return [[k, [plain(r[k]) for r in meta]] for k in meta[0]]
    return [[k, [plain(v) for v in meta[k]]] for k in meta.dtype.names]


def expect():
    out = {}
    for name in sorted(os.listdir(GOOD)):
        if not name.endswith('.pkl'):
            continue
        d = load(os.path.join(GOOD, name))
        if not isinstance(d, dict) or not ('X' in d or 'data' in d):
            continue
        key = (lambda a, b: d.get(a, d.get(b)))
        x, hot = key('X', 'data'), key('X_cat', 'position')
        c = np.ascontiguousarray(x).astype(x.dtype.newbyteorder('<'))
        out[name] = {
            'shape': list(x.shape), 'type': x.dtype.str, 'fortran': bool(x.flags.fnc),
            'payload': fnv(x.tobytes(order='A')), 'float64': fnv(c.astype('<f8').tobytes()),
            'statistics': [plain(v) for v in key('obs_keys', 'statistics')] if key('obs_keys', 'statistics') is not None else None,
            'labels': [plain(v) for v in key('Y', 'rules')] if key('Y', 'rules') is not None else None,
            'positions': [['early', 'middle', 'deep'][int(np.argmax(h))] for h in hot[:, 0]] if hot is not None else None,
            'metadata': columns_of(key('meta', 'info')),
        }
    with open(os.path.join(GOOD, 'expected.json'), 'w') as f:
        json.dump(out, f, indent=1, sort_keys=True)
        f.write('\n')


def corrupt():
    i4, u8 = (lambda v: struct.pack('<i', v)), (lambda v: struct.pack('<Q', v))
    base = pickle.dumps(dataset(2, 2), 4)
    array = pickle.dumps(np.arange(6, dtype='<f8').reshape(2, 3), 2)
    assert array.count(b'K\x02K\x03\x86') == 1 and base.endswith(b'.')
    text0 = pickle.dumps(np.arange(6, dtype='<f8'), 0)
    bomb = b'(lp0\n' + b''.join(b'0(lp%d\n' % (i + 1) + b'g%d\na' % i * 9 for i in range(40)) + b'.'
    shape = lambda s: array.replace(b'K\x02K\x03\x86', s)
    dtype = lambda a, b: array.replace(a, b)
    files = [
        ('runs_system', b"cos\nsystem\n(S'true'\ntR.", 'unsupported', 'GLOBAL os.system: a command to run'),
        ('runs_eval_stack_global', b'\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x0219\x85R.', 'unsupported', 'STACK_GLOBAL builtins.eval'),
        ('numpy_lookalike', b'cnumpy.core.multiarray\nfromfile\n.', 'unsupported', 'a NumPy function that is not on the list'),
        ('inst', b'(ios\nsystem\n.', 'unsupported', 'INST, which calls a class'),
        ('obj', b'(cos\nsystem\no.', 'unsupported', 'os.system again, for OBJ'),
        ('newobj', b'\x80\x02cnumpy\nndarray\n)\x81.', 'unsupported', 'NEWOBJ of an allowed class'),
        ('persistent_id', b'Pnumber\n.', 'corrupt', 'PERSID as the first opcode: no pickle of data starts so'),
        ('persistent_id_inside', b'(lPnumber\na.', 'unsupported', 'PERSID asks the program for an object'),
        ('out_of_band', b'\x80\x05\x97.', 'unsupported', 'NEXT_BUFFER: the payload is not in the file'),
        ('extension', b'\x80\x02\x82\x01.', 'unsupported', 'EXT1, a registered extension'),
        ('set', b'\x80\x04\x8f.', 'unsupported', 'EMPTY_SET'),
        ('protocol6', b'\x80\x06N.', 'unsupported', 'a protocol from the future'),
        ('calls_class', b'\x80\x02cnumpy\nndarray\nK\x02\x85R.', 'unsupported', 'an allowed class is called directly'),
        ('build_on_list', b'\x80\x02]}b.', 'unsupported', 'state given to a list'),
        ('float16', dtype(b'f8', b'f2'), 'unsupported', 'dtype float16'),
        ('complex', dtype(b'f8', b'c8'), 'unsupported', 'dtype complex64'),
        ('datetime', dtype(b'f8', b'M8'), 'unsupported', 'dtype datetime64'),
        ('wide_integer', b'\x80\x02\x8a\x09' + b'\xff' * 8 + b'\x00.', 'unsupported', 'LONG1 of 2^64 - 1'),
        ('wide_text_integer', b'L99999999999999999999L\n.', 'unsupported', 'LONG beyond 64 bits'),
        ('dtype_as_value', b'\x80\x02cnumpy\ndtype\nX\x02\x00\x00\x00f8K\x00K\x01\x87R.', 'unsupported', 'a dtype where data should be'),
        ('utf8_codec', b'\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x04\x00\x00\x00utf8\x86R.', 'unsupported', '_codecs.encode to something other than latin1'),
        ('empty', b'', 'truncated', 'no byte at all'),
        ('no_stop', base[:-1], 'truncated', 'STOP is missing'),
        ('cut_in_payload', base[:len(base) // 2], 'truncated', 'half of the file is missing'),
        ('cut_in_text_payload', text0[:text0.index(b'\\u0000') + 9], 'truncated', 'the end of a line of escapes is missing'),
        ('absurd_bytes8', b'\x80\x04\x8e' + u8(2 ** 63 - 1) + b'abc.', 'truncated', 'BINBYTES8 of 2^63 - 1 bytes'),
        ('absurd_bytearray8', b'\x80\x05\x96' + u8(2 ** 64 - 1) + b'abc.', 'truncated', 'BYTEARRAY8 of 2^64 - 1 bytes'),
        ('absurd_unicode', b'\x80\x02X' + struct.pack('<I', 2 ** 32 - 1) + b'abc.', 'truncated', 'BINUNICODE of 4 GiB'),
        ('absurd_frame', b'\x80\x04\x95' + u8(2 ** 62) + b'N.', 'truncated', 'FRAME longer than the file'),
        ('absurd_long', b'\x80\x02\x8b' + i4(2 ** 31 - 1) + b'abc.', 'truncated', 'LONG4 of 2 GiB'),
        ('negative_string', b'\x80\x02T' + i4(-1) + b'abc.', 'corrupt', 'BINSTRING of -1 bytes'),
        ('negative_long', b'\x80\x02\x8b' + i4(-5) + b'abc.', 'corrupt', 'LONG4 of -5 bytes'),
        ('negative_memo', b'Np-1\n.', 'corrupt', 'PUT with a negative number'),
        ('memo_hole', b'\x80\x02Nq\x00h\x01.', 'corrupt', 'BINGET of a value never remembered'),
        ('memo_huge', b'Np9223372036854775807\n0g9223372036854775806\n.', 'corrupt', 'PUT with a huge number, GET beside it'),
        ('self_list', b'\x80\x02]q\x00h\x00a.', 'corrupt', 'a list that contains itself'),
        ('self_dictionary', b'\x80\x02}q\x00K\x01h\x00s.', 'corrupt', 'a dictionary that contains itself'),
        ('self_through_tuple', b'\x80\x02]q\x00h\x00\x85a.', 'corrupt', 'a list that contains itself through a tuple'),
        ('deep', b'\x80\x02' + b']' * 5000 + b'a' * 4999 + b'.', 'limit', 'lists nested 5,000 deep'),
        ('deep_tuples', b'\x80\x02N' + b'\x85' * 5000 + b'.', 'limit', 'tuples nested 5,000 deep'),
        ('marks_only', b'(' * 3000 + b'.', 'corrupt', 'marks that nothing closes'),
        ('stack_underflow', b'\x80\x02K\x01\x86.', 'corrupt', 'TUPLE2 of one value'),
        ('below_mark', b'\x80\x02K\x01K\x02(\x86.', 'corrupt', 'TUPLE2 takes values from before a mark'),
        ('append_to_none', b'\x80\x02NK\x01a.', 'corrupt', 'APPEND to None'),
        ('setitem_on_list', b'\x80\x02]K\x01K\x02s.', 'corrupt', 'SETITEM on a list'),
        ('odd_items', b'\x80\x02}(K\x01u.', 'corrupt', 'SETITEMS of one value'),
        ('reduce_number', b'\x80\x02K\x01)R.', 'corrupt', 'REDUCE of a number'),
        ('reduce_arguments', b'\x80\x02cnumpy\ndtype\nK\x01R.', 'corrupt', 'REDUCE with a number for its arguments'),
        ('dtype_of_number', b'\x80\x02cnumpy\ndtype\nK\x01\x85R.', 'corrupt', 'dtype(1)'),
        ('array_never_filled', b'\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R.', 'corrupt', '_reconstruct without BUILD'),
        ('negative_shape', shape(b'J' + i4(-2) + b'K\x03\x86'), 'corrupt', 'shape (-2, 3)'),
        ('huge_shape', shape(b'\x8a\x08' + u8(2 ** 62) + b'\x8a\x08' + u8(2 ** 62) + b'\x86'), 'corrupt', 'shape (2^62, 2^62)'),
        ('wrong_shape', shape(b'K\x02K\x04\x86'), 'corrupt', 'shape (2, 4) for 48 bytes'),
        ('shape_of_text', shape(b'X\x01\x00\x00\x002K\x03\x86'), 'corrupt', 'a text in the shape'),
        ('wrong_item_size', dtype(b'J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00', b'K\x04J\xff\xff\xff\xffK\x00'), 'corrupt', 'float64 of 4 bytes'),
        ('byte_order', dtype(b'X\x01\x00\x00\x00<', b'X\x01\x00\x00\x00?'), 'corrupt', 'byte order "?"'),
        ('bad_escape', b"S'a\\qb'\n.", 'corrupt', 'an escape that repr never writes'),
        ('bad_hex', b"S'a\\x4'\n.", 'corrupt', 'half of a hexadecimal escape'),
        ('no_quote', b'Sabc\n.', 'corrupt', 'STRING without quotes'),
        ('inner_quote', b"S'a'b'\n.", 'corrupt', 'STRING with a bare quote inside'),
        ('bad_unicode_escape', b'Va\\u12\n.', 'corrupt', 'half of a Unicode escape'),
        ('bad_utf8', b'\x80\x02X\x02\x00\x00\x00\xc3(.', 'corrupt', 'text that is not UTF-8'),
        ('bad_float', b'Fone\n.', 'corrupt', 'FLOAT one'),
        ('bad_int', b'I1x\n.', 'corrupt', 'INT 1x'),
        ('not_latin1', b'\x80\x02c_codecs\nencode\nX\x03\x00\x00\x00\xe2\x82\xacX\x06\x00\x00\x00latin1\x86R.', 'corrupt', 'bytes written as text with a character above 255'),
        ('unknown_opcode', b'\x80\x02\xff.', 'corrupt', 'byte 0xff'),
        ('not_a_pickle', b'PK\x03\x04 this is a zip file', 'corrupt', 'a zip file'),
        ('trailing', b'\x80\x02N.more', 'corrupt', 'bytes after STOP'),
        ('two_values', b'\x80\x02NN.', 'corrupt', 'STOP with two values on the stack'),
        ('long_name', b'c' + b'a' * 5000 + b'\nb\n.', 'limit', 'a module name of 5,000 bytes'),
    ]
    open(os.path.join(BAD, 'shared_bomb.pkl'), 'wb').write(bomb)
    with io.open(os.path.join(BAD, 'README.md'), 'w', encoding='utf-8') as readme:
        readme.write(u'# Hostile and damaged pickles\n\nEach must be refused with the code beside it; `ok` must be read. '
                     u'The test `refuses every hostile pickle with its code` reads this table.\n\n'
                     u'| file | code | what is wrong |\n|---|---|---|\n')
        readme.write(u'| shared_bomb.pkl | ok | 9^40 paths to one list: values are shared, never expanded |\n')
        for name, data, code, what in files:
            with open(os.path.join(BAD, name + '.pkl'), 'wb') as f:
                f.write(data)
            readme.write(u'| %s.pkl | %s | %s |\n' % (name, code, what))


if __name__ == '__main__':
    for folder in (GOOD, BAD):
        if not os.path.isdir(folder):
            os.makedirs(folder)
    dict(write=lambda: write(sys.argv[2]), variants=variants, corrupt=corrupt, expect=expect)[sys.argv[1]]()

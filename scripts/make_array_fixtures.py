#!/usr/bin/env python3
"""Makes fixtures/arrays with NumPy: small .npy and .npz files of every kind that is read or refused.

Run from the root of the repository. The files are kept in the repository; a new case is a new file.
"""

import io
import pathlib
import struct
import zipfile

import numpy as np

folder = pathlib.Path("fixtures/arrays")
folder.mkdir(parents=True, exist_ok=True)

# Values that say where they stand: x[example, epoch, statistic] = 100 example + 10 epoch + statistic + 0.5
e, t, s = np.meshgrid(np.arange(5), np.arange(3), np.arange(4), indexing="ij")
x = (100 * e + 10 * t + s + 0.5).astype("<f4")
whole = (x - 0.5).astype("<i4")

np.save(folder / "float32.npy", x)
np.save(folder / "float64-big-endian.npy", x.astype(">f8"))
np.save(folder / "float32-fortran.npy", np.asfortranarray(x))
np.save(folder / "float64-big-endian-fortran.npy", np.asfortranarray(x.astype(">f8")))
np.save(folder / "float16.npy", x.astype("<f2"))
np.save(folder / "int16.npy", whole.astype("<i2"))
np.save(folder / "int32.npy", whole)
np.save(folder / "int64.npy", whole.astype("<i8"))
np.save(folder / "int64-inexact.npy", np.full((1, 1, 1), 2**53 + 1))
np.save(folder / "two-dimensional.npy", x.reshape(5, 12))
np.save(folder / "zero-dimensional.npy", np.float64(1.5))
np.save(folder / "bool.npy", np.array([True, False, True]))
np.save(folder / "unicode.npy", np.array(["sgdm", "", "adam", "Lernregel ä😀"]))
np.save(folder / "unicode-big-endian.npy", np.array(["sgdm", "adam"]).astype(">U5"))
np.save(folder / "bytes.npy", np.array([b"sgdm", b"", b"adam"]))
np.save(folder / "uint64.npy", np.array([0, 2**63], dtype="<u8"))
np.save(folder / "nan.npy", np.array([1.5, np.nan, -0.0, np.inf]))
np.save(folder / "complex.npy", np.zeros(2, dtype="<c16"))
np.save(folder / "dates.npy", np.zeros(2, dtype="<M8[s]"))
np.save(folder / "structured.npy", np.zeros(2, dtype=[("task", "<U8"), ("batch_size", "<i8")]))
np.save(folder / "object.npy", np.array(["a", None], dtype=object), allow_pickle=True)
for version in [(2, 0), (3, 0)]:
    with open(folder / f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, x, version=version)
with open(folder / "two-in-one.npy", "wb") as file:
    np.save(file, x)
    np.save(file, x)

members = dict(
    X=x,
    obs_keys=np.array(["weightabs_mean", "weightabs_var", "actraw_mean", "actraw_var"]),
    epochs=np.array([0, 5, 10]),
    learning_rule=np.array(["sgdm", "adam", "sgdm", "feedback", "information"]),
    batch_size=np.array([128, 256, 512, 128, 256]),
    layer_position=np.array(["early", "middle", "deep", "deep", "early"]),
)
np.savez(folder / "recordings.npz", **members)
np.savez_compressed(folder / "recordings-deflated.npz", **members)
np.savez(folder / "two-arrays.npz", A=x, B=x[:, :2], note=np.array("nothing"))
np.savez(folder / "flat.npz", X=x.reshape(5, 12), label=np.array(["a"] * 5))
with zipfile.ZipFile(folder / "bzip2.npz", "w", zipfile.ZIP_BZIP2) as archive:
    buffer = io.BytesIO()
    np.save(buffer, x)
    archive.writestr(zipfile.ZipInfo("X.npy"), buffer.getvalue(), zipfile.ZIP_BZIP2)

# The same members with 64-bit lengths and offsets throughout, as a file beyond 4 GiB has them.
plain = (folder / "recordings.npz").read_bytes()
entries = zipfile.ZipFile(io.BytesIO(plain)).infolist()
start = struct.unpack_from("<I", plain, len(plain) - 6)[0]
directory = b""
for entry in entries:
    name = entry.filename.encode()
    wide = struct.pack("<HHQQQ", 1, 24, entry.file_size, entry.compress_size, entry.header_offset)
    directory += struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, entry.compress_type, 0, 33, entry.CRC, 0xFFFFFFFF, 0xFFFFFFFF,
        len(name), len(wide), 0, 0, 0, 0, 0xFFFFFFFF) + name + wide  # fmt: skip
record = struct.pack(
    "<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, len(entries), len(entries), len(directory), start)  # fmt: skip
locator = struct.pack("<4sIQI", b"PK\6\7", 0, start + len(directory), 1)
end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
(folder / "recordings-zip64.npz").write_bytes(plain[:start] + directory + record + locator + end)
assert (np.load(folder / "recordings-zip64.npz")["X"] == x).all()

(folder / "metadata.csv").write_text(
    "task,learning_rule,batch_size,dropout,code,note\n"
    'cifar10,sgdm,128,0.5,007,"a, b"\n'
    'cifar10,adam,256,NA,010,"says ""hi"""\n'
    'imagenet,sgdm,512,1,011,"two\nlines"\n'
    "imagenet,feedback,,1e-3,012,NULL\n"
    "imagenet,information,256,nan,013,\n",
    newline="",
)
(folder / "metadata.json").write_text(
    '[{"task": "cifar10", "batch_size": 128, "dropout": 0.5},\n'
    ' {"task": "cifar10", "batch_size": 256},\n'
    ' {"task": "imagenet", "batch_size": 512, "dropout": 1},\n'
    ' {"task": "imagenet", "batch_size": null, "dropout": 0.001, "augmented": true},\n'
    ' {"task": "imagenet", "batch_size": 256, "dropout": null}]\n'
)
(folder / "statistics.txt").write_text("weightabs_mean\nweightabs_var\nactraw_mean\nactraw_var\n")

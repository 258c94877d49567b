"""What Engram is compared with: one file for each format, all with the interface of `Peer`."""

import importlib
import importlib.metadata

# Name of a peer -> module and class. The order is that of the tables.
PEERS = {
    "pickle": ("pickle_file", "Pickle"),
    "npz": ("npz", "Npz"),
    "npy-mmap": ("npy_mmap", "NpyMap"),
    "h5py-gzip": ("hdf5", "Gzip"),
    "h5py-blosc2": ("hdf5", "Blosc2Filter"),
    "zarr": ("zarr3", "Zarr"),
    "zarr-tensorstore": ("zarr3", "TensorStore"),
    "parquet-bss": ("parquet", "Parquet"),
    "arrow-ipc-zstd": ("arrow_ipc", "ArrowFile"),
    "duckdb": ("duckdb_table", "DuckDB"),
    "duckdb-wide": ("duckdb_table", "DuckDBWide"),
    "lance": ("lance_table", "Lance"),
    "vortex": ("vortex_file", "Vortex"),
    "vortex-compact": ("vortex_file", "VortexCompact"),
    "tiledb": ("tiledb_array", "TileDB"),
    "blosc2": ("blosc2_array", "Blosc2"),
    "pcodec-4096": ("pcodec_chunks", "Pcodec4096"),
    "pcodec-1024": ("pcodec_chunks", "Pcodec1024"),
    "openzl": ("openzl_chunks", "OpenZL"),
}
# Physical limits, measured beside the peers by the same means.
LIMITS = {
    "memcpy": ("limits", "Memcpy"),
    "zstd": ("limits", "ZstdFloats"),
    "zstd-shuffled": ("limits", "ZstdShuffled"),
}


def make(name):
    """The peer of that name; an ImportError says which package is not there."""
    module, kind = (PEERS | LIMITS)[name]
    return getattr(importlib.import_module(f"peers.{module}"), kind)()


def version(package):
    """The installed version of a distribution."""
    return importlib.metadata.version(package)

"""pcodec, level 8: the smallest of the numeric codecs that people use; it releases the interpreter's lock."""

import pcodec
from pcodec import standalone

from peers.chunked import Chunks


class Pcodec4096(Chunks):
    layout = "pcodec level 8, a chunk 4096 examples of one statistic, by a thread pool"
    packages = ("pcodec",)
    chunk = 4096

    def encode(self, numbers):
        return standalone.simple_compress(numbers, pcodec.ChunkConfig(compression_level=8))

    def decode(self, data, numbers):
        standalone.simple_decompress_into(data, numbers)


class Pcodec1024(Pcodec4096):
    layout = "pcodec level 8, a chunk 1024 examples of one statistic, by a thread pool"
    chunk = 1024

"""OpenZL: its generic graph for numbers."""

import threading

import numpy as np
import openzl.ext as zl

from peers.chunked import Chunks


class OpenZL(Chunks):
    layout = "OpenZL, generic numeric graph, a chunk 4096 examples of one statistic, by a thread pool"
    packages = ("openzl",)
    chunk = 4096

    def __init__(self):
        self.contexts = threading.local()

    def encode(self, numbers):
        if not hasattr(self.contexts, "encoder"):
            self.contexts.compressor = zl.Compressor()
            graph = zl.graphs.Compress()(self.contexts.compressor)
            self.contexts.compressor.select_starting_graph(graph)
            self.contexts.encoder = zl.CCtx()
        self.contexts.encoder.ref_compressor(self.contexts.compressor)
        self.contexts.encoder.set_parameter(zl.CParam.FormatVersion, zl.MAX_FORMAT_VERSION)
        return bytes(self.contexts.encoder.compress([zl.Input(zl.Type.Numeric, numbers.view(np.uint32))]))

    def decode(self, data, numbers):
        if not hasattr(self.contexts, "decoder"):
            self.contexts.decoder = zl.DCtx()
        output = self.contexts.decoder.decompress(data)[0]
        numbers.view(np.uint32)[:] = output.content.as_nparray()

/* CKernels: numeric kernels in C. */
#ifndef ENGRAM_CKERNELS_H
#define ENGRAM_CKERNELS_H

#include "ChunkKernels.h"

#endif

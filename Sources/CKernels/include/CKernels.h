/* CKernels.h -- the numeric kernels in C: what Swift reaches through `import CKernels`. */

#ifndef ENGRAM_CKERNELS_H
#define ENGRAM_CKERNELS_H

#include "ChunkKernels.h"
#include "CodeKernels.h"
#include "ConvKernels.h"
#include "ForestKernels.h"
#include "LinearKernels.h"
#include "NeighbourKernels.h"
#include "ResidualKernels.h"
#include "ViewKernels.h"
#include "pickle_escapes.h"

#endif

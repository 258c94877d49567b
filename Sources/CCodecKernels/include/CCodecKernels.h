/* CCodecKernels.h -- the numeric kernels of the codec: what Swift reaches through `import CCodecKernels`. */

#ifndef ENGRAM_CCODECKERNELS_H
#define ENGRAM_CCODECKERNELS_H

#include "ChunkKernels.h"
#include "CodeKernels.h"
#include "ResidualKernels.h"
#include "SampleKernels.h"

#endif

/* CClassifierKernels.h -- the numeric kernels of the classifiers: what Swift reaches through `import CClassifierKernels`. */

#ifndef ENGRAM_CCLASSIFIERKERNELS_H
#define ENGRAM_CCLASSIFIERKERNELS_H

#include "ConvKernels.h"
#include "ForestKernels.h"
#include "LinearKernels.h"
#include "NeighbourKernels.h"

#endif

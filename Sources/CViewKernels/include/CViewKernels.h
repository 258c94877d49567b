/* CViewKernels.h -- the kernels of trajectory views: what Swift reaches through `import CViewKernels`. */

#include "RandomStartKernels.h"

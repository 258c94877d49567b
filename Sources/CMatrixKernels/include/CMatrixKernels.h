/* CMatrixKernels.h -- the numeric kernels over matrices: what Swift reaches through `import CMatrixKernels`. */

#include "MatrixKernels.h"

/* CKernels: numeric kernels in C. */
#include "pickle_escapes.h"

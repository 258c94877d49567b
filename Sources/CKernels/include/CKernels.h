/* CKernels: numeric kernels in C. */

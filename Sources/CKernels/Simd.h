/* Simd.h -- how kernels are compiled for several processors. */
#ifndef ENGRAM_SIMD_H
#define ENGRAM_SIMD_H

#if defined(__x86_64__) && defined(__linux__)
/* Three versions of the function; the dynamic linker picks one for the processor at hand. */
#define ENGRAM_SIMD __attribute__((target_clones("avx512bw", "avx2", "default")))
#else
#define ENGRAM_SIMD
#endif

/* Inlined into each version of its caller, so that it is compiled for the same processor. */
#define ENGRAM_INLINE static inline __attribute__((always_inline))

#endif

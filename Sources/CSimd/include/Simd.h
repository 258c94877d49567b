/* Simd.h -- how kernels are compiled for several processors, and how a processor waits. */
#ifndef ENGRAM_SIMD_H
#define ENGRAM_SIMD_H

#if defined(__x86_64__) && defined(__linux__) && !__has_feature(thread_sanitizer)
/* Three versions of the function; the dynamic linker picks one for the processor at hand. It does so before the thread
   sanitizer is ready, which would end the program there, so that gets one version. */
#define ENGRAM_SIMD __attribute__((target_clones("avx512bw", "avx2", "default")))
/* The same for arithmetic that fuses products and sums, which "avx2" alone cannot. */
#define ENGRAM_SIMD_FMA __attribute__((target_clones("avx512bw", "arch=haswell", "default")))
#else
#define ENGRAM_SIMD
#define ENGRAM_SIMD_FMA
#endif

/* Before a loop over whole numbers or floats that goes through doubles: as many at a time as a vector has of the former, where the
   compiler would take as many as it has doubles. */
#define ENGRAM_SIXTEEN_AT_A_TIME _Pragma("clang loop vectorize_width(16)")

/* For a thread that waits for another to write. */
static inline void engram_spin(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/* Has this thread's arithmetic keep small numbers and round to the nearest, whatever the program that calls has asked for, such as to
   take small numbers for zero. Returns what engram_restore_arithmetic takes it back to. */
static inline unsigned long engram_plain_arithmetic(void) {
#if defined(__x86_64__)
  /* The lowest bits say which exceptions came up; all of them stay masked. */
  unsigned before = __builtin_ia32_stmxcsr(), plain = 0x1f80u | (before & 0x3fu);
  if (before != plain) __builtin_ia32_ldmxcsr(plain);
  return before;
#elif defined(__aarch64__)
  unsigned long before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  if (before != 0) __asm__ volatile("msr fpcr, %0" : : "r"(0ul) : "memory");
  return before;
#else
  return 0;
#endif
}

static inline void engram_restore_arithmetic(unsigned long before) {
#if defined(__x86_64__)
  if ((__builtin_ia32_stmxcsr() ^ (unsigned)before) & ~0x3fu) __builtin_ia32_ldmxcsr((unsigned)before);
#elif defined(__aarch64__)
  if (before != 0) __asm__ volatile("msr fpcr, %0" : : "r"(before) : "memory");
#else
  (void)before;
#endif
}

/* Inlined into each version of its caller, so that it is compiled for the same processor. */
#define ENGRAM_INLINE static inline __attribute__((always_inline))

#endif

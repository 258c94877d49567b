// CXXHash.h -- xxHash: on x86 the functions that choose the best code for the processor at run time.

#include <xxhash.h>

#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#endif

/// XXH3-64 with seed 0.
static inline XXH64_hash_t engram_xxh3_64(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }

/// Adds bytes to an XXH3-128.
static inline XXH_errorcode engram_xxh3_128_update(XXH3_state_t *state, const void *bytes, size_t count) {
  return XXH3_128bits_update(state, bytes, count);
}

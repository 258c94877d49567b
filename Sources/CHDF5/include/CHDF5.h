/* CHDF5.h -- data sets of HDF5 files, read by libhdf5.
 *
 * The library is loaded when the first file is opened: what reads none neither waits for it nor needs it. It is not safe for
 * threads; the caller has one thread at a time in it. A function returns NULL, or what is wrong, a text that stays. */
#ifndef ENGRAM_CHDF5_H
#define ENGRAM_CHDF5_H

#include <stdint.h>

/* Loads the library once, from any thread; here the text is in words of the dynamic linker. The others need that it is there. */
const char *engram_hdf5_load(void);

/* A data set that is open, and its file. */
typedef struct engram_hdf5 {
  int64_t file, data;
  /* Its extents; `rank` of them, at most 2. */
  int32_t rank;
  uint64_t extents[2];
} engram_hdf5;

/* Opens a data set of numbers, of one or two axes, such as "sources/signal/signal". */
const char *engram_hdf5_open(const char *path, const char *name, engram_hdf5 *opened);
void engram_hdf5_close(engram_hdf5 *opened);

/* Reads `count` items of the first axis from `first` on, each with all of the second. */
const char *engram_hdf5_floats(const engram_hdf5 *opened, uint64_t first, uint64_t count, float *values);

#endif

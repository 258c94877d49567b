/* CHDF5.c -- libhdf5, loaded when it is first needed. */
#include "CHDF5.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stddef.h>

/* Identifiers have 64 bits since 1.10. Of H5public.h and its neighbours what is used here. */
typedef int64_t id;
enum { READ_ONLY = 0, DEFAULT = 0, SELECT_SET = 0, CLASS_INTEGER = 0, CLASS_FLOAT = 1, MOST_RANK = 2 };

static struct {
  int (*open)(void);
  int (*quiet)(id, void *, void *);
  id (*file_open)(const char *, unsigned, id);
  int (*file_close)(id);
  id (*data_open)(id, const char *, id);
  int (*data_close)(id);
  id (*data_space)(id);
  id (*data_type)(id);
  int (*data_read)(id, id, id, id, id, void *);
  int (*type_class)(id);
  int (*type_close)(id);
  int (*space_rank)(id);
  int (*space_extents)(id, uint64_t *, uint64_t *);
  int (*space_select)(id, int, const uint64_t *, const uint64_t *, const uint64_t *, const uint64_t *);
  id (*space_make)(int, const uint64_t *, const uint64_t *);
  int (*space_close)(id);
  const id *native_float;
} hdf5;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *failure = NULL;
static char failure_text[256];

static void *symbol(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (!found && !failure) failure = "libhdf5 is older than 1.10 and lacks a function";
  return found;
}

static void load(void) {
  static const char *const names[] = {"libhdf5_serial.so.103", "libhdf5_serial.so.310", "libhdf5.so.103", "libhdf5.so.200",
                                      "libhdf5.so.310"};
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    /* What is said of the first name is what its package mends. */
    if (!library && i == 0) {
      const char *why = dlerror();
      snprintf(failure_text, sizeof failure_text, "%s", why ? why : names[0]);
    }
  }
  if (!library) {
    failure = failure_text;
    return;
  }
  *(void **)&hdf5.open = symbol(library, "H5open");
  *(void **)&hdf5.quiet = symbol(library, "H5Eset_auto2");
  *(void **)&hdf5.file_open = symbol(library, "H5Fopen");
  *(void **)&hdf5.file_close = symbol(library, "H5Fclose");
  *(void **)&hdf5.data_open = symbol(library, "H5Dopen2");
  *(void **)&hdf5.data_close = symbol(library, "H5Dclose");
  *(void **)&hdf5.data_space = symbol(library, "H5Dget_space");
  *(void **)&hdf5.data_type = symbol(library, "H5Dget_type");
  *(void **)&hdf5.data_read = symbol(library, "H5Dread");
  *(void **)&hdf5.type_class = symbol(library, "H5Tget_class");
  *(void **)&hdf5.type_close = symbol(library, "H5Tclose");
  *(void **)&hdf5.space_rank = symbol(library, "H5Sget_simple_extent_ndims");
  *(void **)&hdf5.space_extents = symbol(library, "H5Sget_simple_extent_dims");
  *(void **)&hdf5.space_select = symbol(library, "H5Sselect_hyperslab");
  *(void **)&hdf5.space_make = symbol(library, "H5Screate_simple");
  *(void **)&hdf5.space_close = symbol(library, "H5Sclose");
  hdf5.native_float = symbol(library, "H5T_NATIVE_FLOAT_g");
  if (failure) return;
  /* Types are numbered when the library opens; what it would print of an error is returned instead. */
  if (hdf5.open() < 0)
    failure = "libhdf5 does not start";
  else
    hdf5.quiet(DEFAULT, NULL, NULL);
}

const char *engram_hdf5_load(void) {
  pthread_once(&once, load);
  return failure;
}

/* Reads the extents of an open data set. */
static const char *measure(engram_hdf5 *opened) {
  const id type = hdf5.data_type(opened->data);
  const int class = type < 0 ? -1 : hdf5.type_class(type);
  if (type >= 0) hdf5.type_close(type);
  if (class != CLASS_INTEGER && class != CLASS_FLOAT) return "the data set holds no numbers";
  const id space = hdf5.data_space(opened->data);
  if (space < 0) return "the data set has no extents";
  opened->rank = hdf5.space_rank(space);
  const int fits = opened->rank >= 1 && opened->rank <= MOST_RANK;
  const int known = fits && hdf5.space_extents(space, opened->extents, NULL) >= 0;
  hdf5.space_close(space);
  return known ? NULL : "the data set has not one or two axes";
}

const char *engram_hdf5_open(const char *path, const char *name, engram_hdf5 *opened) {
  *opened = (engram_hdf5){.extents = {1, 1}};
  opened->file = hdf5.file_open(path, READ_ONLY, DEFAULT);
  if (opened->file < 0) return "it is no HDF5 file, or is cut or locked";
  opened->data = hdf5.data_open(opened->file, name, DEFAULT);
  if (opened->data < 0) {
    hdf5.file_close(opened->file);
    return "there is no such data set";
  }
  const char *why = measure(opened);
  if (why) engram_hdf5_close(opened);
  return why;
}

void engram_hdf5_close(engram_hdf5 *opened) {
  hdf5.data_close(opened->data);
  hdf5.file_close(opened->file);
}

static const char *read_items(const engram_hdf5 *opened, uint64_t first, uint64_t count, id type, void *values) {
  if (first > opened->extents[0] || count > opened->extents[0] - first) return "the data set has fewer items";
  if (count == 0) return NULL;
  const uint64_t start[MOST_RANK] = {first, 0}, extents[MOST_RANK] = {count, opened->extents[1]};
  const id space = hdf5.data_space(opened->data);
  const id memory = hdf5.space_make(opened->rank, extents, NULL);
  const int done = space >= 0 && memory >= 0 && hdf5.space_select(space, SELECT_SET, start, NULL, extents, NULL) >= 0 &&
                   hdf5.data_read(opened->data, type, memory, space, DEFAULT, values) >= 0;
  if (space >= 0) hdf5.space_close(space);
  if (memory >= 0) hdf5.space_close(memory);
  return done ? NULL : "the data set is damaged, or its filter is missing";
}

const char *engram_hdf5_floats(const engram_hdf5 *opened, uint64_t first, uint64_t count, float *values) {
  return read_items(opened, first, count, *hdf5.native_float, values);
}

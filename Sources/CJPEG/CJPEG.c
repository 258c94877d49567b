/* CJPEG.c -- libjpeg-turbo by its TurboJPEG functions, loaded when they are first needed. */
#include "CJPEG.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Of the TurboJPEG API what has been stable since 1.4. */
enum { FORMAT_RGB = 0, FORMAT_CMYK = 11, SPACE_CMYK = 3, SPACE_YCCK = 4, FULL_COLOUR = 0, ERROR_WARNING = 0 };

static struct {
  void *(*reader)(void);
  void *(*writer)(void);
  int (*header)(void *, const unsigned char *, unsigned long, int *, int *, int *, int *);
  int (*decode)(void *, const unsigned char *, unsigned long, unsigned char *, int, int, int, int, int);
  int (*encode)(void *, const unsigned char *, int, int, int, int, unsigned char **, unsigned long *, int, int, int);
  char *(*message)(void *);
  int (*code)(void *);
  void (*free)(unsigned char *);
  int (*destroy)(void *);
} turbo;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *failure = NULL;
static char failure_text[256];
static _Thread_local char last[256];

static void copy(char *text, size_t size, const char *from) {
  strncpy(text, from ? from : "unknown", size - 1);
  text[size - 1] = 0;
}

static void *symbol(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (!found && !failure) failure = "libturbojpeg is older than 1.4 and lacks a function";
  return found;
}

static void load(void) {
  void *library = dlopen("libturbojpeg.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    copy(failure_text, sizeof failure_text, dlerror());
    failure = failure_text;
    return;
  }
  *(void **)&turbo.reader = symbol(library, "tjInitDecompress");
  *(void **)&turbo.writer = symbol(library, "tjInitCompress");
  *(void **)&turbo.header = symbol(library, "tjDecompressHeader3");
  *(void **)&turbo.decode = symbol(library, "tjDecompress2");
  *(void **)&turbo.encode = symbol(library, "tjCompress2");
  *(void **)&turbo.message = symbol(library, "tjGetErrorStr2");
  *(void **)&turbo.code = symbol(library, "tjGetErrorCode");
  *(void **)&turbo.free = symbol(library, "tjFree");
  *(void **)&turbo.destroy = symbol(library, "tjDestroy");
}

const char *engram_jpeg_load(void) {
  pthread_once(&once, load);
  return failure;
}

/* What went wrong, kept after its handle is gone. */
static const char *told(void *handle) {
  copy(last, sizeof last, turbo.message(handle));
  turbo.destroy(handle);
  return last;
}

const char *engram_jpeg_size(const uint8_t *bytes, size_t count, int32_t *width, int32_t *height) {
  void *handle = turbo.reader();
  if (!handle) return "there is no memory for a reader of JPEG";
  int wide = 0, high = 0, sampling = 0, space = 0;
  if (turbo.header(handle, bytes, count, &wide, &high, &sampling, &space) != 0) return told(handle);
  turbo.destroy(handle);
  /* A file may hold tables and no picture. */
  if (wide <= 0 || high <= 0) return "there is no picture in it";
  *width = wide;
  *height = high;
  return NULL;
}

/* Bytes after the picture and the like are no fault; a picture that ends too early is one. */
static int is_whole(void *handle) {
  return turbo.code(handle) == ERROR_WARNING && !strstr(turbo.message(handle), "remature end");
}

const char *engram_jpeg_decode(const uint8_t *bytes, size_t count, int32_t width, int32_t height, uint8_t *pixels) {
  void *handle = turbo.reader();
  if (!handle) return "there is no memory for a reader of JPEG";
  int wide = 0, high = 0, sampling = 0, space = 0;
  if (turbo.header(handle, bytes, count, &wide, &high, &sampling, &space) != 0) return told(handle);
  if (wide != width || high != height) {
    turbo.destroy(handle);
    return "the picture has another size than its header says";
  }
  if (space != SPACE_CMYK && space != SPACE_YCCK) {
    if (turbo.decode(handle, bytes, count, pixels, width, 0, height, FORMAT_RGB, 0) != 0 && !is_whole(handle))
      return told(handle);
    turbo.destroy(handle);
    return NULL;
  }
  const size_t places = (size_t)width * (size_t)height;
  uint8_t *inks = malloc(4 * places);
  if (!inks) {
    turbo.destroy(handle);
    return "there is no memory for the picture";
  }
  if (turbo.decode(handle, bytes, count, inks, width, 0, height, FORMAT_CMYK, 0) != 0 && !is_whole(handle)) {
    free(inks);
    return told(handle);
  }
  for (size_t i = 0; i < places; i++)
    for (int c = 0; c < 3; c++) pixels[3 * i + c] = (uint8_t)(inks[4 * i + c] * inks[4 * i + 3] / 255);
  free(inks);
  turbo.destroy(handle);
  return NULL;
}

const char *engram_jpeg_encode(const uint8_t *pixels, int32_t width, int32_t height, int32_t quality, uint8_t **bytes,
                               size_t *count) {
  void *handle = turbo.writer();
  if (!handle) return "there is no memory for a writer of JPEG";
  unsigned char *made = NULL;
  unsigned long size = 0;
  if (turbo.encode(handle, pixels, width, 0, height, FORMAT_RGB, &made, &size, FULL_COLOUR, quality, 0) != 0)
    return told(handle);
  turbo.destroy(handle);
  *bytes = made;
  *count = size;
  return NULL;
}

void engram_jpeg_free(uint8_t *bytes) { turbo.free(bytes); }

/* CRSVG.c -- librsvg and Cairo, loaded when they are first needed. */
#include "CRSVG.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Of librsvg's API what has been stable since 2.46, of Cairo's since 1.16. */
typedef struct {
  double x, y, width, height;
} Rectangle;
enum { ARGB32 = 0, STATUS_SUCCESS = 0, STATUS_WRITE_ERROR = 11, PDF_CREATE_DATE = 5 };

static struct {
  void *(*handle_from_data)(const uint8_t *, size_t, void **);
  int (*render)(void *, void *, const Rectangle *, void **);
  void (*unref)(void *);
  void *(*image)(int, int, int);
  void *(*pdf)(int (*)(void *, const unsigned char *, unsigned), void *, double, double);
  void (*pdf_metadata)(void *, int, const char *);
  void *(*create)(void *);
  void (*scale)(void *, double, double);
  void (*destroy)(void *);
  int (*status)(void *);
  int (*surface_status)(void *);
  int (*write_png)(void *, int (*)(void *, const unsigned char *, unsigned), void *);
  void (*finish)(void *);
  void (*surface_destroy)(void *);
} draw;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *failure = NULL;
static char failure_text[256];

static void *open_library(const char *name) {
  void *library = failure ? NULL : dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library && !failure) {
    const char *why = dlerror();
    size_t i = 0;
    for (; why && why[i] && i + 1 < sizeof failure_text; i++) failure_text[i] = why[i];
    failure_text[i] = 0;
    failure = failure_text;
  }
  return library;
}

static void *symbol(void *library, const char *name) {
  void *found = library ? dlsym(library, name) : NULL;
  if (!found && !failure) failure = "librsvg or Cairo is older than 2.46 or 1.16 and lacks a function";
  return found;
}

static void load(void) {
  void *rsvg = open_library("librsvg-2.so.2");
  void *cairo = open_library("libcairo.so.2");
  void *objects = open_library("libgobject-2.0.so.0");
  if (failure) return;
  *(void **)&draw.handle_from_data = symbol(rsvg, "rsvg_handle_new_from_data");
  *(void **)&draw.render = symbol(rsvg, "rsvg_handle_render_document");
  *(void **)&draw.unref = symbol(objects, "g_object_unref");
  *(void **)&draw.image = symbol(cairo, "cairo_image_surface_create");
  *(void **)&draw.pdf = symbol(cairo, "cairo_pdf_surface_create_for_stream");
  *(void **)&draw.pdf_metadata = symbol(cairo, "cairo_pdf_surface_set_metadata");
  *(void **)&draw.create = symbol(cairo, "cairo_create");
  *(void **)&draw.scale = symbol(cairo, "cairo_scale");
  *(void **)&draw.destroy = symbol(cairo, "cairo_destroy");
  *(void **)&draw.status = symbol(cairo, "cairo_status");
  *(void **)&draw.surface_status = symbol(cairo, "cairo_surface_status");
  *(void **)&draw.write_png = symbol(cairo, "cairo_surface_write_to_png_stream");
  *(void **)&draw.finish = symbol(cairo, "cairo_surface_finish");
  *(void **)&draw.surface_destroy = symbol(cairo, "cairo_surface_destroy");
}

const char *engram_rsvg_load(void) {
  pthread_once(&once, load);
  return failure;
}

/* Bytes that grow as they are written. */
typedef struct {
  uint8_t *bytes;
  size_t count, capacity;
} Output;

static int put(void *closure, const unsigned char *bytes, unsigned count) {
  Output *output = closure;
  if (output->count + count > output->capacity) {
    size_t wanted = (output->count + count) * 2;
    uint8_t *grown = realloc(output->bytes, wanted);
    if (!grown) return STATUS_WRITE_ERROR;
    output->bytes = grown;
    output->capacity = wanted;
  }
  memcpy(output->bytes + output->count, bytes, count);
  output->count += count;
  return STATUS_SUCCESS;
}

const char *engram_rsvg_draw(const uint8_t *svg, size_t count, double width, double height, double scale, int32_t kind,
                             uint8_t **bytes, size_t *byte_count) {
  Output output = {NULL, 0, 0};
  const char *problem = NULL;
  void *handle = draw.handle_from_data(svg, count, NULL);
  if (!handle) return "librsvg does not take the picture";
  int is_pdf = kind == ENGRAM_RSVG_PDF;
  void *surface = is_pdf ? draw.pdf(put, &output, width, height)
                         : draw.image(ARGB32, (int)(width * scale + 0.5), (int)(height * scale + 0.5));
  /* The same picture gives the same bytes, whenever it is drawn. */
  if (is_pdf) draw.pdf_metadata(surface, PDF_CREATE_DATE, "2020-10-22T00:00:00Z");
  if (draw.surface_status(surface) != STATUS_SUCCESS) problem = "Cairo has no memory for a picture of this size";
  if (!problem) {
    void *context = draw.create(surface);
    if (!is_pdf) draw.scale(context, scale, scale);
    Rectangle page = {0, 0, width, height};
    if (!draw.render(handle, context, &page, NULL)) problem = "librsvg cannot draw the picture";
    if (!problem && draw.status(context) != STATUS_SUCCESS) problem = "Cairo cannot draw the picture";
    draw.destroy(context);
  }
  if (!problem && !is_pdf && draw.write_png(surface, put, &output) != STATUS_SUCCESS)
    problem = "Cairo cannot write the picture";
  draw.finish(surface);
  if (!problem && draw.surface_status(surface) != STATUS_SUCCESS) problem = "Cairo cannot write the picture";
  draw.surface_destroy(surface);
  draw.unref(handle);
  if (!problem && output.count == 0) problem = "Cairo has no memory for the file";
  if (problem) {
    free(output.bytes);
    return problem;
  }
  *bytes = output.bytes;
  *byte_count = output.count;
  return NULL;
}

void engram_rsvg_free(uint8_t *bytes) { free(bytes); }

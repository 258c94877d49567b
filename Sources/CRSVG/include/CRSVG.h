/* CRSVG.h -- SVG to PNG and PDF by librsvg and Cairo.
 *
 * Both are loaded when the first picture is drawn: a command that draws none neither waits for them nor needs them. */
#ifndef ENGRAM_CRSVG_H
#define ENGRAM_CRSVG_H

#include <stddef.h>
#include <stdint.h>

/* Loads the libraries once, from any thread. Returns NULL when they are there, or why not, in words of the dynamic linker. */
const char *engram_rsvg_load(void);

/* What engram_rsvg_draw makes. */
enum { ENGRAM_RSVG_PNG = 0, ENGRAM_RSVG_PDF = 1 };

/* Draws an SVG of `count` bytes on a page of width x height; of a PNG that many pixels times `scale`, of a PDF that many
 * points. Returns NULL and the file in *bytes and *byte_count, to be freed by engram_rsvg_free; or what went wrong, a text
 * that stays, and nothing to free. engram_rsvg_load must have returned NULL. */
const char *engram_rsvg_draw(const uint8_t *svg, size_t count, double width, double height, double scale, int32_t kind,
                             uint8_t **bytes, size_t *byte_count);
void engram_rsvg_free(uint8_t *bytes);

#endif

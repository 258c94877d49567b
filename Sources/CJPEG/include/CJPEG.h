/* CJPEG.h -- pictures in JPEG to pixels and back, by libjpeg-turbo.
 *
 * The library is loaded when the first picture is read: what reads none neither waits for it nor needs it. */
#ifndef ENGRAM_CJPEG_H
#define ENGRAM_CJPEG_H

#include <stddef.h>
#include <stdint.h>

/* Loads the library once, from any thread. Returns NULL when it is there, or why not, in words of the dynamic linker. */
const char *engram_jpeg_load(void);

/* Reads width and height. Returns NULL, or what is wrong, a text that lives until the next call of this thread.
 * engram_jpeg_load must have returned NULL, here and below. */
const char *engram_jpeg_size(const uint8_t *bytes, size_t count, int32_t *width, int32_t *height);

/* Reads the pixels, row by row, red, green and blue, into width x height x 3 bytes. Returns as engram_jpeg_size. A picture in
 * four inks is taken as Adobe writes it, with all inks inverted. */
const char *engram_jpeg_decode(const uint8_t *bytes, size_t count, int32_t width, int32_t height, uint8_t *pixels);

/* Makes a JPEG of pixels, with colours at full size. Returns as engram_jpeg_size; the file is to be freed by engram_jpeg_free. */
const char *engram_jpeg_encode(const uint8_t *pixels, int32_t width, int32_t height, int32_t quality, uint8_t **bytes,
                               size_t *count);
void engram_jpeg_free(uint8_t *bytes);

#endif

/* CodeKernels.h -- codes to low bits and high bytes and back; schema/FORMAT.md, "Codes".
 *
 * Low bits are packed in lanes: with W the bits of a code and L = ceil(count / W) lanes, code i is the bits
 * (i / L) * width ... of lane i % L, and word t of all lanes lies before word t + 1. There are `width` words of W bits in
 * a lane, and every lane does the same, which is what vector units like. */
#ifndef ENGRAM_CODE_KERNELS_H
#define ENGRAM_CODE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The number of codes of each length in bits, 0 to W. Returns the bits in which any two codes differ. */
uint32_t engram_code_lengths_32(const uint32_t *codes, size_t count, uint32_t lengths[33]);
uint64_t engram_code_lengths_64(const uint64_t *codes, size_t count, uint32_t lengths[65]);

/* The low `width` bits of each code, 0 <= width <= W, to width * lanes words. */
void engram_pack_low_32(const uint32_t *codes, size_t count, int32_t width, uint32_t *words);
void engram_pack_low_64(const uint64_t *codes, size_t count, int32_t width, uint64_t *words);

/* Undoes the packing of the codes from `first` to `end`, and of some beside them; `words` need no alignment. There is room
   for W * lanes codes, of which those from `count` on mean nothing. */
void engram_unpack_low_32(const uint8_t *words, size_t count, int32_t width, size_t first, size_t end, uint32_t *codes);
void engram_unpack_low_64(const uint8_t *words, size_t count, int32_t width, size_t first, size_t end, uint64_t *codes);

/* Where a single code lies: its number, and its lane and place in it. */
typedef struct {
  uint32_t number, lane, place;
} engram_pick;

/* Finds the codes of some examples of a chunk with `lanes` lanes, the ones that are no copies: bit i of `copied` is set where
   example i is one; NULL where none is. Bit j of `copies` gets whether the j-th example is a copy; it has ceil(count / 8) bytes.
   Returns the number of picks. */
size_t engram_place_picks(const int32_t *examples, size_t count, const uint8_t *copied, size_t lanes, engram_pick *picks,
                          uint8_t *copies);

/* Undoes the packing of single codes; the j-th code is that of the j-th pick. */
void engram_pick_low_32(const uint8_t *words, size_t lanes, int32_t width, const engram_pick *picks, size_t count,
                        uint32_t *codes);
void engram_pick_low_64(const uint8_t *words, size_t lanes, int32_t width, const engram_pick *picks, size_t count,
                        uint64_t *codes);

/* Puts the byte of each pick into its code, from bit `shift` on. */
void engram_pick_bytes_32(const uint8_t *bytes, const engram_pick *picks, size_t count, int32_t shift, uint32_t *codes);
void engram_pick_bytes_64(const uint8_t *bytes, const engram_pick *picks, size_t count, int32_t shift, uint64_t *codes);

/* The byte of each code that starts at bit `shift`; above the code there are zeros. */
void engram_code_bytes_32(const uint32_t *codes, size_t count, int32_t shift, uint8_t *bytes);
void engram_code_bytes_64(const uint64_t *codes, size_t count, int32_t shift, uint8_t *bytes);

/* Puts bytes into codes, from bit `shift` on. */
void engram_add_bytes_32(const uint8_t *bytes, size_t count, int32_t shift, uint32_t *codes);
void engram_add_bytes_64(const uint8_t *bytes, size_t count, int32_t shift, uint64_t *codes);

/* Sparse rows: gaps and as many bytes. A gap counts from the code after the last that got a byte; one of 255 has no byte and the next
 * one goes on from there. */

/* How many codes `count` gaps, at most 65,535, lead across. */
size_t engram_reach_of_gaps(const uint8_t *gaps, size_t count);

/* Puts the bytes into the codes before `end`, from bit `shift` on. */
void engram_add_sparse_32(const uint8_t *gaps, const uint8_t *bytes, size_t count, int32_t shift, size_t end,
                          uint32_t *codes);
void engram_add_sparse_64(const uint8_t *gaps, const uint8_t *bytes, size_t count, int32_t shift, size_t end,
                          uint64_t *codes);

#endif

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

/* The grades of the codes of a chunk, which lie one grade after the other; each is packed as if it were alone. */
enum { ENGRAM_MOST_GRADES = 4 };
typedef struct {
  size_t count;                            /* 1 to ENGRAM_MOST_GRADES */
  uint32_t starts[ENGRAM_MOST_GRADES + 1]; /* where the codes of each grade start, then the number of codes */
  const uint16_t *places;                  /* for each kept example the place of its code; NULL where there is one grade */
} engram_grades;

/* Undoes the packing of the codes from `first` to `end`, and of some beside them; with several grades these are all codes. Grade g is
 * packed in widths[g] bits, one grade after the other; `words` need no alignment. There is room for as many codes more as fill the
 * lanes of the last grade, which mean nothing. */
void engram_unpack_low_32(const uint8_t *words, const engram_grades *grades, const uint8_t widths[], size_t first,
                          size_t end, uint32_t *codes);
void engram_unpack_low_64(const uint8_t *words, const engram_grades *grades, const uint8_t widths[], size_t first,
                          size_t end, uint64_t *codes);

/* The codes of each grade, of which `grades` has two bits each, the lowest of a byte first. */
void engram_count_grades(const uint8_t *grades, size_t count, uint32_t counts[ENGRAM_MOST_GRADES]);

/* The place of each code, from where the grades start. */
void engram_place_codes(const uint8_t *grades, size_t count, const uint32_t starts[ENGRAM_MOST_GRADES], uint16_t *places);

/* Codes in the order of their places, and those from `first` to `end` back in their own. */
void engram_grade_codes_32(const uint32_t *codes, const uint16_t *places, size_t count, uint32_t *graded);
void engram_grade_codes_64(const uint64_t *codes, const uint16_t *places, size_t count, uint64_t *graded);
void engram_order_codes_32(const uint32_t *graded, const uint16_t *places, size_t first, size_t end, uint32_t *codes);
void engram_order_codes_64(const uint64_t *graded, const uint16_t *places, size_t first, size_t end, uint64_t *codes);

/* Adds the length of each code in bits, which may be one more where a code is just below a power of two. */
void engram_add_lengths_32(const uint32_t *codes, size_t count, uint32_t *sums);
void engram_add_lengths_64(const uint64_t *codes, size_t count, uint32_t *sums);

/* Grades for examples by the sums of their code lengths, the shortest first, `size` examples in each but the last: two bits of each,
 * as above. Sums are of `each` codes; those that are less than a quarter of a bit a code apart count as the same. */
void engram_find_grades(const uint32_t *sums, size_t count, size_t each, size_t size, uint8_t *grades);

/* Where a single code lies: its number among the kept examples, its place in the order of grades, its grade, and in that its lane and its
 * slot of the lane. */
typedef struct {
  uint32_t number, place, grade, lane, slot;
} engram_pick;

/* Finds the codes of some examples of a chunk, the ones that are no copies: bit i of `copied` is set where example i is one; NULL
 * where none is. Bit j of `copies` gets whether the j-th example is a copy; it has ceil(count / 8) bytes. Returns the number of
 * picks. */
size_t engram_place_picks(const int32_t *examples, size_t count, const uint8_t *copied, const engram_grades *grades,
                          uint32_t width, engram_pick *picks, uint8_t *copies);

/* Undoes the packing of single codes; the j-th code is that of the j-th pick. */
void engram_pick_low_32(const uint8_t *words, const engram_grades *grades, const uint8_t widths[],
                        const engram_pick *picks, size_t count, uint32_t *codes);
void engram_pick_low_64(const uint8_t *words, const engram_grades *grades, const uint8_t widths[],
                        const engram_pick *picks, size_t count, uint64_t *codes);

/* The code of each pick, of all codes in the order of examples. */
void engram_pick_codes_32(const uint32_t *all, const engram_pick *picks, size_t count, uint32_t *codes);
void engram_pick_codes_64(const uint64_t *all, const engram_pick *picks, size_t count, uint64_t *codes);

/* Puts the byte of each pick into its code, from bit widths[grade] + above on. */
void engram_pick_bytes_32(const uint8_t *bytes, const engram_pick *picks, size_t count, const uint8_t widths[],
                          int32_t above, uint32_t *codes);
void engram_pick_bytes_64(const uint8_t *bytes, const engram_pick *picks, size_t count, const uint8_t widths[],
                          int32_t above, uint64_t *codes);

/* The byte of each code that starts at bit `shift`; above the code there are zeros. */
void engram_code_bytes_32(const uint32_t *codes, size_t count, int32_t shift, uint8_t *bytes);
void engram_code_bytes_64(const uint64_t *codes, size_t count, int32_t shift, uint8_t *bytes);

/* Puts bytes, one of each code, into the codes from `first` to `end`, from bit widths[grade] + above on; nothing above the code. */
void engram_add_bytes_32(const uint8_t *bytes, const engram_grades *grades, const uint8_t widths[], int32_t above,
                         size_t first, size_t end, uint32_t *codes);
void engram_add_bytes_64(const uint8_t *bytes, const engram_grades *grades, const uint8_t widths[], int32_t above,
                         size_t first, size_t end, uint64_t *codes);

/* Sparse rows: gaps and as many bytes. A gap counts from the code after the last that got a byte; one of 255 has no byte and the next
 * one goes on from there. */

/* How many codes `count` gaps, at most 65,535, lead across. */
size_t engram_reach_of_gaps(const uint8_t *gaps, size_t count);

/* Puts the bytes, which follow the gaps, into the codes before `end`, from bit widths[grade] + above on. */
void engram_add_sparse_32(const uint8_t *gaps, size_t count, const engram_grades *grades, const uint8_t widths[],
                          int32_t above, size_t end, uint32_t *codes);
void engram_add_sparse_64(const uint8_t *gaps, size_t count, const engram_grades *grades, const uint8_t widths[],
                          int32_t above, size_t end, uint64_t *codes);

/* The bytes of a sparse row of `total` codes, those that are zero too. */
void engram_fill_sparse(const uint8_t *gaps, size_t count, size_t total, uint8_t *row);

#endif

/* Selection.h -- the values of given ranks in a row, without sorting it.
 *
 * One pass counts the values by the leading bits of their magnitude, for each sign; that tells the bin of every rank, of
 * the values as of their magnitudes. A second pass keeps what lies in those bins, a few in a hundred, among which the
 * same is done again. Whatever the values are, every pass takes 7 bits or more from the range, so there are few. */
#ifndef ENGRAM_SELECTION_H
#define ENGRAM_SELECTION_H

#include "Moments.h"

/* Bins are counted by 16 bits: a sign above the leading bits of the magnitude. */
#define MOST_BIN_BITS 11
/* Zeros are many where a rectifier made them; they take turns in so many bins, so that no counter waits for itself. */
#define ZERO_BINS 16
#define KEY_BLOCK ((size_t)512)

_Static_assert(ENGRAM_SCRATCH_COUNT == 5 * ENGRAM_KEPT_VALUES + 1, "four values by rank, and one at a time");

enum side { negative, positive, either };

/* A value that is looked for: by its rank among the magnitudes of its side, all of which lie from low to high. */
struct target {
  enum side side;
  size_t rank, count;
  bits low, high;
};

/* How far magnitudes are shifted, so that at most 2^bin_bits - ZERO_BINS bins are left. */
ENGRAM_INLINE int shift_for(bits span, int bin_bits) {
  int shift = 0;
  while ((span >> shift) >= (((bits)1 << bin_bits) - ZERO_BINS)) shift++;
  return shift;
}

ENGRAM_INLINE void bin_keys(const number *x, size_t count, bits least, int shift, int bin_bits, uint16_t *keys) {
  for (size_t i = 0; i < count; i++) {
    bits pattern = bits_of(x[i]), magnitude = pattern & MAGNITUDE;
    bits bin = ZERO_BINS + ((magnitude - least) >> shift);
    bits zero_bin = (bits)i & (ZERO_BINS - 1);
    bin = magnitude == 0 ? zero_bin : bin;
    keys[i] = (uint16_t)(bin | (pattern >> SIGN_SHIFT) << bin_bits);
  }
}

ENGRAM_INLINE int is_inside(bits pattern, const struct target *t) {
  bits magnitude = pattern & MAGNITUDE;
  int is_of_side = t->side == either || (pattern >> SIGN_SHIFT == 0) == (t->side == positive);
  return (bits)(magnitude - t->low) <= (bits)(t->high - t->low) && is_of_side;
}

/* Narrows a target by counts of bins from its low end on; `shift` is what a bin is wide. */
ENGRAM_INLINE void narrow(struct target *t, const uint32_t *counts, int shift) {
  size_t bin = 0;
  while (t->rank >= counts[bin]) t->rank -= counts[bin++];
  t->count = counts[bin];
  t->low += (bits)bin << shift;
  bits last = t->low + (((bits)1 << shift) - 1);
  if (last < t->high) t->high = last;
}

ENGRAM_INLINE int shift_to_bytes(bits span) {
  int shift = 0;
  while (span >> shift > 255) shift++;
  return shift;
}

/* The magnitude that a target is, of those in a buffer, which is used up. */
ENGRAM_INLINE bits select_kept(bits *kept, struct target *t) {
  while (t->low < t->high) {
    if (t->count <= 24) {
      for (size_t i = 1; i < t->count; i++) {
        bits value = kept[i];
        size_t j = i;
        for (; j > 0 && kept[j - 1] > value; j--) kept[j] = kept[j - 1];
        kept[j] = value;
      }
      return kept[t->rank];
    }
    uint32_t counts[256] = {0};
    int shift = shift_to_bytes(t->high - t->low);
    bits low = t->low;
    size_t count = t->count, left = 0;
    for (size_t i = 0; i < count; i++) counts[(kept[i] - low) >> shift]++;
    narrow(t, counts, shift);
    for (size_t i = 0; i < count; i++) {
      bits value = kept[i];
      kept[left] = value;
      left += (bits)(value - t->low) <= (bits)(t->high - t->low);
    }
  }
  return t->low;
}

/* Narrows a target of which too many values would have to be kept, one pass over the row a time. */
ENGRAM_INLINE void narrow_in_row(const number *x, size_t n, struct target *t) {
  while (t->low < t->high && t->count > ENGRAM_KEPT_VALUES) {
    uint32_t counts[257] = {0};
    int shift = shift_to_bytes(t->high - t->low);
    for (size_t i = 0; i < n; i++) {
      bits pattern = bits_of(x[i]);
      size_t bin = ((pattern & MAGNITUDE) - t->low) >> shift;
      counts[is_inside(pattern, t) ? bin : 256]++;
    }
    narrow(t, counts, shift);
  }
}

/* Where targets lie, by the counts of all bins. Those that are 0 have the range 0 to 0. */
ENGRAM_INLINE void place(struct target *t, enum side side, size_t rank, const uint32_t *counts, int bin_bits, int shift,
                         const struct extent *extent) {
  size_t bins = (size_t)1 << bin_bits, bin = ZERO_BINS;
  const uint32_t *below = counts + bins;
  t->side = side;
  t->rank = rank;
  for (;; bin++) {
    size_t here = (side != negative ? counts[bin] : 0) + (side != positive ? below[bin] : 0);
    if (t->rank < here) {
      t->count = here;
      break;
    }
    t->rank -= here;
  }
  t->low = extent->least_nonzero + ((bits)(bin - ZERO_BINS) << shift);
  bits last = t->low + (((bits)1 << shift) - 1);
  t->high = last < extent->greatest ? last : extent->greatest;
}

/* How a row is counted: its bins, for each sign, and how many values are 0 or negative. */
struct bins {
  int bits, shift;
  size_t zeros, negatives;
  uint32_t counts[2][2 << MOST_BIN_BITS];
};

ENGRAM_INLINE void count_bins(const number *x, size_t n, const struct extent *extent, struct bins *bins) {
  bins->bits = n >= 8192 ? MOST_BIN_BITS : n >= 1024 ? 9 : 7;
  bins->shift = shift_for(extent->greatest - extent->least_nonzero, bins->bits);
  size_t count = (size_t)1 << bins->bits;
  /* Neighbours are counted apart, so that equal ones do not wait for one another. */
  uint32_t *one = bins->counts[0], *other = bins->counts[1];
  uint16_t keys[KEY_BLOCK];
  memset(one, 0, 2 * count * sizeof(uint32_t));
  memset(other, 0, 2 * count * sizeof(uint32_t));
  for (size_t start = 0; start < n; start += KEY_BLOCK) {
    size_t here = n - start < KEY_BLOCK ? n - start : KEY_BLOCK, i = 0;
    bin_keys(x + start, here, extent->least_nonzero, bins->shift, bins->bits, keys);
    for (; i + 2 <= here; i += 2) {
      one[keys[i]]++;
      other[keys[i + 1]]++;
    }
    if (i < here) one[keys[i]]++;
  }
  for (size_t bin = 0; bin < 2 * count; bin++) one[bin] += other[bin];
  bins->zeros = bins->negatives = 0;
  for (size_t bin = 0; bin < ZERO_BINS; bin++) bins->zeros += one[bin] + one[count + bin];
  for (size_t bin = ZERO_BINS; bin < count; bin++) bins->negatives += one[count + bin];
}

/* Copies the values whose bins are wanted; there are at most four times ENGRAM_KEPT_VALUES. */
ENGRAM_INLINE size_t keep(const number *x, size_t n, const struct extent *extent, const struct bins *bins,
                          const uint8_t *wanted, bits *kept) {
  size_t count = 0;
  uint16_t keys[KEY_BLOCK];
  for (size_t start = 0; start < n; start += KEY_BLOCK) {
    size_t here = n - start < KEY_BLOCK ? n - start : KEY_BLOCK;
    bin_keys(x + start, here, extent->least_nonzero, bins->shift, bins->bits, keys);
    for (size_t i = 0; i < here; i++) {
      kept[count] = bits_of(x[start + i]);
      count += wanted[keys[i]];
    }
  }
  return count;
}

/* The value that a target is: of those kept, or of the row where they were too many to keep. */
ENGRAM_INLINE double find(const number *x, size_t n, const bits *kept, size_t kept_count, bits *own, struct target *t) {
  int is_large = t->count > ENGRAM_KEPT_VALUES;
  if (is_large) narrow_in_row(x, n, t);
  if (t->low < t->high) {
    size_t count = 0;
    if (is_large) {
      for (size_t i = 0; i < n; i++)
        if (is_inside(bits_of(x[i]), t)) own[count++] = bits_of(x[i]) & MAGNITUDE;
    } else {
      for (size_t i = 0; i < kept_count; i++)
        if (is_inside(kept[i], t)) own[count++] = kept[i] & MAGNITUDE;
    }
    t->low = select_kept(own, t);
  }
  double value = (double)number_of(t->low);
  return t->side == negative ? -value : value;
}

/* The values of two ranks, counted from the least: of the magnitudes into found[0] and [1], of the values into [2], [3]. */
ENGRAM_INLINE void select_ranks(const number *x, size_t n, const struct extent *extent, const size_t ranks[2],
                                bits *scratch, double found[4]) {
  struct bins bins;
  memset(found, 0, 4 * sizeof(double));
  if (extent->greatest == 0) return;
  count_bins(x, n, extent, &bins);
  size_t count = (size_t)1 << bins.bits, zeros = bins.zeros, negatives = bins.negatives, kept = 0;
  struct target targets[4];
  uint8_t wanted[2 << MOST_BIN_BITS];
  memset(wanted, 0, 2 * count);
  int is_needed = 0;
  /* Without negative values the magnitudes are the values. */
  int first = negatives == 0 ? 2 : 0;
  for (int i = first; i < 4; i++) {
    size_t rank = ranks[i & 1];
    struct target *t = &targets[i];
    if (i < 2 ? rank < zeros : rank >= negatives && rank < negatives + zeros) {
      *t = (struct target){either, 0, zeros, 0, 0};
      continue;
    }
    enum side side = i < 2 ? either : rank < negatives ? negative : positive;
    size_t place_among = i < 2 ? rank - zeros : rank < negatives ? negatives - 1 - rank : rank - negatives - zeros;
    place(t, side, place_among, bins.counts[0], bins.bits, bins.shift, extent);
    if (t->low == t->high || t->count > ENGRAM_KEPT_VALUES) continue;
    size_t bin = ZERO_BINS + (size_t)((t->low - extent->least_nonzero) >> bins.shift);
    if (side != negative) wanted[bin] = 1;
    if (side != positive) wanted[count + bin] = 1;
    is_needed = 1;
  }
  if (is_needed) kept = keep(x, n, extent, &bins, wanted, scratch);
  bits *own = scratch + 4 * ENGRAM_KEPT_VALUES + 1;
  for (int i = first; i < 4; i++) found[i] = find(x, n, scratch, kept, own, &targets[i]);
  if (first == 2) found[0] = found[2], found[1] = found[3];
}

#endif

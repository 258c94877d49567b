/* LaneSort.h -- sorts many short columns at once, one in each lane; included once for each number of lanes (LaneWidth.h). */

#undef order
#define order LANED(order)

/* The lesser of two keys to x, the greater to y, in every lane. */
ENGRAM_INLINE void order(u16s *x, u16s *y) {
  u16s lesser = __builtin_elementwise_min(*x, *y);
  *y = __builtin_elementwise_max(*x, *y);
  *x = lesser;
}

ENGRAM_INLINE void LANED(order_runs)(u16s *low, u16s *high, size_t count) {
  for (size_t i = 0; i < count; i++) order(&low[i], &high[i]);
}

ENGRAM_INLINE void LANED(sort_four)(u16s *keys) {
  u16s a = keys[0], b = keys[1], c = keys[2], d = keys[3];
  order(&a, &b), order(&c, &d), order(&a, &c), order(&b, &d), order(&b, &c);
  keys[0] = a, keys[1] = b, keys[2] = c, keys[3] = d;
}

ENGRAM_INLINE void LANED(sort_eight)(u16s *keys) {
  u16s a = keys[0], b = keys[1], c = keys[2], d = keys[3], e = keys[4], f = keys[5], g = keys[6], h = keys[7];
  order(&a, &b), order(&c, &d), order(&e, &f), order(&g, &h);
  order(&a, &c), order(&b, &d), order(&e, &g), order(&f, &h), order(&b, &c), order(&f, &g);
  order(&a, &e), order(&b, &f), order(&c, &g), order(&d, &h), order(&c, &e), order(&d, &f);
  order(&b, &c), order(&d, &e), order(&f, &g);
  keys[0] = a, keys[1] = b, keys[2] = c, keys[3] = d, keys[4] = e, keys[5] = f, keys[6] = g, keys[7] = h;
}

/* The last three steps of a merge, which order keys that are 4, 2 and 1 apart: in one walk, eight keys at a time in registers
 * and behind them three that wait for their neighbours. */
ENGRAM_INLINE void LANED(order_neighbours)(u16s *keys, size_t count) {
  u16s x = keys[1], y = keys[2], z = keys[3];
  u16s *k = keys + 4;
  for (; k + 8 < keys + count; k += 8) {
    u16s a = k[0], b = k[1], c = k[2], d = k[3], e = k[4], f = k[5], g = k[6], h = k[7];
    order(&a, &e), order(&b, &f), order(&c, &g), order(&d, &h);
    order(&y, &a), order(&z, &b), order(&c, &e), order(&d, &f);
    order(&x, &y), order(&z, &a), order(&b, &c), order(&d, &e);
    k[-3] = x, k[-2] = y, k[-1] = z, k[0] = a, k[1] = b, k[2] = c, k[3] = d, k[4] = e;
    x = f, y = g, z = h;
  }
  u16s a = k[0], b = k[1], c = k[2];
  order(&y, &a), order(&z, &b), order(&x, &y), order(&z, &a), order(&b, &c);
  k[-3] = x, k[-2] = y, k[-1] = z, k[0] = a, k[1] = b, k[2] = c;
}

/* Batcher's odd-even merge sort (Knuth, The Art of Computer Programming 5.3.4): sorts every lane by itself. More than two keys
 * are filled up to a multiple of four or eight with the greatest, for which there must be room. */
ENGRAM_INLINE void LANED(sort_lanes)(u16s *keys, size_t count) {
  if (count <= 2) {
    if (count == 2) order(&keys[0], &keys[1]);
    return;
  }
  size_t end = count <= 4 ? 4 : (count + 7) / 8 * 8;
  for (size_t i = count; i < end; i++) keys[i] = (u16s){0} + UINT16_MAX;
  if (end == 4) {
    LANED(sort_four)(keys);
    return;
  }
  for (size_t i = 0; i < end; i += 8) LANED(sort_eight)(keys + i);
  /* Merges two runs of p keys each, of which the second may be short: behind it there would be none but the greatest. */
  for (size_t p = 8; p < end; p *= 2) {
    for (size_t first = 0; first + p < end; first += 2 * p) {
      u16s *run = keys + first;
      size_t length = end - first < 2 * p ? end - first : 2 * p;
      LANED(order_runs)(run, run + p, length - p);
      for (size_t q = p / 2; q >= 8; q /= 2) {
        for (size_t i = q; i + q < length; i += 2 * q)
          LANED(order_runs)(run + i, run + i + q, length - i - q < q ? length - i - q : q);
      }
      LANED(order_neighbours)(run, length);
    }
  }
}

// Values.c -- the values of a column as small numbers, equal values as the same. See CTally.h.

#include "Values.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

// Twice as many places as values, so that a search is short.
#define PLACES (2 * ENGRAM_TALLY_MOST_VALUES)

typedef struct {
  engram_tally_value value;
  uint64_t hash;
} entry;

struct engram_tally_values {
  entry *entries;
  size_t count, room;
  // Numbers by hash, one more than the number, so that 0 is nobody's place.
  uint32_t *places;
  // Nobody who writes a store knows it, so nobody makes values whose hashes meet.
  uint64_t seed;
  uint32_t last;
};

engram_tally_values *engram_tally_values_make(void) {
  engram_tally_values *values = calloc(1, sizeof *values);
  if (!values) return NULL;
  values->places = calloc(PLACES, sizeof *values->places);
  if (!values->places) {
    free(values);
    return NULL;
  }
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  values->seed = (uint64_t)now.tv_nsec * 0x9E3779B97F4A7C15u ^ (uint64_t)(uintptr_t)values;
  return values;
}

void engram_tally_values_free(engram_tally_values *values) {
  if (!values) return;
  for (size_t i = 0; i < values->count; i++) free((void *)values->entries[i].value.text);
  free(values->entries);
  free(values->places);
  free(values);
}

size_t engram_tally_value_count(const engram_tally_values *values) { return values->count; }

engram_tally_value engram_tally_value_at(const engram_tally_values *values, size_t number) {
  return values->entries[number].value;
}

static int are_equal(const engram_tally_value *one, const engram_tally_value *other) {
  if (one->kind != other->kind || one->bits != other->bits || one->byte_count != other->byte_count) return 0;
  return one->byte_count == 0 || memcmp(one->text, other->text, one->byte_count) == 0;
}

// Keeps a value that was not met before; 0 where memory lacks.
static int keep(engram_tally_values *values, engram_tally_value value, uint64_t hash) {
  if (values->count == values->room) {
    size_t room = values->room ? 2 * values->room : 16;
    entry *entries = realloc(values->entries, room * sizeof *entries);
    if (!entries) return 0;
    values->entries = entries;
    values->room = room;
  }
  if (value.kind == SQLITE_TEXT) {
    char *copy = malloc(value.byte_count + 1);
    if (!copy) return 0;
    if (value.byte_count) memcpy(copy, value.text, value.byte_count);
    value.text = copy;
  }
  values->entries[values->count++] = (entry){value, hash};
  return 1;
}

int engram_tally_number(engram_tally_values *values, engram_tally_value value, uint16_t *number) {
  // Neighbours are often equal.
  if (values->count && are_equal(&values->entries[values->last].value, &value)) {
    *number = (uint16_t)values->last;
    return SQLITE_OK;
  }
  uint64_t hash = value.kind == SQLITE_TEXT ? XXH3_64bits_withSeed(value.text, value.byte_count, values->seed)
                                            : XXH3_64bits_withSeed(&value.bits, sizeof value.bits, values->seed);
  hash += (uint64_t)value.kind;
  size_t place = hash % PLACES;
  for (; values->places[place]; place = (place + 1) % PLACES) {
    uint32_t known = values->places[place] - 1;
    if (values->entries[known].hash != hash || !are_equal(&values->entries[known].value, &value)) continue;
    values->last = known;
    *number = (uint16_t)known;
    return SQLITE_OK;
  }
  if (values->count == ENGRAM_TALLY_MOST_VALUES) return ENGRAM_TALLY_UNFIT;
  if (!keep(values, value, hash)) return SQLITE_NOMEM;
  values->last = (uint32_t)values->count - 1;
  values->places[place] = (uint32_t)values->count;
  *number = (uint16_t)values->last;
  return SQLITE_OK;
}

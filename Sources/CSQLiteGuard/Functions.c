/* Functions.c -- instr, replace and trim, as SQLite has them but for stopping; see CSQLiteGuard.h.
 *
 * SQLite's own compare at each place of a text with each of another, and look at no clock: minutes for texts of a
 * megabyte. These answer the same.
 */
#define _GNU_SOURCE
#include <string.h>

#include "Guard.h"

/* Ends a function that was stopped. */
static void stop(sqlite3_context *context) { sqlite3_result_error_code(context, SQLITE_INTERRUPT); }

/* MARK: instr, replace */

/* Where bytes are first found among others, or NULL. */
static const unsigned char *find(const unsigned char *text, int64_t length, const unsigned char *wanted, int64_t count) {
  return length < count ? NULL : memmem(text, (size_t)length, wanted, (size_t)count);
}

static void instr(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  int first = sqlite3_value_type(values[0]), second = sqlite3_value_type(values[1]);
  if (first == SQLITE_NULL || second == SQLITE_NULL) return;
  int is_blob = first == SQLITE_BLOB && second == SQLITE_BLOB;
  const unsigned char *text = is_blob ? sqlite3_value_blob(values[0]) : sqlite3_value_text(values[0]);
  const unsigned char *wanted = is_blob ? sqlite3_value_blob(values[1]) : sqlite3_value_text(values[1]);
  int64_t length = sqlite3_value_bytes(values[0]), wanted_length = sqlite3_value_bytes(values[1]);
  if (wanted_length == 0) return sqlite3_result_int(context, 1);
  if (length == 0) return sqlite3_result_int(context, 0);
  if (!text || !wanted) return sqlite3_result_error_nomem(context);
  const unsigned char *end = text + length;
  const unsigned char *found = find(text, length, wanted, wanted_length);
  /* In a text, only what begins a character is a place. */
  while (found && !is_blob && found > text && (*found & 0xC0) == 0x80) {
    if (engram_guard_should_stop(wanted_length)) return stop(context);
    found = find(found + 1, end - found - 1, wanted, wanted_length);
  }
  if (engram_guard_should_stop(length)) return stop(context);
  if (!found) return sqlite3_result_int(context, 0);
  if (is_blob) return sqlite3_result_int64(context, found - text + 1);
  int64_t place = 1;
  for (const unsigned char *byte = text + 1; byte <= found; byte++) place += (*byte & 0xC0) != 0x80;
  sqlite3_result_int64(context, found == text ? 1 : place);
}

static void replace(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  const unsigned char *text = sqlite3_value_text(values[0]);
  int64_t length = sqlite3_value_bytes(values[0]);
  const unsigned char *wanted = sqlite3_value_text(values[1]);
  int64_t wanted_length = sqlite3_value_bytes(values[1]);
  if (!text || !wanted) return;
  /* As SQLite does: an empty pattern is asked for before whether there is a replacement. */
  if (*wanted == 0) return sqlite3_result_value(context, values[0]);
  const unsigned char *other = sqlite3_value_text(values[2]);
  int64_t other_length = sqlite3_value_bytes(values[2]);
  if (!other) return;
  int64_t most = sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1);
  int64_t occurrences = 0;
  const unsigned char *end = text + length;
  for (const unsigned char *place = text; (place = find(place, end - place, wanted, wanted_length));
       place += wanted_length) {
    occurrences++;
    if (engram_guard_should_stop(wanted_length + 16)) return stop(context);
  }
  int64_t result_length = length + occurrences * (other_length - wanted_length);
  if (result_length > most) return sqlite3_result_error_toobig(context);
  char *result = sqlite3_malloc64((sqlite3_uint64)result_length + 1);
  if (!result) return sqlite3_result_error_nomem(context);
  char *target = result;
  const unsigned char *from = text;
  for (const unsigned char *place; occurrences-- > 0 && (place = find(from, end - from, wanted, wanted_length));
       from = place + wanted_length) {
    memcpy(target, from, (size_t)(place - from));
    target += place - from;
    memcpy(target, other, (size_t)other_length);
    target += other_length;
  }
  memcpy(target, from, (size_t)(end - from));
  result[result_length] = 0;
  sqlite3_result_text64(context, result, (sqlite3_uint64)result_length, sqlite3_free, SQLITE_UTF8);
}

/* MARK: trim, ltrim, rtrim */

enum { LEFT = 1, RIGHT = 2 };

/* The end of the character that begins at `text`. */
static const unsigned char *end_of_character(const unsigned char *text, const unsigned char *end) {
  const unsigned char *next = text + 1;
  if (*text >= 0xC0)
    while (next < end && (*next & 0xC0) == 0x80) next++;
  return next;
}

/* The bytes of the character of `set` that the text begins, or ends, with; 0 for none, -1 when it was stopped. */
static int64_t trimmable(const unsigned char *text, int64_t length, const unsigned char *set, const unsigned char *set_end,
                         int side) {
  for (const unsigned char *one = set; one < set_end;) {
    const unsigned char *next = end_of_character(one, set_end);
    int64_t count = next - one;
    if (count <= length && memcmp(side == LEFT ? text : text + length - count, one, (size_t)count) == 0) return count;
    one = next;
    if (engram_guard_should_stop(1)) return -1;
  }
  return 0;
}

static void trim(sqlite3_context *context, int count, sqlite3_value **values) {
  int sides = (int)(intptr_t)sqlite3_user_data(context);
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  const unsigned char *text = sqlite3_value_text(values[0]);
  int64_t length = sqlite3_value_bytes(values[0]);
  const unsigned char *set = count == 1 ? (const unsigned char *)" " : sqlite3_value_text(values[1]);
  if (!text || !set) return;
  const unsigned char *set_end = set + (count == 1 ? 1 : strlen((const char *)set));
  for (int side = LEFT; side <= RIGHT; side++) {
    while ((sides & side) && length > 0) {
      int64_t cut = trimmable(text, length, set, set_end, side);
      if (cut < 0) return stop(context);
      if (cut == 0) break;
      if (side == LEFT) text += cut;
      length -= cut;
    }
  }
  sqlite3_result_text64(context, (const char *)text, (sqlite3_uint64)length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

int engram_sqlite_add_functions(sqlite3 *connection) {
  static const struct {
    const char *name;
    int argument_count;
    const void *data;
    void (*function)(sqlite3_context *, int, sqlite3_value **);
  } functions[] = {
      {"like", 2, &engram_like_rules, engram_guard_match},      {"like", 3, &engram_like_rules, engram_guard_match},
      {"glob", 2, &engram_glob_rules, engram_guard_match},      {"instr", 2, NULL, instr},
      {"replace", 3, NULL, replace},        {"trim", 1, (void *)(LEFT | RIGHT), trim},
      {"trim", 2, (void *)(LEFT | RIGHT), trim}, {"ltrim", 1, (void *)LEFT, trim},
      {"ltrim", 2, (void *)LEFT, trim},     {"rtrim", 1, (void *)RIGHT, trim},
      {"rtrim", 2, (void *)RIGHT, trim},
  };
  for (unsigned i = 0; i < sizeof functions / sizeof *functions; i++) {
    int code = sqlite3_create_function_v2(
        connection, functions[i].name, functions[i].argument_count,
        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, (void *)functions[i].data, functions[i].function, NULL,
        NULL, NULL);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

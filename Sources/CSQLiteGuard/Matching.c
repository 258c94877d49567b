/* Matching.c -- LIKE and GLOB, as SQLite has them but for stopping; see CSQLiteGuard.h.
 *
 * SQLite's own compare a text with a pattern at each place of it, and look at no clock. These answer the same. They go
 * back to the last wildcard only, for what an earlier one could take in, that one can as well; so they need no recursion.
 */
#include <stddef.h>

#include "Guard.h"

const engram_wildcards engram_like_rules = {'%', '_', 0, 1, 0}, engram_glob_rules = {'*', '?', '[', 0, 0};

/* Whether this SQLite was built so that a blob is like nothing, as Debian's is. */
static int blobs_match_nothing;

void engram_guard_functions(void) { blobs_match_nothing = sqlite3_compileoption_used("LIKE_DOESNT_MATCH_BLOBS"); }

/* The next character of a text in UTF-8, as SQLite reads it: any byte above 0xC0 begins one, however wrong it is. */
static uint32_t next_character(const unsigned char **text) {
  uint32_t character = *(*text)++;
  if (character < 0xC0) return character;
  static const unsigned char bits[] = {
      0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
      0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
      0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
      0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x00, 0x01, 0x02, 0x03, 0x00, 0x01, 0x00, 0x00,
  };
  character = bits[character - 0xC0];
  while ((**text & 0xC0) == 0x80) character = (character << 6) + (*(*text)++ & 0x3F);
  if (character < 0x80 || (character & 0xFFFFF800) == 0xD800 || (character & 0xFFFFFFFE) == 0xFFFE) return 0xFFFD;
  return character;
}

static uint32_t folded(uint32_t character) {
  return character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character;
}

/* Whether a character is in the set that begins at `*pattern`, after its bracket; goes behind the set. -1: it has no end. */
static int is_in_set(uint32_t character, const unsigned char **pattern) {
  uint32_t before = 0;
  int found = 0, inverts = 0;
  uint32_t member = next_character(pattern);
  if (member == '^') {
    inverts = 1;
    member = next_character(pattern);
  }
  if (member == ']') {
    if (character == ']') found = 1;
    member = next_character(pattern);
  }
  while (member && member != ']') {
    if (member == '-' && **pattern != ']' && **pattern != 0 && before > 0) {
      member = next_character(pattern);
      if (character >= before && character <= member) found = 1;
      before = 0;
    } else {
      if (character == member) found = 1;
      before = member;
    }
    /* A pattern may end inside a range. */
    if (!member) break;
    member = next_character(pattern);
  }
  if (!member) return -1;
  return found ^ inverts;
}

/* Whether a text matches a pattern: 1 or 0, -1 when it was stopped. */
static int matches(const unsigned char *pattern, const unsigned char *text, const engram_wildcards *rules) {
  /* Where to go on after the last wildcard of many characters, with one more character left to it. */
  const unsigned char *retry_pattern = NULL, *retry_text = NULL;
  for (;;) {
    const unsigned char *pattern_before = pattern;
    if (engram_guard_should_stop(4)) return -1;
    uint32_t wanted = next_character(&pattern);
    int is_match = 0;
    if (wanted == rules->many && wanted) {
      retry_pattern = pattern;
      retry_text = text;
      continue;
    }
    if (!wanted) {
      if (!*text) return 1;
    } else if (!*text) {
      /* Only more wildcards of many characters can match nothing, and those were taken above. */
      return 0;
    } else if (rules->set && wanted == rules->set) {
      int answer = is_in_set(next_character(&text), &pattern);
      if (answer < 0) return 0;
      if (engram_guard_should_stop(pattern - pattern_before)) return -1;
      is_match = answer;
    } else {
      int is_literal = 0;
      if (rules->escape && wanted == rules->escape) {
        wanted = next_character(&pattern);
        if (!wanted) return 0;
        is_literal = 1;
      }
      uint32_t found = next_character(&text);
      is_match = wanted == found || (!is_literal && rules->one && wanted == rules->one) ||
                 (rules->ignores_case && wanted < 0x80 && found < 0x80 && folded(wanted) == folded(found));
    }
    if (is_match) continue;
    if (!retry_pattern) return 0;
    pattern = retry_pattern;
    if (!*retry_text) return 0;
    next_character(&retry_text);
    text = retry_text;
  }
}

void engram_guard_match(sqlite3_context *context, int count, sqlite3_value **values) {
  engram_wildcards rules = *(const engram_wildcards *)sqlite3_user_data(context);
  for (int i = 0; i < 2 && blobs_match_nothing; i++) {
    if (sqlite3_value_type(values[i]) == SQLITE_BLOB) return sqlite3_result_int(context, 0);
  }
  const unsigned char *pattern = sqlite3_value_text(values[0]);
  if (count == 3) {
    const unsigned char *escape = sqlite3_value_text(values[2]);
    if (!escape) return;
    rules.escape = *escape ? next_character(&escape) : 0;
    if (!rules.escape || *escape)
      return sqlite3_result_error(context, "ESCAPE expression must be a single character", -1);
    if (rules.escape == rules.many) rules.many = 0;
    if (rules.escape == rules.one) rules.one = 0;
  }
  const unsigned char *text = sqlite3_value_text(values[1]);
  if (!pattern || !text) return;
  int answer = matches(pattern, text, &rules);
  if (answer < 0) return sqlite3_result_error_code(context, SQLITE_INTERRUPT);
  sqlite3_result_int(context, answer);
}

/* Guard.h -- what the files of this target share. */
#include "CSQLiteGuard.h"

/* Routes SQLite's locks, where it is in use those that it took already as well; returns whether it could. */
int engram_guard_locks(int is_in_use);
/* Routes SQLite's reads. */
void engram_guard_reads(void);
/* Routes SQLite's allocations; returns whether it could. */
int engram_guard_memory(void);

/* Finds out how this SQLite was built. */
void engram_guard_functions(void);

/* Whether a slow function is to stop, after so much more work: bytes looked at, or the like. */
int engram_guard_should_stop(int64_t work);

/* The wildcards of LIKE or GLOB; 0 for one that there is not. */
typedef struct engram_wildcards {
  uint32_t many, one, set;
  int ignores_case;
  /* The character after which a wildcard is none. */
  uint32_t escape;
} engram_wildcards;

extern const engram_wildcards engram_like_rules, engram_glob_rules;

/* The function of SQL; its data are the wildcards. */
void engram_guard_match(sqlite3_context *context, int count, sqlite3_value **values);

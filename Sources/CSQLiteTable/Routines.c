// Routines.c -- the functions of the SQLite that this library is linked with, and of one that has loaded it.

#include "CSQLiteTable.h"

// Only the list of functions is wanted of the header, not its macros, which would call another SQLite everywhere.
#define SQLITE_CORE 1
#include <sqlite3ext.h>

const engram_sqlite_routines engram_own_sqlite = {
    .malloc = sqlite3_malloc,
    .free = sqlite3_free,
    .mprintf = sqlite3_mprintf,
    .create_module = sqlite3_create_module_v2,
    .declare_vtab = sqlite3_declare_vtab,
    .vtab_config = sqlite3_vtab_config,
    .vtab_collation = sqlite3_vtab_collation,
    .value_type = sqlite3_value_type,
    .value_int64 = sqlite3_value_int64,
    .value_double = sqlite3_value_double,
    .value_text = sqlite3_value_text,
    .result_null = sqlite3_result_null,
    .result_int64 = sqlite3_result_int64,
    .result_double = sqlite3_result_double,
    .result_text = sqlite3_result_text,
    .result_error = sqlite3_result_error,
    .create_function = sqlite3_create_function_v2,
    .context_connection = sqlite3_context_db_handle,
    .exec = sqlite3_exec,
};

int engram_sqlite_routines_of(const void *given, engram_sqlite_routines *routines) {
  const struct sqlite3_api_routines *theirs = given;
  // Lists of older versions are shorter: nothing behind the version may be looked at before it is known.
  if (!theirs || theirs->libversion_number() < 3022000) return 0;
  *routines = (engram_sqlite_routines){
      .malloc = theirs->malloc,
      .free = theirs->free,
      .mprintf = theirs->mprintf,
      .create_module = theirs->create_module_v2,
      .declare_vtab = theirs->declare_vtab,
      .vtab_config = theirs->vtab_config,
      .vtab_collation = theirs->vtab_collation,
      .value_type = theirs->value_type,
      .value_int64 = theirs->value_int64,
      .value_double = theirs->value_double,
      .value_text = theirs->value_text,
      .result_null = theirs->result_null,
      .result_int64 = theirs->result_int64,
      .result_double = theirs->result_double,
      .result_text = theirs->result_text,
      .result_error = theirs->result_error,
      .create_function = theirs->create_function_v2,
      .context_connection = theirs->context_db_handle,
      .exec = theirs->exec,
  };
  return 1;
}

// Log.h -- which pages the write-ahead log holds in a newer version.
#pragma once
#include <sqlite3.h>
#include <stdint.h>

/// Whether a commit in the log of the main database holds a page; 0 also where there is no log or it cannot be read.
int engram_log_holds(sqlite3 *database, int page_size, int64_t page);

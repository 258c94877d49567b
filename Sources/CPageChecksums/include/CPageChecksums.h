// CPageChecksums.h -- a checksum at the end of each page of a database, written by a layer above SQLite's own files.
//
// A page's last 8 bytes are SQLite's reserved space: XXH3-64 of all other bytes of the page, with the page's number as
// seed, little-endian. The layer fills them in when a page is written to the database file, from the write-ahead log as
// well, so every byte of the file is covered, free space included. SQLite itself sees zeros there, which is what another
// SQLite writes when it brings the log into the file: such a page is unsealed. Reading compares nothing: a check asks for it.

#ifndef ENGRAM_PAGE_CHECKSUMS_H
#define ENGRAM_PAGE_CHECKSUMS_H

#include <sqlite3.h>
#include <stdint.h>

/// Bytes that a page reserves for its checksum.
#define ENGRAM_CHECKSUM_BYTES 8

/// The name of the layer, to be given to sqlite3_open_v2.
#define ENGRAM_CHECKSUM_LAYER "engram-checksums"

/// Makes the layer known to SQLite; safe to call from any thread, any number of times.
///
/// Returns SQLITE_OK, or why not.
int engram_checksums_register(void);

/// Reserves room for checksums in a database that has no page yet.
int engram_checksums_reserve(sqlite3 *database);

/// The bytes that each page of a database reserves, or -1 where SQLite does not say.
int engram_checksums_reserved(sqlite3 *database);

/// Compares pages of the database file with their checksums, from `*page` on, and stops at the first that differs.
///
/// Pages count from 1. A page that differs is read again a few times, for another process may be writing it. Unsealed pages
/// are added to `*unsealed` and do not count as different.
/// Returns SQLITE_OK with `*page` the page that differs, or 0 when all are well; else why the file cannot be read.
int engram_checksums_check(sqlite3 *database, int page_size, int64_t *page, int64_t *unsealed);

#endif

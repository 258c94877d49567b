// CPageChecksums.c -- the layer of files that writes checksums of pages, and the reading that compares them.

#include "CPageChecksums.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "Log.h"

/// The largest page of SQLite.
enum { LARGEST_PAGE = 65536, SMALLEST_PAGE = 512 };

/// Where the header of a database says how many bytes each page reserves.
enum { RESERVED_OFFSET = 20 };

/// A database file of this layer; the file of the layer below lies behind it.
typedef struct {
  sqlite3_file base;
  /// Whether pages of the file have room for a checksum.
  int has_room;
} layered_file;

static sqlite3_vfs *below(const sqlite3_vfs *layer) { return (sqlite3_vfs *)layer->pAppData; }
static sqlite3_file *inner(sqlite3_file *file) { return (sqlite3_file *)((layered_file *)file + 1); }

static uint64_t checksum(const unsigned char *page, int size, int64_t number) {
  return XXH3_64bits_withSeed(page, (size_t)(size - ENGRAM_CHECKSUM_BYTES), (uint64_t)number);
}

static void store(unsigned char *bytes, uint64_t value) {
  for (int i = 0; i < ENGRAM_CHECKSUM_BYTES; i++) bytes[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t load(const unsigned char *bytes) {
  uint64_t value = 0;
  for (int i = 0; i < ENGRAM_CHECKSUM_BYTES; i++) value |= (uint64_t)bytes[i] << (8 * i);
  return value;
}

static int is_page(int count, sqlite3_int64 offset) {
  return count >= SMALLEST_PAGE && count <= LARGEST_PAGE && (count & (count - 1)) == 0 && offset % count == 0;
}

static int file_close(sqlite3_file *file) { return inner(file)->pMethods->xClose(inner(file)); }

static int file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
  layered_file *own = (layered_file *)file;
  int code = inner(file)->pMethods->xRead(inner(file), bytes, count, offset);
  if (code == SQLITE_OK && offset == 0 && count > RESERVED_OFFSET) {
    own->has_room = ((unsigned char *)bytes)[RESERVED_OFFSET] == ENGRAM_CHECKSUM_BYTES;
  }
  // SQLite copies the reserved bytes of a page into its log. A checksum there would be of older content; zeros say that
  // there is none, should another SQLite bring the log into the file.
  if (code == SQLITE_OK && own->has_room && is_page(count, offset)) {
    memset((unsigned char *)bytes + count - ENGRAM_CHECKSUM_BYTES, 0, ENGRAM_CHECKSUM_BYTES);
  }
  return code;
}

static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
  layered_file *own = (layered_file *)file;
  if (offset == 0 && count > RESERVED_OFFSET) {
    own->has_room = ((const unsigned char *)bytes)[RESERVED_OFFSET] == ENGRAM_CHECKSUM_BYTES;
  }
  if (!own->has_room || !is_page(count, offset)) return inner(file)->pMethods->xWrite(inner(file), bytes, count, offset);
  // SQLite's own memory is left as it is.
  unsigned char page[LARGEST_PAGE];
  memcpy(page, bytes, (size_t)count);
  store(page + count - ENGRAM_CHECKSUM_BYTES, checksum(page, count, offset / count + 1));
  return inner(file)->pMethods->xWrite(inner(file), page, count, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
  return inner(file)->pMethods->xTruncate(inner(file), size);
}
static int file_sync(sqlite3_file *file, int flags) { return inner(file)->pMethods->xSync(inner(file), flags); }
static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
  return inner(file)->pMethods->xFileSize(inner(file), size);
}
static int file_lock(sqlite3_file *file, int level) { return inner(file)->pMethods->xLock(inner(file), level); }
static int file_unlock(sqlite3_file *file, int level) { return inner(file)->pMethods->xUnlock(inner(file), level); }
static int file_is_reserved(sqlite3_file *file, int *result) {
  return inner(file)->pMethods->xCheckReservedLock(inner(file), result);
}
static int file_control(sqlite3_file *file, int operation, void *argument) {
  return inner(file)->pMethods->xFileControl(inner(file), operation, argument);
}
static int file_sector(sqlite3_file *file) { return inner(file)->pMethods->xSectorSize(inner(file)); }
static int file_device(sqlite3_file *file) { return inner(file)->pMethods->xDeviceCharacteristics(inner(file)); }
static int file_map(sqlite3_file *file, int page, int size, int extends, void volatile **memory) {
  return inner(file)->pMethods->xShmMap(inner(file), page, size, extends, memory);
}
static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
  return inner(file)->pMethods->xShmLock(inner(file), offset, count, flags);
}
static void file_barrier(sqlite3_file *file) { inner(file)->pMethods->xShmBarrier(inner(file)); }
static int file_unmap(sqlite3_file *file, int deletes) {
  return inner(file)->pMethods->xShmUnmap(inner(file), deletes);
}

/// Version 2 of the methods: without memory-mapped pages, which would pass this layer by.
static const sqlite3_io_methods methods = {
    2, file_close, file_read, file_write, file_truncate, file_sync, file_size, file_lock, file_unlock, file_is_reserved,
    file_control, file_sector, file_device, file_map, file_shm_lock, file_barrier, file_unmap, 0, 0};

static int layer_open(sqlite3_vfs *layer, const char *name, sqlite3_file *file, int flags, int *flags_out) {
  sqlite3_vfs *system = below(layer);
  // Logs, journals and files that are gone when closed have no pages with room.
  if (!(flags & SQLITE_OPEN_MAIN_DB)) return system->xOpen(system, name, file, flags, flags_out);
  memset(file, 0, (size_t)layer->szOsFile);
  int code = system->xOpen(system, name, inner(file), flags, flags_out);
  // Without methods SQLite does not close the file; where the system opened none, there is nothing to close.
  file->pMethods = inner(file)->pMethods == 0 ? 0 : &methods;
  return code;
}

static sqlite3_vfs layer;
static int registered = SQLITE_ERROR;

static void make_layer(void) {
  sqlite3_vfs *system = sqlite3_vfs_find(0);
  if (system == 0) return;
  // Everything but opening is the system's own; of its functions only the one that opens files reads the application
  // data, and it is given the system's.
  layer = *system;
  layer.pNext = 0;
  layer.zName = ENGRAM_CHECKSUM_LAYER;
  layer.szOsFile = (int)sizeof(layered_file) + system->szOsFile;
  layer.pAppData = system;
  layer.xOpen = layer_open;
  registered = sqlite3_vfs_register(&layer, 0);
}

int engram_checksums_register(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_layer);
  return registered;
}

int engram_checksums_reserve(sqlite3 *database) {
  int count = ENGRAM_CHECKSUM_BYTES;
  return sqlite3_file_control(database, "main", SQLITE_FCNTL_RESERVE_BYTES, &count);
}

int engram_checksums_reserved(sqlite3 *database) {
  int count = -1;
  return sqlite3_file_control(database, "main", SQLITE_FCNTL_RESERVE_BYTES, &count) == SQLITE_OK ? count : -1;
}

static int is_zero(const unsigned char *page, int size) {
  return page[0] == 0 && memcmp(page, page + 1, (size_t)size - 1) == 0;
}

int engram_checksums_check(sqlite3 *database, int page_size, int64_t *page, int64_t *unsealed) {
  enum { ATTEMPTS = 5, PAUSE = 2000 };
  sqlite3_file *file = 0;
  int64_t number = *page;
  *page = 0;
  int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code != SQLITE_OK) return code;
  if (file == 0 || file->pMethods != &methods || page_size < SMALLEST_PAGE || page_size > LARGEST_PAGE) return SQLITE_ERROR;
  file = inner(file);  // the bytes as they are in the file
  sqlite3_int64 size = 0;
  if ((code = file->pMethods->xFileSize(file, &size)) != SQLITE_OK) return code;
  unsigned char bytes[LARGEST_PAGE];
  for (; number <= size / page_size; number++) {
    for (int attempt = 1;; attempt++) {
      code = file->pMethods->xRead(file, bytes, page_size, (number - 1) * page_size);
      // The file may have become shorter meanwhile.
      if (code == SQLITE_IOERR_SHORT_READ) return SQLITE_OK;
      if (code != SQLITE_OK) return code;
      uint64_t expected = load(bytes + page_size - ENGRAM_CHECKSUM_BYTES);
      if (checksum(bytes, page_size, number) == expected || is_zero(bytes, page_size)) break;
      if (expected == 0) {
        *unsealed += 1;
        break;
      }
      if (attempt == ATTEMPTS) {
        // A loss of power may tear a page that was being brought from the log into the file: the log still has it, is what
        // readers read, and is brought over again.
        if (engram_log_holds(database, page_size, number)) break;
        *page = number;
        return SQLITE_OK;
      }
      usleep(PAUSE);
    }
  }
  return SQLITE_OK;
}

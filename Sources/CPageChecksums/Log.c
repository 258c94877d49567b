// Log.c -- which pages of a database the write-ahead log holds in a newer version: the file's own are then read by nobody.
//   offset  size  of the log, big-endian      (https://www.sqlite.org/fileformat2.html, "The Write-Ahead Log")
//        0     4  magic 0x377f0682, or …3 where checksums take words as big-endian
//        8     4  page size
//       16     8  salt, repeated in each frame that belongs to the log
//       24     8  checksum of the 24 bytes before
//   then frames: page number 4, pages after commit or 0 4, salt 8, checksum so far 8, page

#include "Log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER = 32, FRAME = 24, LARGEST_PAGE = 65536 };

static uint32_t big(const unsigned char *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t word(const unsigned char *bytes, int is_big) {
  return is_big ? big(bytes)
                : (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

/// Continues the log's checksum over some bytes, a multiple of 8.
static void add(uint32_t sum[2], const unsigned char *bytes, size_t count, int is_big) {
  for (size_t i = 0; i < count; i += 8) {
    sum[0] += word(bytes + i, is_big) + sum[1];
    sum[1] += word(bytes + i + 4, is_big) + sum[0];
  }
}

static int read_all(int file, unsigned char *bytes, size_t count, off_t offset) {
  size_t done = 0;
  while (done < count) {
    ssize_t got = pread(file, bytes + done, count - done, offset + (off_t)done);
    if (got <= 0) return 0;
    done += (size_t)got;
  }
  return 1;
}

int engram_log_holds(sqlite3 *database, int page_size, int64_t page) {
  const char *name = sqlite3_filename_wal(sqlite3_db_filename(database, "main"));
  int file = name == 0 ? -1 : open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return 0;
  unsigned char header[HEADER], frame[FRAME];
  unsigned char *bytes = malloc(LARGEST_PAGE);
  int holds = 0, may_hold = 0;
  if (bytes && read_all(file, header, HEADER, 0) && (big(header) & ~1u) == 0x377f0682u &&
      big(header + 8) == (uint32_t)page_size) {
    int is_big = (int)(big(header) & 1);
    uint32_t sum[2] = {0, 0};
    add(sum, header, HEADER - 8, is_big);
    off_t offset = HEADER;
    int belongs = sum[0] == big(header + 24) && sum[1] == big(header + 28);
    for (; belongs && !holds && read_all(file, frame, FRAME, offset) &&
           read_all(file, bytes, (size_t)page_size, offset + FRAME);
         offset += FRAME + page_size) {
      add(sum, frame, 8, is_big);
      add(sum, bytes, (size_t)page_size, is_big);
      belongs = memcmp(frame + 8, header + 16, 8) == 0 && sum[0] == big(frame + 16) && sum[1] == big(frame + 20);
      if (!belongs) break;
      may_hold |= big(frame) == (uint32_t)page;
      // A frame counts when the commit that it is part of is in the log.
      if (big(frame + 4) != 0) holds = may_hold;
    }
  }
  free(bytes);
  close(file);
  return holds;
}

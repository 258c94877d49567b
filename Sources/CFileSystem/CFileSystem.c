// CFileSystem.c -- the type of a file system.
#include "CFileSystem.h"

#include <sys/vfs.h>

unsigned long engram_file_system_type(int descriptor) {
  struct statfs status;
  return fstatfs(descriptor, &status) == 0 ? (unsigned long)status.f_type : 0;
}

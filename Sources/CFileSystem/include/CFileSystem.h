// CFileSystem.h -- what the system says about a file system, which Swift's module of the C library leaves out.
#pragma once

/// The type of the file system that holds an open file, as `statfs` gives it; 0 when it cannot be told.
unsigned long engram_file_system_type(int descriptor);

// CEngram.c -- what the header promises about sizes, checked when it is compiled.

#include "engram.h"

_Static_assert(sizeof(void *) == 8, "the library is for 64-bit machines");
_Static_assert(offsetof(engram_work, size) == 0, "options begin with their size");
_Static_assert(offsetof(engram_selection_options, size) == 0, "options begin with their size");
_Static_assert(offsetof(engram_matrix, size) == 0, "options begin with their size");
_Static_assert(offsetof(engram_write_options, size) == 0, "options begin with their size");
_Static_assert(offsetof(engram_condition, size) == 0, "options begin with their size");
_Static_assert(offsetof(engram_column, size) == 0, "options begin with their size");
_Static_assert(offsetof(engram_model_layout, size) == 0, "options begin with their size");

// Values.h -- the number of a value.
#ifndef ENGRAM_TALLY_VALUES_H
#define ENGRAM_TALLY_VALUES_H

#include "CTally.h"

// The number of a value, which is kept where it was not met before; SQLITE_OK, ENGRAM_TALLY_UNFIT or SQLITE_NOMEM.
int engram_tally_number(engram_tally_values *values, engram_tally_value value, uint16_t *number);

#endif

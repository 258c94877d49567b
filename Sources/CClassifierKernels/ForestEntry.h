/* ForestEntry.h -- the parts of an entry, which is a row in a node. */
#ifndef ENGRAM_FOREST_ENTRY_H
#define ENGRAM_FOREST_ENTRY_H

#include <stdint.h>

#define ROW(entry) ((uint32_t)(entry))
#define WEIGHT(entry) ((uint32_t)((entry) >> 32 & 0xFFFF))
#define CLASS(entry) ((uint32_t)((entry) >> 48))

#endif

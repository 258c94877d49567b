// CFuzzer.c -- nothing: the functions are libFuzzer's.
#include "CFuzzer.h"

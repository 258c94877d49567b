// CFuzzer.h -- the two functions of libFuzzer that the driver calls; the library comes with the compiler.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Runs the fuzzer with the arguments of a program; `run` gets each input.
int LLVMFuzzerRunDriver(int *argument_count, char ***arguments, int (*run)(const uint8_t *bytes, size_t count));

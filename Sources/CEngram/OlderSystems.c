// OlderSystems.c -- what the library would otherwise ask of a C library newer than RHEL 9 and Ubuntu 22.04 have.

#include <math.h>

// Swift's own library asks for hypotf, whose version in glibc is 2.35; nothing else here asks for more than 2.34. Hidden, so that no other
// library takes it. Squares of floats do not overflow a double.
__attribute__((visibility("hidden"))) float hypotf(float x, float y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  return (float)sqrt((double)x * (double)x + (double)y * (double)y);
}

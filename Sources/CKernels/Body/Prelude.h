/// What every set needs before its target is chosen.

#include "../Tiers.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>

// A product and a sum are fused only where `multiply_add` is written.
#pragma clang fp contract(off)

/// Functions on lanes: always inlined, and overloaded by the number of lanes.
#define LANEWISE static inline __attribute__((always_inline, overloadable))

#define JOINED_(a, b) a##b
#define JOINED(a, b) JOINED_(a, b)

/// Lanes of doubles, and of integers with the same bits. Comparisons of doubles give lanes of
/// `long`, which has 64 bits on every platform of the package; `int64_t` may be another type.
_Static_assert(sizeof(long) == sizeof(double), "lanes of long hold the bits of doubles");
typedef double doubles1 __attribute__((ext_vector_type(1)));
typedef long integers1 __attribute__((ext_vector_type(1)));
typedef unsigned long naturals1 __attribute__((ext_vector_type(1)));
typedef double doubles2 __attribute__((ext_vector_type(2)));
typedef long integers2 __attribute__((ext_vector_type(2)));
typedef unsigned long naturals2 __attribute__((ext_vector_type(2)));
typedef double doubles4 __attribute__((ext_vector_type(4)));
typedef long integers4 __attribute__((ext_vector_type(4)));
typedef unsigned long naturals4 __attribute__((ext_vector_type(4)));
typedef double doubles8 __attribute__((ext_vector_type(8)));
typedef long integers8 __attribute__((ext_vector_type(8)));
typedef unsigned long naturals8 __attribute__((ext_vector_type(8)));
typedef double doubles16 __attribute__((ext_vector_type(16)));
typedef long integers16 __attribute__((ext_vector_type(16)));
typedef unsigned long naturals16 __attribute__((ext_vector_type(16)));

#include "Constants.h"

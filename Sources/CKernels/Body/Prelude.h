/// What every set needs before its target is chosen.

#include "../Tiers.h"

#include <float.h>
#include <math.h>
#include <stdint.h>

// A product and a sum are fused only where `multiply_add` is written.
#pragma clang fp contract(off)

/// Functions on lanes: always inlined, and overloaded by the number of lanes.
#define LANEWISE static inline __attribute__((always_inline, overloadable))

#define JOINED_(a, b) a##b
#define JOINED(a, b) JOINED_(a, b)

/// Lanes of doubles, of integers with the same bits, and of the masks that comparisons give.
typedef double doubles2 __attribute__((ext_vector_type(2)));
typedef int64_t integers2 __attribute__((ext_vector_type(2)));
typedef uint64_t naturals2 __attribute__((ext_vector_type(2)));
typedef double doubles4 __attribute__((ext_vector_type(4)));
typedef int64_t integers4 __attribute__((ext_vector_type(4)));
typedef uint64_t naturals4 __attribute__((ext_vector_type(4)));
typedef double doubles8 __attribute__((ext_vector_type(8)));
typedef int64_t integers8 __attribute__((ext_vector_type(8)));
typedef uint64_t naturals8 __attribute__((ext_vector_type(8)));

#include "Constants.h"

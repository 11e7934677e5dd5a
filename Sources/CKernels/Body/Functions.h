/// All functions on `LANES` lanes. Included once for each number of lanes that a set uses.

#define V JOINED(doubles, LANES)
#define L JOINED(integers, LANES)
#define U JOINED(naturals, LANES)

#include "Lanes.h"
#include "Exponential.h"
#include "Logarithm.h"
#include "Sigmoid.h"
#include "Trigonometry.h"
#include "Power.h"

#undef V
#undef L
#undef U

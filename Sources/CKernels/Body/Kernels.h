/// One instruction set: the functions for its own number of lanes, the same functions for one lane (all
/// operations are exact or rounded correctly, so the bits agree) and for two vectors side by side,
/// and the kernels made of them.

#define LANES 1
#include "Functions.h"
#undef LANES
#define LANES WIDE_LANES
#include "Functions.h"
#undef LANES

#if PAIRED_LANES
#define LANES PAIRED_LANES
#include "Functions.h"
#undef LANES
#endif

#define LANES WIDE_LANES
#define V JOINED(doubles, LANES)
#define L JOINED(integers, LANES)
#include "Memory.h"
#include "Elementwise.h"
#include "OneLane.h"
#include "Reductions.h"
#include "SoftplusSum.h"
#include "Tile.h"
#include "Transposition.h"
#include "Packing.h"
#include "MatrixProduct.h"
#include "HalfVectors.h"
#include "MatrixVector.h"
#include "Steps.h"
#include "Table.h"

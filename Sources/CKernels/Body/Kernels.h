/// One instruction set: the functions for its own number of lanes, the same functions for two lanes
/// (the one-lane forms; all operations are exact or rounded correctly, so the bits agree), and the
/// kernels made of them.

#define LANES 2
#include "Functions.h"
#undef LANES
#if WIDE_LANES != 2
#define LANES WIDE_LANES
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
#include "Tile.h"
#include "Packing.h"
#include "MatrixProduct.h"
#include "MatrixVector.h"
#include "Table.h"

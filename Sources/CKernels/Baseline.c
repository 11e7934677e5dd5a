#include "Body/Prelude.h"

#define SET_NAME "baseline"
#define SET_TABLE ck_baseline_kernels
#define SET_HAS_FUSED 0
#define WIDE_LANES 2
#define TILE_ROWS 4

#include "Body/Kernels.h"

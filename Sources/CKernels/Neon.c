#if defined(__aarch64__)

#include "Body/Prelude.h"

#define SET_NAME "neon"
#define SET_TABLE ck_neon_kernels
#define SET_HAS_FUSED 1
#define WIDE_LANES 2
#define TILE_ROWS 8

#include "Body/Kernels.h"

#endif

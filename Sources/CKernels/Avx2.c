#if defined(__x86_64__)

#include "Body/Prelude.h"

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define SET_NAME "avx2"
#define SET_TABLE ck_avx2_kernels
#define SET_AVX2 1
#define SET_HAS_FUSED 1
#define WIDE_LANES 4
#define TILE_ROWS 4

#include "Body/Kernels.h"

#pragma clang attribute pop

#endif

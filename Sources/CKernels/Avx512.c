#if defined(__x86_64__)

#include "Body/Prelude.h"

#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma"))), apply_to = function)

#define SET_NAME "avx512"
#define SET_TABLE ck_avx512_kernels
#define SET_AVX512 1
#define SET_HAS_FUSED 1
#define WIDE_LANES 8
#define PAIRED_LANES 16
#define TILE_ROWS 8

#include "Body/Kernels.h"

#pragma clang attribute pop

#endif

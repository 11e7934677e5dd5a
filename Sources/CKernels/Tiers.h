/// The sets that this build contains. Each is one source file that includes the same bodies.

#ifndef CK_TIERS_H
#define CK_TIERS_H

#include "CKernels.h"

#if defined(__x86_64__)
extern const ck_kernels ck_avx512_kernels;
extern const ck_kernels ck_avx2_kernels;
#elif defined(__aarch64__)
extern const ck_kernels ck_neon_kernels;
#endif
extern const ck_kernels ck_baseline_kernels;

#endif

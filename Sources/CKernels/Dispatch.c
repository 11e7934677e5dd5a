#include "Tiers.h"

#include <string.h>

#if defined(__x86_64__)

static int runs_avx512(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
    && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
}

static int runs_avx2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#endif

const ck_kernels *ck_best(void) {
#if defined(__x86_64__)
  if (runs_avx512()) return &ck_avx512_kernels;
  if (runs_avx2()) return &ck_avx2_kernels;
#elif defined(__aarch64__)
  return &ck_neon_kernels;
#endif
  return &ck_baseline_kernels;
}

const ck_kernels *_Nullable ck_named(const char *name) {
#if defined(__x86_64__)
  if (strcmp(name, "avx512") == 0) return runs_avx512() ? &ck_avx512_kernels : 0;
  if (strcmp(name, "avx2") == 0) return runs_avx2() ? &ck_avx2_kernels : 0;
#elif defined(__aarch64__)
  if (strcmp(name, "neon") == 0) return &ck_neon_kernels;
#endif
  return strcmp(name, "baseline") == 0 ? &ck_baseline_kernels : 0;
}

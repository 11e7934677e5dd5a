#ifdef __linux__
#define _GNU_SOURCE
#include <malloc.h>
#include <sched.h>
#endif
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "CKernels.h"

long ck_available_cores(void) {
#ifdef __linux__
  // A process may be pinned to fewer cores than there are. The set has room for 1024; the call
  // fails where the system has more.
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return cores > 0 ? cores : 1;
}

void ck_keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

long ck_address_space(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur > LONG_MAX) return LONG_MAX;
  return (long)limit.rlim_cur;
}

void *ck_code(const unsigned char *bytes, long count, long *size) {
  long page = sysconf(_SC_PAGESIZE);
  *size = (count + page - 1) / page * page;
  void *code = mmap(0, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (code == MAP_FAILED) return 0;
  memcpy(code, bytes, count);
  // Never both at once: what can be written can not be run, and the other way round.
  if (mprotect(code, *size, PROT_READ | PROT_EXEC) == 0) return code;
  munmap(code, *size);
  return 0;
}

void ck_free_code(void *code, long size) { munmap(code, size); }

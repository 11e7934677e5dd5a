#ifdef __linux__
#define _GNU_SOURCE
#include <sched.h>
#endif
#include <limits.h>
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

long ck_address_space(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur > LONG_MAX) return LONG_MAX;
  return (long)limit.rlim_cur;
}

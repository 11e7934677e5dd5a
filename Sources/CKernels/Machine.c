#ifdef __linux__
#define _GNU_SOURCE
#include <malloc.h>
#include <sched.h>
#endif
#include <limits.h>
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

int ck_map_code(long size, unsigned char **writable, unsigned char **executable) {
#ifdef __linux__
  // Where files may not become so long, making one so long ends the process.
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur < (rlim_t)size) return 0;
  // Kernels that want to be told of code refuse it else; those that do not know the word refuse that.
  const unsigned int will_be_executed = 0x10;
  int file = memfd_create("code", MFD_CLOEXEC | will_be_executed);
  if (file < 0) file = memfd_create("code", MFD_CLOEXEC);
  if (file < 0) return 0;
  void *seen = MAP_FAILED, *run = MAP_FAILED;
  if (ftruncate(file, size) == 0) {
    seen = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    run = mmap(0, size, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
  }
  close(file);
  if (seen != MAP_FAILED && run != MAP_FAILED) {
    *writable = seen;
    *executable = run;
    return 1;
  }
  if (seen != MAP_FAILED) munmap(seen, size);
  if (run != MAP_FAILED) munmap(run, size);
#endif
  return 0;
}

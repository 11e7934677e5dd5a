// One pass of the Rosenbrock function in plain C, the yardstick of `sum(… for i …)`. Answers the lines
// of peer.py: "run" times the value, and value and gradient; "check file" writes both.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static volatile double sink;

static double value(const double *x, long n) {
  double sum = 0;
  for (long i = 0; i + 1 < n; i++) {
    double r = x[i + 1] - x[i] * x[i], s = 1 - x[i];
    sum += 100 * r * r + s * s;
  }
  return sum;
}

static double gradient(const double *x, double *g, long n) {
  double sum = 0, next = 0;
  for (long i = 0; i + 1 < n; i++) {
    double r = x[i + 1] - x[i] * x[i], s = 1 - x[i];
    sum += 100 * r * r + s * s;
    g[i] = next - 400 * r * x[i] - 2 * s;
    next = 200 * r;
  }
  g[n - 1] = next;
  return sum;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// The median of runs for about a fifth of a second.
static double median(const double *x, double *g, long n) {
  static double times[10000];
  int count = 0;
  double begin = seconds();
  while (count < 5 || (seconds() - begin < 0.2 && count < 10000)) {
    double start = seconds();
    sink = g ? gradient(x, g, n) : value(x, n);
    times[count++] = seconds() - start;
  }
  qsort(times, (size_t)count, sizeof *times, ascending);
  return times[count / 2];
}

int main(int argc, char **argv) {
  long n = argc > 1 ? atol(argv[1]) : 1000000;
  double *x = malloc((size_t)n * sizeof *x), *g = malloc((size_t)n * sizeof *g);
  char line[4096];
  if (!x || !g) return 1;
  for (long k = 0; k < n; k++) x[k] = 1 + 0.5 * sin((double)(k + 1) * (double)(k + 1) + 1);
  printf("{\"ready\": true, \"prepare\": null, \"version\": \"cc -O2\"}\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (strcmp(line, "run") == 0) {
      printf("{\"value\": %.9g, \"gradient\": %.9g}\n", median(x, NULL, n), median(x, g, n));
    } else {
      double sum = gradient(x, g, n);
      FILE *file = fopen(line + strlen("check "), "wb");
      if (!file) return 1;
      fwrite(&sum, sizeof sum, 1, file);
      fwrite(g, sizeof *g, (size_t)n, file);
      fclose(file);
      printf("{\"checked\": true}\n");
    }
    fflush(stdout);
  }
  free(x);
  free(g);
}

// Runs a command and appends its resources to a file as one line of JSON:  measured FILE COMMAND [ARGUMENT...]
// The driver is too large to be the parent itself: on Linux a child's peak memory starts at what its parent had.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time) { return (double)time.tv_sec + 1e-6 * (double)time.tv_usec; }

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  double start = now();
  pid_t child = fork();
  if (child < 0) return 2;
  if (child == 0) {
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  int status = 0;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) != child) return 2;
  double wall = now() - start;
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  FILE* out = fopen(argv[1], "a");
  if (!out) return 2;
  fprintf(out, "{\"wall\": %.6f, \"user\": %.6f, \"system\": %.6f, \"peak\": %ld, \"status\": %d}\n", wall,
          seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss * 1024, code);
  return fclose(out) == 0 ? code : 2;
}

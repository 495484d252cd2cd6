// What the load generators share. Each defines `program`, its name, before it includes this.
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

enum { warm_up_percent = 20, buckets = 100000, places = 256 };

static uint64_t histogram[buckets];  // of microseconds

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void fail(const char* what) {
  fprintf(stderr, program ": %s: %s\n", what, strerror(errno));
  exit(1);
}

static void fail_with(int error, const char* what) {
  errno = error;
  fail(what);
}

// Messages are pieces of this, from a place that their number gives.
static void make_pattern(char* pattern, size_t size) {
  for (size_t i = 0; i < size; ++i) pattern[i] = (char)(i % 251);
}

static void count_round_trip(double seconds) {
  int microseconds = (int)(seconds * 1e6);
  ++histogram[microseconds < buckets ? microseconds : buckets - 1];
}

static double percentile(uint64_t total, double part) {
  uint64_t seen = 0;
  for (int i = 0; i < buckets; ++i) {
    seen += histogram[i];
    if ((double)seen >= part * (double)total) return i;
  }
  return buckets;
}

// A socket of `type` that is connected to `port` of the loopback; `epoll` gives `owner` when it can be read.
static int open_socket(int epoll, int type, int port, void* owner) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (struct sockaddr*)&address, sizeof address) != 0) fail("connect");
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = owner};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  return fd;
}

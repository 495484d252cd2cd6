// Load generator: CONNECTIONS sockets, each with one message in flight, for SECONDS after a warm-up.
//   echo_load PORT CONNECTIONS SECONDS SIZE
// Checks every byte that comes back. Prints round trips, seconds and percentiles of the round trip in microseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { max_size = 4096, warm_up_percent = 20, buckets = 100000 };

struct connection {
  int fd;
  int received;
  uint32_t number;  // of the message in flight: its bytes follow from it
  double sent;
};

static uint64_t histogram[buckets];  // of microseconds
static char pattern[max_size + 256];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void fail(const char* what) {
  fprintf(stderr, "echo_load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void send_next(struct connection* c, int size, double time) {
  c->received = 0;
  ++c->number;
  c->sent = time;
  if (send(c->fd, pattern + c->number % 256, (size_t)size, MSG_NOSIGNAL) != size) fail("send");
}

static int finish_message(struct connection* c, int size) {
  char data[max_size];
  ssize_t got = recv(c->fd, data, (size_t)(size - c->received), 0);
  if (got == 0) {
    errno = ECONNRESET;
    fail("the server closed the connection");
  }
  if (got < 0) {
    if (errno == EAGAIN || errno == EINTR) return 0;
    fail("recv");
  }
  if (memcmp(data, pattern + c->number % 256 + c->received, (size_t)got) != 0) {
    errno = EBADMSG;
    fail("the echo differs from what was sent");
  }
  c->received += (int)got;
  return c->received == size;
}

static double percentile(uint64_t total, double part) {
  uint64_t seen = 0;
  for (int i = 0; i < buckets; ++i) {
    seen += histogram[i];
    if ((double)seen >= part * (double)total) return i;
  }
  return buckets;
}

int main(int argc, char** argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: echo_load PORT CONNECTIONS SECONDS SIZE\n");
    return 2;
  }
  int count = atoi(argv[2]);
  double seconds = atof(argv[3]);
  int size = atoi(argv[4]);
  if (count < 1 || size < 1 || size > max_size) return 2;
  for (size_t i = 0; i < sizeof pattern; ++i) pattern[i] = (char)(i % 251);

  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct connection* connections = calloc((size_t)count, sizeof *connections);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (int i = 0; i < count; ++i) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr*)&address, sizeof address) != 0) fail("connect");
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connections[i].fd = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }

  double start = now();
  double measured = start + seconds * warm_up_percent / 100;
  double end = measured + seconds;
  double time = start;
  uint64_t all = 0;
  uint64_t done = 0;
  for (int i = 0; i < count; ++i) send_next(&connections[i], size, time);
  struct epoll_event events[512];
  while (time < end) {
    int ready = epoll_wait(epoll, events, 512, 5000);
    if (ready == 0) {
      errno = ETIMEDOUT;
      fail("no answer for 5 seconds");
    }
    time = now();
    for (int i = 0; i < ready; ++i) {
      struct connection* c = events[i].data.ptr;
      if (!finish_message(c, size)) continue;
      ++all;
      if (time >= measured) {
        ++done;
        int microseconds = (int)((time - c->sent) * 1e6);
        ++histogram[microseconds < buckets ? microseconds : buckets - 1];
      }
      send_next(c, size, time);
    }
  }
  printf("{\"round_trips\": %llu, \"seconds\": %.6f, \"with_warm_up\": %llu, \"p50_us\": %.0f, \"p99_us\": %.0f}\n",
         (unsigned long long)done, time - measured, (unsigned long long)all, percentile(done, 0.5),
         percentile(done, 0.99));
  return 0;
}

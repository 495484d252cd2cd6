// Load generator: CONNECTIONS sockets, each with one message in flight, for SECONDS after a warm-up.
//   echo_load PORT CONNECTIONS SECONDS SIZE
// Checks every byte that comes back. Prints round trips, seconds and percentiles of the round trip in microseconds.
#define _GNU_SOURCE
#define program "echo_load"
#include "load_common.h"

#include <netinet/tcp.h>

enum { max_size = 4096 };

struct connection {
  int fd;
  int received;
  uint32_t number;  // of the message in flight: its bytes follow from it
  double sent;
};

static char pattern[max_size + places];

static void send_next(struct connection* c, int size, double time) {
  c->received = 0;
  ++c->number;
  c->sent = time;
  if (send(c->fd, pattern + c->number % places, (size_t)size, MSG_NOSIGNAL) != size) fail("send");
}

static int finish_message(struct connection* c, int size) {
  char data[max_size];
  ssize_t got = recv(c->fd, data, (size_t)(size - c->received), 0);
  if (got == 0) fail_with(ECONNRESET, "the server closed the connection");
  if (got < 0) {
    if (errno == EAGAIN || errno == EINTR) return 0;
    fail("recv");
  }
  if (memcmp(data, pattern + c->number % places + c->received, (size_t)got) != 0) {
    fail_with(EBADMSG, "the echo differs from what was sent");
  }
  c->received += (int)got;
  return c->received == size;
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
  make_pattern(pattern, sizeof pattern);

  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct connection* connections = calloc((size_t)count, sizeof *connections);
  for (int i = 0; i < count; ++i) {
    int fd = open_socket(epoll, SOCK_STREAM, atoi(argv[1]), &connections[i]);
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connections[i].fd = fd;
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
    if (ready == 0) fail_with(ETIMEDOUT, "no answer for 5 seconds");
    time = now();
    for (int i = 0; i < ready; ++i) {
      struct connection* c = events[i].data.ptr;
      if (!finish_message(c, size)) continue;
      ++all;
      if (time >= measured) {
        ++done;
        count_round_trip(time - c->sent);
      }
      send_next(c, size, time);
    }
  }
  printf("{\"round_trips\": %llu, \"seconds\": %.6f, \"with_warm_up\": %llu, \"p50_us\": %.0f, \"p99_us\": %.0f}\n",
         (unsigned long long)done, time - measured, (unsigned long long)all, percentile(done, 0.5),
         percentile(done, 0.99));
  return 0;
}

// Load generator: SOCKETS connected UDP sockets, each with WINDOW datagrams in flight, for SECONDS after a warm-up.
//   echo_udp_load PORT SOCKETS WINDOW SECONDS SIZE
// Checks every byte that comes back. Prints round trips, seconds, lost datagrams and percentiles in microseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { max_size = 2048, max_window = 256, batch = 64, warm_up_percent = 20, buckets = 100000 };

struct peer {
  int fd;
  uint64_t number[max_window];  // of the datagram in flight in each slot
  double sent[max_window];
};

static uint64_t histogram[buckets];  // of microseconds
static char pattern[max_size + 256];
static int size;
static int window;
static uint64_t lost;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void fail(const char* what) {
  fprintf(stderr, "echo_udp_load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void fill(char* data, uint64_t number) {
  memcpy(data, pattern + number % 256, (size_t)size);
  memcpy(data, &number, sizeof number);
}

/// Sends what the slots hold, with one call.
static void send_slots(struct peer* p, const int* slots, int count, double time) {
  static char data[batch][max_size];
  static struct iovec pieces[batch];
  static struct mmsghdr messages[batch];
  for (int i = 0; i < count; ++i) {
    fill(data[i], p->number[slots[i]]);
    p->sent[slots[i]] = time;
    pieces[i] = (struct iovec){data[i], (size_t)size};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &pieces[i], .msg_iovlen = 1};
  }
  if (count > 0 && sendmmsg(p->fd, messages, (unsigned)count, MSG_DONTWAIT) < 0 && errno != EAGAIN &&
      errno != ECONNREFUSED)
    fail("sendmmsg");
}

static int receive(struct peer* p, double time, int* slots, double measured, uint64_t* all, uint64_t* done) {
  static char data[batch][max_size];
  static struct iovec pieces[batch];
  static struct mmsghdr messages[batch];
  for (int i = 0; i < batch; ++i) {
    pieces[i] = (struct iovec){data[i], max_size};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &pieces[i], .msg_iovlen = 1};
  }
  int got = recvmmsg(p->fd, messages, batch, MSG_DONTWAIT, NULL);
  int count = 0;
  for (int i = 0; i < got; ++i) {
    uint64_t number;
    char expected[max_size];
    memcpy(&number, data[i], sizeof number);
    fill(expected, number);
    if ((int)messages[i].msg_len != size || memcmp(expected, data[i], (size_t)size) != 0) {
      errno = EBADMSG;
      fail("the echo differs from what was sent");
    }
    int slot = (int)(number % (uint64_t)window);
    if (p->number[slot] != number) continue;  // came after it was given up
    ++*all;
    if (time >= measured) {
      ++*done;
      int microseconds = (int)((time - p->sent[slot]) * 1e6);
      ++histogram[microseconds < buckets ? microseconds : buckets - 1];
    }
    p->number[slot] += (uint64_t)window;
    slots[count++] = slot;
  }
  return count;
}

/// Sends again what has been on its way for too long.
static void give_up(struct peer* p, double time) {
  int slots[batch];
  int count = 0;
  for (int i = 0; i < window && count < batch; ++i) {
    if (time - p->sent[i] < 0.1) continue;
    ++lost;
    p->number[i] += (uint64_t)window;
    slots[count++] = i;
  }
  send_slots(p, slots, count, time);
}

static double percentile(uint64_t total, double part) {
  uint64_t seen = 0;
  for (int i = 0; i < buckets; ++i) {
    seen += histogram[i];
    if ((double)seen >= part * (double)total) return i;
  }
  return buckets;
}

static struct peer* open_peers(int epoll, int count, int port) {
  struct peer* peers = calloc((size_t)count, sizeof *peers);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int bytes = 4 << 20;
  for (int i = 0; i < count; ++i) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr*)&address, sizeof address) != 0) fail("connect");
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    peers[i].fd = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &peers[i]};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }
  return peers;
}

int main(int argc, char** argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: echo_udp_load PORT SOCKETS WINDOW SECONDS SIZE\n");
    return 2;
  }
  int count = atoi(argv[2]);
  window = atoi(argv[3]);
  double seconds = atof(argv[4]);
  size = atoi(argv[5]);
  if (count < 1 || window < 1 || window > max_window || size < 8 || size > max_size) return 2;
  for (size_t i = 0; i < sizeof pattern; ++i) pattern[i] = (char)(i % 251);

  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct peer* peers = open_peers(epoll, count, atoi(argv[1]));
  double start = now();
  double measured = start + seconds * warm_up_percent / 100;
  double end = measured + seconds;
  double time = start;
  double looked = start;
  uint64_t all = 0;
  uint64_t done = 0;
  int slots[max_window];
  for (int i = 0; i < count; ++i) {
    for (int first = 0; first < window; first += batch) {
      int part = 0;
      for (; part < batch && first + part < window; ++part) {
        slots[part] = first + part;
        peers[i].number[first + part] = (uint64_t)(first + part);
      }
      send_slots(&peers[i], slots, part, time);
    }
  }
  struct epoll_event events[512];
  while (time < end) {
    int ready = epoll_wait(epoll, events, 512, 20);
    time = now();
    for (int i = 0; i < ready; ++i) {
      struct peer* p = events[i].data.ptr;
      send_slots(p, slots, receive(p, time, slots, measured, &all, &done), time);
    }
    if (time - looked < 0.05) continue;
    looked = time;
    for (int i = 0; i < count; ++i) give_up(&peers[i], time);
  }
  printf(
      "{\"round_trips\": %llu, \"seconds\": %.6f, \"with_warm_up\": %llu, \"lost\": %llu, \"p50_us\": %.0f, "
      "\"p99_us\": %.0f}\n",
      (unsigned long long)done, time - measured, (unsigned long long)all, (unsigned long long)lost,
      percentile(done, 0.5), percentile(done, 0.99));
  return 0;
}

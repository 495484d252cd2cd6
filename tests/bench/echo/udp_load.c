// Load generator: SOCKETS connected UDP sockets, each with WINDOW datagrams in flight, for SECONDS after a warm-up.
//   echo_udp_load PORT SOCKETS WINDOW SECONDS SIZE
// Checks every byte that comes back. Prints round trips, seconds, lost datagrams and percentiles in microseconds.
#define _GNU_SOURCE
#define program "echo_udp_load"
#include "load_common.h"

enum { max_size = 2048, max_window = 256, batch = 64 };

struct peer {
  int fd;
  uint64_t number[max_window];  // of the datagram in flight in each slot
  double sent[max_window];
};

static char pattern[max_size + places];
static int size;
static int window;
static uint64_t lost;

static void fill(char* data, uint64_t number) {
  memcpy(data, pattern + number % places, (size_t)size);
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
      fail_with(EBADMSG, "the echo differs from what was sent");
    }
    int slot = (int)(number % (uint64_t)window);
    if (p->number[slot] != number) continue;  // came after it was given up
    ++*all;
    if (time >= measured) {
      ++*done;
      count_round_trip(time - p->sent[slot]);
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

static struct peer* open_peers(int epoll, int count, int port) {
  struct peer* peers = calloc((size_t)count, sizeof *peers);
  int bytes = 4 << 20;
  for (int i = 0; i < count; ++i) {
    peers[i].fd = open_socket(epoll, SOCK_DGRAM, port, &peers[i]);
    setsockopt(peers[i].fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
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
  make_pattern(pattern, sizeof pattern);

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

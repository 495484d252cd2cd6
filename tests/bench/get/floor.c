// The floor: LIST FOLDER JOBS. A bare epoll loop for lists from one HTTP origin, each file written under a temporary
// name and renamed. It does what costs time and leaves out what makes a downloader: no errors but exit, no redirects,
// no TLS.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { buffer_size = 64 * 1024, name_size = 256 };

struct job {
  int fd;
  int file;
  size_t filled;      // of the header so far
  long long missing;  // of the body; -1 until the header is complete
  char name[name_size];
  char data[buffer_size];
};

static char* list;  // what is left of it
static int folder;
static struct sockaddr_in origin;
static int epoll;

static void fail(const char* what) {
  fprintf(stderr, "get_floor: %s: %s\n", what, strerror(errno));
  exit(1);
}

static char* read_list(const char* path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
  char* text = size < 0 ? NULL : malloc((size_t)size + 1);
  if (!text || pread(fd, text, (size_t)size, 0) != size) fail(path);
  text[size] = 0;
  close(fd);
  return text;
}

// Sends the request for the next line of the list; 0 when there is none.
static int request_next(struct job* job) {
  char* end = strchr(list, '\n');
  if (!end) return 0;
  *end = 0;
  char* path = strchr(strstr(list, "://") + 3, '/');
  snprintf(job->name, sizeof job->name, "%s", strrchr(path, '/') + 1);
  char request[1024];
  int size =
      snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", path, ntohs(origin.sin_port));
  list = end + 1;
  job->missing = -1;
  job->filled = 0;
  if (send(job->fd, request, (size_t)size, MSG_NOSIGNAL) != size) fail("send");
  return 1;
}

static void write_all(int file, const char* data, size_t size) {
  while (size > 0) {
    ssize_t n = write(file, data, size);
    if (n < 0) fail("write");
    data += n;
    size -= (size_t)n;
  }
}

static void temporary_name(const struct job* job, char* out) { snprintf(out, name_size + 8, "%s.part", job->name); }

// Looks for the end of the header; when it is there, opens the file and writes what came of the body.
static void take_header(struct job* job) {
  char* end = memmem(job->data, job->filled, "\r\n\r\n", 4);
  if (!end) return;
  *end = 0;
  char* length = strcasestr(job->data, "\r\nContent-Length:");
  if (strncmp(job->data, "HTTP/1.1 200", 12) != 0 || !length) {
    errno = EBADMSG;
    fail(job->name);
  }
  job->missing = atoll(length + 17);
  char name[name_size + 8];
  temporary_name(job, name);
  job->file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (job->file < 0) fail(name);
  size_t body = job->filled - (size_t)(end + 4 - job->data);
  write_all(job->file, end + 4, body);
  job->missing -= (long long)body;
}

static int finish(struct job* job) {
  char name[name_size + 8];
  temporary_name(job, name);
  close(job->file);
  if (renameat(folder, name, folder, job->name) != 0) fail("rename");
  return request_next(job);
}

// 0 when this connection has nothing left to do.
static int advance(struct job* job) {
  size_t offset = job->missing < 0 ? job->filled : 0;
  ssize_t got = recv(job->fd, job->data + offset, sizeof job->data - offset, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 1;
  if (got <= 0) fail("recv");
  if (job->missing < 0) {
    job->filled += (size_t)got;
    take_header(job);
  } else {
    write_all(job->file, job->data, (size_t)got);
    job->missing -= got;
  }
  return job->missing == 0 ? finish(job) : 1;
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  list = read_list(argv[1]);
  folder = open(argv[2], O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) fail(argv[2]);
  const char* port = strchr(strstr(list, "://") + 3, ':');
  origin = (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port + 1)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  epoll = epoll_create1(EPOLL_CLOEXEC);

  int active = 0;
  for (int i = 0; i < atoi(argv[3]); ++i) {
    struct job* job = malloc(sizeof *job);
    job->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (job->fd < 0 || connect(job->fd, (struct sockaddr*)&origin, sizeof origin) != 0) fail("connect");
    int one = 1;
    setsockopt(job->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = job};
    if (!request_next(job)) break;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, job->fd, &event) != 0) fail("epoll_ctl");
    ++active;
  }
  struct epoll_event events[64];
  while (active > 0) {
    int ready = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < ready; ++i) {
      struct job* job = events[i].data.ptr;
      if (advance(job)) continue;
      epoll_ctl(epoll, EPOLL_CTL_DEL, job->fd, NULL);
      --active;
    }
  }
  return 0;
}

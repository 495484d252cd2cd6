// The floor: a UDP echo server in C that drains its socket with recvmmsg and answers with one sendmmsg.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { batch = 64, max_size = 2048, receive_buffer = 4 << 20 };

static void fail(const char* what) {
  perror(what);
  exit(1);
}

int main(int argc, char** argv) {
  static char data[batch][max_size];
  static struct sockaddr_in names[batch];
  static struct iovec pieces[batch];
  static struct mmsghdr messages[batch];
  int port = argc > 1 ? atoi(argv[1]) : 0;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int bytes = receive_buffer;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  if (bind(fd, (struct sockaddr*)&address, length) != 0) fail("bind");
  getsockname(fd, (struct sockaddr*)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);

  for (;;) {
    for (int i = 0; i < batch; ++i) {
      pieces[i] = (struct iovec){data[i], max_size};
      messages[i].msg_hdr = (struct msghdr){
          .msg_name = &names[i], .msg_namelen = sizeof names[i], .msg_iov = &pieces[i], .msg_iovlen = 1};
    }
    int got = recvmmsg(fd, messages, batch, MSG_WAITFORONE, NULL);
    if (got < 0) {
      if (errno == EINTR || errno == ECONNREFUSED) continue;
      fail("recvmmsg");
    }
    for (int i = 0; i < got; ++i) pieces[i].iov_len = messages[i].msg_len;
    for (int sent = 0; sent < got;) {
      int n = sendmmsg(fd, messages + sent, (unsigned)(got - sent), 0);
      sent += n > 0 ? n : 1;  // what cannot be sent is lost, as datagrams are
    }
  }
}

#include <weft/pool/worker_channel.hpp>

#include <weft/base/error.hpp>
#include <weft/pool/process_errors.hpp>

#include <algorithm>
#include <cerrno>

#include <sys/socket.h>
#include <sys/uio.h>

namespace weft::detail {

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t control_size = (sizeof(worker_control) + page - 1) / page * page;

struct file_message {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * most_files)> room{};
  char byte = 0;
  iovec bytes{&byte, 1};
  msghdr head{};

  file_message() noexcept {
    head.msg_iov = &bytes;
    head.msg_iovlen = 1;
    head.msg_control = room.data();
  }
};

}  // namespace

unique_fd worker_channel::make_file() { return make_shared_file("weft-worker", control_size + 2 * ring_size); }

worker_channel::worker_channel(const unique_fd& file) : mapping_(file, control_size, ring_size, 2) {
  down_ = byte_ring(control().down, mapping_.at() + control_size, ring_size);
  up_ = byte_ring(control().up, mapping_.at() + control_size + 2 * ring_size, ring_size);
}

void worker_channel::wake_worker() noexcept {
  auto& sleeps = control().worker_sleeps;
  if (sleeps.load(std::memory_order_seq_cst) != 0 && sleeps.exchange(0) != 0) shared_futex_wake(sleeps, 1);
}

int send_files(const unique_fd& socket, std::span<const unique_fd> files) noexcept {
  file_message message;
  message.head.msg_controllen = CMSG_SPACE(sizeof(int) * files.size());
  cmsghdr* part = CMSG_FIRSTHDR(&message.head);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof(int) * files.size());
  auto* numbers = reinterpret_cast<int*>(CMSG_DATA(part));
  for (std::size_t i = 0; i < files.size(); ++i) numbers[i] = files[i].get();
  while (::sendmsg(socket.get(), &message.head, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

std::vector<unique_fd> receive_files(const unique_fd& socket, std::size_t count) {
  std::vector<unique_fd> files;
  if (count == 0) return files;
  file_message message;
  message.head.msg_controllen = message.room.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket.get(), &message.head, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  for (cmsghdr* part = got > 0 ? CMSG_FIRSTHDR(&message.head) : nullptr; part != nullptr;
       part = CMSG_NXTHDR(&message.head, part)) {
    if (part->cmsg_type != SCM_RIGHTS) continue;
    const auto* numbers = reinterpret_cast<const int*>(CMSG_DATA(part));
    for (std::size_t i = 0; i < (part->cmsg_len - CMSG_LEN(0)) / sizeof(int); ++i) files.emplace_back(numbers[i]);
  }
  if (files.size() != count) throw codec_error("descriptors are missing");
  return files;
}

}  // namespace weft::detail

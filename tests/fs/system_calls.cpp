#include "fs/system_calls.hpp"

#include <atomic>
#include <cerrno>
#include <cstdio>

#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<int> rename_no_replace_error = 0;
std::atomic<int> rename_error = 0;
std::atomic<int> link_error = 0;
std::atomic<int> unlink_error = 0;
std::atomic<std::thread::id> unlink_thread;

template <class... Args>
int call(int refusal, long number, Args... args) noexcept {
  if (refusal == 0) return static_cast<int>(::syscall(number, args...));
  errno = refusal;
  return -1;
}

}  // namespace

refused_calls::refused_calls(errors which) {
  rename_no_replace_error = which.rename_no_replace;
  rename_error = which.rename;
  link_error = which.link;
  unlink_error = which.unlink;
}

refused_calls::~refused_calls() {
  for (auto* error : {&rename_no_replace_error, &rename_error, &link_error, &unlink_error}) *error = 0;
}

std::thread::id last_unlink_thread() { return unlink_thread; }

// The program's own definitions come before those of the C library.
extern "C" {

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  return call(flags != 0 ? rename_no_replace_error : rename_error, SYS_renameat2, from_folder, from, to_folder, to,
              flags);
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  return call(rename_error, SYS_renameat2, from_folder, from, to_folder, to, 0U);
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
  return call(link_error, SYS_linkat, from_folder, from, to_folder, to, flags);
}

int unlinkat(int folder, const char* name, int flags) noexcept {
  unlink_thread = std::this_thread::get_id();
  return call(unlink_error, SYS_unlinkat, folder, name, flags);
}
}

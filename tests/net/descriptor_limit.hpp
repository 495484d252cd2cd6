#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

// What the tests of used-up descriptors share.

// The undefined-behaviour sanitizer opens a pipe for each of its checks, and takes a failure for a bad object.
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define WEFT_TEST_NEEDS_DESCRIPTORS
#endif
#endif
#ifdef WEFT_TEST_NEEDS_DESCRIPTORS
inline constexpr bool needs_descriptors = true;
#else
inline constexpr bool needs_descriptors = false;
#endif

/// Lets new descriptors only have numbers below `end`, for as long as it lives.
class descriptor_limit {
 public:
  explicit descriptor_limit(rlim_t end) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lowered = before_;
    lowered.rlim_cur = end;
    ::setrlimit(RLIMIT_NOFILE, &lowered);
  }
  descriptor_limit(const descriptor_limit&) = delete;
  descriptor_limit& operator=(const descriptor_limit&) = delete;
  ~descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

/// The number that the next descriptor has.
inline int next_descriptor() {
  const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(next);
  return next;
}

#include <weft/pool/thread_registry.hpp>

#include <map>
#include <mutex>

#include <unistd.h>

namespace weft {

namespace {

/// Never destroyed: threads may outlive static objects.
struct registry {
  std::mutex mutex;
  std::map<std::uint64_t, thread_info> threads;
  std::uint64_t last = 0;
};

registry& all() {
  static auto* the = new registry;
  return *the;
}

thread_local const std::string* given_name = nullptr;

std::string system_name(pthread_t thread) {
  char text[16] = {};
  pthread_getname_np(thread, text, sizeof(text));
  return text;
}

}  // namespace

std::vector<thread_info> threads() {
  // The main thread's id is the process's.
  std::vector<thread_info> result{{"main", thread_kind::main, ::getpid()}};
  const std::lock_guard guard(all().mutex);
  for (const auto& [id, info] : all().threads) result.push_back(info);
  return result;
}

namespace this_thread {

std::string name() {
  if (given_name != nullptr) return *given_name;
  return ::gettid() == ::getpid() ? "main" : system_name(pthread_self());
}

}  // namespace this_thread

namespace detail {

registered_thread::registered_thread(std::string name, thread_kind kind) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  const std::lock_guard guard(all().mutex);
  id_ = ++all().last;
  given_name = &all().threads.emplace(id_, thread_info{std::move(name), kind, ::gettid()}).first->second.name;
}

registered_thread::~registered_thread() {
  const std::lock_guard guard(all().mutex);
  given_name = nullptr;
  all().threads.erase(id_);
}

}  // namespace detail

}  // namespace weft

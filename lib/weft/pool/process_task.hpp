#pragma once

#include <weft/core/fifo.hpp>
#include <weft/core/time.hpp>
#include <weft/pool/codec.hpp>
#include <weft/pool/future_state.hpp>
#include <weft/pool/progress.hpp>
#include <weft/pool/unique_fd.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::detail {

class process_pool_core;
class worker_process;

/// A task of a process_pool, from submit() to its end, without the type of its result.
///
/// Ownership: counted, in its future_state: one reference of the pool, until it has ended.
/// Invariant: who takes it out of where it is, under the pool's mutex, ends it.
class process_task : public fifo_hook {
 public:
  enum class place : std::uint8_t { made, queued, given, ended };

  process_task() = default;
  process_task(const process_task&) = delete;
  process_task& operator=(const process_task&) = delete;

  [[nodiscard]] virtual future_state& state() noexcept = 0;
  /// Ends it with what the bytes say.
  virtual void succeed(decoder& result) noexcept = 0;
  void fail(std::exception_ptr error) noexcept;
  void end_cancelled() noexcept;

  /// Puts what is large into a file, as it is going to be sent; gives false when there is no descriptor to be had.
  [[nodiscard]] bool put_into_file() noexcept;

  // What is sent; kept until the end, as it may have to be sent again. Large: the bytes are in the first of the files, or
  // will be when a worker takes it, so that what waits does not use up the descriptors of the process.
  std::uint64_t id = 0;
  std::string name;
  std::vector<std::byte> bytes;
  std::vector<unique_fd> files;
  bool large = false;

  progress_hook on_progress;
  std::optional<time_point> soft;
  std::optional<time_point> deadline;
  std::size_t retries = 0;
  bool may_retry = false;

  // Under the pool's mutex.
  place where = place::made;
  worker_process* worker = nullptr;  // that it was given to
  std::uint16_t slot = 0;
  bool begun = false;       // in its future's view
  bool cancelled = false;   // and running: the worker is to be ended if it does not end
  bool expired = false;     // the worker was killed for it
  bool requeued = false;    // in the list of those that go first
  bool stop_asked = false;  // it was to end softly: so is who begins it later
  unsigned signals = 0;     // sent because it was cancelled
  std::string reason;
  std::optional<time_point> look_at;  // its entry among what is due

 protected:
  ~process_task() = default;

  /// Its end has come: what was sent is not needed any more.
  void begin_to_end() noexcept {
    bytes = std::vector<std::byte>();
    files.clear();
    if (!begun) begun = state().begin();
  }
};

/// What the future of a task asks of the pool.
bool cancel_task(process_pool_core& pool, process_task& task, std::string reason);
void help_task(process_pool_core& pool, process_task& task, std::optional<time_point> deadline);

/// A task and its result: one allocation.
template <class R>
class process_result final : public future_result<R>, public process_task {
 public:
  explicit process_result(std::shared_ptr<process_pool_core> pool) noexcept : pool_(std::move(pool)) {}

  [[nodiscard]] future_state& state() noexcept override { return *this; }

  void succeed(decoder& result) noexcept override {
    begin_to_end();
    if constexpr (std::is_void_v<R>) {
      this->set_value();
    } else {
      std::optional<R> value;
      try {
        value.emplace(decode<R>(result));
        result.finish();
      } catch (...) {
        return future_state::fail(std::current_exception());
      }
      this->set_value(std::move(*value));
    }
  }

 protected:
  [[nodiscard]] bool try_cancel(std::string why) override { return cancel_task(*pool_, *this, std::move(why)); }
  void help_until(std::optional<time_point> until) override { help_task(*pool_, *this, until); }
  void report(const std::exception_ptr& error) noexcept override { report_unhandled(name, error); }

 private:
  std::shared_ptr<process_pool_core> pool_;
};

}  // namespace weft::detail

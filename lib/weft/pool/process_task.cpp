#include <weft/pool/process_task.hpp>

#include <weft/pool/memory_file.hpp>

#include <array>
#include <span>

namespace weft::detail {

bool process_task::put_into_file() noexcept {
  try {
    unique_fd file = make_memory_file("weft-task");
    write_all(file, std::array<std::span<const std::byte>, 1>{bytes});
    files.insert(files.begin(), std::move(file));
    bytes = std::vector<std::byte>();
    return true;
  } catch (const std::exception&) {
    return false;  // it waits for better times
  }
}

void process_task::fail(std::exception_ptr error) noexcept {
  begin_to_end();
  try {
    std::rethrow_exception(error);
  } catch (const weft::cancelled& by) {
    state().end_cancelled(by.reason());
  } catch (...) {
    state().fail(std::move(error));
  }
}

void process_task::end_cancelled() noexcept {
  begin_to_end();
  state().end_cancelled(std::move(reason));
}

}  // namespace weft::detail

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <weft/core/offload.hpp>
#include <weft/core/task.hpp>
#include <weft/http/response.hpp>

#include "get/body_buffer.hpp"
#include "get/progress_view.hpp"
#include "get/target_file.hpp"

namespace weft::get_app {

/// Brings bodies from the network to files, or to standard output, with all file work on other threads.
///
/// A body that fits in one block is written by a single call on a thread: opened, written, named, closed. A longer one
/// goes through the two halves of a block, so that reading from the network and writing to the file overlap; the first
/// few long ones get a larger block, for fewer hand-overs between the threads, or where the answer allows it go through a
/// pair of pipes, without a copy into the program.
/// Ownership:    uses what it is given, which outlives it.
/// Cancellation: the temporary file is removed.
/// Errors:       http::error from the network, boost::system::system_error from the file.
class body_saver {
 public:
  /// What has become of a body.
  struct result {
    std::string name;  ///< in the target folder; empty: standard output
    std::uint64_t bytes = 0;
  };

  body_saver(offload& files, progress_view& view);

  /// Reads `answer` to its end into the file `where`; nothing: to standard output.
  task<result> save(http::response& answer, std::optional<target> where, transfer& shown);

 private:
  struct flow;
  struct pouring;

  task<std::size_t> fill(flow& body, std::span<std::byte> space);
  task<std::size_t> fill(flow& body, byte_pipe* half);
  task<> put(flow& body, std::span<const std::byte> bytes);
  task<> put(flow& body, byte_pipe* half);
  task<> pour_through(flow& body, std::span<std::byte> block);
  task<result> save_small(flow& body, std::span<const std::byte> bytes);
  task<result> save_large(flow& body, std::span<std::byte> block);
  void note(flow& body, std::size_t bytes);

  offload& files_;
  progress_view& view_;
  body_buffers blocks_;
  body_buffers large_blocks_;
  std::size_t piped_ = 0;  // bodies on their way through pipes
};

}  // namespace weft::get_app

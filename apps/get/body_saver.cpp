#include "get/body_saver.hpp"

#include <unistd.h>

#include <optional>
#include <utility>

#include <weft/base/byte_pipe.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/http/pour.hpp>

#include "common/text_sink.hpp"

namespace weft::get_app {

namespace {

constexpr std::size_t block_size = 256 * 1024;
constexpr std::size_t large_block_size = 1024 * 1024;
constexpr std::size_t pipe_size = 1024 * 1024;
constexpr std::size_t most_large_bodies = 4;

/// The body came together with the head and is still as it was sent: it can be written from where it is.
bool is_here_whole(const http::response& answer) {
  return answer.content_length() == answer.received() && !answer.headers().contains("content-encoding");
}

}  // namespace

/// A body on its way.
struct body_saver::flow {
  http::response& answer;
  std::optional<target> where;
  transfer& shown;
  std::optional<target_file> file;  // while it is written piece by piece
  std::uint64_t bytes = 0;
  bool ended = false;
};

body_saver::body_saver(offload& files, progress_view& view)
    : files_(files), view_(view), blocks_(block_size), large_blocks_(large_block_size) {}

task<body_saver::result> body_saver::save(http::response& answer, std::optional<target> where, transfer& shown) {
  flow body{answer, std::move(where), shown, std::nullopt};
  shown.size = answer.content_length();
  if (is_here_whole(answer)) {
    const auto bytes = co_await answer.next();
    note(body, bytes.size());
    co_return co_await save_small(body, bytes);
  }
  const body_buffers::loan loan(blocks_);
  const auto block = loan.bytes();
  const auto size = co_await fill(body, block);
  if (body.ended) co_return co_await save_small(body, block.first(size));
  co_return co_await save_large(body, block);
}

void body_saver::note(flow& body, std::size_t bytes) {
  body.bytes += bytes;
  body.shown.received = body.answer.received();
  view_.received(bytes);
}

/// Reads until `space` is full or the body has ended; gives how much was read.
task<std::size_t> body_saver::fill(flow& body, std::span<std::byte> space) {
  std::size_t filled = 0;
  while (filled < space.size()) {
    const auto size = co_await body.answer.read_some(space.subspan(filled));
    if (size == 0) {
      body.ended = true;
      break;
    }
    filled += size;
    note(body, size);
  }
  co_return filled;
}

task<std::size_t> body_saver::fill(flow& body, byte_pipe* half) {
  while (true) {
    const auto size = co_await body.answer.move_some(*half);
    if (size == 0) break;
    note(body, size);
  }
  body.ended = !half->is_full();
  co_return half->size();
}

task<> body_saver::put(flow& body, std::span<const std::byte> bytes) {
  if (!body.file) {
    // A reader that is stuck must not hold up the end of the run: the thread may be left behind, with bytes of its own.
    auto hand_out = [text = std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())] {
      app::write_fully(STDOUT_FILENO, text, "standard output");
    };
    co_await files_.run_abandonable(std::move(hand_out));
    co_return;
  }
  auto work = [&body, bytes] { body.file->write(bytes); };
  co_await files_.run(work);
}

task<body_saver::result> body_saver::save_small(flow& body, std::span<const std::byte> bytes) {
  if (!body.where) {
    co_await put(body, bytes);
    co_return result{{}, body.bytes};
  }
  auto work = [&body, bytes] { return save_file(*body.where, bytes); };
  auto name = co_await files_.run(work);
  co_return result{std::move(name), body.bytes};
}

task<> body_saver::put(flow& body, byte_pipe* half) {
  auto work = [&body, half] { body.file->write(*half); };
  co_await files_.run(work);
}

/// What http::pour() does with a half.
struct body_saver::pouring {
  body_saver& by;
  flow& body;
  task<std::size_t> fill(std::span<std::byte> half) { return by.fill(body, half); }
  task<std::size_t> fill(byte_pipe* half) { return by.fill(body, half); }
  task<> put(std::span<std::byte> half, std::size_t filled) { return by.put(body, half.first(filled)); }
  task<> put(byte_pipe* half, std::size_t) { return by.put(body, half); }
  [[nodiscard]] bool ended() const noexcept { return body.ended; }
};

/// The rest through pipes where that can be done, else through a large block if one is left, else through `block`.
task<> body_saver::pour_through(flow& body, std::span<std::byte> block) {
  pouring halves{*this, body};
  if (body.file && body.answer.is_movable() && piped_ < most_large_bodies) {
    http::pipe_pair pipes(pipe_size);
    if (pipes) {
      ++piped_;
      const scope_exit gone([this] { --piped_; });
      const auto here = co_await body.answer.next();
      note(body, here.size());
      co_await put(body, here);
      co_await http::pour(halves, pipes.first(), pipes.second());
      co_return;
    }
  }
  std::optional<body_buffers::loan> large;
  if (large_blocks_.lent() < most_large_bodies) large.emplace(large_blocks_);
  const auto through = large ? large->bytes() : block;
  const std::size_t half = through.size() / 2;
  co_await http::pour(halves, through.first(half), through.last(half));
}

task<body_saver::result> body_saver::save_large(flow& body, std::span<std::byte> block) {
  if (!body.where) {
    co_await put(body, std::span<const std::byte>(block));
    co_await pour_through(body, block);
    co_return result{{}, body.bytes};
  }
  auto open = [&body] { body.file.emplace(*body.where); };
  co_await files_.run(open);
  co_await put(body, std::span<const std::byte>(block));
  co_await pour_through(body, block);
  auto commit = [&body] { return body.file->commit(); };
  auto name = co_await files_.run(commit);
  co_return result{std::move(name), body.bytes};
}

}  // namespace weft::get_app

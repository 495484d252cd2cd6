#include <weft/http/detail/exchange.hpp>

#include <weft/base/parse.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/base/text.hpp>
#include <weft/http/detail/client_state.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace weft::http::detail {
namespace {

/// Smaller reads go through the buffer, so that they do not cost a system call each.
constexpr std::size_t direct_read = 8 * 1024;

constexpr std::size_t most_moved = std::size_t{1} << 30;

}  // namespace

void exchange::begin_body(std::size_t head_size, std::size_t received_size) {
  phase_ = error_phase::body;
  slow_window_ = now();
  slow_received_ = 0;
  const std::size_t arrived = received_size - head_size;
  begin_ = end_ = head_size;
  decoder_.reset();
  if (decodes && framing.end != body_end::none) {
    const content_coding coding = find_coding(head.fields);
    if (coding == content_coding::unsupported) {
      throw error(error_kind::decode_unsupported, phase_,
                  "content coding '" + escape(head.fields.joined("content-encoding")) + "' is not supported");
    }
    decode_limits limits;
    limits.size = owner->options.max_decoded;
    if (coding != content_coding::identity && head.status != 206) decoder_.emplace(coding, limits);
  }
  const auto bytes = buffer_.span().subspan(head_size, arrived);
  switch (framing.end) {
    case body_end::none: extra_ = arrived != 0; return finish_wire();
    case body_end::length:
      left_ = framing.length;
      if (arrived != 0) end_ += take_length(arrived);
      return;
    case body_end::chunked:
      chunks_ = chunked_decoder();
      if (arrived != 0) end_ += take_chunked(bytes);
      return;
    case body_end::close:
      count(arrived);
      end_ += arrived;
      return;
  }
}

void exchange::count(std::size_t size) noexcept {
  received += size;
  slow_received_ += size;
  owner->stats.received += size;
}

/// Takes `size` bytes from the wire into account; gives how many of them belong to the body.
std::size_t exchange::take_length(std::size_t size) {
  const auto own = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
  extra_ = own != size;
  left_ -= own;
  count(own);
  if (left_ == 0) finish_wire();
  return own;
}

/// Takes the chunked coding off, in place; gives the number of body bytes.
std::size_t exchange::take_chunked(std::span<std::byte> bytes) {
  const auto [consumed, produced] = chunks_.decode(bytes, bytes);
  count(produced);
  if (chunks_.done()) {
    extra_ = consumed != bytes.size();
    finish_wire();
  }
  return produced;
}

void exchange::apply_keep_alive_hint() {
  const auto hint = head.fields.get("keep-alive");
  if (!hint) return;
  for (std::string_view rest = *hint; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    const std::string_view item = trim(rest.substr(0, comma));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    if (item.size() < 8 || !iequals(item.substr(0, 8), "timeout=")) continue;
    const auto seconds = parse_integer_in<int>(item.substr(8), 0, 24 * 3600);
    // A second less than the server says: what is sent as it closes would be lost.
    if (seconds) connection_.get()->usable_until = now() + std::chrono::seconds(*seconds - 1);
  }
}

void exchange::finish_wire() {
  if (framing.keeps_alive && !extra_) {
    apply_keep_alive_hint();
    connection_.finish();
  } else {
    connection_.close();
  }
}

void exchange::throw_incomplete() const {
  std::string detail = "connection closed within the body after " + std::to_string(received);
  if (framing.end == body_end::length) detail += " of " + std::to_string(framing.length);
  throw error(error_kind::body_incomplete, phase_, detail + " bytes");
}

task<std::size_t> exchange::read_wire(std::span<std::byte> into) {
  while (!wire_done()) {
    const std::size_t arrived = co_await receive(into);
    if (arrived == 0) {
      if (framing.end == body_end::close) {
        finish_wire();
        break;
      }
      throw_incomplete();
    }
    std::size_t size = arrived;
    if (framing.end == body_end::length) {
      size = take_length(arrived);
    } else if (framing.end == body_end::chunked) {
      size = take_chunked(into.first(arrived));
    } else {
      count(arrived);
    }
    if (size != 0) co_return size;
  }
  co_return 0;
}

bool exchange::is_movable() const noexcept {
  return !wire_done() && connection_.get()->plain() != nullptr && framing.end == body_end::length && !decoder_;
}

task<std::size_t> exchange::move_wire(byte_pipe& into) {
  if (begin_ != end_)
    throw std::logic_error("http::response: move_some() would leave out what next() still has to give");
  if (wire_done()) co_return 0;
  const auto max = static_cast<std::size_t>(std::min<std::uint64_t>(left_, most_moved));
  const std::size_t size = co_await receive(std::span<std::byte>(), &into, max);
  if (size == 0 && !into.is_full()) throw_incomplete();
  take_length(size);
  co_return size;
}

/// Puts bytes into the empty buffer; false at the end.
task<bool> exchange::fill() {
  begin_ = end_ = 0;
  end_ = co_await read_wire(buffer_.span());
  co_return end_ != 0;
}

task<std::size_t> exchange::read_plain(std::span<std::byte> into) {
  if (into.empty()) co_return 0;
  if (begin_ == end_) {
    if (wire_done()) co_return 0;
    if (into.size() >= direct_read) co_return co_await read_wire(into);
    const bool more = co_await fill();
    if (!more) co_return 0;
  }
  const auto ready = buffered().first(std::min(into.size(), end_ - begin_));
  std::memcpy(into.data(), ready.data(), ready.size());
  begin_ += ready.size();
  co_return ready.size();
}

task<std::size_t> exchange::read_decoded(std::span<std::byte> into) {
  if (into.empty()) co_return 0;
  while (true) {
    const auto [consumed, produced] = decoder_->decode(buffered(), into);
    begin_ += consumed;
    if (produced != 0) co_return produced;
    if (begin_ != end_) continue;
    const bool more = co_await fill();
    if (more) continue;
    decoder_->finish();
    co_return 0;
  }
}

task<std::size_t> exchange::guarded(task<std::size_t> read) {
  check_failed();
  std::optional<error> failed;
  scope_exit drop([&] {
    connection_.close();
    if (!failure_) {
      failure_.emplace(error(error_kind::body_incomplete, error_phase::body, "reading of the body was cancelled")
                           .with(address->str(), sent));
    }
  });
  try {
    const std::size_t size = co_await std::move(read);
    drop.release();
    co_return size;
  } catch (const error& e) {
    failed = e;
  }
  fail(*failed);
}

task<std::size_t> exchange::read_some(std::span<std::byte> into) {
  return guarded(decoder_ ? read_decoded(into) : read_plain(into));
}

task<std::size_t> exchange::move_some(byte_pipe& into) { return guarded(move_wire(into)); }

task<std::span<const std::byte>> exchange::next() {
  if (decoder_) {
    if (!decoded_) decoded_.emplace(buffer_size);
    const std::size_t size = co_await read_some(decoded_->span());
    co_return decoded_->span().first(size);
  }
  check_failed();
  if (begin_ == end_) {
    const std::size_t size = co_await read_some(buffer_.span());
    co_return buffer_.span().first(size);
  }
  const auto ready = buffered();
  begin_ = end_;
  co_return ready;
}

}  // namespace weft::http::detail

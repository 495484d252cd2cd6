#include <weft/http/coding.hpp>

#include <weft/base/text.hpp>
#include <weft/http/error.hpp>

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <string>

namespace weft::http {
namespace {

constexpr int gzip_window = 15 + 16;
constexpr int zlib_window = 15;
constexpr int raw_window = -15;
constexpr std::size_t largest_step = 1u << 30;  // zlib counts in unsigned int

[[noreturn]] void failed(const std::string& what) { throw error(error_kind::decode_failed, error_phase::body, what); }

Bytef* bytes(const std::byte* data) noexcept {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(data));  // zlib takes its input without const
}

}  // namespace

content_coding find_coding(const headers& fields) {
  content_coding found = content_coding::identity;
  for (const auto& [name, value] : fields) {
    if (!iequals(name, "content-encoding") || value.empty() || iequals(value, "identity")) continue;
    if (found != content_coding::identity) return content_coding::unsupported;
    if (iequals(value, "gzip") || iequals(value, "x-gzip")) {
      found = content_coding::gzip;
    } else if (iequals(value, "deflate")) {
      found = content_coding::deflate;
    } else {
      return content_coding::unsupported;
    }
  }
  return found;
}

struct body_decoder::stream {
  z_stream z{};
  bool started = false;
  ~stream() {
    if (started) inflateEnd(&z);
  }
};

body_decoder::body_decoder(content_coding coding, decode_limits limits)
    : stream_(std::make_unique<stream>()), limits_(limits), coding_(coding) {
  if (coding != content_coding::gzip && coding != content_coding::deflate) {
    throw error(error_kind::decode_unsupported, error_phase::body, "content coding is not supported");
  }
  start(coding == content_coding::gzip ? gzip_window : zlib_window);
}

body_decoder::body_decoder(body_decoder&&) noexcept = default;
body_decoder& body_decoder::operator=(body_decoder&&) noexcept = default;
body_decoder::~body_decoder() = default;

void body_decoder::start(int window_bits) {
  const int status =
      stream_->started ? inflateReset2(&stream_->z, window_bits) : inflateInit2(&stream_->z, window_bits);
  if (status != Z_OK) throw std::bad_alloc();
  stream_->started = true;
}

/// Some servers send raw deflate under the name of the zlib format: when the first two bytes are no zlib header, the
/// body is read again without one. Gives zlib's status for those two bytes.
int body_decoder::restart_as_raw() {
  if (coded_ != prefix_.size()) return Z_DATA_ERROR;
  z_stream& z = stream_->z;
  start(raw_window);
  raw_ = true;
  Bytef* const rest = z.next_in;
  const uInt rest_size = z.avail_in;
  z.next_in = bytes(prefix_.data());
  z.avail_in = static_cast<uInt>(prefix_.size());
  const int status = inflate(&z, Z_SYNC_FLUSH);
  z.next_in = rest;
  z.avail_in = rest_size;
  return status == Z_BUF_ERROR ? Z_OK : status;
}

int body_decoder::inflate_some() {
  z_stream& z = stream_->z;
  const uInt before = z.avail_in;
  if (coding_ != content_coding::deflate || raw_ || coded_ >= prefix_.size()) {
    const int status = inflate(&z, Z_SYNC_FLUSH);
    coded_ += before - z.avail_in;
    return status;
  }
  // One byte at a time until the header is known, so that prefix_ holds exactly what was consumed.
  if (before == 0) return Z_BUF_ERROR;
  prefix_[coded_++] = static_cast<std::byte>(*z.next_in);
  Bytef* const rest = z.next_in + 1;
  z.avail_in = 1;
  const int status = inflate(&z, Z_SYNC_FLUSH);
  z.next_in = rest;
  z.avail_in = before - 1;
  return status == Z_DATA_ERROR ? restart_as_raw() : status;
}

bool body_decoder::next_member(std::span<const std::byte> rest) {
  if (coding_ == content_coding::gzip && !padding_ && rest.front() == std::byte{0x1f}) {
    start(gzip_window);
    ended_ = false;
    return true;
  }
  if (rest.front() != std::byte{0}) failed("unexpected bytes after the end of the compressed body");
  padding_ = true;
  return false;
}

body_decoder::progress body_decoder::decode(std::span<const std::byte> input, std::span<std::byte> output) {
  progress made;
  z_stream& z = stream_->z;
  while (true) {
    const auto rest = input.subspan(made.consumed, std::min(input.size() - made.consumed, largest_step));
    const auto room = output.subspan(made.produced, std::min(output.size() - made.produced, largest_step));
    if (ended_) {
      if (rest.empty()) return made;
      if (!next_member(rest)) ++made.consumed;
      continue;
    }
    if (room.empty()) return made;
    z.next_in = bytes(rest.data());
    z.avail_in = static_cast<uInt>(rest.size());
    z.next_out = bytes(room.data());
    z.avail_out = static_cast<uInt>(room.size());
    const int status = inflate_some();
    const std::size_t consumed = rest.size() - z.avail_in;
    const std::size_t produced = room.size() - z.avail_out;
    made.consumed += consumed;
    made.produced += produced;
    decoded_ += produced;
    check_limits();
    if (status == Z_STREAM_END) {
      ended_ = true;
    } else if (status == Z_BUF_ERROR || (status == Z_OK && consumed == 0 && produced == 0)) {
      return made;
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status != Z_OK) {
      failed(std::string("compressed body is damaged: ") + (z.msg != nullptr ? z.msg : "no preset dictionary"));
    }
  }
}

void body_decoder::check_limits() const {
  const bool too_large = limits_.size && decoded_ > *limits_.size;
  const bool too_dense =
      decoded_ > limits_.ratio_after && decoded_ / limits_.ratio >= std::max<std::uint64_t>(coded_, 1);
  if (too_large || too_dense) {
    throw error(
        error_kind::decode_bomb, error_phase::body,
        "compressed body of " + std::to_string(coded_) + " bytes grows beyond " + std::to_string(decoded_) + " bytes");
  }
}

void body_decoder::finish() const {
  if (!ended_ && coded_ != 0) failed("compressed body is truncated");
}

}  // namespace weft::http

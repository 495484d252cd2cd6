#pragma once

#include <weft/core/task.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace weft::net::detail {

/// read_until() over any stream with read_some(); see tcp_socket. The stream must outlive the task.
template <class Stream>
task<std::size_t> read_until(Stream& stream, std::string& text, std::string delimiter, std::size_t limit) {
  constexpr std::size_t step = 4096;
  std::size_t searched = 0;
  for (;;) {
    const auto found = text.find(delimiter, searched);
    if (found != std::string::npos) co_return found + delimiter.size();
    const std::size_t had = text.size();
    if (had >= limit) {
      throw boost::system::system_error(make_error_code(boost::system::errc::message_size),
                                        "line longer than " + std::to_string(limit) + " bytes");
    }
    searched = had - std::min(had, delimiter.size() - 1);
    text.resize(had + std::min(step, limit - had));
    std::size_t got = 0;
    try {
      got = co_await stream.read_some(std::span(text).subspan(had));
    } catch (...) {
      text.resize(had);
      throw;
    }
    text.resize(had + got);
    if (got > 0) continue;
    if (text.empty()) co_return 0;
    throw boost::system::system_error(boost::asio::error::eof, "stream ended within a line");
  }
}

}  // namespace weft::net::detail

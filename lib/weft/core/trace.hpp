#pragma once

#include <weft/core/instrument.hpp>

#include <memory>
#include <string>

namespace weft {

/// An instrument that writes what the tasks of a run() do as Chrome trace JSON, for chrome://tracing, Perfetto and speedscope:
/// a row for each task, with its steps ("run") and what it waits for in between.
///
/// Times are microseconds since the trace began. The file is complete, and valid JSON, when it has ended.
/// Errors: throws boost::system::system_error when the file cannot be made; a disk that is full later is said in the log.
/// Cost:   two readings of the clock and about 300 bytes of file a step; written on the loop's thread.
[[nodiscard]] std::shared_ptr<instrument> chrome_trace(const std::string& path);

namespace detail {

/// Tells two instruments.
[[nodiscard]] std::shared_ptr<instrument> both(std::shared_ptr<instrument> first, std::shared_ptr<instrument> second);

}  // namespace detail

}  // namespace weft

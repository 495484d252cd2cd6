#pragma once

#include <weft/core/offload.hpp>
#include <weft/fs/atomic_file.hpp>

#include <cstddef>
#include <filesystem>
#include <span>

namespace weft::fs {

/// The threads on which this process does its file work, so that a slow disk does not stop a loop.
///
/// Lifetime: that of the process. Threads: any.
[[nodiscard]] offload& files();

/// Makes `path` a file with these bytes, off the loop: complete, or not there at all. The folder must exist.
///
/// `bytes` are used until this completes. Completes when the file has its name.
/// Cancellation: takes effect when the file has been written.
/// Errors:       those of atomic_file; boost::system::errc::file_exists when the name is taken and to be kept.
/// Cost:         one call on another thread: open, write, rename, close.
[[nodiscard]] task<> write_file(std::filesystem::path path, std::span<const std::byte> bytes,
                                atomic_file_options options = {});

/// Gives up a file that is not to be committed, off the loop; for the way out of a task that has failed or was killed.
///
/// Completes when the temporary is gone. Cancellation: does not keep it from being removed; takes effect behind this.
[[nodiscard]] task<> discard(atomic_file& file);

}  // namespace weft::fs

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

struct stat;

namespace weft::fs {

/// Copies what is in the open file `from`, from its beginning, to the empty open file `to`: its bytes, and where `from` is
/// sparse its holes, as far as both file systems can say and do so. Shares the blocks where the file system can
/// (FICLONE), else copies inside the kernel, else through memory.
///
/// Reads to the end, whatever size `from` claims to have (files in /proc claim none). Gives the number of bytes.
/// `copied(n)` is called now and then with how many more are done; what it throws ends the copy.
/// Threads: any. Blocking: reads and writes. Errors: read_error, write_error.
std::uint64_t copy_contents(int from, int to, const struct stat& source,
                            const std::function<void(std::uint64_t)>& copied = {});

/// What copy_contents() throws: boost::system::system_error would not say on which side it happened.
struct copy_error {
  enum class side { reading, writing };
  side where;
  int error_number;
};

/// Which attributes are kept; each costs a system call or two.
struct kept_attributes {
  bool mode = true;
  bool times = true;
  bool xattrs = true;
  /// Owner and group, and with them the set-user-id and set-group-id bits, which are dropped otherwise.
  bool owner = false;
};

/// Gives the open file or folder `to` the attributes of `from`, the times last. Those that the file system of `to` cannot
/// hold, or that this process may not give, are named in what is given back: "owner", "permissions", "times", and xattrs
/// by their own names ("user.comment"). Without its owner it does not get the set-user-id and set-group-id bits either.
///
/// Errors: boost::system::system_error where mode, times or owner fail for another reason.
std::vector<std::string> copy_attributes(int from, int to, const struct stat& source, const kept_attributes& kept);

}  // namespace weft::fs

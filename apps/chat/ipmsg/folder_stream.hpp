#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::chat_app::ipmsg {

// A folder as IP Messenger has it by TCP: headers "hhhh:name:size:attributes[:key=value]...:", each behind its own length,
// and behind that of a file its bytes. The first one enters the folder itself, and all ends where that is left.

/// One header of the stream.
struct folder_entry {
  enum class kind { file, folder, leave, other };
  kind what = kind::file;
  std::string name = {};       ///< as it arrived, in UTF-8; of `leave`: none
  std::uint64_t size = 0;      ///< of what follows; folders have nothing that does
  std::uint32_t modified = 0;  ///< Unix time; is written and not read
};

/// The header. The name has at most 255 bytes.
std::string entry_bytes(const folder_entry& entry);

struct found_entry {
  folder_entry entry;
  std::size_t size = 0;  ///< of the header
};

/// The entry at the beginning of `bytes`; nothing as long as its header is not all there, which is so for less than
/// `longest_header` bytes only.
/// Errors: std::runtime_error for what is no header, and for a name that may not stand in a folder.
std::optional<found_entry> parse_entry(std::string_view bytes);
inline constexpr std::size_t longest_header = 2048;

struct folder_limits {
  std::size_t depth = 64;  ///< folders in each other, the outermost counted
  std::size_t entries = 100'000;
  std::uint64_t bytes = std::uint64_t{4} << 30;
};

/// The limits for a folder that is offered with this size: an eighth and a MiB more, since it may have grown since. Some
/// peers tell no size of folders (0): then 4 GiB.
folder_limits limits_for(std::uint64_t offered_size);

struct folder_totals {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
};

/// Reads the stream of a folder, piece by piece, and gives nothing that leads out of the folder or beyond the limits.
class folder_reader {
 public:
  explicit folder_reader(folder_limits limits) : limits_(limits) {}

  /// What is to be done next.
  struct step {
    enum class kind {
      more,   ///< nothing, until more of the stream is there
      enter,  ///< make the folder `name` and go into it
      leave,  ///< go back to the folder around it
      file,   ///< make the file `name`
      data,   ///< append `bytes` to it
      end     ///< it is complete; the rest of the stream does not matter
    };
    kind what = kind::more;
    std::string name = {};        ///< has no controls, and is none of "", ".", "..", "a/b"
    std::string_view bytes = {};  ///< a part of the input
  };

  /// Takes what it reads from `input`.
  /// Errors: std::runtime_error for what is no folder or too much; all is over then.
  step next(std::string_view& input);

  /// What was announced so far.
  const folder_totals& totals() const { return totals_; }

 private:
  std::optional<folder_entry> next_entry(std::string_view& input);
  std::optional<step> begin(const folder_entry& entry);

  folder_limits limits_;
  folder_totals totals_;
  std::size_t entries_ = 0;
  std::size_t depth_ = 0;
  std::string header_;         // as much of it as has come
  std::uint64_t missing_ = 0;  // of what follows the last header
  bool is_kept_ = true;        // what follows it
  bool has_ended_ = false;
};

}  // namespace weft::chat_app::ipmsg

#include "chat/secure/key_file.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string_view>

#include <weft/base/error.hpp>
#include <weft/base/scope_exit.hpp>
#include <weft/base/text.hpp>
#include <weft/fs/atomic_file.hpp>

#include "chat/visible_text.hpp"
#include "common/text_sink.hpp"

namespace weft::chat_app::secure {
namespace {

constexpr std::size_t key_text_size = 44;
constexpr std::size_t max_file = 1 << 20;

void make_folders(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  std::error_code code;
  if (folder.empty() || std::filesystem::exists(folder, code)) return;
  const auto mask = ::umask(077);
  std::filesystem::create_directories(folder, code);
  ::umask(mask);
  if (code) throw_errno(code.value(), "cannot make the folder " + in_quotes(folder.native()));
}

std::string read_all(int fd, const std::string& path) {
  std::string bytes(max_file + 1, '\0');
  std::size_t used = 0;
  for (;;) {
    const auto size = ::read(fd, bytes.data() + used, bytes.size() - used);
    if (size < 0) throw_errno(errno, "cannot read " + in_quotes(path));
    if (size == 0) break;
    used += static_cast<std::size_t>(size);
    if (used > max_file) throw std::runtime_error(in_quotes(path) + " is larger than 1 MiB");
  }
  bytes.resize(used);
  return bytes;
}

/// Nothing when there is no such file.
std::optional<std::string> read_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::nullopt;
  if (fd < 0) throw_errno(errno, "cannot open " + in_quotes(path));
  const scope_exit closing([fd] { ::close(fd); });
  struct stat about{};
  if (::fstat(fd, &about) != 0) throw_errno(errno, "cannot open " + in_quotes(path));
  if ((about.st_mode & 077) != 0)
    throw std::runtime_error("others may use " + in_quotes(path) + ": chmod 600 it first");
  return read_all(fd, path);
}

/// A line at the end of the file, or nothing.
void append_private(const std::string& path, const std::string& line) {
  make_folders(path);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) throw_errno(errno, "cannot open " + in_quotes(path));
  const scope_exit closing([fd] { ::close(fd); });
  const auto end = ::lseek(fd, 0, SEEK_END);
  try {
    app::write_fully(fd, line, in_quotes(path));
  } catch (const boost::system::system_error&) {
    // Half a line would be refused the next time.
    static_cast<void>(!::ftruncate(fd, end));
    throw;
  }
}

/// False: somebody else has made it meanwhile.
bool make_private(const std::string& path, const std::string& text) {
  make_folders(path);
  const std::filesystem::path where(path);
  fs::atomic_file_options options;
  options.on_existing = fs::on_existing::keep;
  options.durability = fs::durability::file_and_folder;
  options.mode = 0600;
  const auto folder = where.parent_path();
  fs::atomic_file file(fs::directory(folder.empty() ? "." : folder), where.filename().native(), options);
  file.write(std::as_bytes(std::span(text)));
  return file.commit() == fs::atomic_file::commit_result::done;
}

std::string lower(std::string name) {
  std::ranges::transform(name, name.begin(), to_lower);
  return name;
}

}  // namespace

std::string key_text(const key_bytes& key) {
  std::string out(key_text_size + 1, '\0');
  ::sodium_bin2base64(out.data(), out.size(), key.data(), key.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  return out;
}

std::optional<key_bytes> parse_key(std::string_view text) {
  key_bytes key{};
  std::size_t size = 0;
  const int wrong = ::sodium_base642bin(key.data(), key.size(), text.data(), text.size(), nullptr, &size, nullptr,
                                        sodium_base64_VARIANT_ORIGINAL);
  if (wrong != 0 || size != key.size()) return std::nullopt;
  return key;
}

key_pair load_or_make_key(const std::string& path) {
  auto bytes = read_private(path);
  if (!bytes) {
    const auto made = key_pair::random();
    if (make_private(path, key_text(made.secret) + "\n")) return made;
    bytes = read_private(path).value_or("");
  }
  const auto key = parse_key(std::string_view(*bytes).substr(0, bytes->find('\n')));
  if (!key) throw std::runtime_error(in_quotes(path) + " is no key of weft-chat");
  return key_pair::of_secret(*key);
}

key_bytes load_shared_key(const std::string& path) {
  const auto bytes = read_private(path);
  if (!bytes) throw_errno(ENOENT, "cannot open " + in_quotes(path));
  std::string_view text = *bytes;
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto key = parse_key(text);
  if (!key) throw std::runtime_error(in_quotes(path) + " is no pre-shared key: 32 bytes in base64 are wanted");
  return *key;
}

known_peers::known_peers(std::string path) : path_(std::move(path)) {
  const auto bytes = read_private(path_).value_or("");
  std::size_t number = 0;
  for (std::string_view rest = bytes; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const auto space = line.find(' ');
    const auto key = space == std::string_view::npos ? std::nullopt : parse_key(line.substr(space + 1));
    if (!key)
      throw std::runtime_error(in_quotes(path_) + ", line " + std::to_string(number) + ": not \"host:port key\"");
    keys_[lower(std::string(line.substr(0, space)))] = *key;
  }
}

std::optional<key_bytes> known_peers::find(const std::string& name) const {
  const auto found = keys_.find(lower(name));
  if (found == keys_.end()) return std::nullopt;
  return found->second;
}

bool known_peers::has_key(const key_bytes& key) const {
  return std::ranges::any_of(keys_, [&](const auto& entry) { return entry.second == key; });
}

void known_peers::add(const std::string& name, const key_bytes& key) {
  append_private(path_, name + " " + key_text(key) + "\n");
  keys_[lower(name)] = key;
}

}  // namespace weft::chat_app::secure

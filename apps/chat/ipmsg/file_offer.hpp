#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/file_reference.hpp"
#include "chat/ipmsg/packet.hpp"

namespace weft::chat_app::ipmsg {

/// The files of a message's first extension; what is none is left out, and so is what comes behind 64 of them.
std::vector<file_reference> parse_offers(const packet& got);

/// The extension that offers `file`, or the folder. `modified`: Unix time.
std::string offer_bytes(const file_reference& file, std::uint32_t modified);

/// What a peer wants of a file, or that it wants a folder, by TCP.
struct file_request {
  std::uint32_t packet = 0;
  std::uint32_t file = 0;
  std::uint64_t offset = 0;
  bool is_folder = false;
};

/// Nothing while `bytes` are no whole request; what is behind the offset does not matter.
std::optional<file_request> parse_request(std::string_view bytes);
std::string request_bytes(std::string user, std::string host, std::uint32_t number, const file_request& wanted);

/// A name for a file of this folder, made from one that a stranger chose: the part behind the last slash, without what is
/// not printable, not hidden, at most 200 bytes.
std::string local_name(std::string_view offered);

}  // namespace weft::chat_app::ipmsg

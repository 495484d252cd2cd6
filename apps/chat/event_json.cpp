#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <ctime>

#include <weft/base/text.hpp>

#include "chat/event_text.hpp"
#include "chat/visible_text.hpp"
#include "common/base64.hpp"
#include "common/text_cells.hpp"

namespace weft::chat_app {
namespace {

std::string utc(std::chrono::system_clock::time_point time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 16> rest{};
  std::snprintf(rest.data(), rest.size(), ".%03dZ", static_cast<int>(milliseconds % 1000));
  return std::string(text.data(), size) + rest.data();
}

std::string escaped(std::int32_t code) {
  std::array<char, 16> text{};
  if (code < 0x10000) {
    std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(code));
  } else {
    const auto rest = static_cast<unsigned>(code) - 0x10000;
    std::snprintf(text.data(), text.size(), "\\u%04x\\u%04x", 0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
  }
  return text.data();
}

/// Serialised JSON has no C0 controls, but all else that a terminal would act on.
std::string harmless(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const auto [code, size] = app::next_code(json);
    out += code < 0x7f || app::is_shown(code) ? std::string(json.substr(0, size)) : escaped(code);
    json.remove_prefix(size);
  }
  return out;
}

}  // namespace

std::string event_json(const chat_event& event) {
  boost::json::object line;
  const auto text = [](const std::string& bytes) { return boost::json::string(replaced_utf8(bytes)); };
  line["type"] = name_of(event.type);
  line["time"] = utc(event.time);
  line["peer"] = event.peer ? boost::json::value(to_text(*event.peer)) : boost::json::value(nullptr);
  line["nick"] = event.nick.empty() ? boost::json::value(nullptr) : boost::json::value(text(event.nick));
  line["text"] = text(event.text);
  line["bytes"] = is_utf8(event.text) ? boost::json::value(nullptr) : boost::json::value(app::base64(event.text));
  if (event.id != 0) line["id"] = event.id;
  return harmless(boost::json::serialize(line)) + "\n";
}

}  // namespace weft::chat_app

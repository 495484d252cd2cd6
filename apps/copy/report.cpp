#include "copy/report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

#include <weft/base/text.hpp>

#include "common/base64.hpp"

namespace weft::copy_app {
namespace {

void add_name(boost::json::object& line, std::string_view key, const std::string& name) {
  if (is_utf8(name)) {
    line[key] = name;
  } else {
    line[key] = nullptr;
    line[std::string(key) + "_base64"] = app::base64(name);
  }
}

std::string_view text_of(entry_status status) {
  switch (status) {
    case entry_status::copied: return "copied";
    case entry_status::linked: return "linked";
    case entry_status::up_to_date: return "up_to_date";
    case entry_status::planned: return "planned";
    case entry_status::failed: break;
  }
  return "failed";
}

}  // namespace

std::string join_path(const std::string& folder, const std::string& name) {
  if (folder.empty() || folder == ".") return name;
  if (name.empty()) return folder;
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

std::string json_line(const entry_report& report) {
  boost::json::object line;
  add_name(line, "path", report.source);
  add_name(line, "target", report.target);
  line["status"] = text_of(report.status);
  line["bytes"] = report.bytes;
  line["error"] = report.error.empty() ? boost::json::value(nullptr) : boost::json::value(escape(report.error));
  line["sha256"] = report.sha256.empty() ? boost::json::value(nullptr) : boost::json::value(report.sha256);
  boost::json::array lost;
  for (const auto& name : report.lost) lost.emplace_back(escape(name));
  line["lost"] = std::move(lost);
  return boost::json::serialize(line);
}

}  // namespace weft::copy_app

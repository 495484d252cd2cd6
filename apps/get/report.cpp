#include "get/report.hpp"

#include <utf8proc.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace weft::get_app {
namespace {

/// Broken UTF-8 becomes U+FFFD, as JSON has to be UTF-8.
std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    utf8proc_int32_t code = -1;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &code);
    const std::size_t used = size <= 0 ? 1 : static_cast<std::size_t>(size);
    out += size <= 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, used);
    text.remove_prefix(used);
  }
  return out;
}

boost::json::value text_or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return boost::json::value(valid_utf8(text));
}

double seconds(std::chrono::nanoseconds time) {
  return static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(time).count()) / 1e6;
}

boost::json::value seconds_or_null(const std::optional<std::chrono::nanoseconds>& time) {
  if (!time) return nullptr;
  return seconds(*time);
}

}  // namespace

std::string json_line(const file_report& report) {
  boost::json::object line;
  line["n"] = report.number;
  line["url"] = text_or_null(report.url);
  line["final_url"] = text_or_null(report.final_url);
  line["status"] = to_string(report.status);
  line["error"] = text_or_null(report.error);
  line["message"] = text_or_null(report.message);
  line["http_status"] = report.http_status ? boost::json::value(*report.http_status) : nullptr;
  line["path"] = text_or_null(report.path);
  line["bytes"] = report.bytes;
  line["content_type"] = text_or_null(report.content_type);
  line["etag"] = text_or_null(report.etag);
  line["last_modified"] = text_or_null(report.last_modified);
  line["attempts"] = report.attempts;
  line["t_start"] = seconds(report.started.time_since_epoch());
  line["t_dns"] = seconds_or_null(report.resolved);
  line["t_connect"] = seconds_or_null(report.connected);
  line["t_tls"] = seconds_or_null(report.secured);
  line["t_first"] = seconds_or_null(report.first_byte);
  line["t_total"] = seconds(report.total);
  line["remote_ip"] = text_or_null(report.remote_ip);
  line["tls"] = text_or_null(report.tls);
  return boost::json::serialize(line);
}

std::string_view to_string(outcome status) {
  switch (status) {
    case outcome::ok: return "ok";
    case outcome::skipped: return "skipped";
    case outcome::failed: break;
  }
  return "failed";
}

std::string without_credentials(std::string_view url) {
  const auto scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto authority = url.substr(begin, url.find_first_of("/?#\\", begin) - begin);
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, begin)) + std::string(url.substr(begin + at + 1));
}

}  // namespace weft::get_app

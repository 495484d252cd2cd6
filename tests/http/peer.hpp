#pragma once

#include <weft/http/client.hpp>
#include <weft/testkit/run.hpp>
#include <weft/testkit/scripted_peer.hpp>

#include <string>
#include <string_view>

// What the client's tests share.
namespace peer {

using weft::testkit::script;
using weft::testkit::scripted_peer;

inline const std::string end_of_head = "\r\n\r\n";
inline const std::string chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

inline std::string url(const scripted_peer& server, std::string_view path = "/") {
  return "http://127.0.0.1:" + std::to_string(server.port()) + std::string(path);
}

inline std::string answer(std::string_view status, std::string_view body, std::string_view fields = {}) {
  std::string text = "HTTP/1.1 ";
  text += status;
  text += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  text += fields;
  text += "\r\n";
  text += body;
  return text;
}

inline std::string ok(std::string_view body) { return answer("200 OK", body); }

inline std::string redirect(std::string_view status, const std::string& location) {
  return answer(status, "", "Location: " + location + "\r\n");
}

/// One request on the connection, answered with `text`.
inline script serve(std::string text) { return script().expect(end_of_head).send(std::move(text)); }

/// The kind of http::error that `work` throws; fails the test when it throws none.
template <class T>
weft::task<weft::http::error_kind> failure(weft::task<T> work) {
  try {
    (void)co_await std::move(work);
  } catch (const weft::http::error& e) {
    co_return e.kind();
  }
  throw std::runtime_error("no error was thrown");
}

/// Sends GET and reads the whole body.
inline weft::task<std::string> fetch(weft::http::client& client, std::string address) {
  weft::http::response r = co_await client.get(address);
  co_return co_await r.text();
}

}  // namespace peer

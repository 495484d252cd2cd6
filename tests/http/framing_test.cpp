#include <weft/http/framing.hpp>

#include <weft/http/error.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace weft::http;

/// "<end> <length> <keep|close>" or "error".
std::string frame(const std::string& method, const std::string& head_text) {
  head_gate gate;
  response_head head;
  REQUIRE(gate.read(head_text, head));
  try {
    const response_framing f = frame_response(method, head);
    const char* const ends[] = {"none", "length", "chunked", "close"};
    return std::string(ends[static_cast<int>(f.end)]) + " " + std::to_string(f.length) +
           (f.keeps_alive ? " keep" : " close");
  } catch (const error& e) {
    CHECK(e.kind() == error_kind::protocol_error);
    return "error";
  }
}

struct framing_row {
  const char* start;
  const char* fields;
  const char* expected;
};

TEST_CASE("framing: how the end of an answer to GET is found") {
  const framing_row rows[] = {
      {"HTTP/1.1 200 OK", "Content-Length: 5\r\n", "length 5 keep"},
      {"HTTP/1.1 200 OK", "Content-Length: 0\r\n", "none 0 keep"},
      {"HTTP/1.1 200 OK", "Content-Length: 007\r\n", "length 7 keep"},
      {"HTTP/1.1 200 OK", "Content-Length: 5, 5\r\nContent-Length: 5\r\n", "length 5 keep"},
      {"HTTP/1.1 200 OK", "Content-Length: 9223372036854775807\r\n", "length 9223372036854775807 keep"},
      {"HTTP/1.1 200 OK", "Content-Length: 5\r\nConnection: Foo, Close\r\n", "length 5 close"},
      {"HTTP/1.0 200 OK", "Content-Length: 5\r\n", "length 5 close"},
      {"HTTP/1.0 200 OK", "Content-Length: 5\r\nConnection: Keep-Alive\r\n", "length 5 keep"},
      {"HTTP/1.0 200 OK", "Content-Length: 5\r\nConnection: keep-alive, close\r\n", "length 5 close"},
      {"HTTP/1.1 200 OK", "", "close 0 close"},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n", "chunked 0 keep"},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: Chunked\r\n", "chunked 0 keep"},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "chunked 0 close"},
      {"HTTP/1.1 200 OK", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "chunked 0 close"},
      {"HTTP/1.1 204 No", "Content-Length: 5\r\n", "none 0 keep"},
      {"HTTP/1.1 304 Not", "Content-Length: 5\r\n", "none 0 keep"},
      {"HTTP/1.1 103 Early", "", "none 0 keep"},
      {"HTTP/1.1 200 OK", "Content-Length: 5\r\nContent-Length: 6\r\n", "error"},
      {"HTTP/1.1 200 OK", "Content-Length: 5, 6\r\n", "error"},
      {"HTTP/1.1 200 OK", "Content-Length:\r\n", "error"},
      {"HTTP/1.1 200 OK", "Content-Length: 5,\r\n", "error"},
      {"HTTP/1.1 200 OK", "Content-Length: +5\r\n", "error"},
      {"HTTP/1.1 200 OK", "Content-Length: -1\r\n", "error"},
      {"HTTP/1.1 200 OK", "Content-Length: 0x5\r\n", "error"},
      {"HTTP/1.1 200 OK", "Content-Length: 5 6\r\n", "error"},
      {"HTTP/1.1 200 OK", "Content-Length: 9223372036854775808\r\n", "error"},
      {"HTTP/1.1 200 OK", "Content-Length: 99999999999999999999\r\n", "error"},
      {"HTTP/1.1 200 OK", "Content-Length: x\r\nTransfer-Encoding: chunked\r\n", "error"},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked\r\n", "error"},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked, identity\r\n", "error"},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: identity\r\n", "error"},
      {"HTTP/1.1 200 OK", "Transfer-Encoding:\r\n", "error"},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: xchunked\r\n", "error"},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "error"},
      {"HTTP/1.0 200 OK", "Transfer-Encoding: chunked\r\n", "error"},
  };
  for (const framing_row& r : rows) {
    const std::string text = std::string(r.start) + "\r\n" + r.fields + "\r\n";
    CAPTURE(text);
    CHECK(frame("GET", text) == r.expected);
  }
}

TEST_CASE("framing: an answer to HEAD has no body whatever its fields say") {
  CHECK(frame("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") == "none 0 keep");
  CHECK(frame("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") == "none 0 keep");
  CHECK(frame("HEAD", "HTTP/1.1 200 OK\r\n\r\n") == "none 0 keep");
}

}  // namespace

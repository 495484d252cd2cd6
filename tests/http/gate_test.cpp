#include <weft/http/gate.hpp>

#include <weft/http/error.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace weft::http;
using namespace std::string_view_literals;

/// The head as one line of text, so that two readings are easily compared.
std::string show(const response_head& head) {
  std::string text = std::to_string(head.minor_version) + " " + std::to_string(head.status) + " " + head.reason;
  for (const auto& [name, value] : head.fields) (((text += "|") += name) += "=") += value;
  return text;
}

/// Reads a whole head in one go; "error <kind>" when it is refused, "incomplete" when more is needed.
std::string read_response(std::string_view text, head_rules rules, head_limits limits = {}) {
  head_gate gate(limits, rules);
  response_head head;
  try {
    const auto size = gate.read(text, head);
    return size ? show(head) : "incomplete";
  } catch (const error& e) {
    return "error " + std::string(to_string(e.kind()));
  }
}

/// The same, the bytes coming one at a time.
std::string read_slowly(std::string_view text, head_rules rules) {
  head_gate gate({}, rules);
  response_head head;
  try {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      const std::string copy(text.substr(0, i));  // moves between the calls, as a growing buffer does
      if (gate.read(copy, head)) return show(head);
    }
    return "incomplete";
  } catch (const error& e) {
    return "error " + std::string(to_string(e.kind()));
  }
}

struct head_row {
  std::string_view text;
  const char* strict;
  const char* tolerant;
};

const head_row rows[] = {
    {"HTTP/1.1 200 OK\r\n\r\n", "1 200 OK", "1 200 OK"},
    {"HTTP/1.0 404 Not Found\r\nA: b\r\n\r\n", "0 404 Not Found|A=b", "0 404 Not Found|A=b"},
    {"HTTP/1.1 200 \r\nA:b\r\na:\t c \t\r\nE:\r\n\r\n", "1 200 |A=b|a=c|E=", "1 200 |A=b|a=c|E="},
    {"HTTP/1.1 200\r\n\r\n", "error protocol_error", "1 200 "},
    {"HTTP/1.7 299 x\r\n\r\n", "1 299 x", "1 299 x"},
    {"HTTP/1.1 200 caf\xc3\xa9\r\nX: \xe9\xff\r\n\r\n", "1 200 caf\xc3\xa9|X=\xe9\xff", "1 200 caf\xc3\xa9|X=\xe9\xff"},
    {"HTTP/1.1 200 a\x01\r\n\r\n", "error protocol_error", "1 200 a\x01"},
    {"HTTP/1.1 200 OK\r\nA: b\x7f\r\nC: d\r\n\r\n", "error protocol_error", "1 200 OK|C=d"},
    {"HTTP/1.1 200 OK\r\nA: b\x7f\r\n c\r\nC: d\r\n\r\n", "error protocol_error", "1 200 OK|C=d"},
    {"HTTP/1.1 200 OK\r\nA: b\r\n  c\r\n\td \r\nE: f\r\n\r\n", "error protocol_error", "1 200 OK|A=b    c  \td|E=f"},
    {"HTTP/1.1 200 OK\r\nA:\r\n b\r\n\r\n", "error protocol_error", "1 200 OK|A=b"},
    {"HTTP/1.1 200 OK\r\nA: b\r\n \r\n\r\n", "error protocol_error", "1 200 OK|A=b"},
    {"HTTP/1.1 200 OK\r\nA: b\r\n \x01\r\nC: d\r\n\r\n", "error protocol_error", "1 200 OK|C=d"},
};

const std::string_view refused[] = {
    "\r\n",
    "\n",
    "HTTP/1.1 200 OK\n\n",
    "HTTP/1.1 200 OK\r\nA: b\n\r\n",
    "HTTP/1.1 200 OK\r\nA: b\r\n\n",
    "HTTP/1.1 200 OK\r\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
    "HTTP/1.1 200 O\0K\r\n\r\n"sv,
    "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n"sv,
    "HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n"sv,
    "HTTP/2 200 OK\r\n\r\n",
    "HTTP/2.0 200 OK\r\n\r\n",
    "HTTP/0.9 200 OK\r\n\r\n",
    "http/1.1 200 OK\r\n\r\n",
    "HTTP/1.10 200 OK\r\n\r\n",
    "HTTP/1.1  200 OK\r\n\r\n",
    "HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/1.1 2000 OK\r\n\r\n",
    "HTTP/1.1 099 OK\r\n\r\n",
    "HTTP/1.1 +20 OK\r\n\r\n",
    "HTTP/1.1 2x0 OK\r\n\r\n",
    "HTTP/1.1\r\n\r\n",
    "ICY 200 OK\r\n\r\n",
    "<html>\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA\r\n\r\n",
    "HTTP/1.1 200 OK\r\n: b\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
    "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\tA: b\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA B: c\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA\xe9: c\r\n\r\n",
    "HTTP/1.1 200 OK\r\n(A): c\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n 6\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\x01\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: \x0b"
    "chunked\r\n\r\n",
};

TEST_CASE("head_gate: heads as servers send them") {
  for (const head_row& r : rows) {
    CAPTURE(std::string(r.text));
    CHECK(read_response(r.text, head_rules::strict) == r.strict);
    CHECK(read_response(r.text, head_rules::tolerant) == r.tolerant);
  }
}

TEST_CASE("head_gate: what two readers could see differently is refused under both rules") {
  for (const std::string_view text : refused) {
    CAPTURE(std::string(text));
    CHECK(read_response(text, head_rules::strict) == "error protocol_error");
    CHECK(read_response(text, head_rules::tolerant) == "error protocol_error");
  }
}

TEST_CASE("head_gate: the result does not depend on how the bytes were split") {
  for (const head_row& r : rows) {
    CAPTURE(std::string(r.text));
    CHECK(read_slowly(r.text, head_rules::strict) == r.strict);
    CHECK(read_slowly(r.text, head_rules::tolerant) == r.tolerant);
    for (std::size_t cut = 0; cut < r.text.size(); ++cut) {
      head_gate gate;
      response_head head;
      if (std::string_view(r.tolerant).starts_with("error")) continue;
      REQUIRE_FALSE(gate.read(r.text.substr(0, cut), head));
      REQUIRE(gate.read(r.text, head) == r.text.size());
      CHECK(show(head) == r.tolerant);
    }
  }
  for (const std::string_view text : refused) {
    CAPTURE(std::string(text));
    CHECK(read_slowly(text, head_rules::tolerant) == "error protocol_error");
  }
}

TEST_CASE("head_gate: gives the size of the head and leaves the body alone") {
  const std::string text = "HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody\n\0";
  head_gate gate;
  response_head head;
  CHECK(gate.read(text, head) == text.find("body"));
}

TEST_CASE("head_gate: limits on bytes, lines and fields") {
  const std::string start = "HTTP/1.1 200 OK\r\n";
  std::string many = start;
  for (int i = 0; i < 256; ++i) many += "A: b\r\n";
  CHECK(read_response(many + "\r\n", head_rules::tolerant).starts_with("1 200"));
  CHECK(read_response(many + "A: b\r\n\r\n", head_rules::tolerant) == "error head_too_large");
  const std::string line = "A: " + std::string(64 * 1024 - 5, 'x') + "\r\n";
  CHECK(read_response(start + line + "\r\n", head_rules::tolerant).starts_with("1 200"));
  CHECK(read_response(start + "x" + line + "\r\n", head_rules::tolerant) == "error head_too_large");
  CHECK(read_response(start + std::string(70000, 'x'), head_rules::tolerant) == "error head_too_large");
  CHECK(read_response(start + line + line + line + line + "\r\n", head_rules::tolerant) == "error head_too_large");
  CHECK(read_response(start + std::string(8200, 'x'), head_rules::strict, head_limits::server()) ==
        "error head_too_large");
}

TEST_CASE("head_gate: interim heads count towards the limits of the final one") {
  const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  head_gate gate({.bytes = 2 * interim.size() + 10, .fields = 256, .line = 1024});
  response_head head;
  REQUIRE(gate.read(interim, head));
  gate.rearm();
  REQUIRE(gate.read(interim, head));
  CHECK(head.fields.size() == 1);
  gate.rearm();
  CHECK_THROWS_AS((void)gate.read(interim, head), error);
  gate.reset();
  CHECK(gate.read(interim, head));
}

TEST_CASE("head_gate: request lines") {
  const auto read = [](std::string_view text) {
    head_gate gate(head_limits::server(), head_rules::strict);
    request_head head;
    try {
      if (!gate.read(text, head)) return std::string("incomplete");
      return head.method + " " + head.target + " " + std::to_string(head.minor_version);
    } catch (const error& e) {
      return std::string(to_string(e.kind()));
    }
  };
  CHECK(read("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == "GET / 1");
  CHECK(read("OPTIONS * HTTP/1.0\r\n\r\n") == "OPTIONS * 0");
  for (const char* bad :
       {"GET /\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "G\x01T / HTTP/1.1\r\n\r\n", " / HTTP/1.1\r\n\r\n",
        "GET /a b HTTP/1.1\r\n\r\n", "GET / HTTP/1.1 \r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "\r\n\r\n"}) {
    CAPTURE(std::string(bad));
    CHECK(read(bad) == "protocol_error");
  }
}

}  // namespace

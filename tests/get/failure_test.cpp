#include "get/failure.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

using namespace weft::get_app;
using weft::app::exit_code;
using weft::http::error_kind;
using weft::http::error_phase;

TEST_CASE("failure: answers that bring the file are none") {
  for (const unsigned status : {200U, 201U, 203U}) CHECK(!failure_of_status(status, ""));
}

TEST_CASE("failure: answers without the file fail with their class") {
  CHECK(failure_of_status(204, "")->code == exit_code::protocol);
  CHECK(failure_of_status(206, "")->code == exit_code::protocol);
  CHECK(failure_of_status(304, "")->code == exit_code::protocol);
  CHECK(failure_of_status(401, "")->code == exit_code::auth);
  CHECK(failure_of_status(404, "")->code == exit_code::server);
  CHECK(failure_of_status(404, "")->error == "http_404");
  CHECK(failure_of_status(404, "")->message == "the server answered 404 (not found)");
  CHECK(failure_of_status(599, "")->message == "the server answered 599");
}

TEST_CASE("failure: a part and an answer without news are none when the user's fields ask for them") {
  const auto of = [](std::string name) {
    const std::vector<std::pair<std::string, std::string>> fields{{"accept", "*/*"}, {std::move(name), "x"}};
    return conditions_of(fields);
  };
  CHECK(!failure_of_status(206, "", of("RANGE")));
  CHECK(!failure_of_status(304, "", of("if-none-match")));
  CHECK(!failure_of_status(304, "", of("If-Modified-Since")));
  CHECK(failure_of_status(304, "", of("Range")));
  CHECK(failure_of_status(206, "", of("If-None-Match")));
  CHECK(failure_of_status(204, "", of("Range")));
}

TEST_CASE("failure: only answers of the moment are transient") {
  for (const unsigned status : {408U, 425U, 429U, 500U, 502U, 503U, 504U})
    CHECK(failure_of_status(status, "")->transient);
  for (const unsigned status : {204U, 304U, 400U, 401U, 403U, 404U, 410U, 501U})
    CHECK(!failure_of_status(status, "")->transient);
}

TEST_CASE("failure: Retry-After is kept when it can be read") {
  CHECK(failure_of_status(503, "7")->retry_after == std::chrono::seconds(7));
  CHECK(!failure_of_status(503, "soon")->retry_after);
  CHECK(!failure_of_status(503, "")->retry_after);
}

TEST_CASE("failure: errors of the client keep their name and get a class") {
  const auto of = [](error_kind kind) { return failure_of(weft::http::error(kind, error_phase::connect, "what")); };
  CHECK(of(error_kind::dns_nxdomain).code == exit_code::network);
  CHECK(of(error_kind::dns_nxdomain).error == "dns_nxdomain");
  CHECK(of(error_kind::tls_expired).code == exit_code::tls);
  CHECK(of(error_kind::invalid_url).code == exit_code::usage);
  CHECK(of(error_kind::redirect_blocked).code == exit_code::policy);
  CHECK(of(error_kind::redirect_limit).code == exit_code::protocol);
  CHECK(of(error_kind::body_incomplete).code == exit_code::network);
  CHECK(of(error_kind::connect_refused).refused);
  CHECK(of(error_kind::timeout_body).transient);
  CHECK(!of(error_kind::tls_untrusted).transient);
}

TEST_CASE("failure: trouble with files") {
  CHECK(file_failure("x", {ENOSPC, std::generic_category()}).error == "disk_full");
  CHECK(file_failure("x", {ENOSPC, std::generic_category()}).code == exit_code::file);
  CHECK(file_failure("x", {EEXIST, std::generic_category()}).code == exit_code::exists);
}

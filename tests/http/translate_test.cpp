#include <weft/http/detail/translate.hpp>

#include <weft/net/resolver.hpp>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>

using weft::http::error_kind;
using weft::http::error_phase;
namespace failure = boost::asio::error;

namespace {

std::exception_ptr thrown(boost::system::error_code code) {
  return std::make_exception_ptr(boost::system::system_error(code, "cannot do it"));
}

}  // namespace

TEST_CASE("translate: what a lookup fails with, its deadline included") {
  using weft::net::resolve_errc;
  const auto kind = [](boost::system::error_code code) {
    const auto told = weft::http::detail::translate_resolve_error(thrown(code));
    CHECK(told.phase() == error_phase::resolve);
    return told.kind();
  };
  CHECK(kind(failure::timed_out) == error_kind::timeout_resolve);
  CHECK(kind(resolve_errc::host_not_found) == error_kind::dns_nxdomain);
  CHECK(kind(resolve_errc::temporary_failure) == error_kind::dns_temp);
  CHECK(kind(resolve_errc::failed) == error_kind::dns_failed);
  CHECK(kind(resolve_errc::bad_address) == error_kind::dns_failed);
}

TEST_CASE("translate: what connecting fails with") {
  const auto kind = [](boost::system::error_code code) {
    const auto told = weft::http::detail::translate_connect_error(thrown(code));
    CHECK(told.phase() == error_phase::connect);
    return told.kind();
  };
  CHECK(kind(failure::timed_out) == error_kind::timeout_connect);
  CHECK(kind(failure::connection_refused) == error_kind::connect_refused);
  CHECK(kind(failure::network_unreachable) == error_kind::connect_unreachable);
  CHECK(kind(failure::host_unreachable) == error_kind::connect_unreachable);
  CHECK(kind(failure::access_denied) == error_kind::connect_failed);
}

TEST_CASE("translate: a stream that is lost before an answer and within one") {
  const auto lost = [](boost::system::error_code code, bool answered) {
    return weft::http::detail::translate_stream_error(thrown(code), error_phase::head, answered).kind();
  };
  CHECK(lost(failure::eof, false) == error_kind::closed_before_response);
  CHECK(lost(failure::eof, true) == error_kind::connection_reset);
  CHECK(lost(failure::connection_reset, false) == error_kind::connection_reset);
  CHECK(lost(failure::broken_pipe, false) == error_kind::connection_reset);
  CHECK(lost(failure::no_memory, true) == error_kind::io_error);
}

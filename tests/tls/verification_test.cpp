#include <weft/tls/context.hpp>

#include <weft/testkit/run.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "support.hpp"

using namespace weft;
using tls::error_kind;

namespace {

/// How a client that trusts `trusted` and wants `host` takes the certificate of `identity`; nothing: it is satisfied.
std::optional<error_kind> verdict(const certificates::identity& identity, tls::context client,
                                  const std::string& host) {
  std::optional<error_kind> kind;
  testkit::run([&]() -> task<> {
    auto attempt = [&]() -> task<> {
      const auto pair = co_await support::make_tls_pair(client, support::server_context(identity), host);
    };
    kind = co_await support::kind_of(attempt());
  });
  return kind;
}

struct authority {
  certificates::folder files;
  certificates::identity root = files.make({.is_ca = true});

  [[nodiscard]] tls::context client() const { return support::client_context(root.certificate_file); }
  [[nodiscard]] certificates::identity leaf(certificates::request what) { return files.make(what, &root); }
};

certificates::request named(std::vector<std::string> names) {
  certificates::request what;
  what.names = std::move(names);
  return what;
}

}  // namespace

TEST_CASE("verification: a certificate for the name, a wildcard of it or the address is accepted") {
  authority ca;
  const auto leaf = ca.leaf(named({"DNS:other.test", "DNS:a.test", "DNS:*.wild.test", "IP:127.0.0.1", "IP:::1"}));
  for (const char* host : {"a.test", "A.Test", "a.test.", "b.wild.test", "127.0.0.1", "::1", "[::1]"}) {
    CAPTURE(host);
    CHECK_FALSE(verdict(leaf, ca.client(), host));
  }
}

TEST_CASE("verification: a certificate for anything else is refused as a mismatch") {
  authority ca;
  const auto leaf = ca.leaf(
      named({"DNS:a.test", "DNS:*.wild.test", "DNS:f*.part.test", "DNS:*.test", "DNS:127.0.0.2", "IP:127.0.0.1"}));
  for (const char* host : {"b.example", "a.b.wild.test", "wild.test.example", "foo.part.test", "127.0.0.2", "127.0.0.3",
                           "::1", "z.test"}) {
    CAPTURE(host);
    CHECK(verdict(leaf, ca.client(), host) == error_kind::host_mismatch);
  }
}

TEST_CASE("verification: the common name is never looked at") {
  authority ca;
  certificates::request only_common_name;
  only_common_name.common_name = "a.test";
  CHECK(verdict(ca.leaf(only_common_name), ca.client(), "a.test") == error_kind::host_mismatch);
}

TEST_CASE("verification: a NUL in a name neither ends it early nor can be asked for") {
  authority ca;
  using namespace std::string_literals;
  CHECK(verdict(ca.leaf(named({"DNS:a.test\0.evil"s})), ca.client(), "a.test") == error_kind::host_mismatch);
  CHECK(verdict(ca.leaf(named({"DNS:a.test"})), ca.client(), "a.test\0.evil"s) == error_kind::host_mismatch);
  CHECK(verdict(ca.leaf(named({"DNS:a.test"})), ca.client(), "") == error_kind::host_mismatch);
}

TEST_CASE("verification: a certificate that has expired, or is not valid yet, is refused as such") {
  authority ca;
  auto old = named({"DNS:a.test"});
  old.valid_from = std::chrono::hours(-48);
  old.valid_until = std::chrono::hours(-24);
  CHECK(verdict(ca.leaf(old), ca.client(), "a.test") == error_kind::expired);
  auto early = named({"DNS:a.test"});
  early.valid_from = std::chrono::hours(24);
  early.valid_until = std::chrono::hours(48);
  CHECK(verdict(ca.leaf(early), ca.client(), "a.test") == error_kind::not_yet_valid);
}

TEST_CASE("verification: a certificate that nobody trusted has signed is refused as such") {
  authority ca;
  authority stranger;
  const auto what = named({"DNS:a.test"});
  CHECK(verdict(stranger.leaf(what), ca.client(), "a.test") == error_kind::unknown_issuer);
  CHECK(verdict(ca.files.make(what), ca.client(), "a.test") == error_kind::self_signed);
  auto with_its_root = stranger.leaf(what);
  with_its_root.certificate_file = stranger.files.chain({&with_its_root, &stranger.root});
  CHECK(verdict(with_its_root, ca.client(), "a.test") == error_kind::unknown_issuer);
}

TEST_CASE("verification: an intermediate must be sent, must be a CA, and is no anchor by itself") {
  authority ca;
  const auto middle = ca.leaf({.is_ca = true});
  auto leaf = ca.files.make(named({"DNS:a.test"}), &middle);
  const auto alone = leaf.certificate_file;
  CHECK(verdict(leaf, ca.client(), "a.test") == error_kind::unknown_issuer);
  CHECK(verdict(leaf, support::client_context(middle.certificate_file), "a.test") == error_kind::unknown_issuer);
  leaf.certificate_file = ca.files.chain({&leaf, &middle});
  CHECK_FALSE(verdict(leaf, ca.client(), "a.test"));

  const auto no_ca = ca.leaf(named({"DNS:b.test"}));
  auto forged = ca.files.make(named({"DNS:a.test"}), &no_ca);
  forged.certificate_file = ca.files.chain({&forged, &no_ca});
  CHECK(verdict(forged, ca.client(), "a.test") == error_kind::untrusted);
}

TEST_CASE("verification: a certificate for clients only is refused") {
  authority ca;
  auto what = named({"DNS:a.test"});
  what.extended_usage = "clientAuth";
  CHECK(verdict(ca.leaf(what), ca.client(), "a.test") == error_kind::untrusted);
  what.extended_usage = "serverAuth";
  CHECK_FALSE(verdict(ca.leaf(what), ca.client(), "a.test"));
}

TEST_CASE("verification: a revoked certificate is refused as such where there is a revocation list") {
  authority ca;
  const auto good = ca.leaf(named({"DNS:a.test"}));
  const auto bad = ca.leaf(named({"DNS:a.test"}));
  tls::context_options options;
  options.roots = tls::system_roots::ignored;
  options.ca_files = {ca.root.certificate_file};
  options.crl_files = {ca.files.revoke(ca.root, bad)};
  CHECK(verdict(bad, tls::context(options), "a.test") == error_kind::revoked);
  CHECK_FALSE(verdict(good, tls::context(options), "a.test"));
}

TEST_CASE("verification: SSL_CERT_FILE names the system's roots, which are read at the first connection") {
  authority ca;
  const auto leaf = ca.leaf(named({"DNS:a.test"}));
  const tls::context client;
  ::setenv("SSL_CERT_FILE", ca.root.certificate_file.c_str(), 1);
  CHECK_FALSE(verdict(leaf, client, "a.test"));
  ::unsetenv("SSL_CERT_FILE");
  CHECK(verdict(leaf, tls::context(), "a.test") == error_kind::unknown_issuer);
}

TEST_CASE("verification: certificates can be added as a file and as text, and bad ones are named") {
  authority ca;
  const auto leaf = ca.leaf(named({"DNS:a.test"}));
  tls::context_options none;
  none.roots = tls::system_roots::ignored;
  tls::context by_file(none);
  by_file.add_ca_file(ca.root.certificate_file);
  CHECK_FALSE(verdict(leaf, by_file, "a.test"));
  tls::context by_text(none);
  std::string text;
  std::getline(std::ifstream(ca.root.certificate_file), text, '\0');
  by_text.add_ca_pem(text);
  CHECK_FALSE(verdict(leaf, by_text, "a.test"));
  CHECK_THROWS_AS(by_text.add_ca_pem("not PEM"), tls::error);
  CHECK_THROWS_WITH_AS(by_file.add_ca_file("/missing/ca.pem"),
                       doctest::Contains("cannot read CA file '/missing/ca.pem'"), tls::error);
}

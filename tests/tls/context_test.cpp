#include <weft/tls/context.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <stdexcept>

#include "support.hpp"

using namespace weft;
using support::world;

TEST_CASE("tls::context: a certificate, key or file that cannot be used is named") {
  world w;
  const auto other = w.files.make({});
  auto make = [](const std::filesystem::path& chain, const std::filesystem::path& key) {
    tls::server_context_options options;
    options.certificate = {chain, key};
    return tls::context(options);
  };
  CHECK_THROWS_WITH_AS(make("/missing.pem", w.leaf.key_file),
                       doctest::Contains("cannot use certificate '/missing.pem'"), tls::error);
  CHECK_THROWS_WITH_AS(make(w.leaf.certificate_file, "/missing.key"),
                       doctest::Contains("cannot use key '/missing.key'"), tls::error);
  CHECK_THROWS_AS(make(w.leaf.certificate_file, other.key_file), tls::error);
  const auto encrypted = w.files.write("encrypted.key",
                                       "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                       "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgAAAAAAAAAAAICCAAw\n"
                                       "-----END ENCRYPTED PRIVATE KEY-----\n");
  CHECK_THROWS_AS(make(w.leaf.certificate_file, encrypted), tls::error);
  tls::context_options bad_protocol;
  bad_protocol.alpn = {""};
  CHECK_THROWS_AS(tls::context{bad_protocol}, std::invalid_argument);
}

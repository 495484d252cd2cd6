#include "common/exit_code.hpp"

#include <algorithm>
#include <array>

namespace weft::app {
namespace {

constexpr std::array<exit_code_row, 16> rows{{
    {exit_code::ok, "everything asked for was done"},
    {exit_code::internal, "an error of no other class"},
    {exit_code::usage, "wrong option, URL or list line"},
    {exit_code::file, "a file could not be read or written"},
    {exit_code::network, "name not found, no connection, time limit, broken transfer"},
    {exit_code::tls, "the server's certificate or the TLS handshake was refused"},
    {exit_code::auth, "the server wants a login (401, 407)"},
    {exit_code::protocol, "the server's answer is not valid HTTP, or too many redirects"},
    {exit_code::server, "the server answered with an error (400 and above)"},
    {exit_code::integrity, "the body is not what was promised"},
    {exit_code::rejected, "the content is not of the kind asked for"},
    {exit_code::policy, "a rule refuses the request (scheme, redirect to http)"},
    {exit_code::exists, "the file exists and --on-conflict is fail"},
    {exit_code::hung_up, "the terminal was closed (SIGHUP)"},
    {exit_code::interrupted, "interrupted (Ctrl-C)"},
    {exit_code::terminated, "terminated (SIGTERM)"},
}};

}  // namespace

std::span<const exit_code_row> exit_code_table() { return rows; }

exit_code worst(exit_code a, exit_code b) {
  if (a == exit_code::ok) return b;
  if (b == exit_code::ok) return a;
  return std::min(a, b);
}

}  // namespace weft::app

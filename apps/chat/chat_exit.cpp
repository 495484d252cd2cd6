#include "chat/chat_exit.hpp"

#include <array>

namespace weft::chat_app {
namespace {

constexpr app::exit_code code(chat_exit of) { return static_cast<app::exit_code>(of); }

constexpr std::array<app::exit_code_row, 8> rows{{
    {code(chat_exit::ok), "everything was sent; with --send: all peers got it, as far as the mode can tell"},
    {code(chat_exit::usage), "wrong command line, or a file that cannot be used"},
    {code(chat_exit::bind), "the address or port to listen on cannot be used"},
    {code(chat_exit::undelivered), "a message did not reach a peer"},
    {code(chat_exit::identity), "a peer has another key than the known one, or one that is not accepted"},
    {code(chat_exit::hung_up), "the terminal was closed (SIGHUP)"},
    {code(chat_exit::interrupted), "interrupted (Ctrl-C)"},
    {code(chat_exit::terminated), "terminated (SIGTERM)"},
}};

}  // namespace

std::span<const app::exit_code_row> chat_exit_table() { return rows; }

}  // namespace weft::chat_app

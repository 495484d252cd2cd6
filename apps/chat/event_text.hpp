#pragma once

#include <string>

#include "chat/chat_event.hpp"

namespace weft::chat_app {

enum class coloring { none, ansi };

/// Hours and minutes of `time`, local.
std::string clock_text(std::chrono::system_clock::time_point time);

/// The event for a reader: one line, more for a text with line feeds in it ("| " in front of those), each ended by LF.
/// Whatever the peer sent, it holds no control but LF, and the colours that were asked for.
std::string event_text(const chat_event& event, coloring colors);

/// The event as a line of a log: with date and time zone, without colours.
std::string log_text(const chat_event& event);

/// The event as one JSON object with LF behind it: type, time (UTC), peer, nick, text, bytes, and id where it has one.
/// `bytes` is base64, and null when the text is valid UTF-8; `text` then has U+FFFD for what is broken. What is not
/// printable is written as \uXXXX.
std::string event_json(const chat_event& event);

}  // namespace weft::chat_app

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "chat/endpoint.hpp"
#include "chat/file_reference.hpp"

namespace weft::chat_app {

/// Number of an own message, from 1; 0: none.
using message_id = std::uint64_t;

enum class event_type {
  message,    ///< a peer said something
  own,        ///< what was typed here goes out
  sent,       ///< an own message was handed to the kernel
  delivered,  ///< the peer has said that it got it
  failed,     ///< it did not reach the peer; text says why
  joined,     ///< a peer is there
  left,       ///< a peer is gone; text says how, if it is known
  renamed,    ///< a peer has another name, or is away; text: what it says
  same,       ///< a peer is one that is known by another address; with a number: nothing of that message is told of it
  refused,    ///< a peer is not who it should be
  offer,      ///< a peer offers a file
  flood,      ///< messages of a peer were not shown
  notice,     ///< something else to know
};

/// The name in JSON and logs.
std::string name_of(event_type type);

/// Something that a user is told. Texts and names are as they arrived: not safe for a terminal.
struct chat_event {
  event_type type = event_type::notice;
  std::optional<endpoint> peer = {};
  std::string nick = {};  ///< the peer's; empty: it has none
  std::string text = {};
  message_id id = 0;
  std::optional<file_reference> file = {};          ///< of `offer`
  event_type fate = event_type::sent;               ///< of `own`: what is known about it; notice: nothing yet
  std::optional<endpoint> same_as = {};             ///< of `same`
  std::chrono::system_clock::time_point time = {};  ///< set where it is shown
};

}  // namespace weft::chat_app

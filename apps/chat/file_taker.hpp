#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include <weft/core/task.hpp>

#include "chat/endpoint.hpp"
#include "chat/file_reference.hpp"

namespace weft::chat_app {

/// Takes files and folders that were offered here, by TCP as IP Messenger has it, into the working folder.
///
/// Threads: one loop; files are written by others. Cancellation: what is being taken is given up and leaves nothing
/// behind.
class file_taker {
 public:
  using teller = std::function<void(const std::string&)>;

  /// `tell` gets notices.
  explicit file_taker(teller tell) : tell_(std::move(tell)) {}

  /// What a peer offers, numbered from 1: gives the number. The oldest of 1000 is forgotten.
  std::size_t add_offer(const endpoint& peer, const file_reference& file);
  /// Takes an offered file or folder, under a name that is safe and free, with `request` to ask for it. Tells what became
  /// of it.
  task<> take(std::size_t number, std::function<std::string(const file_reference&)> request);

 private:
  struct offered {
    endpoint peer;
    file_reference file;
  };

  teller tell_;
  std::deque<offered> offers_;
  std::size_t forgotten_ = 0;  // number of the last offer that is not in offers_ any more
};

}  // namespace weft::chat_app

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include <weft/core/task.hpp>
#include <weft/net/listener.hpp>
#include <weft/net/tcp_socket.hpp>

#include "chat/endpoint.hpp"
#include "chat/file_reference.hpp"

namespace weft::chat_app {

/// The bytes of offered files, by TCP as IP Messenger has it: gives those that were offered from here, and takes those
/// that were offered here.
///
/// Threads: one loop; files are read and written by others. Cancellation: what is under way is given up; a file that is
/// being taken leaves nothing behind.
class file_exchange {
 public:
  using teller = std::function<void(const std::string&)>;

  /// `tell` gets notices.
  explicit file_exchange(teller tell) : tell_(std::move(tell)) {}

  /// Offers a file to a peer: gives what to tell it, and when it was modified (Unix time).
  /// Errors: boost::system::system_error, also for what is no regular file.
  struct share {
    file_reference file;
    std::uint32_t modified;
  };
  share add_share(const std::string& path, const endpoint& peer);

  /// Gives the files to the peers that they were offered to, until killed.
  task<> serve(net::listener source);

  /// What a peer offers, numbered from 1: gives the number. The oldest of 1000 is forgotten.
  std::size_t add_offer(const endpoint& peer, const file_reference& file);
  /// Takes an offered file into the working folder, under a name that is safe and free, with `request` to ask for it.
  /// Tells what became of it.
  task<> take(std::size_t number, std::function<std::string(const file_reference&)> request);

 private:
  struct shared {
    std::string path;
    net::ip_address peer;
    std::uint64_t size;
  };
  struct offered {
    endpoint peer;
    file_reference file;
  };

  task<> give(net::tcp_socket socket);
  task<std::string> receive(const offered& wanted, std::string request);

  teller tell_;
  std::map<std::uint32_t, shared> shares_;
  std::deque<offered> offers_;
  std::size_t forgotten_ = 0;  // number of the last offer that is not in offers_ any more
  std::uint32_t last_share_ = 0;
};

}  // namespace weft::chat_app

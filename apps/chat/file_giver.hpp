#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include <weft/core/task.hpp>
#include <weft/net/listener.hpp>
#include <weft/net/tcp_socket.hpp>

#include "chat/endpoint.hpp"
#include "chat/file_reference.hpp"
#include "chat/ipmsg/file_offer.hpp"

namespace weft::chat_app {

/// Gives the files and folders that were offered from here, by TCP as IP Messenger has it.
///
/// Threads: one loop; files are read by others. Cancellation: what is under way is given up.
class file_giver {
 public:
  using teller = std::function<void(const std::string&)>;

  /// `tell` gets notices.
  explicit file_giver(teller tell) : tell_(std::move(tell)) {}

  /// What there is to offer.
  struct goods {
    std::string path;
    file_reference file;         ///< without numbers
    std::uint32_t modified = 0;  ///< Unix time
  };
  /// Looks at a file, or counts a folder.
  /// Errors: boost::system::system_error, also for what is neither; std::runtime_error for a folder that is too much.
  static task<goods> look_at(std::string path);

  /// Lets a peer have them: gives what to tell it.
  file_reference share(const goods& what, const endpoint& peer);

  /// Gives to the peers what was offered to them, until killed.
  task<> serve(net::listener source);

 private:
  struct shared {
    std::string path;
    net::ip_address peer;
    std::uint64_t size;
    bool is_folder;
  };

  task<> answer(net::tcp_socket socket);
  bool has_offers_for(const net::ip_address& peer) const;
  const shared* find(const ipmsg::file_request& wanted, const net::ip_address& peer) const;

  teller tell_;
  std::map<std::uint32_t, shared> shares_;
  std::uint32_t last_share_ = 0;
};

}  // namespace weft::chat_app

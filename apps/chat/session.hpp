#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <weft/core/task.hpp>
#include <weft/net/udp_socket.hpp>
#include <weft/sync/event.hpp>
#include <weft/sync/queue.hpp>

#include "chat/chat_exit.hpp"
#include "chat/config.hpp"
#include "chat/delivery_watch.hpp"
#include "chat/file_giver.hpp"
#include "chat/file_taker.hpp"
#include "chat/intake.hpp"
#include "chat/notifier.hpp"
#include "chat/peer_table.hpp"
#include "chat/protocol.hpp"
#include "chat/reporter.hpp"
#include "chat/token_bucket.hpp"
#include "chat/user_input.hpp"

namespace weft::chat_app {

/// One run of weft-chat: moves datagrams between the socket and the mode, and lines between the user and the mode.
///
/// Lifetime:     one run(); lives on the loop's thread.
/// Cancellation: peers are told goodbye where the mode can, what was to be printed is, and the terminal is put back.
class session {
 public:
  /// Errors: boost::system::system_error for a log that cannot be opened.
  explicit session(const config& settings);

  /// Completes when the user, or --send, is done. Errors: boost::system::system_error for standard output, the terminal
  /// and the log.
  task<chat_exit> run();

 private:
  struct said {
    message_id id;
    std::vector<endpoint> to;
    std::string text;
  };

  void make_mode();
  void start_mode();
  void listen_for_files();
  void join_groups();
  bool is_own_echo(const endpoint& from) const;
  bool bind();
  void use_interface();
  task<chat_exit> talk();
  task<> work();
  task<chat_exit> serve_user();
  task<chat_exit> send_once();
  task<chat_exit> hear_enough();
  task<> count_messages();
  task<> wait_for_room(const std::vector<endpoint>& peers);
  void end(chat_exit code);
  task<> say_farewell();

  task<> receive();
  task<> transmit();
  task<> pace();
  task<> keep_time();
  task<> keep_output();
  task<> notify(task<> (notifier::*job)());
  task<> give_files();
  task<> take_files();

  task<bool> add_peers();
  task<bool> add_peer(peer_address address, std::string nick);
  task<> ask_for_peer(input_queue& input);
  task<> say(std::string text);
  void pump();
  void note(const std::string& text);
  void hear(chat_event event);
  void hear_refusal(const chat_event& event);
  void hear_same(const chat_event& event);
  bool is_too_much(const chat_event& event);
  bool admit(const endpoint& from);

  task<bool> perform(std::string typed);
  task<> add(std::string_view words);
  void accept(std::string_view words);
  void choose(std::string_view words);
  task<> offer(std::string path);
  void take(const std::string& number);
  void help();
  void list_peers();
  void show_stats();
  void show_fingerprint(std::string_view name);
  void block(std::string_view name);
  void unblock(std::string_view address);
  void rename(const std::string& nick);
  void log(const std::string& path);
  std::vector<std::string> complete(std::string_view line) const;

  static constexpr const char* nobody_to_talk_to = "nobody to talk to: name a peer with /add or /to";

  const config& config_;
  std::string nick_;
  std::string away_;
  reporter reporter_;
  std::unique_ptr<secure::guard> guard_;  // in secure mode
  std::string fingerprint_;
  std::vector<secure::search_group> groups_;  // in secure mode, where it seeks
  std::unique_ptr<protocol> mode_;
  std::vector<net::ip_address> own_addresses_;  // in ipmsg mode
  std::unique_ptr<file_giver> giver_;           // in ipmsg mode
  std::unique_ptr<file_taker> taker_;           // in ipmsg mode
  std::optional<net::listener> file_listener_;
  queue<std::size_t> wanted_files_{unbounded};
  std::optional<net::udp_socket> socket_;
  std::optional<notifier> notifier_;
  std::set<net::ip_address> blocked_;
  std::unique_ptr<chat_screen> screen_;
  peer_table peers_;
  intake intake_;
  token_bucket pace_;
  queue<said> lines_{64};
  queue<outgoing> wire_{unbounded};
  event clock_changed_;  // deadlines may have moved
  event news_;           // something became of a message
  event output_;
  event ended_;
  std::optional<chat_exit> code_;  // once it has ended
  std::optional<delivery_watch> watch_;
  message_id last_id_ = 0;
  std::size_t heard_ = 0;        // messages
  std::size_t unsent_ = 0;       // lines that wait for the rate
  std::size_t unconfirmed_ = 0;  // messages whose receipt has not come, one for each peer
  offload input_thread_;
  std::array<std::byte, 65536> buffer_;
};

}  // namespace weft::chat_app

#pragma once

#include <weft/core/handle.hpp>
#include <weft/core/task.hpp>
#include <weft/net/address.hpp>
#include <weft/net/listener.hpp>
#include <weft/sync/event.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weft::testkit {

/// What a scripted peer does with one connection, step by step.
///
/// Lifetime: a value; build it with the member functions, each of which adds one step and gives the script back.
class script {
 public:
  /// Sends the bytes as one piece; every send is a TCP segment of its own (no merging with the next).
  script& send(std::string bytes);

  /// Sends the bytes in pieces of `size`, so that the receiver gets to see every border.
  script& send_in_pieces(std::string bytes, std::size_t size);

  /// Reads until `delimiter` came (behind what earlier steps took).
  script& expect(std::string delimiter);

  /// Reads exactly `size` bytes.
  script& expect_bytes(std::size_t size);

  /// Waits until the test sets the event, which it must keep alive.
  script& wait_for(event& gate);

  /// Ends this side of the stream and goes on reading until the other side ends.
  script& finish();

  /// Closes both directions at once. Without finish, close or reset as last step, the peer waits for the other side to
  /// end.
  script& close();

  /// Closes with a reset.
  script& reset();

 private:
  friend class scripted_peer;
  struct send_step {
    std::string bytes;
  };
  struct expect_step {
    std::string delimiter;
  };
  struct count_step {
    std::size_t size;
  };
  struct wait_step {
    event* gate;
  };
  enum class end_step { finish, close, reset };
  using step = std::variant<send_step, expect_step, count_step, wait_step, end_step>;
  std::vector<step> steps_;
};

/// A TCP server on a loopback port that plays one script per connection and records what came.
///
/// The scripts are played in the order of the connections, the last one again for all further connections.
///
/// Ownership: copies the scripts; owns its listener and its task, which end when it is destroyed.
/// Lifetime:  make it inside a running task; destroy it before the loop ends.
/// Errors:    of the socket end that connection only; the record shows how far it came.
class scripted_peer {
 public:
  explicit scripted_peer(script one);
  explicit scripted_peer(std::vector<script> each);
  scripted_peer(const scripted_peer&) = delete;
  scripted_peer& operator=(const scripted_peer&) = delete;
  ~scripted_peer();

  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] net::tcp_endpoint endpoint() const noexcept;

  /// Connections taken so far.
  [[nodiscard]] std::size_t connections() const noexcept;

  /// What connection number `index`, counted from 0, has sent so far.
  [[nodiscard]] const std::string& received(std::size_t index = 0) const;

  /// Waits until `count` connections have ended.
  task<> wait_ended(std::size_t count = 1);

 private:
  struct state;
  class player;
  static task<> play_connection(std::shared_ptr<state> self, std::size_t index, net::tcp_socket socket);
  static task<> serve(std::shared_ptr<state> self);

  std::shared_ptr<state> state_;
  handle<void> server_;
};

}  // namespace weft::testkit

#include <weft/testkit/scripted_peer.hpp>

#include <weft/core/sleep.hpp>
#include <weft/core/spawn.hpp>
#include <weft/core/task_group.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace weft::testkit {

script& script::send(std::string bytes) {
  steps_.emplace_back(send_step{std::move(bytes)});
  return *this;
}

script& script::send_in_pieces(std::string bytes, std::size_t size) {
  if (size == 0) throw std::invalid_argument("script::send_in_pieces: pieces of no bytes");
  for (std::size_t at = 0; at < bytes.size(); at += size) send(bytes.substr(at, size));
  return *this;
}

script& script::expect(std::string delimiter) {
  steps_.emplace_back(expect_step{std::move(delimiter)});
  return *this;
}

script& script::expect_bytes(std::size_t size) {
  steps_.emplace_back(count_step{size});
  return *this;
}

script& script::wait_for(event& gate) {
  steps_.emplace_back(wait_step{&gate});
  return *this;
}

script& script::finish() {
  steps_.emplace_back(end_step::finish);
  return *this;
}

script& script::close() {
  steps_.emplace_back(end_step::close);
  return *this;
}

script& script::reset() {
  steps_.emplace_back(end_step::reset);
  return *this;
}

struct scripted_peer::state {
  state(net::listener from, std::vector<script> each)
      : source(std::move(from)), endpoint(source.local_endpoint()), scripts(std::move(each)) {}

  /// What one connection has sent, and how much of it earlier steps have taken.
  struct record {
    std::string received;
    std::size_t taken = 0;
  };

  net::listener source;
  net::tcp_endpoint endpoint;
  std::vector<script> scripts;
  std::vector<std::unique_ptr<record>> records;
  std::size_t ended = 0;
  event progress;
};

/// Plays one script on one connection.
class scripted_peer::player {
 public:
  player(net::tcp_socket& socket, state::record& record) : socket_(socket), record_(record) {}

  task<> play(std::vector<script::step> steps) {
    for (const auto& step : steps) {
      if (const auto* send = std::get_if<script::send_step>(&step)) {
        co_await socket_.write_all(send->bytes);
      } else if (const auto* expected = std::get_if<script::expect_step>(&step)) {
        co_await read_until(expected->delimiter);
      } else if (const auto* count = std::get_if<script::count_step>(&step)) {
        while (record_.received.size() - record_.taken < count->size) co_await read_more();
        record_.taken += count->size;
      } else if (const auto* wait = std::get_if<script::wait_step>(&step)) {
        co_await wait->gate->wait();
      } else if (end_now(std::get<script::end_step>(step))) {
        co_return;
      }
    }
    for (bool more = true; more;) more = co_await read_some();
  }

 private:
  /// Whether nothing can follow.
  bool end_now(script::end_step how) {
    switch (how) {
      case script::end_step::finish: socket_.shutdown_write(); return false;
      case script::end_step::close: socket_.close(); return true;
      case script::end_step::reset: socket_.reset(); return true;
    }
    return true;
  }

  task<> read_until(std::string delimiter) {
    for (;;) {
      const auto found = record_.received.find(delimiter, record_.taken);
      if (found != std::string::npos) {
        record_.taken = found + delimiter.size();
        co_return;
      }
      co_await read_more();
    }
  }

  task<> read_more() {
    const bool more = co_await read_some();
    if (!more) throw boost::system::system_error(boost::asio::error::eof, "scripted peer");
  }

  task<bool> read_some() {
    const std::size_t got = co_await socket_.read_some(buffer_);
    record_.received.append(buffer_.data(), got);
    co_return got > 0;
  }

  net::tcp_socket& socket_;
  state::record& record_;
  std::array<char, 16 * 1024> buffer_{};
};

namespace {

script last_or(const std::vector<script>& scripts, std::size_t index) {
  return scripts[std::min(index, scripts.size() - 1)];
}

}  // namespace

task<> scripted_peer::play_connection(std::shared_ptr<state> self, std::size_t index, net::tcp_socket socket) {
  state::record& record = *self->records[index];
  const auto one = std::make_unique<player>(socket, record);
  try {
    co_await one->play(last_or(self->scripts, index).steps_);
  } catch (const boost::system::system_error&) {
    // The other side went away in the middle: the record tells how far it came.
    socket.close();
  }
  socket.close();
  ++self->ended;
  self->progress.set();
}

task<> scripted_peer::serve(std::shared_ptr<state> self) {
  auto body = [&self](task_group& group) -> task<> {
    for (;;) {
      net::tcp_socket socket = co_await self->source.accept();
      self->records.push_back(std::make_unique<state::record>());
      group.spawn(play_connection, self, self->records.size() - 1, std::move(socket));
    }
  };
  co_await scope(body);
}

scripted_peer::scripted_peer(script one) : scripted_peer(std::vector<script>{std::move(one)}) {}

scripted_peer::scripted_peer(std::vector<script> each) {
  if (each.empty()) throw std::invalid_argument("scripted_peer: no script");
  state_ = std::make_shared<state>(net::listen("127.0.0.1", 0), std::move(each));
  server_ = spawn(spawn_options{.name = "scripted peer"}, serve, state_);
}

scripted_peer::~scripted_peer() { server_.kill("the scripted peer was destroyed"); }

std::uint16_t scripted_peer::port() const noexcept { return state_->endpoint.port(); }

net::tcp_endpoint scripted_peer::endpoint() const noexcept { return state_->endpoint; }

std::size_t scripted_peer::connections() const noexcept { return state_->records.size(); }

const std::string& scripted_peer::received(std::size_t index) const { return state_->records.at(index)->received; }

task<> scripted_peer::wait_ended(std::size_t count) {
  const auto self = state_;
  while (self->ended < count) {
    self->progress.clear();
    co_await self->progress.wait();
  }
}

}  // namespace weft::testkit

#include "chat/file_taker.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <weft/core/finally.hpp>
#include <weft/core/timeout.hpp>
#include <weft/fs/atomic_file.hpp>
#include <weft/fs/files.hpp>
#include <weft/fs/temporaries.hpp>
#include <weft/net/connect.hpp>

#include "chat/file_limits.hpp"
#include "chat/folder_target.hpp"
#include "chat/ipmsg/file_offer.hpp"
#include "chat/visible_text.hpp"
#include "common/display_text.hpp"

namespace weft::chat_app {
namespace {

constexpr std::size_t max_offers = 1000;

/// "a.txt", then "a.1.txt".
std::string numbered(const std::string& name, int number) {
  if (number == 0) return name;
  const auto dot = name.rfind('.');
  const auto place = dot == std::string::npos || dot == 0 ? name.size() : dot;
  return name.substr(0, place) + "." + std::to_string(number) + name.substr(place);
}

/// Gives the name it has in the end.
std::string commit_under_free_name(fs::atomic_file& file, const std::string& name) {
  for (int number = 0;; ++number) {
    const auto wanted = numbered(name, number);
    if (number > 0) file.rename_to(wanted);
    if (file.commit() == fs::atomic_file::commit_result::done) return wanted;
  }
}

task<net::tcp_socket> ask(const endpoint& peer, std::string request) {
  net::tcp_endpoint where(peer.address(), peer.port());
  auto connecting = [where]() -> task<net::tcp_socket> { co_return co_await net::connect(where); };
  auto socket = co_await timeout(request_limit, connecting);
  co_await socket.write_all(request);
  co_return socket;
}

task<std::span<std::byte>> read_piece(net::tcp_socket& socket, std::span<std::byte> room) {
  auto reading = [&]() -> task<std::size_t> { co_return co_await socket.read_some(room); };
  const auto size = co_await timeout(piece_limit, reading);
  if (size == 0) throw std::runtime_error("the peer ended it before its end");
  co_return room.first(size);
}

/// Gives the name.
task<std::string> take_file(net::tcp_socket socket, file_reference wanted) {
  const auto name = ipmsg::local_name(wanted.name);
  fs::atomic_file_options options;
  options.on_existing = fs::on_existing::keep;
  auto opening = [&] { return fs::atomic_file(fs::directory("."), name, options); };
  auto file = co_await fs::files().run(opening);
  std::vector<std::byte> buffer(piece_size);
  for (auto missing = wanted.size; missing > 0;) {
    const auto room = std::span<std::byte>(buffer).first(std::min<std::uint64_t>(missing, buffer.size()));
    const auto bytes = co_await read_piece(socket, room);
    auto writing = [&] { file.write(bytes); };
    co_await fs::files().run(writing);
    missing -= bytes.size();
  }
  auto committing = [&] { return commit_under_free_name(file, name); };
  co_return co_await fs::files().run(committing);
}

/// Gives the name and what is in it. All of it is removed, on the way out, unless it is complete.
task<std::string> take_folder(net::tcp_socket socket, file_reference wanted) {
  const auto name = ipmsg::local_name(wanted.name);
  const auto limits = ipmsg::limits_for(wanted.size);
  auto opening = [&] { return std::make_unique<folder_target>(fs::directory("."), name, limits); };
  const auto target = co_await fs::files().run(opening);
  auto filling = [&]() -> task<std::string> {
    std::vector<std::byte> buffer(piece_size);
    for (bool is_complete = false; !is_complete;) {
      const auto bytes = co_await read_piece(socket, buffer);
      const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      auto storing = [&] { return target->store(text); };
      is_complete = co_await fs::files().run(storing);
    }
    auto committing = [&] { return target->commit(); };
    co_return co_await fs::files().run(committing);
  };
  auto discarding = [&]() -> task<> {
    auto removing = [&] { target->discard(); };
    co_await fs::files().run(removing);
  };
  const auto saved = co_await finally(filling, discarding, duration::max());
  co_return in_quotes(saved) + " (" + totals_text(target->totals()) + ")";
}

}  // namespace

std::size_t file_taker::add_offer(const endpoint& peer, const file_reference& file) {
  offers_.push_back({peer, file});
  if (offers_.size() > max_offers) {
    offers_.pop_front();
    ++forgotten_;
  }
  return forgotten_ + offers_.size();
}

task<> file_taker::take(std::size_t number, std::function<std::string(const file_reference&)> request) {
  if (number <= forgotten_ || number > forgotten_ + offers_.size()) {
    tell_("no file has this number");
    co_return;
  }
  const auto wanted = offers_[number - 1 - forgotten_];
  std::string outcome = (wanted.file.is_folder ? "folder " : "file ") + std::to_string(number);
  try {
    auto sweeping = [] { fs::remove_abandoned_temporaries(fs::directory(".")); };
    co_await fs::files().run(sweeping);
    auto socket = co_await ask(wanted.peer, request(wanted.file));
    if (wanted.file.is_folder) {
      const auto saved = co_await take_folder(std::move(socket), wanted.file);
      outcome += " is saved as " + saved;
    } else {
      const auto saved = co_await take_file(std::move(socket), wanted.file);
      outcome += " is saved as " + in_quotes(saved);
    }
  } catch (const std::exception& error) {
    outcome += " failed: " + app::plain_message(error.what());
  }
  tell_(outcome);
}

}  // namespace weft::chat_app

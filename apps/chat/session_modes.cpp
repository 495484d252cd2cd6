#include <sys/utsname.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <weft/base/parse.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/task_group.hpp>
#include <weft/net/interfaces.hpp>

#include "chat/ipmsg/ipmsg_protocol.hpp"
#include "chat/plain_protocol.hpp"
#include "chat/secure/key_file.hpp"
#include "chat/secure/secure_protocol.hpp"
#include "chat/session.hpp"
#include "common/display_text.hpp"

namespace weft::chat_app {
namespace {

std::string host_name() {
  utsname about{};
  return ::uname(&about) == 0 ? about.nodename : "localhost";
}

/// Each network's own address for everyone, then the one that stays on the link.
std::vector<endpoint> broadcasts_of(const std::string& interface, std::uint16_t port) {
  std::vector<endpoint> all;
  for (const auto& one : net::interface_addresses()) {
    const bool is_chosen = interface.empty() ? !one.is_loopback : one.name == interface;
    if (one.broadcast && is_chosen) all.emplace_back(*one.broadcast, port);
  }
  all.emplace_back(boost::asio::ip::address_v4::broadcast(), port);
  return all;
}

constexpr std::string_view group_v4 = "239.255.70.70";
constexpr std::string_view group_v6 = "ff02::7070";
constexpr std::uint16_t usual_port = 7070;
constexpr int most_ports = 10;

/// Where secure mode seeks: both groups, on each interface that has addresses of their family.
std::vector<secure::search_group> search_groups(const config& settings) {
  const auto listening = net::parse_address(settings.listen_host);
  const bool may_v4 = settings.addresses != family::v6 && (!listening || listening->is_v4());
  const bool may_v6 = settings.addresses != family::v4 && (!listening || listening->is_v6());
  const auto port = settings.listen_port == 0 ? usual_port : settings.listen_port;
  std::map<std::pair<unsigned, bool>, secure::search_group> groups;
  for (const auto& one : net::interface_addresses()) {
    const bool is_v6 = one.address.is_v6();
    const bool is_fit =
        settings.interface.empty() ? one.can_multicast && !one.is_loopback : one.name == settings.interface;
    if (!is_fit || (is_v6 ? !may_v6 : !may_v4)) continue;
    endpoint where(*net::parse_address(is_v6 ? group_v6 : group_v4), port);
    if (is_v6) {
      auto address = where.address().to_v6();
      address.scope_id(one.index);
      where.address(address);
    }
    groups[{one.index, is_v6}] = {where, one.index};
  }
  std::vector<secure::search_group> all;
  for (const auto& [ignored, group] : groups) all.push_back(group);
  return all;
}

std::unique_ptr<protocol> make_ipmsg(const config& settings, bool serves_files) {
  using namespace std::chrono;
  const auto unix_time = duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
  ipmsg::ipmsg_options options;
  options.user = settings.user;
  options.host = host_name();
  options.nick = settings.nick;
  options.first_number = static_cast<std::uint32_t>(unix_time);
  options.max_size = std::min<std::size_t>(settings.max_size, 7500);
  options.serves_files = serves_files;
  options.encoding = settings.encoding;
  options.retries = settings.retries;
  options.seed = static_cast<std::uint64_t>(system_clock::now().time_since_epoch().count());
  if (settings.discovers) options.broadcasts = broadcasts_of(settings.interface, settings.peer_port);
  return std::make_unique<ipmsg::ipmsg_protocol>(std::move(options));
}

}  // namespace

void session::make_mode() {
  if (config_.mode == chat_mode::plain) {
    mode_ = std::make_unique<plain_protocol>(
        plain_options{.end = config_.end, .max_size = config_.max_size, .encoding = config_.encoding});
    return;
  }
  if (config_.mode == chat_mode::ipmsg) {
    const auto tell = [this](const std::string& text) { note(text); };
    giver_ = std::make_unique<file_giver>(tell);
    taker_ = std::make_unique<file_taker>(tell);
    for (const auto& one : net::interface_addresses()) own_addresses_.push_back(one.address);
    return;
  }
  secure::secure_options options;
  options.keys = secure::load_or_make_key(config_.key_file);
  if (!config_.psk_file.empty()) options.shared_key = secure::load_shared_key(config_.psk_file);
  options.nick = nick_;
  options.judge = [this](const endpoint& peer, const secure::key_bytes& key) { return guard_->judge(peer, key); };
  if (config_.discovers) options.groups = groups_ = search_groups(config_);
  fingerprint_ = secure::fingerprint(options.keys.open);
  guard_ = std::make_unique<secure::guard>(secure::known_peers(config_.known_file), config_.accept);
  mode_ = std::make_unique<secure::secure_protocol>(std::move(options));
}

/// So that others find us; who cannot be found can still find them.
void session::join_groups() {
  if (groups_.empty()) return;
  std::string trouble;
  if (config_.listen_port == 0) trouble = "it listens on any port";
  if (!config_.listen_host.empty()) trouble = "it listens on one address only";
  try {
    socket_->set_multicast_hops(1);
    for (const auto& group : groups_) {
      if (trouble.empty()) socket_->join(group.where.address(), group.interface);
    }
  } catch (const boost::system::system_error& error) {
    trouble = app::plain_message(error.what());
  }
  if (!trouble.empty()) note("this one is not found by others: " + trouble);
}

/// Files go by TCP on the port that texts come to; where any port will do, one that is free for both.
void session::listen_for_files() {
  if (config_.mode != chat_mode::ipmsg) return;
  std::string trouble;
  for (int tries = 0; !file_listener_ && tries < most_ports; ++tries) {
    const auto at = socket_->local_endpoint();
    try {
      file_listener_.emplace(net::listen(net::tcp_endpoint(at.address(), at.port())));
    } catch (const boost::system::system_error& error) {
      trouble = app::plain_message(error.what());
      if (config_.listen_port != 0) break;
      socket_.reset();
      if (!bind()) return;
    }
  }
  if (!file_listener_) note("no files can be offered: " + trouble);
  mode_ = make_ipmsg(config_, file_listener_.has_value());
}

task<> session::give_files() { co_await giver_->serve(std::move(*file_listener_)); }

/// Several at once: a peer that gives its file slowly does not hold up the others.
task<> session::take_files() {
  auto request = [this](const file_reference& file) { return mode_->file_request(file); };
  auto taking = [&](task_group& group) -> task<> {
    for (;;) {
      const auto number = co_await wanted_files_.get();
      group.spawn([this, number, request] { return taker_->take(number, request); });
    }
  };
  co_await scope(taking);
}

/// To everyone that lines go to.
task<> session::offer(std::string path) {
  if (!giver_) {
    note("this mode carries no files");
    co_return;
  }
  if (!file_listener_) {
    note("no files can be offered: nobody could fetch them from here");
    co_return;
  }
  if (peers_.targets().empty()) {
    note(nobody_to_talk_to);
    co_return;
  }
  std::string trouble;
  try {
    const auto goods = co_await file_giver::look_at(path);
    for (const auto& to : peers_.targets()) {
      const auto file = giver_->share(goods, to);
      const auto id = ++last_id_;
      reporter_.announce(id, (file.is_folder ? "folder " : "file ") + file.name);
      mode_->offer(id, to, file, goods.modified, this_loop().now());
      ++unconfirmed_;
    }
  } catch (const std::exception& error) {
    trouble = app::plain_message(error.what());
  }
  if (!trouble.empty()) note(trouble);
  pump();
}

void session::take(const std::string& number) {
  if (!taker_) return note("this mode carries no files");
  const auto wanted = parse_integer<std::size_t>(number);
  if (!wanted) return note("/get N");
  static_cast<void>(wanted_files_.try_put(*wanted));
}

void session::start_mode() {
  mode_->enter();
  pump();
}

/// A broadcast comes back to its sender.
bool session::is_own_echo(const endpoint& from) const {
  if (own_addresses_.empty() || from.port() != socket_->port()) return false;
  return std::ranges::find(own_addresses_, from.address()) != own_addresses_.end();
}

}  // namespace weft::chat_app

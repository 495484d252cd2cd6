#include <algorithm>

#include <weft/core/join.hpp>
#include <weft/net/address.hpp>
#include <weft/net/resolver.hpp>

#include "chat/command.hpp"
#include "chat/session.hpp"
#include "chat/visible_text.hpp"
#include "common/display_text.hpp"

namespace weft::chat_app {
namespace {

std::string line_of(const peer& one, bool is_target) {
  auto line = (is_target ? "> " : "  ") + to_text(one.where);
  for (const auto& other : one.also) line += ", " + to_text(other);
  if (!one.nick.empty()) line += "  " + visible_word(one.nick);
  if (!one.is_named) line += "  (stranger)";
  if (!one.is_here) line += "  (gone)";
  return line + "  sent " + std::to_string(one.sent) + ", received " + std::to_string(one.received);
}

net::address_family family_of(const config& settings) {
  switch (settings.addresses) {
    case family::v4: return net::address_family::ipv4;
    case family::v6: return net::address_family::ipv6;
    case family::any: break;
  }
  return net::address_family::any;
}

}  // namespace

void session::note(const std::string& text) {
  reporter_.say(text);
  output_.set();
}

task<bool> session::add_peer(peer_address address, std::string nick) {
  std::string trouble;
  try {
    const net::resolve_options wanted{.family = family_of(config_)};
    const auto found = co_await net::resolve(address.host, address.port, wanted);
    const endpoint where(found.front().address(), address.port);
    peers_.add(where, std::move(nick));
    const auto host = address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
    if (guard_) guard_->name(where, host + ":" + std::to_string(address.port));
    mode_->greet(where, this_loop().now());
    pump();
  } catch (const boost::system::system_error& error) {
    trouble = app::plain_message(error.what());
  }
  if (!trouble.empty()) note(trouble);
  co_return trouble.empty();
}

task<bool> session::add_peers() {
  bool all = true;
  for (const auto& address : config_.peers) {
    const bool found = co_await add_peer(address, std::string());
    all = all && found;
  }
  co_return all;
}

/// As the notes' program does: the address, then the port. Nothing typed: only listen.
task<> session::ask_for_peer(input_queue& input) {
  std::vector<std::string> answers;
  const std::string port = std::to_string(config_.peer_port);
  const std::string questions[] = {"peer's address (empty: only listen): ", "peer's port (" + port + "): "};
  for (const auto& question : questions) {
    if (screen_) {
      screen_->set_prompt(question);
    } else {
      note(question);
    }
    auto answer = co_await input.get();
    if (answer.what != user_input::kind::line || (answers.empty() && answer.text.empty())) break;
    answers.push_back(answer.text);
  }
  if (screen_) screen_->set_prompt("> ");
  if (answers.size() < 2) co_return;
  std::string wrong;
  try {
    const bool is_v6 = answers[0].find(':') != std::string::npos && !answers[0].starts_with('[');
    const auto host = is_v6 ? "[" + answers[0] + "]" : answers[0];
    const auto address = parse_peer(answers[1].empty() ? host : host + ":" + answers[1], config_.peer_port);
    co_await add_peer(address, std::string());
  } catch (const app::usage_error& error) {
    wrong = error.what();
  }
  if (!wrong.empty()) note(wrong);
}

/// Gives whether to go on.
task<bool> session::perform(std::string typed) {
  const auto asked = parse_line(typed);
  if (!asked.mistake.empty()) note(asked.mistake);
  if (!asked.command) {
    if (asked.mistake.empty()) co_await say(asked.text);
    co_return true;
  }
  switch (*asked.command) {
    case command_name::help: help(); break;
    case command_name::peers: list_peers(); break;
    case command_name::to: choose(asked.text); break;
    case command_name::add: co_await add(asked.text); break;
    case command_name::nick: rename(asked.text); break;
    case command_name::me: co_await say("* " + nick_ + " " + asked.text); break;
    case command_name::away:
      away_ = asked.text;
      mode_->announce(nick_, away_, this_loop().now());
      pump();
      note(away_.empty() ? "you are here" : "you are away: " + away_);
      break;
    case command_name::send: co_await offer(asked.text); break;
    case command_name::get: take(asked.text); break;
    case command_name::accept: accept(asked.text); break;
    case command_name::block: block(asked.text); break;
    case command_name::unblock: unblock(asked.text); break;
    case command_name::fingerprint: show_fingerprint(asked.text); break;
    case command_name::stats: show_stats(); break;
    case command_name::log: log(asked.text); break;
    case command_name::clear:
      if (screen_) screen_->clear();
      break;
    case command_name::quit: co_return false;
  }
  co_return true;
}

task<> session::add(std::string_view words) {
  const auto typed = words_of(words);
  if (typed.empty()) {
    note("/add HOST[:PORT] [NICK]");
    co_return;
  }
  std::string wrong;
  try {
    const auto address = parse_peer(typed[0], config_.peer_port);
    const auto nick = typed.size() > 1 ? typed[1] : std::string();
    co_await add_peer(address, nick);
  } catch (const app::usage_error& error) {
    wrong = error.what();
  }
  if (!wrong.empty()) note(wrong);
}

/// What is behind the name is the beginning of the key's fingerprint; needed where several keys were shown.
void session::accept(std::string_view words) {
  const auto typed = words_of(words);
  const auto* found = typed.empty() ? nullptr : peers_.find(typed[0]);
  auto keys = guard_ && found != nullptr ? guard_->waiting(found->where) : std::vector<secure::key_bytes>();
  const auto wanted = typed.size() > 1 ? typed[1] : std::string();
  std::erase_if(keys, [&](const auto& key) { return !secure::fingerprint(key).starts_with(wanted); });
  if (keys.empty()) return note("no such key waits to be accepted from " + visible_word(words));
  if (keys.size() > 1) {
    note("several keys were shown for " + to_text(found->where) + "; say which: /accept PEER FINGERPRINT");
    for (const auto& key : keys) note("  " + secure::fingerprint(key));
    return;
  }
  guard_->accept(found->where, keys.front());
  note(to_text(found->where) + " has the key " + secure::fingerprint(keys.front()));
  mode_->greet(found->where, this_loop().now());
  pump();
}

void session::show_fingerprint(std::string_view name) {
  if (!guard_) return note("this mode has no keys");
  if (name.empty()) return note("your key is " + fingerprint_);
  const auto* found = peers_.find(name);
  const auto about = found == nullptr ? std::string() : mode_->about(found->where);
  note(about.empty() ? "no key is known of " + visible_word(name) : to_text(found->where) + ": " + about);
}

void session::block(std::string_view name) {
  if (name.empty()) {
    if (blocked_.empty()) note("nobody is blocked");
    for (const auto& address : blocked_) note(address.to_string() + " is blocked");
    return;
  }
  const auto* found = peers_.find(name);
  const auto address = found != nullptr ? std::optional(found->where.address()) : net::parse_address(name);
  if (!address) return note("nobody is called " + visible_word(name) + "; /peers lists who is known");
  blocked_.insert(*address);
  note("nothing more is heard from " + address->to_string());
}

void session::unblock(std::string_view name) {
  const auto address = net::parse_address(name);
  const bool was_blocked = address && blocked_.erase(*address) > 0;
  note(was_blocked ? address->to_string() + " is heard again"
                   : visible_word(name) + " is not blocked; /block lists who is");
}

void session::choose(std::string_view words) {
  std::vector<endpoint> chosen;
  for (const auto& word : words_of(words)) {
    const auto* found = peers_.find(word);
    if (found == nullptr) return note("nobody is called " + visible_word(word) + "; /peers lists who is known");
    chosen.push_back(found->where);
  }
  peers_.choose(chosen);
  std::string names;
  for (const auto& where : chosen) names += " " + to_text(where);
  note(chosen.empty() ? "talking to every peer" : "talking to" + names);
  if (screen_) screen_->set_prompt(chosen.empty() ? "> " : visible_word(std::string(words)) + "> ");
}

void session::help() {
  for (const auto& row : command_table()) {
    auto usage = std::string(row.word) + " " + std::string(row.arguments);
    usage.resize(std::max<std::size_t>(usage.size(), 26), ' ');
    note(usage + std::string(row.meaning));
  }
}

void session::list_peers() {
  const auto targets = peers_.targets();
  for (const auto& one : peers_.all()) {
    const auto about = mode_->about(one.where);
    const bool is_target = std::ranges::find(targets, one.where) != targets.end();
    note(line_of(one, is_target) + (about.empty() ? "" : ", ") + about);
  }
  if (peers_.all().empty()) note("nobody is known");
}

void session::show_stats() {
  std::size_t sent = 0;
  std::size_t received = 0;
  for (const auto& one : peers_.all()) {
    sent += one.sent;
    received += one.received;
  }
  note("sent " + std::to_string(sent) + ", received " + std::to_string(received) + ", waiting " +
       std::to_string(unsent_) + ", datagrams lost here " + std::to_string(socket_->dropped()));
}

void session::rename(const std::string& nick) {
  if (nick.empty()) return note("/nick NAME");
  nick_ = nick;
  mode_->announce(nick_, away_, this_loop().now());
  pump();
  note("you are " + nick_);
}

void session::log(const std::string& path) {
  reporter_.close_log();
  if (path.empty()) return note("no log");
  try {
    reporter_.open_log(path);
    note("writing to " + path);
  } catch (const boost::system::system_error& error) {
    note(app::plain_message(error.what()));
  }
}

std::vector<std::string> session::complete(std::string_view line) const {
  std::vector<std::string> found;
  const auto space = line.rfind(' ');
  const auto word = space == std::string_view::npos ? line : line.substr(space + 1);
  if (space == std::string_view::npos && word.starts_with('/')) {
    for (const auto& row : command_table()) {
      if (row.word.starts_with(word)) found.emplace_back(row.word);
    }
    return found;
  }
  for (const auto& one : peers_.all()) {
    for (const auto& name : {visible_word(one.nick), to_text(one.where)}) {
      if (!name.empty() && !word.empty() && name.starts_with(word) && name.find(' ') == std::string::npos)
        found.push_back(name);
    }
  }
  return found;
}

}  // namespace weft::chat_app

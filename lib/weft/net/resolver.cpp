#include <weft/net/resolver.hpp>

#include <weft/base/parse.hpp>
#include <weft/base/text.hpp>
#include <weft/core/cancel_scope.hpp>
#include <weft/core/handle.hpp>
#include <weft/core/loop.hpp>
#include <weft/core/offload.hpp>
#include <weft/core/spawn.hpp>
#include <weft/net/system_lookup.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace weft::net {

namespace {

bool matches(const ip_address& address, address_family family) {
  switch (family) {
    case address_family::ipv4: return address.is_v4();
    case address_family::ipv6: return address.is_v6();
    case address_family::any: break;
  }
  return true;
}

/// What needs no lookup: literals and localhost.
std::optional<std::vector<ip_address>> known_addresses(const std::string& host, address_family family) {
  std::vector<ip_address> found;
  if (const auto literal = parse_address(host)) {
    found.push_back(*literal);
  } else if (is_localhost(host)) {
    found.emplace_back(boost::asio::ip::address_v4::loopback());
    found.emplace_back(boost::asio::ip::address_v6::loopback());
  } else {
    return std::nullopt;
  }
  std::erase_if(found, [family](const ip_address& address) { return !matches(address, family); });
  return found;
}

/// Lower case, no trailing dot; empty for what cannot be a name.
std::string normalised_name(std::string host) {
  constexpr std::size_t longest_name = 253;
  if (host.ends_with('.')) host.pop_back();
  if (host.size() > longest_name) return {};
  for (char& c : host) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return {};
    c = to_lower(c);
  }
  return host;
}

[[noreturn]] void throw_unresolved(const std::string& host, boost::system::error_code error) {
  throw boost::system::system_error(error, "cannot resolve '" + host + "'");
}

}  // namespace

struct resolver::state : std::enable_shared_from_this<resolver::state> {
  struct entry {
    lookup_result result;
    time_point until;                     ///< of the result, once the lookup has ended
    std::optional<handle<void>> looking;  ///< set while the lookup runs
    std::size_t waiting = 0;
  };
  using entry_ptr = std::shared_ptr<entry>;

  /// Counts a waiter; the last one to leave takes an unfinished lookup with it.
  class interest {
   public:
    interest(state& owner, std::string key, entry_ptr of) : owner_(owner), key_(std::move(key)), of_(std::move(of)) {
      ++of_->waiting;
    }
    interest(const interest&) = delete;
    interest& operator=(const interest&) = delete;
    ~interest() {
      if (--of_->waiting > 0 || !of_->looking) return;
      of_->looking->kill("nobody waits for the lookup");
      of_->looking.reset();
      const auto found = owner_.entries.find(key_);
      if (found != owner_.entries.end() && found->second == of_) owner_.entries.erase(found);
    }

   private:
    state& owner_;
    std::string key_;
    entry_ptr of_;
  };

  explicit state(resolver_options chosen)
      : options(std::move(chosen)), workers(offload_options{.name = "resolver", .threads = options.threads}) {
    if (!options.lookup) options.lookup = detail::system_lookup;
  }

  void stop() {
    for (auto& [key, one] : entries) {
      if (one->looking) one->looking->kill("the resolver was destroyed");
    }
    entries.clear();
  }

  void make_room() {
    if (entries.size() < options.max_entries) return;
    const auto moment = now();
    std::erase_if(entries, [&](const auto& item) { return !item.second->looking && item.second->until <= moment; });
    while (entries.size() >= options.max_entries) {
      const auto idle =
          std::find_if(entries.begin(), entries.end(), [](const auto& item) { return !item.second->looking; });
      if (idle == entries.end()) return;
      entries.erase(idle);
    }
  }

  [[nodiscard]] duration lifetime(const boost::system::error_code& error) const {
    if (!error) return options.keep;
    const bool lasting = error == resolve_errc::host_not_found || error == resolve_errc::no_address;
    return lasting ? options.keep_failure : duration::zero();
  }

  static task<> look_up(std::shared_ptr<state> self, entry_ptr into, std::string host, address_family family) {
    auto ask = [lookup = self->options.lookup, host, family] { return lookup(host, family); };
    try {
      into->result = co_await self->workers.run_abandonable(std::move(ask));
    } catch (const std::exception&) {
      into->result = lookup_result{resolve_errc::failed, {}};
    }
    auto& [error, addresses] = into->result;
    if (addresses.size() > self->options.max_addresses) addresses.resize(self->options.max_addresses);
    if (!error && addresses.empty()) error = resolve_errc::no_address;
    into->until = deadline_after(self->lifetime(error));
    into->looking.reset();
  }

  static task<lookup_result> find(std::shared_ptr<state> self, std::string host, address_family family) {
    const std::string key = std::to_string(static_cast<int>(family)) + host;
    auto found = self->entries.find(key);
    if (found != self->entries.end() && !found->second->looking) {
      if (now() < found->second->until) co_return found->second->result;
      self->entries.erase(found);
      found = self->entries.end();
    }
    if (found == self->entries.end()) {
      self->make_room();
      found = self->entries.emplace(key, std::make_shared<entry>()).first;
      found->second->looking =
          spawn(spawn_options{.name = "resolve " + host}, look_up, self, found->second, host, family);
    }
    const entry_ptr one = found->second;
    const interest waiting(*self, key, one);
    const handle<void> looking = *one->looking;
    co_await looking.join();
    if (looking.killed()) throw_unresolved(host, boost::asio::error::operation_aborted);
    co_return one->result;
  }

  /// The addresses of an override; null where there is none.
  [[nodiscard]] const std::vector<ip_address>* override_of(const std::string& host) const {
    if (overrides.empty()) return nullptr;
    const auto found = overrides.find(normalised_name(host));
    return found == overrides.end() ? nullptr : &found->second;
  }

  resolver_options options;
  offload workers;
  std::unordered_map<std::string, entry_ptr> entries;
  std::unordered_map<std::string, std::vector<ip_address>> overrides;  // by normalised names
};

resolver::resolver(resolver_options options) : state_(std::make_shared<state>(std::move(options))) {}

resolver::~resolver() { state_->stop(); }

void resolver::forget() noexcept {
  std::erase_if(state_->entries, [](const auto& item) { return !item.second->looking; });
}

void resolver::override_name(std::string host, std::vector<ip_address> addresses) {
  std::string name = normalised_name(std::move(host));
  if (name.empty()) throw std::invalid_argument("resolver: an override of what cannot be a name");
  state_->overrides.insert_or_assign(std::move(name), std::move(addresses));
}

void resolver::remove_override(std::string host) { state_->overrides.erase(normalised_name(std::move(host))); }

task<std::vector<ip_address>> resolver::addresses(std::string host, resolve_options options) {
  if (const auto* fixed = state_->override_of(host); fixed != nullptr && !parse_address(host)) {
    if (fixed->empty()) throw_unresolved(host, resolve_errc::host_not_found);
    std::vector<ip_address> found;
    std::copy_if(fixed->begin(), fixed->end(), std::back_inserter(found),
                 [&](const ip_address& address) { return matches(address, options.family); });
    if (found.empty()) throw_unresolved(host, resolve_errc::no_address);
    co_return found;
  }
  if (auto known = known_addresses(host, options.family)) {
    if (known->empty()) throw_unresolved(host, resolve_errc::no_address);
    co_return std::move(*known);
  }
  // getaddrinfo() would read it as inet_aton() does; a name cannot end so (RFC 1123, section 2.1).
  if (ends_in_number(host)) throw_unresolved(host, resolve_errc::bad_address);
  const std::string name = normalised_name(host);
  if (name.empty()) throw_unresolved(host, resolve_errc::bad_name);
  std::optional<deadline_scope> limit;
  if (options.timeout) limit.emplace(deadline_after(*options.timeout));
  lookup_result result;
  try {
    result = co_await state::find(state_, name, options.family);
  } catch (const cancelled&) {
    if (!limit || !limit->was_hit()) throw;
    result.error = boost::asio::error::timed_out;
  }
  if (result.error) throw_unresolved(host, result.error);
  co_return std::move(result.addresses);
}

namespace {

/// Ties a resolver to the life of a loop's io_context.
class resolver_service final : public boost::asio::execution_context::service {
 public:
  static inline boost::asio::execution_context::id id;

  explicit resolver_service(boost::asio::execution_context& context) : service(context) {}

  resolver shared;

 private:
  void shutdown() override {}
};

task<std::uint16_t> service_port(std::string service) {
  if (const auto number = parse_integer<std::uint16_t>(service)) co_return *number;
  const auto port = detail::known_service(service);
  if (!port)
    throw boost::system::system_error(resolve_errc::unknown_service, "cannot resolve service '" + service + "'");
  co_return *port;
}

}  // namespace

resolver& default_resolver() { return boost::asio::use_service<resolver_service>(this_loop().context()).shared; }

task<std::vector<tcp_endpoint>> resolve(std::string host, std::string service, resolve_options options) {
  const std::uint16_t port = co_await service_port(std::move(service));
  co_return co_await resolve(std::move(host), port, options);
}

task<std::vector<tcp_endpoint>> resolve(std::string host, std::uint16_t port, resolve_options options) {
  const auto addresses = co_await default_resolver().addresses(std::move(host), options);
  std::vector<tcp_endpoint> endpoints;
  endpoints.reserve(addresses.size());
  for (const auto& address : addresses) endpoints.emplace_back(address, port);
  co_return endpoints;
}

}  // namespace weft::net

#include <weft/http/client.hpp>

#include <weft/core/loop.hpp>
#include <weft/http/detail/client_state.hpp>
#include <weft/http/detail/send.hpp>

#include <boost/asio/execution_context.hpp>

#include <utility>

namespace weft::http {
namespace {

/// Used exchanges kept for the next requests; each has a buffer of 64 KiB.
constexpr std::size_t max_spare = 64;

/// Keeps one client for each loop; it ends with the loop.
class client_service final : public boost::asio::execution_context::service {
 public:
  using key_type = client_service;
  static boost::asio::execution_context::id id;

  explicit client_service(boost::asio::execution_context& owner) : service(owner) {}
  std::optional<client> shared{client_options{}};

 private:
  void shutdown() noexcept override { shared.reset(); }
};

boost::asio::execution_context::id client_service::id;

}  // namespace

client_state::client_state(client_options chosen)
    : options(std::move(chosen)), defaults(options), connections(options.pool, stats) {
  spare_.reserve(max_spare);
}

detail::exchange_ptr client_state::take_exchange(const std::shared_ptr<client_state>& self) {
  detail::exchange_ptr taken;
  if (self->spare_.empty()) {
    taken.reset(new detail::exchange(self->options));
  } else {
    taken.reset(self->spare_.back().release());
    self->spare_.pop_back();
  }
  taken->owner = self;
  return taken;
}

void client_state::give_back(std::unique_ptr<detail::exchange> used) noexcept {
  if (spare_.size() < max_spare && used->is_small()) spare_.push_back(std::move(used));
}

client::client(client_options options) : state_(std::make_shared<client_state>(std::move(options))) {}
client::client(client&&) noexcept = default;

client& client::operator=(client&& other) noexcept {
  if (state_ && state_ != other.state_) state_->connections.shut();
  state_ = std::move(other.state_);
  return *this;
}

client::~client() {
  if (state_) state_->connections.shut();
}

task<response> client::send(request asked) { return detail::send(state_, std::move(asked)); }
task<response> client::get(std::string_view url) { return send(request("GET", url)); }
task<response> client::get(http::url address) { return send(request("GET", std::move(address))); }
task<response> client::head(std::string_view url) { return send(request("HEAD", url)); }
task<response> client::head(http::url address) { return send(request("HEAD", std::move(address))); }

client_stats client::stats() const noexcept { return state_->stats; }
void client::close_idle() noexcept { state_->connections.close_idle(); }

client& default_client() { return *boost::asio::use_service<client_service>(this_loop().context()).shared; }

task<response> get(std::string_view url) { return default_client().get(url); }
task<response> head(std::string_view url) { return default_client().head(url); }

}  // namespace weft::http

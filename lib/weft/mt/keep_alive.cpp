#include <weft/mt/keep_alive.hpp>

#include <weft/core/loop.hpp>

#include <memory>

namespace weft::mt {

/// Comes back to the loop as a parcel.
class keep_alive::hold final : private detail::parcel {
 public:
  explicit hold(loop& of) noexcept : loop_(&of), mail_(of.mailbox()) { of.add_foreign_work(); }

  void send_home() noexcept {
    const auto mail = mail_;
    mail->deliver(*this);
  }

 private:
  void arrive() noexcept override {
    const std::unique_ptr<hold> self(this);
    loop_->remove_foreign_work();
  }
  void bounce() noexcept override { delete this; }

  loop* loop_;
  std::shared_ptr<detail::mailbox> mail_;
};

keep_alive::keep_alive() : held_(new hold(this_loop())) {}

void keep_alive::release() noexcept {
  if (hold* held = std::exchange(held_, nullptr)) held->send_home();
}

}  // namespace weft::mt

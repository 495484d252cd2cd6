#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace weft::get_app {

/// Blocks of memory of one size for bodies, kept for the next download; a block is used for one download at a time.
///
/// Memory that was never written to is not resident, so small bodies cost little of their block.
class body_buffers {
 public:
  explicit body_buffers(std::size_t block_size) : block_size_(block_size) {}

  /// A block on loan. Lifetime: not longer than the body_buffers it is from.
  class loan {
   public:
    explicit loan(body_buffers& owner) : owner_(&owner), block_(owner.take()) {}
    loan(loan&& other) noexcept : owner_(other.owner_), block_(std::move(other.block_)) {}
    loan& operator=(loan&&) = delete;
    ~loan() {
      if (block_) owner_->give_back(std::move(block_));
    }

    std::span<std::byte> bytes() const { return {block_.get(), owner_->block_size_}; }

   private:
    body_buffers* owner_;
    std::unique_ptr<std::byte[]> block_;
  };

  /// Blocks that are on loan.
  std::size_t lent() const { return lent_; }

 private:
  std::unique_ptr<std::byte[]> take() {
    ++lent_;
    // Not cleared, so that it is not resident until it is used.
    if (free_.empty()) return std::unique_ptr<std::byte[]>(new std::byte[block_size_]);
    auto block = std::move(free_.back());
    free_.pop_back();
    return block;
  }
  void give_back(std::unique_ptr<std::byte[]> block) {
    --lent_;
    free_.push_back(std::move(block));
  }

  std::size_t block_size_;
  std::size_t lent_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> free_;
};

}  // namespace weft::get_app

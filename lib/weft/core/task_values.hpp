#pragma once

#include <memory>
#include <utility>

namespace weft::detail {

/// A value that tasks see under a key: an immutable link of a chain that they share.
struct context_binding {
  context_binding(const void* of, std::shared_ptr<const context_binding> before) noexcept
      : key(of), outer(std::move(before)) {}
  context_binding(const context_binding&) = delete;
  context_binding& operator=(const context_binding&) = delete;
  virtual ~context_binding() = default;

  const void* key;
  std::shared_ptr<const context_binding> outer;
};

/// A value that one task has of its own.
struct task_value {
  explicit task_value(const void* of) noexcept : key(of) {}
  task_value(const task_value&) = delete;
  task_value& operator=(const task_value&) = delete;
  virtual ~task_value() = default;

  const void* key;
  std::unique_ptr<task_value> older;
};

/// The values of task_local and context that a task has; each is found by the address of its variable.
///
/// Cost: a lookup is O(values of the task).
class task_value_list {
 public:
  [[nodiscard]] const context_binding* find_binding(const void* key) const noexcept {
    const context_binding* b = bindings_.get();
    while (b != nullptr && b->key != key) b = b->outer.get();
    return b;
  }
  [[nodiscard]] bool has_bindings() const noexcept { return bindings_ != nullptr; }
  void inherit(const task_value_list& from) noexcept { bindings_ = from.bindings_; }
  [[nodiscard]] const std::shared_ptr<const context_binding>& bindings() const noexcept { return bindings_; }
  void set_bindings(std::shared_ptr<const context_binding> bindings) noexcept { bindings_ = std::move(bindings); }

  [[nodiscard]] task_value* find_own(const void* key) const noexcept {
    task_value* v = own_.get();
    while (v != nullptr && v->key != key) v = v->older.get();
    return v;
  }
  void add_own(std::unique_ptr<task_value> value) noexcept {
    value->older = std::move(own_);
    own_ = std::move(value);
  }
  /// Takes the value out; null when there is none.
  [[nodiscard]] std::unique_ptr<task_value> take_own(const void* key) noexcept {
    std::unique_ptr<task_value>* place = &own_;
    while (*place && (*place)->key != key) place = &(*place)->older;
    if (!*place) return nullptr;
    std::unique_ptr<task_value> found = std::move(*place);
    *place = std::move(found->older);
    return found;
  }

  /// Destroys the values, the newest first; those that their destructors make as well.
  void clear() noexcept {
    while (own_) {
      const std::unique_ptr<task_value> newest = std::move(own_);
      own_ = std::move(newest->older);
    }
    bindings_.reset();
  }

 private:
  std::shared_ptr<const context_binding> bindings_;
  std::unique_ptr<task_value> own_;
};

}  // namespace weft::detail

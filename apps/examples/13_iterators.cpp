// What a for loop can walk through, and the iterator behind it: Python's Iterable and Iterator. A container gives an
// iterator from begin(); the iterator remembers where it is and says when it is at the end, where Python's next()
// raises StopIteration.

#include <cstddef>
#include <cstdio>
#include <ranges>
#include <string>
#include <vector>

class my_list {
 public:
  class iterator {
   public:
    using value_type = int;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    explicit iterator(const my_list& list, std::size_t current) : list_(&list), current_(current) {}
    int operator*() const { return list_->items_[current_]; }
    iterator& operator++() {
      ++current_;
      return *this;
    }
    iterator operator++(int) {
      const iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const iterator&) const = default;

   private:
    const my_list* list_ = nullptr;
    std::size_t current_ = 0;
  };

  void add(int value) { items_.push_back(value); }
  iterator begin() const { return iterator(*this, 0); }
  iterator end() const { return iterator(*this, items_.size()); }

 private:
  std::vector<int> items_;
};

template <class T>
void ask(const char* what) {
  std::printf("%s is iterable: %s\n", what, std::ranges::range<T> ? "True" : "False");
}

int main() {
  ask<std::vector<int>>("a list");
  ask<std::string>("'abc'");
  ask<int>("100");
  ask<my_list>("my_list");

  my_list list;
  for (int value = 1; value <= 5; ++value) list.add(value);
  for (int value : list) std::printf("%d\n", value);

  auto at = list.begin();
  std::printf("next: %d\n", *at++);
  std::printf("next: %d\n", *at++);
}

#include <weft/pool/codec.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

namespace codec_test {

enum class colour : std::uint8_t { red, green };
enum old_colour { black, white = 70 };

struct point {
  int x = 0;
  int y = 0;
  bool operator==(const point&) const = default;
};
struct padded {
  char a = 0;
  double b = 0;
  bool operator==(const padded&) const = default;
};
struct nothing {
  bool operator==(const nothing&) const = default;
};
struct job {
  std::string name;
  std::vector<point> points;
  std::optional<double> weight;
  std::map<std::string, std::vector<int>> index;
  point last;
  colour shade = colour::red;
  bool done = false;
  bool operator==(const job&) const = default;
};
struct node {
  int value = 0;
  std::unique_ptr<node> next;
};

/// cereal's shape: a serialize() for both directions.
class account {
 public:
  account() = default;
  account(std::string owner, int balance) : owner_(std::move(owner)), balance_(balance) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(owner_, balance_);
  }
  bool operator==(const account&) const = default;

 private:
  std::string owner_;
  int balance_ = 0;
};

/// cereal's shape: save() and load().
struct halves {
  int whole = 0;
  template <class Archive>
  void save(Archive& archive) const {
    archive(whole / 2, whole - whole / 2);
  }
  template <class Archive>
  void load(Archive& archive) {
    int a = 0;
    int b = 0;
    archive(a, b);
    whole = a + b;
  }
};

/// cereal's shape: a function beside the type.
class outside {
 public:
  explicit outside(int n = 0) : n_(n) {}
  [[nodiscard]] int n() const { return n_; }

 private:
  template <class Archive>
  friend void serialize(Archive& archive, outside& value) {
    archive & value.n_;
  }
  int n_;
};

template <class T>
T there_and_back(const T& value) {
  weft::encoder out;
  weft::encode(out, value);
  const std::size_t size = out.size();
  const auto bytes = out.take();
  CHECK(bytes.size() == size);
  weft::decoder in(bytes);
  T back = weft::decode<T>(in);
  in.finish();
  return back;
}

template <class T>
void check(const T& value) {
  CHECK(there_and_back(value) == value);
}

TEST_CASE("codec: numbers, enums and truth values come back as they were") {
  check(0);
  check(std::numeric_limits<std::int64_t>::min());
  check(std::numeric_limits<std::uint64_t>::max());
  check('x');
  check(1.5F);
  check(-0.1);
  check(3.25L);
  CHECK(std::isnan(there_and_back(std::numeric_limits<double>::quiet_NaN())));
  check(true);
  check(false);
  check(colour::green);
  check(white);
}

TEST_CASE("codec: text, paths and times come back as they were") {
  check(std::string());
  check(std::string("with a \0 in it", 14));
  check(std::string(1'000'000, 'x'));
  check(std::u16string(u"wide"));
  check(std::filesystem::path("/tmp/a b"));
  using namespace std::chrono_literals;
  check(std::chrono::nanoseconds(17));
  check(-3h);
  check(std::chrono::duration<double>(1.5));
  check(std::chrono::steady_clock::now());
  check(std::chrono::system_clock::now());
}

TEST_CASE("codec: containers come back as they were") {
  check(std::vector<int>());
  check(std::vector<int>{1, 2, 3});
  check(std::vector<std::string>{"a", "", "ccc"});
  check(std::vector<bool>{true, false, true});
  check(std::vector<point>{{1, 2}, {3, 4}});
  check(std::vector<std::vector<std::uint8_t>>{{1}, {}, {2, 3}});
  check(std::vector<double>(100'000, 0.5));
  check(std::array<int, 3>{1, 2, 3});
  check(std::array<std::string, 2>{"a", "b"});
  check(std::array<int, 0>{});
  check(std::deque<int>{1, 2});
  check(std::list<std::string>{"x", "y"});
  check(std::map<std::string, int>{{"a", 1}, {"b", 2}});
  check(std::multimap<int, int>{{1, 1}, {1, 2}});
  check(std::set<int>{3, 1, 2});
  check(std::unordered_map<int, std::string>{{1, "a"}, {2, "b"}});
  check(std::unordered_set<std::string>{"a", "b"});
  check(std::map<std::pair<int, int>, std::optional<std::string>>{{{1, 2}, "x"}, {{3, 4}, {}}});
}

TEST_CASE("codec: optional, variant, tuple and pair come back as they were") {
  check(std::optional<int>());
  check(std::optional<int>(4));
  check(std::optional<std::optional<int>>(std::optional<int>()));
  using choice = std::variant<std::monostate, int, std::string, int>;
  check(choice());
  check(choice(std::in_place_index<1>, 4));
  check(choice(std::in_place_index<3>, 4));
  check(choice("text"));
  check(std::pair<int, std::string>(1, "a"));
  check(std::tuple<int, double, std::vector<std::string>>(1, 2.0, {"a"}));
  check(std::tuple<>());
}

TEST_CASE("codec: unique_ptr sends what it points to, however deep") {
  CHECK(there_and_back(std::unique_ptr<int>()) == nullptr);
  CHECK(*there_and_back(std::make_unique<std::string>("x")) == "x");
  node list{1, std::make_unique<node>(node{2, std::make_unique<node>(node{3, nullptr})})};
  CHECK(there_and_back(list).next->next->value == 3);
}

TEST_CASE("codec: aggregates are sent field by field") {
  check(point{1, 2});
  check(padded{'a', 1.5});
  check(nothing());
  check(std::vector<nothing>(5));
  check(job{"name", {{1, 2}}, 0.5, {{"k", {1, 2}}}, {5, 6}, colour::green, true});
  check(std::vector<job>(3));
}

TEST_CASE("codec: types with cereal's functions are sent by them") {
  check(account("me", 100));
  check(std::vector<account>{{"a", 1}, {"b", 2}});
  CHECK(there_and_back(halves{7}).whole == 7);
  CHECK(there_and_back(outside(9)).n() == 9);
}

template <class T>
void refuse(std::vector<std::uint8_t> raw) {
  const auto* first = reinterpret_cast<const std::byte*>(raw.data());
  weft::decoder in({first, raw.size()});
  const auto read = [&] {
    static_cast<void>(weft::decode<T>(in));
    in.finish();
  };
  CHECK_THROWS_AS(read(), weft::codec_error);
}

TEST_CASE("codec: bytes that are no such value are refused") {
  refuse<int>({1, 2});
  refuse<int>({1, 2, 3, 4, 5});
  refuse<bool>({2});
  refuse<std::optional<int>>({1, 0});
  refuse<std::variant<int, char>>({2, 0, 0, 0, 1});
  refuse<std::string>({1, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("codec: a length is not believed before there is memory for it") {
  refuse<std::vector<double>>({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2});
  refuse<std::vector<double>>({0, 0, 0, 0, 0, 0, 0, 0x20});  // times eight it is none
  refuse<std::vector<std::string>>({0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1});
  refuse<std::vector<nothing>>({0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1});
}

TEST_CASE("codec: what is nested without end is refused") {
  std::vector<std::uint8_t> deep;
  for (int i = 0; i < 100'000; ++i) deep.insert(deep.end(), {1, 0, 0, 0, 1});
  refuse<node>(deep);
}

TEST_CASE("codec: large blocks are lent, not copied") {
  const std::vector<std::uint8_t> large(1'000'000, 7);
  weft::encoder out;
  weft::encode(out, std::uint8_t(1));
  weft::encode(out, large);
  weft::encode(out, std::uint8_t(2));
  CHECK(out.pieces().size() == 3);
  CHECK(static_cast<const void*>(out.pieces()[1].data()) == large.data());
  CHECK(out.size() == 1'000'010);
}

}  // namespace codec_test

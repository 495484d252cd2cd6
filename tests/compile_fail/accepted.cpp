// accepted
#include <weft/core/task_group.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

weft::task<> by_value(std::string);
weft::task<> by_const_reference(const std::string&);
weft::task<> by_view(std::string_view);
weft::task<> by_span(std::span<int>);
weft::task<> by_reference(int&);

void test(weft::task_group& group, std::vector<int>& numbers, const std::string& text, int& number) {
  weft::spawn(by_value, "literal");
  weft::spawn(by_const_reference, text);
  weft::spawn(by_view, text);
  weft::spawn(by_view, weft::borrowed(std::string_view(text)));
  weft::spawn(by_span, weft::borrowed(std::span(numbers)));
  weft::spawn(by_reference, weft::borrowed(number));
  weft::spawn(by_reference, std::ref(number));
  weft::spawn_later(std::chrono::seconds(1), by_view, weft::borrowed(std::string_view(text)));
  group.spawn(by_view, std::string_view(text));
  group.spawn(by_span, std::span(numbers));
  group.spawn(by_view, weft::borrowed(std::string_view(text)));
}

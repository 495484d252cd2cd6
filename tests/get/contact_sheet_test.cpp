#include "get/demo/contact_sheet.hpp"

#include <doctest/doctest.h>

using namespace weft::get_app::demo;

TEST_CASE("contact_sheet: every file is shown with name and size") {
  const auto page = contact_sheet({{"a b.jpg", 2048}, {"c.png", 10}}, "Pictures");
  CHECK(page.find("<h1>Pictures</h1>") != std::string::npos);
  CHECK(page.find("src=\"./a%20b.jpg\"") != std::string::npos);
  CHECK(page.find("<span>a b.jpg</span><span>2.0 KiB</span>") != std::string::npos);
  CHECK(page.find("2 pictures, 2.0 KiB") != std::string::npos);
}

TEST_CASE("contact_sheet: a hostile name is text, not markup or another address") {
  const auto page = contact_sheet({{"\"><script>x</script>&.jpg", 1}, {"javascript:alert(1)", 1}}, "<T>");
  CHECK(page.find("<script>") == std::string::npos);
  CHECK(page.find("&quot;&gt;&lt;script&gt;") != std::string::npos);
  CHECK(page.find("<title>&lt;T&gt;</title>") != std::string::npos);
  CHECK(page.find("src=\"javascript:") == std::string::npos);
}

#include "get/demo/gallery.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace weft::get_app::demo;

TEST_CASE("gallery: names are sixty and different") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < gallery_size; ++i) names.insert(picture_name(i));
  CHECK(names.size() == 60);
  CHECK(picture_name(0) == "01-sunset.jpg");
}

TEST_CASE("gallery: a picture is the file its name says, and the same each time") {
  for (const std::size_t index : {std::size_t{2}, std::size_t{12}}) {
    CAPTURE(picture_name(index));
    const auto file = picture_file(index);
    const bool png = picture_name(index).ends_with(".png");
    CHECK(file.starts_with(png ? "\x89PNG\r\n" : "\xff\xd8\xff"));
    CHECK(file.size() > 5000);
    CHECK(file.size() < 420000);
    CHECK(file == picture_file(index));
  }
}

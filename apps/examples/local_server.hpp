#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>
#include <weft/weft.hpp>

/// One document of the server below, `size` bytes long, answered after `delay`.
struct page {
  std::string path;
  std::size_t size;
  std::chrono::milliseconds delay;
};

/// Answers GET requests for these pages on a loopback port until it is killed, so that an example needs no network.
weft::task<> serve_pages(weft::net::listener source, std::vector<page> pages);

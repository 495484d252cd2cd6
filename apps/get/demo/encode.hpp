#pragma once

#include <string>

#include "get/demo/canvas.hpp"

namespace weft::get_app::demo {

/// The picture as a JPEG file; `quality` from 1 to 100. Errors: std::runtime_error.
std::string encode_jpeg(const canvas& picture, int quality);

/// The picture as a PNG file. Errors: std::runtime_error.
std::string encode_png(const canvas& picture);

}  // namespace weft::get_app::demo

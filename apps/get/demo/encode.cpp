#include "get/demo/encode.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>
#include <png.h>

#include <array>
#include <memory>
#include <stdexcept>

#include <weft/base/scope_exit.hpp>

namespace weft::get_app::demo {
namespace {

/// libjpeg and libpng are built with unwind tables on this platform, so that an exception may pass through them.
[[noreturn]] void throw_jpeg_error(j_common_ptr info) {
  std::array<char, JMSG_LENGTH_MAX> message{};
  info->err->format_message(info, message.data());
  throw std::runtime_error(std::string("cannot encode jpeg: ") + message.data());
}

[[noreturn]] void throw_png_error(png_structp /*png*/, png_const_charp message) {
  throw std::runtime_error(std::string("cannot encode png: ") + message);
}

void append_png(png_structp png, png_bytep bytes, std::size_t size) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(bytes), size);
}

std::size_t row_bytes(const canvas& picture) { return static_cast<std::size_t>(picture.width()) * 3; }

}  // namespace

std::string encode_jpeg(const canvas& picture, int quality) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  errors.error_exit = throw_jpeg_error;
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const scope_exit release([&] {
    jpeg_destroy_compress(&jpeg);
    std::free(bytes);
  });
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = static_cast<JDIMENSION>(picture.width());
  jpeg.image_height = static_cast<JDIMENSION>(picture.height());
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    auto* row = const_cast<JSAMPROW>(picture.pixels().data() + jpeg.next_scanline * row_bytes(picture));
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  return {reinterpret_cast<const char*>(bytes), size};
}

std::string encode_png(const canvas& picture) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, throw_png_error, nullptr);
  if (png == nullptr) throw std::runtime_error("cannot encode png: no memory");
  png_infop info = nullptr;
  const scope_exit release([&] { png_destroy_write_struct(&png, &info); });
  info = png_create_info_struct(png);
  if (info == nullptr) throw std::runtime_error("cannot encode png: no memory");
  std::string out;
  png_set_write_fn(png, &out, append_png, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width()), static_cast<png_uint_32>(picture.height()), 8,
               PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (int y = 0; y < picture.height(); ++y) {
    png_write_row(png, picture.pixels().data() + static_cast<std::size_t>(y) * row_bytes(picture));
  }
  png_write_end(png, info);
  return out;
}

}  // namespace weft::get_app::demo

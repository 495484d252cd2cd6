#include <weft/pool/wire_error.hpp>

#include <weft/core/cancelled.hpp>

#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <cerrno>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

namespace wire_error_test {

std::exception_ptr there_and_back(const std::exception_ptr& error) {
  weft::encoder out;
  weft::detail::encode_error(out, error);
  const auto bytes = out.take();
  weft::decoder in(bytes);
  auto back = weft::detail::decode_error(in);
  in.finish();
  return back;
}

template <class E>
void check_text() {
  try {
    std::rethrow_exception(there_and_back(std::make_exception_ptr(E("the text"))));
  } catch (const std::exception& e) {
    CHECK(typeid(e) == typeid(E));
    CHECK(e.what() == std::string("the text"));
  }
}

TEST_CASE("wire_error: the types of <stdexcept> come back as themselves") {
  check_text<std::logic_error>();
  check_text<std::invalid_argument>();
  check_text<std::domain_error>();
  check_text<std::length_error>();
  check_text<std::out_of_range>();
  check_text<std::runtime_error>();
  check_text<std::range_error>();
  check_text<std::overflow_error>();
  check_text<std::underflow_error>();
  check_text<weft::timed_out>();
  check_text<weft::codec_error>();
}

template <class E, class Category>
void check_code(const Category& category) {
  const E sent({ENOENT, category}, "cannot open 'a'");
  try {
    std::rethrow_exception(there_and_back(std::make_exception_ptr(sent)));
  } catch (const E& e) {
    CHECK(e.code() == sent.code());
    CHECK(e.what() == std::string(sent.what()));
  }
}

TEST_CASE("wire_error: system errors keep their code and their text") {
  check_code<std::system_error>(std::generic_category());
  check_code<std::system_error>(std::system_category());
  check_code<boost::system::system_error>(boost::system::generic_category());
  check_code<boost::system::system_error>(boost::system::system_category());
}

TEST_CASE("wire_error: a failure of the file system keeps its paths") {
  const auto code = std::make_error_code(std::errc::no_such_file_or_directory);
  const std::filesystem::filesystem_error error("cannot rename", "from/a", "to/b", code);
  try {
    std::rethrow_exception(there_and_back(std::make_exception_ptr(error)));
  } catch (const std::system_error& back) {
    CHECK(back.code() == code);
    CHECK(std::string(back.what()).find("[from/a] [to/b]") != std::string::npos);
  }
}

TEST_CASE("wire_error: want of memory and cancellation come back as themselves") {
  CHECK_THROWS_AS(std::rethrow_exception(there_and_back(std::make_exception_ptr(std::bad_alloc()))), std::bad_alloc);
  try {
    std::rethrow_exception(there_and_back(std::make_exception_ptr(weft::cancelled("enough"))));
  } catch (const weft::cancelled& e) {
    CHECK(e.reason() == "enough");
  }
}

class own_error : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

TEST_CASE("wire_error: other exceptions come back with their type and text") {
  const auto check = [](const std::exception_ptr& sent, const std::string& type, const std::string& what) {
    try {
      std::rethrow_exception(there_and_back(sent));
    } catch (const weft::remote_error& e) {
      CHECK(e.type() == type);
      CHECK(e.what() == what);
    }
  };
  check(std::make_exception_ptr(own_error("mine")), "wire_error_test::own_error", "mine");
  check(there_and_back(std::make_exception_ptr(own_error("mine"))), "wire_error_test::own_error", "mine");
  check(std::make_exception_ptr(17), "unknown", "unknown exception");
}

}  // namespace wire_error_test

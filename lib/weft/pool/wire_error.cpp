#include <weft/pool/wire_error.hpp>

#include <weft/core/cancelled.hpp>
#include <weft/pool/codec.hpp>
#include <weft/pool/queue_errors.hpp>
#include <weft/sync/queue_closed.hpp>

#include <boost/core/demangle.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <typeinfo>

namespace weft::detail {

namespace {

enum class kind : std::uint8_t { remote, text, std_system, boost_system, bad_alloc, cancelled };

/// A type that is made from its text alone.
struct text_type {
  const std::type_info* type;
  std::exception_ptr (*make)(const std::string& text);
};

template <class E>
std::exception_ptr make_from_text(const std::string& text) {
  return std::make_exception_ptr(E(text));
}

template <class... E>
std::array<text_type, sizeof...(E)> make_table() {
  return {{{&typeid(E), &make_from_text<E>}...}};
}

// Both ends are the same program: the place in the table says which it is.
const auto& text_types() {
  static const auto table =
      make_table<std::logic_error, std::invalid_argument, std::domain_error, std::length_error, std::out_of_range,
                 std::runtime_error, std::range_error, std::overflow_error, std::underflow_error, timed_out,
                 codec_error, queue_closed, queue_full, queue_empty>();
  return table;
}

/// What system_error's constructor was given: it adds ": " and the code's own text. What types derived from the standard's say
/// behind that, as filesystem_error its paths, is kept; Boost's says there what kind of code it is.
std::string prefix_of(std::string_view what, std::string_view message, kind as) {
  const std::size_t at = what.rfind(message);
  std::string_view tail = at == what.npos || as == kind::boost_system ? "" : what.substr(at + message.size());
  what = what.substr(0, at);
  if (what.ends_with(": ")) what.remove_suffix(2);
  if (what.empty() && tail.starts_with(' ')) tail.remove_prefix(1);
  return std::string(what) + std::string(tail);
}

template <class Error>
void encode_system(encoder& to, kind as, const Error& error) {
  encode(to, as);
  encode(to, error.code().value());
  encode(to, std::string(error.code().category().name()));
  encode(to, prefix_of(error.what(), error.code().message(), as));
}

template <class Error, class Category>
std::exception_ptr make_system(int value, const Category& category, const std::string& prefix) {
  if (prefix.empty()) return std::make_exception_ptr(Error(value, category));
  return std::make_exception_ptr(Error(value, category, prefix));
}

std::exception_ptr decode_system(decoder& from, kind as) {
  const int value = decode<int>(from);
  const auto category = decode<std::string>(from);
  const auto prefix = decode<std::string>(from);
  if (as == kind::std_system) {
    if (category == "generic") return make_system<std::system_error>(value, std::generic_category(), prefix);
    if (category == "system") return make_system<std::system_error>(value, std::system_category(), prefix);
  } else {
    namespace sys = boost::system;
    if (category == "generic") return make_system<sys::system_error>(value, sys::generic_category(), prefix);
    if (category == "system") return make_system<sys::system_error>(value, sys::system_category(), prefix);
  }
  return std::make_exception_ptr(std::runtime_error(prefix + ": " + category + " error " + std::to_string(value)));
}

void encode_standard(encoder& to, const std::exception& error) {
  const auto& table = text_types();
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (*table[i].type != typeid(error)) continue;
    encode(to, kind::text);
    encode(to, static_cast<std::uint32_t>(i));
    encode(to, std::string(error.what()));
    return;
  }
  encode(to, kind::remote);
  encode(to, boost::core::demangle(typeid(error).name()));
  encode(to, std::string(error.what()));
}

}  // namespace

void encode_error(encoder& to, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& e) {
    encode_system(to, kind::boost_system, e);
  } catch (const std::system_error& e) {
    encode_system(to, kind::std_system, e);
  } catch (const std::bad_alloc&) {
    encode(to, kind::bad_alloc);
  } catch (const remote_error& e) {
    encode(to, kind::remote);
    encode(to, e.type());
    encode(to, std::string(e.what()));
  } catch (const std::exception& e) {
    encode_standard(to, e);
  } catch (const cancelled& e) {
    encode(to, kind::cancelled);
    encode(to, e.reason());
  } catch (...) {
    encode(to, kind::remote);
    encode(to, std::string("unknown"));
    encode(to, std::string("unknown exception"));
  }
}

std::exception_ptr decode_error(decoder& from) {
  switch (const auto as = decode<kind>(from)) {
    case kind::remote: {
      auto type = decode<std::string>(from);
      return std::make_exception_ptr(remote_error(std::move(type), decode<std::string>(from)));
    }
    case kind::text: {
      const auto place = decode<std::uint32_t>(from);
      if (place >= text_types().size()) break;
      return text_types()[place].make(decode<std::string>(from));
    }
    case kind::std_system:
    case kind::boost_system: return decode_system(from, as);
    case kind::bad_alloc: return std::make_exception_ptr(std::bad_alloc());
    case kind::cancelled: return std::make_exception_ptr(cancelled(decode<std::string>(from)));
  }
  throw codec_error("no such kind of exception");
}

}  // namespace weft::detail

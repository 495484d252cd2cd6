#include "chat/delivery_watch.hpp"

#include <doctest/doctest.h>

#include "chat/addresses.hpp"

using namespace weft::chat_app;
using testing::at;

namespace {

chat_event fate(event_type type, std::uint16_t port, message_id id = 1) {
  return {.type = type, .peer = at(port), .id = id};
}

}  // namespace

TEST_CASE("delivery: a message has arrived when every peer has it") {
  delivery_watch watch(1, {at(1), at(2)}, delivery_watch::proof::delivered);
  watch.note(fate(event_type::delivered, 1));
  watch.note(fate(event_type::sent, 2));
  watch.note(fate(event_type::delivered, 2, 7));
  watch.note(fate(event_type::delivered, 3));
  CHECK(!watch.has_arrived());
  watch.note(fate(event_type::delivered, 2));
  CHECK(watch.has_arrived());
  CHECK(!watch.has_failed());
}

TEST_CASE("delivery: two peers that are one need the message once") {
  delivery_watch watch(1, {at(1), at(2)}, delivery_watch::proof::delivered);
  watch.note(fate(event_type::delivered, 1));
  watch.unite(at(2), at(1));
  CHECK(watch.has_arrived());
  delivery_watch other(1, {at(2)}, delivery_watch::proof::delivered);
  other.unite(at(2), at(1));
  CHECK(!other.has_arrived());
  other.note(fate(event_type::delivered, 1));
  CHECK(other.has_arrived());
}

TEST_CASE("delivery: where there are no receipts, sent counts until the message has failed") {
  delivery_watch watch(1, {at(1)}, delivery_watch::proof::sent);
  watch.note(fate(event_type::sent, 1));
  CHECK(watch.has_arrived());
  watch.note(fate(event_type::failed, 1));
  watch.note(fate(event_type::sent, 1));
  CHECK(!watch.has_arrived());
  CHECK(watch.has_failed());
}

TEST_CASE("delivery: a refusal is noted whatever message it is about") {
  delivery_watch watch(1, {at(1)}, delivery_watch::proof::delivered);
  watch.note(fate(event_type::refused, 2, 0));
  CHECK(!watch.is_refused());
  watch.note(fate(event_type::refused, 1, 0));
  CHECK(watch.is_refused());
}

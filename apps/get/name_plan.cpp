#include "get/name_plan.hpp"

#include <utility>

#include "get/safe_name.hpp"

namespace weft::get_app {

name_plan::name_plan(conflict_policy policy, std::function<occupant(const std::string&)> look)
    : policy_(policy), look_(std::move(look)) {}

planned_name name_plan::assign(std::string wanted) {
  using enum planned_name::verdict;
  if (reserved_.contains(fingerprint(wanted))) {
    if (policy_ == conflict_policy::fail) return {exists, std::move(wanted)};
    return number(wanted);
  }
  const auto there = look_(wanted);
  if (there == occupant::file && policy_ == conflict_policy::rename) return number(wanted);
  if (there == occupant::other && policy_ == conflict_policy::rename) return number(wanted);
  reserve(wanted);
  if (there == occupant::nothing) return {write, std::move(wanted)};
  if (there == occupant::other) return {not_a_file, std::move(wanted)};
  if (policy_ == conflict_policy::skip) return {skip, std::move(wanted)};
  if (policy_ == conflict_policy::overwrite) return {replace, std::move(wanted)};
  return {exists, std::move(wanted)};
}

/// The first numbered form of `wanted` that is free in this run; what is on disk counts as the policy says.
planned_name name_plan::number(const std::string& wanted) {
  using enum planned_name::verdict;
  const auto key = fingerprint(wanted);
  for (;;) {
    auto name = numbered_name(wanted, ++last_numbers_[key]);
    if (reserved_.contains(fingerprint(name))) continue;
    const auto there = look_(name);
    if (there == occupant::other) continue;
    if (there == occupant::file && policy_ == conflict_policy::rename) continue;
    reserve(name);
    if (there == occupant::nothing) return {write, std::move(name)};
    return {policy_ == conflict_policy::skip ? skip : replace, std::move(name)};
  }
}

}  // namespace weft::get_app

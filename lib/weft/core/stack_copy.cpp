#include <weft/core/stack_copy.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <link.h>

namespace weft::detail {

namespace {

struct position {
  const void* instruction;
  const void* const* stack;
};

position position_of(const ucontext_t& interrupted) noexcept {
#if defined(__x86_64__)
  const auto& registers = interrupted.uc_mcontext.gregs;
  return {reinterpret_cast<const void*>(registers[REG_RIP]), reinterpret_cast<const void* const*>(registers[REG_RSP])};
#elif defined(__aarch64__)
  return {reinterpret_cast<const void*>(interrupted.uc_mcontext.pc),
          reinterpret_cast<const void* const*>(interrupted.uc_mcontext.sp)};
#else
  static_cast<void>(interrupted);
  return {nullptr, static_cast<const void* const*>(__builtin_frame_address(0))};
#endif
}

/// Whether the instruction that ends at `code` is a call. `room` bytes before it can be read.
bool follows_call(const unsigned char* code, std::size_t room) noexcept {
#if defined(__x86_64__)
  if (room >= 5 && code[-5] == 0xE8) return true;
  // FF /2: a call through a register or memory; its length follows from the byte after it.
  for (std::size_t length = 2; length <= std::min<std::size_t>(room, 7); ++length) {
    const unsigned char* at = code - length;
    const int mode = at[1] >> 6;
    const int operand = at[1] & 7;
    if (at[0] != 0xFF || ((at[1] >> 3) & 7) != 2) continue;
    std::size_t expected = operand == 4 && mode != 3 ? 3 : 2;
    if (mode == 1) expected += 1;
    if (mode == 2 || (mode == 0 && operand == 5)) expected += 4;
    if (mode == 0 && operand == 4 && (at[2] & 7) == 5) expected += 4;
    if (length == expected) return true;
  }
  return false;
#elif defined(__aarch64__)
  if (room < 4) return false;
  std::uint32_t instruction = 0;
  std::memcpy(&instruction, code - 4, sizeof(instruction));
  return (instruction & 0xFC000000) == 0x94000000 || (instruction & 0xFFFFFC1F) == 0xD63F0000;
#else
  static_cast<void>(code);
  static_cast<void>(room);
  return true;
#endif
}

struct search {
  const stack_copy& copy;
  std::array<bool, stack_copy::longest> found{};

  /// Called for each loaded object, which stays loaded meanwhile.
  static int look_into(dl_phdr_info* object, std::size_t /*size*/, void* self) {
    auto& [copy, found] = *static_cast<search*>(self);
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const auto& segment = object->dlpi_phdr[i];
      if (segment.p_type != PT_LOAD || (segment.p_flags & (PF_X | PF_R)) != (PF_X | PF_R)) continue;
      const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
      for (std::size_t word = 0; word < copy.size; ++word) {
        const auto offset = reinterpret_cast<std::uintptr_t>(copy.words[word]) - begin;
        if (offset >= segment.p_memsz) continue;
        if (follows_call(static_cast<const unsigned char*>(copy.words[word]), offset)) found[word] = true;
      }
    }
    return 0;
  }
};

}  // namespace

std::span<const void* const> stack_of(pthread_t thread) noexcept {
  pthread_attr_t attributes;
  if (::pthread_getattr_np(thread, &attributes) != 0) return {};
  void* begin = nullptr;
  std::size_t size = 0;
  const bool known = ::pthread_attr_getstack(&attributes, &begin, &size) == 0;
  ::pthread_attr_destroy(&attributes);
  if (!known) return {};
  return {static_cast<const void* const*>(begin), size / sizeof(void*)};
}

// What it reads belongs to others, and they may be writing it.
__attribute__((no_sanitize("address", "thread"))) void copy_stack(const ucontext_t& interrupted,
                                                                  stack_copy& to) noexcept {
  const auto [instruction, top] = position_of(interrupted);
  const void* const* begin = to.stack.data();
  const void* const* end = begin + to.stack.size();
  to.instruction = instruction;
  to.size = 0;
  // A thread that runs on another stack than its own, that of a fiber or of a signal, is left alone.
  if (top < begin || top >= end) return;
  while (to.size < stack_copy::longest && top + to.size < end) {
    to.words[to.size] = top[to.size];
    ++to.size;
  }
}

std::vector<const void*> likely_callers(const stack_copy& copy, std::size_t limit) {
  search callers{copy};
  ::dl_iterate_phdr(&search::look_into, &callers);
  std::vector<const void*> addresses;
  if (copy.instruction != nullptr) addresses.push_back(copy.instruction);
  for (std::size_t word = 0; word < copy.size && addresses.size() < limit; ++word) {
    if (callers.found[word]) addresses.push_back(copy.words[word]);
  }
  return addresses;
}

}  // namespace weft::detail

#include <weft/pool/task_descriptor.hpp>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <elf.h>
#include <link.h>

namespace weft::detail {

namespace {

struct segment {
  std::uintptr_t first;
  std::uintptr_t end;
};

/// An executable or shared library, as it is loaded.
struct loaded_image {
  std::uint64_t id = 0;
  std::uintptr_t base = 0;
  std::vector<segment> readable;
  std::vector<segment> code;
};

std::uint64_t hash_bytes(std::uint64_t value, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < size; ++i) value = (value ^ bytes[i]) * 0x100000001b3;
  return value;
}

/// The build-id among the notes of a segment; empty when there is none.
std::span<const unsigned char> build_id(const dl_phdr_info& image, const ElfW(Phdr) & header) {
  const auto* at = reinterpret_cast<const unsigned char*>(image.dlpi_addr + header.p_vaddr);
  const auto* end = at + header.p_memsz;
  while (at + sizeof(ElfW(Nhdr)) <= end) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof note);
    const auto* name = at + sizeof note;
    const auto* text = name + (note.n_namesz + 3) / 4 * 4;
    if (text + note.n_descsz > end) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0)
      return {text, note.n_descsz};
    at = text + (note.n_descsz + 3) / 4 * 4;
  }
  return {};
}

int add_image(dl_phdr_info* image, std::size_t /*size*/, void* all) {
  loaded_image added;
  added.base = image->dlpi_addr;
  // Without a build-id the name has to do; the signature and the descriptor's own address are checked in any case.
  added.id = hash_bytes(0xcbf29ce4'84222325, image->dlpi_name, std::strlen(image->dlpi_name));
  for (std::size_t i = 0; i < image->dlpi_phnum; ++i) {
    const auto& header = image->dlpi_phdr[i];
    if (header.p_type == PT_NOTE) {
      if (const auto id = build_id(*image, header); !id.empty())
        added.id = hash_bytes(0xcbf29ce4'84222325, id.data(), id.size());
    }
    if (header.p_type == PT_LOAD && (header.p_flags & PF_R) != 0) {
      const std::uintptr_t first = image->dlpi_addr + header.p_vaddr;
      ((header.p_flags & PF_X) != 0 ? added.code : added.readable).push_back({first, first + header.p_memsz});
    }
  }
  static_cast<std::vector<loaded_image>*>(all)->push_back(std::move(added));
  return 0;
}

bool holds(const std::vector<segment>& segments, std::uintptr_t first, std::size_t size) {
  return std::ranges::any_of(
      segments, [&](const segment& s) { return first >= s.first && first < s.end && size <= s.end - first; });
}

std::vector<loaded_image> loaded_images() {
  std::vector<loaded_image> all;
  ::dl_iterate_phdr(&add_image, &all);
  return all;
}

/// Looked at again when something is not found: libraries may be loaded later.
template <class F>
const loaded_image* find_image(F matches) {
  static std::mutex mutex;
  static std::vector<std::unique_ptr<const loaded_image>> known;
  const std::lock_guard guard(mutex);
  const auto look = [&]() -> const loaded_image* {
    const auto found = std::ranges::find_if(known, [&](const auto& image) { return matches(*image); });
    return found == known.end() ? nullptr : found->get();
  };
  if (const loaded_image* found = look()) return found;
  for (auto& image : loaded_images()) {
    const auto is_it = [&](const auto& other) { return other->id == image.id && other->base == image.base; };
    if (std::ranges::none_of(known, is_it)) known.push_back(std::make_unique<const loaded_image>(std::move(image)));
  }
  return look();
}

}  // namespace

task_address locate(const task_descriptor& task) {
  const auto place = reinterpret_cast<std::uintptr_t>(&task);
  const loaded_image* image = find_image([&](const loaded_image& i) { return holds(i.readable, place, sizeof task); });
  if (image == nullptr) throw codec_error("the task '" + std::string(task.name) + "' is in no loaded image");
  return {image->id, place - image->base, task.signature};
}

task_address locate_code(const void* code) {
  const auto place = reinterpret_cast<std::uintptr_t>(code);
  const loaded_image* image = find_image([&](const loaded_image& i) { return holds(i.code, place, 1); });
  if (image == nullptr) throw codec_error("the function is in no loaded image");
  return {image->id, place - image->base, 0};
}

void* find_code(const task_address& at) noexcept {
  const loaded_image* image = find_image([&](const loaded_image& i) { return i.id == at.image; });
  if (image == nullptr || !holds(image->code, image->base + at.offset, 1)) return nullptr;
  return reinterpret_cast<void*>(image->base + at.offset);
}

const task_descriptor* find_task(const task_address& at) noexcept {
  const loaded_image* image = find_image([&](const loaded_image& i) { return i.id == at.image; });
  if (image == nullptr) return nullptr;
  const std::uintptr_t place = image->base + at.offset;
  if (place % alignof(task_descriptor) != 0 || !holds(image->readable, place, sizeof(task_descriptor))) return nullptr;
  const auto* task = reinterpret_cast<const task_descriptor*>(place);
  if (task->magic != task_descriptor::mark || task->self != task || task->signature != at.signature) return nullptr;
  return task;
}

}  // namespace weft::detail

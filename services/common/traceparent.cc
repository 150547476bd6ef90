#include "services/common/traceparent.h"

#include <cstddef>

namespace signaling {
namespace {

constexpr std::size_t kVersionBytes = 2;
constexpr std::size_t kTraceIdAt = 3;
constexpr std::size_t kTraceIdBytes = 32;
constexpr std::size_t kParentIdAt = 36;
constexpr std::size_t kParentIdBytes = 16;
constexpr std::size_t kFlagsAt = 53;
constexpr std::size_t kFlagsBytes = 2;
constexpr std::size_t kBytes = 55;  // of version 00

bool IsHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsId(std::string_view text) {
  return IsHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::string_view WellFormedTraceparent(std::string_view text) {
  if (text.size() < kBytes) return {};
  const std::string_view version = text.substr(0, kVersionBytes);
  if (!IsHex(version) || version == "ff") return {};
  if (version == "00" && text.size() != kBytes) return {};
  if (text[kTraceIdAt - 1] != '-' || text[kParentIdAt - 1] != '-' || text[kFlagsAt - 1] != '-') {
    return {};
  }
  if (text.size() > kBytes && text[kBytes] != '-') return {};
  const bool good = IsId(text.substr(kTraceIdAt, kTraceIdBytes)) &&
                    IsId(text.substr(kParentIdAt, kParentIdBytes)) &&
                    IsHex(text.substr(kFlagsAt, kFlagsBytes));
  return good ? text.substr(0, kBytes) : std::string_view();
}

}  // namespace signaling

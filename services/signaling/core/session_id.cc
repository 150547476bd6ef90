#include "services/signaling/core/session_id.h"

#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "services/common/text.h"

namespace signaling {
namespace {

constexpr std::size_t kBytes = 16;
constexpr std::size_t kCharacters = 22;

}  // namespace

std::optional<SessionId> SessionId::Parse(std::string_view text) {
  std::string bytes;
  if (text.size() != kCharacters || !absl::WebSafeBase64Unescape(Absl(text), &bytes) ||
      bytes.size() != kBytes) {
    return std::nullopt;
  }
  SessionId id;
  std::memcpy(&id.high, bytes.data(), sizeof(id.high));
  std::memcpy(&id.low, bytes.data() + sizeof(id.high), sizeof(id.low));
  // Decoders forgive the unused low bits of the last character and other alphabets; an id has one spelling.
  if (id.ToString() != text) return std::nullopt;
  return id;
}

std::string SessionId::ToString() const {
  char bytes[kBytes];
  std::memcpy(bytes, &high, sizeof(high));
  std::memcpy(bytes + sizeof(high), &low, sizeof(low));
  return absl::WebSafeBase64Escape(absl::string_view(bytes, kBytes));
}

}  // namespace signaling

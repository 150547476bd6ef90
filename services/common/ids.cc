#include "services/common/ids.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace signaling {
namespace {

constexpr std::array<bool, 256> MakeIdCharacters() {
  std::array<bool, 256> allowed{};
  for (unsigned char c = 'a'; c <= 'z'; ++c) allowed[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) allowed[c] = true;
  for (unsigned char c = '0'; c <= '9'; ++c) allowed[c] = true;
  for (char c : {'.', '_', '~', ':', '@', '-'}) allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}

constexpr std::array<bool, 256> kIdCharacters = MakeIdCharacters();

}  // namespace

bool IsValidId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxIdLength && std::all_of(id.begin(), id.end(), [](char c) {
    return kIdCharacters[static_cast<unsigned char>(c)];
  });
}

std::string NewRandomId() {
  std::array<unsigned char, 16> bits;
  if (RAND_bytes(bits.data(), static_cast<int>(bits.size())) != 1) std::abort();
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(bits.data()), bits.size()));
}

}  // namespace signaling

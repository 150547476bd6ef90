#include "services/signaling/core/sdp_fields.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/match.h"
#include "services/common/text.h"
#include "services/signaling/core/sdp_scrub.h"

namespace signaling::sdp {
namespace {

bool IsOrigin(std::string_view value) {
  Words words(value);
  std::string_view user, id, version;
  return words.Next(&user) && !user.empty() && IsVisible(user) && words.Next(&id) &&
         ParseNumber(id, UINT64_MAX) && words.Next(&version) && ParseNumber(version, UINT64_MAX) &&
         IsConnection(&words);
}

bool IsBandwidth(std::string_view value) {
  const Attribute parts(value);
  return IsToken(parts.name) && ParseNumber(parts.value, UINT64_MAX);
}

bool IsTiming(std::string_view value) {
  Words words(value);
  std::string_view start, stop;
  return words.Next(&start) && ParseNumber(start, UINT64_MAX) && words.Next(&stop) &&
         ParseNumber(stop, UINT64_MAX) && words.Done();
}

// "604800", "7d".
bool IsTypedTime(std::string_view word) {
  if (!word.empty() && std::string_view("dhms").find(word.back()) != std::string_view::npos) {
    word.remove_suffix(1);
  }
  return ParseNumber(word, UINT64_MAX).has_value();
}

bool IsRepeat(std::string_view value) {
  Words words(value);
  std::string_view word;
  int count = 0;
  for (; words.Next(&word); ++count) {
    if (!IsTypedTime(word)) return false;
  }
  return count >= 3;
}

bool IsZones(std::string_view value) {
  Words words(value);
  std::string_view time, offset;
  while (words.Next(&time)) {
    if (!ParseNumber(time, UINT64_MAX) || !words.Next(&offset)) return false;
    if (offset.starts_with('-')) offset.remove_prefix(1);
    if (!IsTypedTime(offset)) return false;
  }
  return true;
}

bool IsKey(std::string_view value) {
  if (value == "prompt") return true;
  const Attribute parts(value);
  return (parts.name == "clear" || parts.name == "base64" || parts.name == "uri") &&
         !parts.value.empty();
}

// 0 for a name that RFC 8122 does not have.
std::size_t HashBytes(std::string_view name) {
  constexpr struct {
    std::string_view name;
    std::size_t bytes;
  } kHashes[] = {{"sha-256", 32}, {"sha-1", 20}, {"sha-224", 28}, {"sha-384", 48},
                 {"sha-512", 64}, {"md5", 16},   {"md2", 16}};
  for (const auto& hash : kHashes) {
    if (absl::EqualsIgnoreCase(Absl(name), Absl(hash.name))) return hash.bytes;
  }
  return 0;
}

bool IsFingerprint(std::string_view value) {
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos) return false;
  const std::size_t bytes = HashBytes(value.substr(0, space));
  value.remove_prefix(space + 1);
  if (bytes == 0 || value.size() != bytes * 3 - 1) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i % 3 == 2 ? value[i] != ':' : !IsHex(value[i])) return false;
  }
  return true;
}

bool IsRtcp(std::string_view value) {
  Words words(value);
  std::string_view port;
  return words.Next(&port) && ParseNumber(port, 65535) && (words.Done() || IsConnection(&words));
}

// nullptr, or what is wrong.
const char* CheckGroup(std::string_view value) {
  Words words(value);
  std::string_view word;
  while (words.Next(&word)) {
    if (!IsToken(word)) return "group is not a list of tokens (RFC 5888, section 5)";
    if (HoldsAddress(word)) return "group holds an address or a .local name";
  }
  return nullptr;
}

bool IsSetup(std::string_view value) {
  return value == "actpass" || value == "active" || value == "passive" || value == "holdconn";
}

}  // namespace

const char* CheckField(char type, std::string_view value) {
  if (value.empty()) return "has no value (RFC 8866, section 9)";
  switch (type) {
    case 'v': return value == "0" ? nullptr : "must be v=0 (RFC 8866, section 5.1)";
    case 'o':
      return IsOrigin(value) ? nullptr
                             : "is not user, id, version, IN, IP4 or IP6, and an address of that "
                               "kind (RFC 8866, section 5.2)";
    case 'u': return IsVisible(value) ? nullptr : "is not a URI (RFC 8866, section 5.5)";
    case 'c': {
      Words words(value);
      return IsConnection(&words)
                 ? nullptr
                 : "is not IN, IP4 or IP6, and a unicast address of that kind (RFC 8866, "
                   "section 5.7)";
    }
    case 'b': return IsBandwidth(value) ? nullptr : "is not type:number (RFC 8866, section 5.8)";
    case 't': return IsTiming(value) ? nullptr : "is not two numbers (RFC 8866, section 5.9)";
    case 'r': return IsRepeat(value) ? nullptr : "is not three times (RFC 8866, section 5.10)";
    case 'z':
      return IsZones(value) ? nullptr
                            : "is not pairs of a time and an offset (RFC 8866, section "
                              "5.11)";
    case 'k': return IsKey(value) ? nullptr : "is not a key (RFC 8866, section 5.12)";
    default: return nullptr;  // s=, i=, e=, p=: any text
  }
}

const char* CheckAttribute(const Attribute& attribute) {
  if (!IsToken(attribute.name)) {
    return "the attribute's name is not a token (RFC 8866, section 5.13)";
  }
  const std::string_view name = attribute.name;
  const std::string_view value = attribute.value;
  switch (name.size()) {
    case 3:
      if (name == "mid") return CheckMid(value);
      break;
    case 4:
      if (name == "rtcp" && !IsRtcp(value)) {
        return "rtcp is not a port and perhaps an address (RFC 3605, section 2.1)";
      }
      break;
    case 5:
      if (name == "setup" && !IsSetup(value)) {
        return "setup is not actpass, active, passive or holdconn (RFC 4145, section 4)";
      }
      if (name == "group") return CheckGroup(value);
      break;
    case 7:
      if (name == "ice-pwd" && !IsIceChars(value, 22, 256)) {
        return "ice-pwd is not 22 to 256 letters, digits, + or / (RFC 8839, section 5.4)";
      }
      break;
    case 9:
      if (name == "ice-ufrag" && !IsIceChars(value, 4, 256)) {
        return "ice-ufrag is not 4 to 256 letters, digits, + or / (RFC 8839, section 5.4)";
      }
      break;
    case 11:
      if (name == "fingerprint" && !IsFingerprint(value)) {
        return "fingerprint is not a hash and as many pairs of hexadecimal digits as it has bytes "
               "(RFC 8122, section 5)";
      }
      break;
    default: break;
  }
  return nullptr;
}

const char* CheckMid(std::string_view mid) {
  if (!IsToken(mid)) return "mid is not a token (RFC 5888, section 4)";
  return HoldsAddress(mid) ? "mid holds an address or a .local name" : nullptr;
}

bool IsSha256(std::string_view fingerprint) {
  return absl::StartsWithIgnoreCase(Absl(fingerprint), "sha-256 ");
}

}  // namespace signaling::sdp

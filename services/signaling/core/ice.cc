#include "services/signaling/core/ice.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/common/limits.h"
#include "services/common/text.h"
#include "services/signaling/core/sdp_grammar.h"

namespace signaling {
namespace {

absl::Status Fault(const char* what) {
  return absl::InvalidArgumentError(absl::StrCat("candidate: ", what, " (RFC 8839, section 5.1)"));
}

// What peers have: a token of any kind could be an address in a room that hides them.
bool IsTransport(std::string_view text) {
  return absl::EqualsIgnoreCase(Absl(text), "udp") || absl::EqualsIgnoreCase(Absl(text), "tcp") ||
         absl::EqualsIgnoreCase(Absl(text), "ssltcp");
}

// The pairs behind the type. nullptr, or what is wrong.
const char* ParseAttributes(Candidate* candidate) {
  sdp::Words words(candidate->attributes);
  std::string_view name, value;
  while (words.Next(&name)) {
    if (!sdp::IsToken(name)) return "an attribute's name is not a token";
    if (!words.Next(&value)) return "an attribute has no value";
    std::string_view* known = nullptr;
    if (name == "raddr") {
      known = &candidate->related_address;
      if (sdp::KindOf(value) == sdp::Address::kNone) {
        return "raddr is neither an IP address nor a name";
      }
    } else if (name == "rport") {
      known = &candidate->related_port;
      if (!sdp::ParseNumber(value, 65535)) return "rport is not 0 to 65535";
    } else if (name == "tcptype") {
      known = &candidate->tcp_type;
      if (value != "active" && value != "passive" && value != "so") {
        return "tcptype is not active, passive or so";
      }
    } else if (!sdp::IsVisible(value)) {
      return "an attribute's value holds a tab";
    }
    if (known == nullptr) continue;
    if (!known->empty()) return "raddr, rport or tcptype stands twice";
    *known = value;
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<Candidate> ParseCandidate(std::string_view text) {
  if (text.size() > kMaxCandidateBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("candidate is over ", kMaxCandidateBytes, " bytes"));
  }
  if (sdp::HoldsControl(text)) return Fault("holds a control character");
  if (text.starts_with("a=")) text.remove_prefix(2);
  constexpr std::string_view kPrefix = "candidate:";
  if (!text.starts_with(kPrefix)) return Fault("must begin with candidate:");
  text.remove_prefix(kPrefix.size());

  Candidate candidate;
  sdp::Words words(text);
  std::string_view word;
  const auto number = [&](std::uint64_t most) {
    return words.Next(&word) ? sdp::ParseNumber(word, most) : std::nullopt;
  };
  if (!words.Next(&candidate.foundation) || !sdp::IsIceChars(candidate.foundation, 1, 32)) {
    return Fault("the foundation is not 1 to 32 letters, digits, + or /");
  }
  const auto component = number(256);
  if (!component || *component == 0) return Fault("the component is not 1 to 256");
  candidate.component = static_cast<std::uint16_t>(*component);
  if (!words.Next(&candidate.transport) || !IsTransport(candidate.transport)) {
    return Fault("the transport is not udp, tcp or ssltcp");
  }
  const auto priority = number(UINT32_MAX);
  if (!priority) return Fault("the priority is not a number of 32 bits");
  candidate.priority = static_cast<std::uint32_t>(*priority);
  if (!words.Next(&candidate.address) || sdp::KindOf(candidate.address) == sdp::Address::kNone) {
    return Fault("the address is neither an IP address nor a name");
  }
  const auto port = number(65535);
  if (!port) return Fault("the port is not 0 to 65535");
  candidate.port = static_cast<std::uint16_t>(*port);
  if (!words.Next(&word) || word != "typ") return Fault("typ is missing after the port");
  if (!words.Next(&candidate.type) || !sdp::IsToken(candidate.type)) {
    return Fault("the type is not a token");
  }
  if (words.Done()) return candidate;
  candidate.attributes = words.rest();
  if (const char* fault = ParseAttributes(&candidate)) return Fault(fault);
  return candidate;
}

absl::Status CheckCandidate(std::string_view candidate) {
  if (candidate.empty()) return absl::OkStatus();
  return ParseCandidate(candidate).status();
}

}  // namespace signaling

// ICE candidates (RFC 8839, section 5.1). Pure functions of text; any thread may call them.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace signaling {

// Views into the text that was parsed.
struct Candidate {
  std::string_view foundation;
  std::uint16_t component = 0;
  std::string_view transport;  // "udp", "tcp" or "ssltcp", in any case
  std::uint32_t priority = 0;
  std::string_view address;  // IPv4, IPv6, or a name (mDNS)
  std::uint16_t port = 0;
  std::string_view type;  // "host", "srflx", "prflx", "relay", any token
  std::string_view related_address;
  std::string_view related_port;
  std::string_view tcp_type;
  std::string_view attributes;  // all behind the type: related address and port, extensions
};

// The candidate attribute with or without "a=", all of it: up to the type, then pairs of a name and a value.
// Laxer than RFC 8839 where peers are: raddr and rport may stand anywhere among the pairs and may both be missing in
// any type, tcptype may be missing, and the priority may be any number of 32 bits, 0 among them. Stricter in two
// things: raddr, rport and tcptype stand once each, and the transport is one that peers have. Faults never quote the text.
absl::StatusOr<Candidate> ParseCandidate(std::string_view text);

// As ParseCandidate; empty means end of candidates and is fine.
absl::Status CheckCandidate(std::string_view candidate);

}  // namespace signaling

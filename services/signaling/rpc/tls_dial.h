// Dials a port that speaks TLS, to see whether anybody answers.
#pragma once

#include <chrono>
#include <string>

#include "absl/status/status.h"

namespace signaling {

// Begins a handshake with `target` (host:port), and waits for the other side to say something in TLS: its part of the
// handshake, or an alert. That proves nothing about who it is. UNAVAILABLE: nothing came in time.
absl::Status DialTls(const std::string& target, std::chrono::milliseconds patience);

}  // namespace signaling

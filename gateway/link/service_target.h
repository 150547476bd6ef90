// What --service says: where the replicas of the signaling service are. A value; thread-safe once made.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace signaling::gateway {

// Each worker has a link to every replica.
inline constexpr std::size_t kMaxReplicas = 64;

struct ServiceTarget {
  // Each host:port is one replica; empty where a name is to be resolved.
  std::vector<std::string> replicas;
  // Of `dns:///name:port`, whose every address is a replica.
  std::string name;
  std::string port;
};

// Reads "host:port", a comma-separated list of them, or "dns:///name:port". An IPv6 literal stands in brackets. The
// error's message says what it must be, without the flag's name.
absl::StatusOr<ServiceTarget> ParseServiceTarget(std::string_view text);

// Every replica is named by an address of this machine alone, or as localhost.
bool IsLocal(const ServiceTarget& target);

}  // namespace signaling::gateway

// What a token says of itself, read without its signature being verified: good for showing and for choosing a room, for nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace signaling::ctl {

struct Claims {
  std::string sub;
  std::string issuer;
  std::vector<std::string> audience;
  std::vector<std::string> rooms;  // of `room` or `rooms`
  std::vector<std::string> grants;
  std::optional<absl::Time> expires;
};

// Nothing where it is no JWT in compact form (RFC 7515, section 3.1).
std::optional<Claims> ReadClaims(std::string_view token);

// A room that nobody is in, "signalctl-PURPOSE-…"; in those that the token names a beginning of ("robots-*") it begins so. Without a
// token any; empty where the token allows none but rooms that it names.
std::string FreshRoom(std::string_view token, std::string_view purpose);

}  // namespace signaling::ctl

// The address of a gateway, as a person types it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace signaling::ctl {

struct Url {
  bool tls = false;
  std::string host;  // an IPv6 literal without its brackets
  std::uint16_t port = 0;
  bool has_port = false;  // it was written, not the scheme's own
  std::string target;     // path and query: "/v1"

  std::string path() const { return target.substr(0, target.find('?')); }
  // What the Host header says: without the port where that is the scheme's own.
  std::string authority() const;
  // "ws://127.0.0.1:8765/v1"
  std::string ToString() const;
};

// ws, wss, http and https, or none, which is ws. No path, or "/", is /v1, where the tools of this program speak. Refused is a
// URL with a user (a password does not belong there), a fragment, or a token in its query: it would be in `ps`.
absl::StatusOr<Url> ParseUrl(std::string_view text);

// Of an http or https URL, for the internal ports: its path is cut off.
absl::StatusOr<Url> ParseBaseUrl(std::string_view text);

}  // namespace signaling::ctl

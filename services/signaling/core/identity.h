// Who a client, a back end or a gateway is, and what it was granted. What that allows is in core/access.h.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace signaling {

// The values of the claim `grants`, in lower case.
enum class Grant : std::uint8_t { kJoin, kCreate, kOffer, kModerate, kAdmin, kGateway };

// False: it is none of them.
bool ParseGrant(std::string_view name, Grant* grant);
std::string_view GrantName(Grant grant);

class Grants {
 public:
  void Add(Grant grant) { bits_ |= Bit(grant); }
  bool Has(Grant grant) const { return (bits_ & Bit(grant)) != 0; }
  bool operator==(const Grants&) const = default;

 private:
  static std::uint8_t Bit(Grant grant) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(grant));
  }

  std::uint8_t bits_ = 0;
};

// How a session meets the end of its token.
struct TokenLife {
  absl::Duration notice = absl::Seconds(30);  // so long before it, a new one is asked for
  absl::Duration grace = absl::Seconds(25);   // so long after it, the session needs another
};

// A value. The default is nobody in particular, to whom an open service refuses nothing.
struct Identity {
  bool authenticated = false;
  std::string client_id;           // the claim `sub`
  std::vector<std::string> rooms;  // names, or the beginning of names and "*"; empty: no room
  Grants grants;                   // what is not granted is refused
  absl::Time expires = absl::InfiniteFuture();  // of the token
  // Public, and not the client's to change: the claim `metadata`, and `name` under that key. At most kMaxMetadataBytes.
  std::map<std::string, std::string> metadata;
  std::string token_id;  // the claim `jti`, for the log; empty where there is none
};

}  // namespace signaling

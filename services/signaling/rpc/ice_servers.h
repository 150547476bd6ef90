// The STUN and TURN servers that sessions are given, with credentials of their own that end after a while.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/random/random.h"
#include "absl/time/time.h"
#include "services/common/clock.h"
#include "services/common/mutex.h"
#include "signaling/v1/ice.pb.h"

namespace signaling {

struct IceServersOptions {
  std::vector<std::string> stun_urls{};  // acceptable to CheckStunUri
  std::vector<std::string> turn_urls{};  // acceptable to CheckTurnUri
  // Shared with the TURN servers. The first one signs; the others are those that they still, or already, accept.
  std::vector<std::string> turn_secrets{};
  absl::Duration turn_ttl = absl::Hours(1);  // of a credential
};

// Thread-safe. Outlives the streams.
class IceServers {
 public:
  IceServers(const IceServersOptions& options, const Clock& clock);

  // For one session: `session_id` stands in its username, so that the TURN server's logs and quotas know it.
  signaling::v1::IceServers For(const std::string& session_id) const;

  // No more bytes than what For returns takes in a frame.
  std::size_t max_bytes() const { return max_bytes_; }

  // There are TURN servers: what For returns ends, and is to be given anew.
  bool has_turn() const { return !turn_urls_.empty(); }
  // When a session that is given its servers now gets the next ones (Clock::Uptime): well before their end, and not at
  // the same time as all those that came with it.
  absl::Duration RenewalTime() const;
  absl::Duration Now() const { return clock_.Uptime(); }

  // From now on the first of these signs. At least one. False: they are those that there were.
  bool set_turn_secrets(std::vector<std::string> secrets);

 private:
  // Constant after construction.
  const std::vector<std::string> turn_urls_;
  const absl::Duration turn_ttl_;
  const Clock& clock_;
  signaling::v1::IceServers without_turn_;
  std::size_t max_bytes_ = 0;

  mutable Mutex mu_;
  std::vector<std::string> turn_secrets_ ABSL_GUARDED_BY(mu_);
  mutable absl::BitGen random_ ABSL_GUARDED_BY(mu_);
};

}  // namespace signaling

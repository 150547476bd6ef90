// What back ends and native clients may ask for in how much time; sessions of a gateway are limited by it. Knows no gRPC.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/common/address_limiter.h"
#include "services/common/bucket_table.h"
#include "services/common/clock.h"
#include "services/common/message_limiter.h"
#include "services/common/mutex.h"
#include "services/common/rate_limits.h"
#include "services/signaling/rpc/probe.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling {

// Thread-safe. Owned by the server, outlives its calls.
class CallLimits {
 public:
  CallLimits(const RateLimits& limits, const Clock& clock, Probe& probe);

  // Before a credential of this peer (grpc::ServerContext::peer) is looked at. RATE_LIMITED: too many of its address were
  // not good.
  absl::Status MayAuthenticate(std::string_view peer) const;
  // Not for the clients of a gateway, whose peer is the gateway.
  void OnFailedAuthentication(std::string_view peer);

  // A call of RoomService, before anything is done for it. `caller` is the name of who was authenticated; empty: nobody in
  // particular, then it is the peer's address that counts. RATE_LIMITED.
  absl::Status OnCall(const std::string& caller, std::string_view peer);

  // A session is over a limit of messages.
  void OnEpisode(Limit kind) const { probe_.RateLimited(kind); }

  // From now on, for callers and streams that there are too.
  void SetLimits(const RateLimits& limits) ABSL_LOCKS_EXCLUDED(mu_);
  RateLimits limits() const ABSL_LOCKS_EXCLUDED(mu_);
  const Clock& clock() const { return clock_; }

 private:
  TokenBucket::Time Now() const;

  // Constant after construction.
  const Clock& clock_;
  Probe& probe_;

  mutable Mutex mu_;
  RateLimits limits_ ABSL_GUARDED_BY(mu_);
  AddressLimiter addresses_;
  BucketTable<std::string> calls_by_name_;
  BucketTable<AddressKey> calls_by_address_;
};

// What a frame counts as.
Limit LimitOf(const signaling::v1::UpFrame& frame);

// When the next frame of a Connect stream is to be read: the same buckets as a gateway has for each session. A client that
// sends too much is held back by its stream's flow control. Thread-safe: one reads, another ticks. Owned by the stream.
class ReadGate {
 public:
  explicit ReadGate(const CallLimits& limits) : limits_(limits) {}

  // A frame was read and handled. False: the next one is to be read when OnTick says so.
  bool OnFrame(Limit kind);
  // To be called some times a second. True: read now; once for each false above.
  bool OnTick();

 private:
  TokenBucket::Time Now() const;

  // Constant after construction.
  const CallLimits& limits_;

  Mutex mu_;
  MessageLimiter limiter_ ABSL_GUARDED_BY(mu_);
};

// The address in what gRPC calls a peer: "ipv4:192.0.2.1:4711", "ipv6:%5B2001:db8::1%5D:4711". Empty: it is none of these.
std::string PeerAddress(std::string_view peer);

}  // namespace signaling

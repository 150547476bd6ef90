// The gRPC server: SignalingService, RoomService, health and reflection on one port.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "prometheus/registry.h"
#include "services/common/clock.h"
#include "services/common/rate_limits.h"
#include "services/signaling/auth/authenticator.h"
#include "services/signaling/auth/peer_names.h"
#include "services/signaling/engine/engine.h"
#include "services/signaling/rpc/ice_servers.h"
#include "services/signaling/rpc/tls.h"

namespace signaling {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any
  bool reflection = true;
  TlsOptions tls{};
  PeerPolicy peers{};  // what client certificates grant
  TokenLife token_life{};
  RateLimits rate_limits{};
  // At most one write per interval on a Multiplex stream, the first at once: wake-ups are what an everyday load costs.
  absl::Duration flush_interval = absl::Microseconds(500);
  // A stream ends after this time, or up to a tenth of it earlier. 0: never.
  absl::Duration max_stream_age = absl::Hours(1);
};

// What it serves with.
struct ServerParts {
  Engine& engine;
  Authenticator& authenticator;
  const IceServers& ice_servers;
  const Clock& clock;
  std::function<absl::Status()> ready{};  // besides the server itself; thread-safe
};

// Thread-safe. Its parts have to outlive it.
class Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const ServerParts& parts,
                                                       prometheus::Registry& registry);
  // Shuts down at once where that has not been done.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;

  // The thread of timers comes round, and the port was seen to serve a new connection: gRPC 1.51's listener does not
  // recover from exhausted descriptors, so a live process proves nothing.
  absl::Status Healthy() const;
  absl::Status Ready() const;

  std::size_t live_streams() const;

  // From now on, for streams and callers that there are too.
  void SetRateLimits(const RateLimits& limits);

  // Is not ready any more, takes no new streams, and sends the sessions away one after the other, at least so many a
  // second; returns when all streams are gone or `timeout` is over. Shutdown has to follow.
  void Drain(absl::Duration timeout, double sessions_per_second);

  // Takes no new streams, ends those there are, and returns when they are gone or `patience` is over. Then what is left, of
  // peers that read nothing, is cut.
  void Shutdown(absl::Duration patience);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signaling

// The internal HTTP port of each process: /metrics (Prometheus text format 0.0.4), /healthz and /readyz, which is also the
// metric signaling_ready. Of more than 32 connections at once the oldest are closed. Not to be routed from outside.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "prometheus/collectable.h"

namespace signaling {

// Thread-safe. Owns one thread; ends it in the destructor.
class InternalServer {
 public:
  // Called on the server's thread; OK is answered 200, anything else 503 with its message as the body. Must not block.
  using Check = std::function<absl::Status()>;

  struct Options {
    std::string address;
    std::uint16_t port = 0;  // 0: any
    Check healthy;           // the process and its loops are alive
    Check ready;             // new sessions can be served
  };

  static absl::StatusOr<std::unique_ptr<InternalServer>> Start(
      Options options, std::vector<std::shared_ptr<prometheus::Collectable>> metrics);
  ~InternalServer();
  InternalServer(const InternalServer&) = delete;
  InternalServer& operator=(const InternalServer&) = delete;

  std::uint16_t port() const;

 private:
  class Impl;
  explicit InternalServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signaling

// Why a link is not up, in words for who runs the gateway.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace signaling::gateway {

struct LinkFailure {
  int status = 0;        // gRPC's
  std::string detail{};  // what the other side says, or the library
  std::string words{};   // for /readyz
  // Somebody has to change something before it comes up: said once, not at each attempt.
  bool is_refusal = false;
};

// A stream that ended with this status.
LinkFailure FailureOf(const grpc::Status& status, bool over_tls);
// A service that lets in clients without a token, while this gateway is reachable from outside.
LinkFailure ServiceIsOpen();
// There is no token to show.
LinkFailure NoToken(const absl::Status& status);

}  // namespace signaling::gateway

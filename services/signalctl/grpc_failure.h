// From a status of gRPC to one line that says what to do, and an exit code.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace signaling::ctl {

// How the service was spoken to: most of what goes wrong has its reason there.
struct Caller {
  std::string address;
  bool tls = false;
  bool shows_certificate = false;
  bool shows_token = false;
  const char* proxy = nullptr;  // the variable that names one; nullptr: none is asked
  absl::Duration timeout;
};

// google.rpc.ErrorInfo, without its prefix: "ROOM_NOT_FOUND". Empty: the status has none, so the service did not make it.
std::string ReasonOf(const grpc::Status& status);

// `status` is not OK.
absl::Status FailureOf(const grpc::Status& status, const Caller& caller);

}  // namespace signaling::ctl

// absl::Status and the table of reasons as gRPC has them.
//
// grpc-status-details-bin holds a google.rpc.Status: ErrorInfo with the reason, BadRequest with the wrong field, RetryInfo
// where trying again makes sense. grpc-retry-pushback-ms is not sent: it would replace the client's own backoff, which
// grows and is spread at random, by one number that is the same for all (gRFC A6).
#pragma once

#include <grpcpp/support/status.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "signaling/v1/session.pb.h"

namespace signaling {

// Of what is not made by Refusal only code and message are told.
grpc::Status ToGrpc(const absl::Status& status);

// The status of a Connect stream whose session ended like this: OK without an error.
grpc::Status ToGrpc(const signaling::v1::Closed& closed);

// The codes are 0 to 16; gRPC knows no other.
inline constexpr std::size_t kCodes = 17;
// As metrics and logs have it, and grpc-go: "OK", "NotFound".
const char* CodeName(grpc::StatusCode code);

}  // namespace signaling

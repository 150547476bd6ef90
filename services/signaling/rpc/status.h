// absl::Status and the table of reasons as gRPC has them.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "signaling/v1/session.pb.h"

namespace signaling {

grpc::Status ToGrpc(const absl::Status& status);

// The status of a Connect stream whose session ended like this: OK without an error.
grpc::Status ToGrpc(const signaling::v1::Closed& closed);

}  // namespace signaling

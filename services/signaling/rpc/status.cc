#include "services/signaling/rpc/status.h"

#include <string>

#include "services/signaling/core/errors.h"

namespace signaling {

grpc::Status ToGrpc(const absl::Status& status) {
  // The codes are the same numbers by design of both.
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

grpc::Status ToGrpc(const signaling::v1::Closed& closed) {
  Reason reason;
  if (!closed.has_error() || !FromProto(closed.error().reason(), &reason)) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(Info(reason).status), closed.error().message()};
}

}  // namespace signaling

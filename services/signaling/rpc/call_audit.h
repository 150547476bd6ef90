// What the line of one call of RoomService says, put together while the call runs.
#pragma once

#include <grpcpp/server_context.h>

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "services/signaling/core/identity.h"
#include "services/signaling/rpc/call_log.h"
#include "services/signaling/rpc/status.h"

namespace signaling {

// The name of a request's method: every request is its method's name with "Request" behind.
std::string MethodOf(const google::protobuf::Descriptor& request);

template <typename Request>
CallSubject SubjectOf(const Request& request) {
  CallSubject subject;
  if constexpr (requires { request.room(); }) subject.room = request.room();
  if constexpr (requires { request.client_id(); }) subject.client_id = request.client_id();
  if constexpr (requires { request.offer_id(); }) subject.offer_id = request.offer_id();
  if constexpr (requires { request.name(); }) subject.session = request.name();
  if constexpr (requires { request.session(); }) subject.session = request.session();
  if constexpr (requires { request.request_id(); }) subject.request_id = request.request_id();
  return subject;
}

// Not thread-safe. Owned by its call.
class CallAudit {
 public:
  CallAudit(CallLog& log, std::string method, const grpc::CallbackServerContext& call);

  // Who calls, or whom it was refused to: its status.
  absl::Status Admitted(const absl::StatusOr<Identity>& caller);
  // At the door: without the right, or too many.
  void Refused() { refused_ = true; }
  void About(CallSubject subject) { subject_ = std::move(subject); }

  // At the end, once.
  void Write(const absl::Status& status);
  template <typename Response>
  void Write(const absl::Status& status, const Response& response) {
    // A room that was to be called anything.
    if constexpr (requires { response.room().name(); }) {
      if (status.ok() && subject_.room.empty()) subject_.room = response.room().name();
    }
    Write(status);
  }

 private:
  // Constant after construction.
  CallLog& log_;
  const std::string method_;
  const std::string traceparent_;
  const absl::Duration began_;

  std::string caller_;
  bool refused_ = false;
  CallSubject subject_;
};

}  // namespace signaling

// Asks a back office, and waits for its reply.
#pragma once

#include <chrono>
#include <future>

#include "tests/contract/engine_fixture.h"

namespace signaling {

// The reply of a call that the engine answers; fails where it does not within a while.
template <typename Response, typename Request>
absl::StatusOr<Response> Call(BackOffice& office,
                              void (BackOffice::*method)(const Request&, Reply<Response>),
                              const Request& request) {
  std::promise<absl::StatusOr<Response>> promise;
  (office.*method)(request, [&](absl::StatusOr<Response> reply) { promise.set_value(reply); });
  auto future = promise.get_future();
  EXPECT_EQ(future.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  return future.get();
}

inline signaling::v1::CreateRoomRequest CreateRequest(const std::string& room,
                                                      const std::string& request_id = "") {
  signaling::v1::CreateRoomRequest request;
  request.set_room(room);
  request.set_request_id(request_id);
  return request;
}

}  // namespace signaling

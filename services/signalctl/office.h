// RoomService as the commands call it: one channel, the token, the deadline, and failures in words.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/signalctl/context.h"
#include "signaling/v1/rooms.pb.h"

namespace signaling::ctl {

// Not thread-safe. Each call waits for its answer, no longer than --timeout.
class Office {
 public:
  // kUsage: what the options name cannot be used. Connects with the first call. Warns where a token would go
  // over a network in the clear.
  static absl::StatusOr<std::unique_ptr<Office>> Open(Context& context);
  ~Office();
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;

  absl::StatusOr<signaling::v1::CreateRoomResponse> Call(
      const signaling::v1::CreateRoomRequest& request);
  absl::StatusOr<signaling::v1::GetRoomResponse> Call(const signaling::v1::GetRoomRequest& request);
  absl::StatusOr<signaling::v1::ListRoomsResponse> Call(
      const signaling::v1::ListRoomsRequest& request);
  absl::StatusOr<signaling::v1::UpdateRoomResponse> Call(
      const signaling::v1::UpdateRoomRequest& request);
  absl::StatusOr<signaling::v1::DeleteRoomResponse> Call(
      const signaling::v1::DeleteRoomRequest& request);
  absl::StatusOr<signaling::v1::ListParticipantsResponse> Call(
      const signaling::v1::ListParticipantsRequest& request);
  absl::StatusOr<signaling::v1::RemoveParticipantResponse> Call(
      const signaling::v1::RemoveParticipantRequest& request);
  absl::StatusOr<signaling::v1::GetOfferResponse> Call(
      const signaling::v1::GetOfferRequest& request);
  absl::StatusOr<signaling::v1::ListOffersResponse> Call(
      const signaling::v1::ListOffersRequest& request);
  absl::StatusOr<signaling::v1::DeleteOfferResponse> Call(
      const signaling::v1::DeleteOfferRequest& request);
  absl::StatusOr<signaling::v1::ListSessionsResponse> Call(
      const signaling::v1::ListSessionsRequest& request);
  absl::StatusOr<signaling::v1::EndSessionResponse> Call(
      const signaling::v1::EndSessionRequest& request);
  absl::StatusOr<signaling::v1::ExplainSessionResponse> Call(
      const signaling::v1::ExplainSessionRequest& request);
  absl::StatusOr<signaling::v1::ExplainOfferResponse> Call(
      const signaling::v1::ExplainOfferRequest& request);

  // Reads on until `take` says false (OK), or the stream ends: always with a failure. Has --timeout to connect.
  absl::Status Watch(const std::string& cursor,
                     const std::function<bool(const signaling::v1::WatchEventsResponse&)>& take);

 private:
  struct Parts;
  explicit Office(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace signaling::ctl

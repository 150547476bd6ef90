// Whether a back end's request is acceptable in itself (rooms.proto). Each is OK or a Refusal that names the field.
#pragma once

#include "absl/status/status.h"
#include "signaling/v1/rooms.pb.h"

namespace signaling {

absl::Status CheckRequest(const signaling::v1::CreateRoomRequest& request);
absl::Status CheckRequest(const signaling::v1::GetRoomRequest& request);
absl::Status CheckRequest(const signaling::v1::ListRoomsRequest& request);
absl::Status CheckRequest(const signaling::v1::UpdateRoomRequest& request);
absl::Status CheckRequest(const signaling::v1::DeleteRoomRequest& request);
absl::Status CheckRequest(const signaling::v1::ListParticipantsRequest& request);
absl::Status CheckRequest(const signaling::v1::RemoveParticipantRequest& request);
absl::Status CheckRequest(const signaling::v1::SendMessageRequest& request);
absl::Status CheckRequest(const signaling::v1::GetOfferRequest& request);
absl::Status CheckRequest(const signaling::v1::ListOffersRequest& request);
absl::Status CheckRequest(const signaling::v1::DeleteOfferRequest& request);
absl::Status CheckRequest(const signaling::v1::ListSessionsRequest& request);
absl::Status CheckRequest(const signaling::v1::EndSessionRequest& request);
absl::Status CheckRequest(const signaling::v1::ExplainSessionRequest& request);
absl::Status CheckRequest(const signaling::v1::ExplainOfferRequest& request);

}  // namespace signaling

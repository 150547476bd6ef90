#include "services/signaling/core/requests.h"

#include <initializer_list>
#include <string_view>

#include "services/signaling/core/errors.h"
#include "services/signaling/core/fields.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// The first that is not OK.
absl::Status First(std::initializer_list<absl::Status> statuses) {
  for (const absl::Status& status : statuses) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// RFC 4122, section 3.
bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !IsHex(text[i])) return false;
  }
  return true;
}

template <typename Request>
absl::Status CheckRequestId(const Request& request) {
  if (request.request_id().empty() || IsUuid(request.request_id())) return absl::OkStatus();
  return Refusal(Reason::kInvalidMessage, "request_id must be a UUID", "request_id");
}

template <typename Request>
absl::Status CheckPage(const Request& request) {
  if (request.page_size() >= 0) return absl::OkStatus();
  return Refusal(Reason::kInvalidMessage, "page_size must not be negative", "page_size");
}

}  // namespace

absl::Status CheckRequest(const v1::CreateRoomRequest& request) {
  return First({CheckOptionalId("room", request.room()),
                CheckRoomOptions("options", request.options()), CheckRequestId(request)});
}

absl::Status CheckRequest(const v1::GetRoomRequest& request) {
  return CheckId("room", request.room());
}

absl::Status CheckRequest(const v1::ListRoomsRequest& request) { return CheckPage(request); }

absl::Status CheckRequest(const v1::UpdateRoomRequest& request) {
  if (!request.has_options()) {
    return Refusal(Reason::kInvalidMessage, "options is required", "options");
  }
  return First({CheckId("room", request.room()), CheckRoomOptions("options", request.options()),
                CheckRequestId(request)});
}

absl::Status CheckRequest(const v1::DeleteRoomRequest& request) {
  return First({CheckId("room", request.room()), CheckRemark("reason", request.reason()),
                CheckRequestId(request)});
}

absl::Status CheckRequest(const v1::ListParticipantsRequest& request) {
  return CheckId("room", request.room());
}

absl::Status CheckRequest(const v1::RemoveParticipantRequest& request) {
  return First({CheckId("room", request.room()), CheckId("client_id", request.client_id()),
                CheckBan("ban", request.ban()), CheckRemark("reason", request.reason()),
                CheckRequestId(request)});
}

absl::Status CheckRequest(const v1::SendMessageRequest& request) {
  return First({CheckId("room", request.room()), CheckOptionalId("client_id", request.client_id()),
                CheckAppData("data", request.data()), CheckRequestId(request)});
}

absl::Status CheckRequest(const v1::GetOfferRequest& request) {
  return CheckId("offer_id", request.offer_id());
}

absl::Status CheckRequest(const v1::ListOffersRequest& request) {
  return First({CheckOptionalId("client_id", request.client_id()), CheckPage(request)});
}

absl::Status CheckRequest(const v1::DeleteOfferRequest& request) {
  return First({CheckId("offer_id", request.offer_id()), CheckRequestId(request)});
}

absl::Status CheckRequest(const v1::ListSessionsRequest& request) {
  return First({CheckOptionalId("room", request.room()),
                CheckOptionalId("client_id", request.client_id()), CheckPage(request)});
}

absl::Status CheckRequest(const v1::EndSessionRequest& request) {
  return First({CheckId("name", request.name()), CheckRemark("reason", request.reason()),
                CheckRequestId(request)});
}

absl::Status CheckRequest(const v1::ExplainSessionRequest& request) {
  return CheckId("session", request.session());
}

absl::Status CheckRequest(const v1::ExplainOfferRequest& request) {
  return CheckId("offer_id", request.offer_id());
}

}  // namespace signaling

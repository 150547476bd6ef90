// The limits of single fields, the same whether a client, a gateway or a back end sends them.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "signaling/v1/rooms.pb.h"

namespace signaling {

using Metadata = google::protobuf::Map<std::string, std::string>;

// Each is OK or a Refusal that names `field`.
absl::Status CheckId(std::string_view field, const std::string& id);
absl::Status CheckOptionalId(std::string_view field, const std::string& id);
absl::Status CheckMetadata(std::string_view field, const Metadata& metadata);
// `reason` of a kick or a room's end.
absl::Status CheckRemark(std::string_view field, const std::string& remark);
absl::Status CheckAllowList(std::string_view field, const signaling::v1::AllowList& allowed);
absl::Status CheckBan(std::string_view field, const google::protobuf::Duration& ban);
// The cap against the ceiling is the engine's to check, which knows it.
absl::Status CheckRoomOptions(const std::string& field, const signaling::v1::RoomOptions& options);
absl::Status CheckSdpField(std::string_view field, const signaling::v1::Description& description);
absl::Status CheckIceCandidate(std::string_view field,
                               const signaling::v1::IceCandidate& candidate);
absl::Status CheckAppData(std::string_view field, const std::string& data);

}  // namespace signaling

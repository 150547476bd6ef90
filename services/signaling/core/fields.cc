#include "services/signaling/core/fields.h"

#include <string_view>
#include <unordered_set>

#include "absl/strings/str_cat.h"
#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/common/text.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/core/ice.h"
#include "services/signaling/core/json.h"
#include "services/signaling/core/sdp.h"
#include "services/signaling/core/sdp_fields.h"
#include "services/signaling/core/sdp_grammar.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

absl::Status Invalid(std::string_view field, std::string_view problem) {
  return Refusal(Reason::kInvalidMessage, absl::StrCat(Absl(field), " ", Absl(problem)), field);
}

absl::Status Over(std::string_view field, std::size_t limit, const char* unit) {
  return Invalid(field, absl::StrCat("is over ", limit, " ", unit));
}

}  // namespace

absl::Status CheckId(std::string_view field, const std::string& id) {
  if (IsValidId(id)) return absl::OkStatus();
  return Invalid(field,
                 absl::StrCat("must be 1 to ", kMaxIdLength, " characters of [A-Za-z0-9._~:@-]"));
}

absl::Status CheckOptionalId(std::string_view field, const std::string& id) {
  return id.empty() ? absl::OkStatus() : CheckId(field, id);
}

absl::Status CheckMetadata(std::string_view field, const Metadata& metadata) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : metadata) bytes += key.size() + value.size();
  return bytes <= kMaxMetadataBytes ? absl::OkStatus() : Over(field, kMaxMetadataBytes, "bytes");
}

absl::Status CheckRemark(std::string_view field, const std::string& remark) {
  return remark.size() <= kMaxRemarkBytes ? absl::OkStatus()
                                          : Over(field, kMaxRemarkBytes, "bytes");
}

absl::Status CheckAllowList(std::string_view field, const v1::AllowList& allowed) {
  if (static_cast<std::size_t>(allowed.client_ids_size()) > kMaxAllowedClients) {
    return Over(field, kMaxAllowedClients, "ids");
  }
  std::unordered_set<std::string_view> seen;
  for (const std::string& id : allowed.client_ids()) {
    if (absl::Status status = CheckId(field, id); !status.ok()) return status;
    if (!seen.insert(id).second) return Invalid(field, "names a client twice");
  }
  return absl::OkStatus();
}

absl::Status CheckBan(std::string_view field, const google::protobuf::Duration& ban) {
  const std::optional<absl::Duration> duration = FromProto(ban);
  if (duration && *duration >= absl::ZeroDuration() && *duration <= kMaxBan) {
    return absl::OkStatus();
  }
  return Invalid(field, "(ban_ms) must be 0 to 24 hours");
}

absl::Status CheckRoomOptions(const std::string& field, const v1::RoomOptions& options) {
  if (!v1::Media_IsValid(options.media())) {
    return Invalid(absl::StrCat(field, ".media"), "must be any or audio");
  }
  if (!options.has_allowed()) return absl::OkStatus();
  return CheckAllowList(absl::StrCat(field, ".allowed"), options.allowed());
}

absl::Status CheckSdpField(std::string_view field, const v1::Description& description) {
  const absl::Status status = CheckSdp(description.sdp());
  if (status.ok()) return status;
  return Refusal(Reason::kInvalidSdp, std::string(status.message()), field);
}

absl::Status CheckIceCandidate(std::string_view field, const v1::IceCandidate& ice) {
  if (const absl::Status status = CheckCandidate(ice.candidate()); !status.ok()) {
    return Refusal(Reason::kInvalidCandidate, std::string(status.message()), field);
  }
  if (ice.candidate().size() + ice.sdp_mid().size() + ice.username_fragment().size() >
      kMaxCandidateBytes) {
    return Refusal(Reason::kInvalidCandidate,
                   absl::StrCat("candidate and its tags are over ", kMaxCandidateBytes, " bytes"),
                   field);
  }
  // Peers also send "" for what they do not know.
  if (const char* what = ice.sdp_mid().empty() ? nullptr : sdp::CheckMid(ice.sdp_mid())) {
    return Refusal(Reason::kInvalidCandidate, absl::StrCat("sdpMid: ", what), field);
  }
  if (!ice.username_fragment().empty() && !sdp::IsIceChars(ice.username_fragment(), 4, 256)) {
    return Refusal(Reason::kInvalidCandidate,
                   "usernameFragment is not 4 to 256 letters, digits, + or / (RFC 8839, section "
                   "5.4)",
                   field);
  }
  if (ice.sdp_m_line_index() > 65535) {
    return Refusal(Reason::kInvalidMessage, "sdpMLineIndex is over 65535", field);
  }
  return absl::OkStatus();
}

absl::Status CheckAppData(std::string_view field, const std::string& data) {
  if (data.empty()) return Invalid(field, "is missing");
  if (data.size() > kMaxAppMessageBytes) return Over(field, kMaxAppMessageBytes, "bytes");
  if (const absl::Status status = CheckJson(data); !status.ok()) {
    return Invalid(field, absl::StrCat("is not acceptable: ", status.message()));
  }
  return absl::OkStatus();
}

}  // namespace signaling

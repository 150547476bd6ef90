#include "gateway/codec/offer_decoder.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
using Kind = FieldValue::Kind;

constexpr std::uint64_t kMaxMLineIndex = std::numeric_limits<std::uint16_t>::max();

std::optional<v1::Reject::Reason> RejectReason(std::string_view name) {
  if (name == "busy") return v1::Reject::REASON_BUSY;
  if (name == "declined") return v1::Reject::REASON_DECLINED;
  if (name == "unsupported") return v1::Reject::REASON_UNSUPPORTED;
  return std::nullopt;
}

bool DecodeSdp(FieldCheck& check, v1::Description* description) {
  return check.Require(Field::kSdp) &&
         check.Text(Field::kSdp,
                    [description](const std::string& text) { description->set_sdp(text); });
}

bool DecodeCandidate(FieldCheck& check, v1::IceCandidate* candidate) {
  return check.Require(Field::kCandidate) &&
         check.Text(Field::kCandidate,
                    [candidate](const std::string& text) { candidate->set_candidate(text); }) &&
         check.Text(Field::kSdpMid,
                    [candidate](const std::string& text) { candidate->set_sdp_mid(text); }) &&
         check.Text(
             Field::kUsernameFragment,
             [candidate](const std::string& text) { candidate->set_username_fragment(text); }) &&
         check.Integer(Field::kSdpMLineIndex, kMaxMLineIndex, [candidate](std::uint64_t index) {
           candidate->set_sdp_m_line_index(static_cast<std::uint32_t>(index));
         });
}

bool DecodeReject(FieldCheck& check, v1::Reject* reject) {
  const FieldValue& value = check[Field::kReason];
  const std::optional<v1::Reject::Reason> reason =
      value.kind == Kind::kString ? RejectReason(value.text) : std::nullopt;
  if (!reason) return check.Refuse(Field::kReason, "must be busy, declined or unsupported");
  reject->set_reason(*reason);
  return true;
}

bool DecodeCandidates(FieldCheck& check, FieldReader& nested, v1::CreateOffer* create) {
  if (!check.Has(Field::kCandidates)) return true;
  if (check[Field::kCandidates].kind != Kind::kArray) {
    return check.Refuse(Field::kCandidates, "must be an array");
  }
  for (std::size_t i = 0; i < check.reader().candidates(); ++i) {
    const std::string_view text = check.reader().candidate(i);
    const std::string path = absl::StrCat("candidates[", i, "]");
    if (text.front() != '{') {
      check.problem() = path + " must be an object";
      return false;
    }
    const std::string prefix = path + ".";
    FieldCheck within(nested, check.problem(), prefix);
    if (!within.Read(text) || !DecodeCandidate(within, create->add_candidates())) return false;
  }
  return true;
}

}  // namespace

bool DecodeSignal(FieldCheck& check, MessageType type, v1::Signal* signal) {
  // A string of the message is made only where it is needed.
  if ((check.Has(Field::kClientId) && !check.Id(Field::kClientId, signal->mutable_client_id())) ||
      (check.Has(Field::kTo) && !check.Id(Field::kTo, signal->mutable_to())) ||
      (check.Has(Field::kOfferId) && !check.Id(Field::kOfferId, signal->mutable_offer_id()))) {
    return false;
  }
  switch (type) {
    case MessageType::kOffer: return DecodeSdp(check, signal->mutable_offer());
    case MessageType::kAnswer: return DecodeSdp(check, signal->mutable_answer());
    case MessageType::kIceCandidate: return DecodeCandidate(check, signal->mutable_ice_candidate());
    default: return DecodeReject(check, signal->mutable_reject());
  }
}

bool DecodeCreateOffer(FieldCheck& check, FieldReader& nested, v1::CreateOffer* create) {
  if (!DecodeSdp(check, create->mutable_offer()) || !check.Allowed() || !check.Metadata() ||
      (check.Has(Field::kTtlMs) && !check.Milliseconds(Field::kTtlMs, create->mutable_ttl())) ||
      !DecodeCandidates(check, nested, create)) {
    return false;
  }
  for (std::string& id : check.reader().fields().allowed) {
    create->mutable_allowed()->add_client_ids(std::move(id));
  }
  check.MoveMetadata(create->mutable_metadata());
  return true;
}

bool DecodeOfferId(FieldCheck& check, std::string* offer_id) {
  return check.Require(Field::kOfferId) && check.Id(Field::kOfferId, offer_id);
}

}  // namespace signaling::gateway

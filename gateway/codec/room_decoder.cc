#include "gateway/codec/room_decoder.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/common/limits.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
using Kind = FieldValue::Kind;

constexpr std::uint64_t kMaxUint32 = std::numeric_limits<std::uint32_t>::max();

bool DecodeMedia(FieldCheck& check, v1::RoomOptions* options) {
  if (!check.Has(Field::kMedia)) return true;
  const FieldValue& value = check[Field::kMedia];
  if (value.kind == Kind::kString && value.text == "any") {
    options->set_media(v1::MEDIA_ANY);
  } else if (value.kind == Kind::kString && value.text == "audio") {
    options->set_media(v1::MEDIA_AUDIO);
  } else {
    return check.Refuse(Field::kMedia, "must be any or audio");
  }
  return true;
}

bool DecodeOptions(FieldCheck& check, v1::RoomOptions* options) {
  if (!check.Allowed()) return false;
  for (std::string& id : check.reader().fields().allowed) {
    options->mutable_allowed()->add_client_ids(std::move(id));
  }
  return DecodeMedia(check, options) &&
         check.Integer(Field::kMaxParticipants, kMaxUint32,
                       [options](std::uint64_t value) {
                         options->set_max_participants(static_cast<std::uint32_t>(value));
                       }) &&
         check.Flag(Field::kRelayOnly, [options](bool value) { options->set_relay_only(value); }) &&
         check.Flag(Field::kKnock, [options](bool value) { options->set_knock(value); }) &&
         check.Flag(Field::kLocked, [options](bool value) { options->set_locked(value); });
}

// Why somebody has to go, for people.
bool DecodeRemark(FieldCheck& check, std::string* remark) {
  if (!check.Text(Field::kReason, [remark](const std::string& text) { *remark = text; })) {
    return false;
  }
  return remark->size() <= kMaxRemarkBytes ||
         check.Refuse(Field::kReason, absl::StrCat("has more than ", kMaxRemarkBytes, " bytes"));
}

}  // namespace

bool DecodeJoin(FieldCheck& check, FieldReader& nested, v1::Join* join) {
  if (!check.Require(Field::kRoom) || !check.Id(Field::kRoom, join->mutable_room()) ||
      !check.Metadata() ||
      !check.Flag(Field::kReplace, [join](bool value) { join->set_keep_existing(!value); })) {
    return false;
  }
  check.MoveMetadata(join->mutable_metadata());
  if (!check.Has(Field::kOptions)) return true;
  const FieldValue& options = check[Field::kOptions];
  if (options.kind != Kind::kObject) return check.Refuse(Field::kOptions, "must be an object");
  FieldCheck within(nested, check.problem(), "options.");
  return within.Read(options.text) && DecodeOptions(within, join->mutable_options());
}

bool DecodeUpdate(FieldCheck& check, v1::Update* update) {
  if (!check.Require(Field::kMetadata) || !check.Metadata()) return false;
  check.MoveMetadata(update->mutable_metadata());
  return true;
}

bool DecodeKick(FieldCheck& check, v1::Kick* kick) {
  return check.Require(Field::kClientId) && check.Id(Field::kClientId, kick->mutable_client_id()) &&
         (!check.Has(Field::kBanMs) || check.Milliseconds(Field::kBanMs, kick->mutable_ban())) &&
         DecodeRemark(check, kick->mutable_reason());
}

bool DecodeLock(FieldCheck& check, v1::Lock* lock) {
  return check.Require(Field::kLocked) &&
         check.Flag(Field::kLocked, [lock](bool value) { lock->set_locked(value); });
}

bool DecodeCloseRoom(FieldCheck& check, v1::CloseRoom* close) {
  return DecodeRemark(check, close->mutable_reason());
}

bool DecodeAdmit(FieldCheck& check, v1::Admit* admit) {
  return check.Require(Field::kClientId) && check.Id(Field::kClientId, admit->mutable_client_id());
}

}  // namespace signaling::gateway

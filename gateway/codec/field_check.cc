#include "gateway/codec/field_check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/common/text.h"

namespace signaling::gateway {
namespace {

using Kind = FieldValue::Kind;

constexpr std::string_view kNoId = "must be 1 to 128 characters of [A-Za-z0-9._~:@-]";
constexpr std::uint64_t kNanosecondsPerMillisecond = 1'000'000;

}  // namespace

bool FieldCheck::Read(std::string_view text) {
  problem_ = reader_.Read(text);
  if (!problem_.empty()) return false;
  const std::optional<Field> duplicate = fields_.duplicate;
  return !duplicate || Refuse(*duplicate, "is there twice");
}

bool FieldCheck::Refuse(Field field, std::string_view what) {
  problem_ = absl::StrCat(Absl(path_), Absl(FieldName(field)), " ", Absl(what));
  return false;
}

bool FieldCheck::IsString(Field field) {
  return (*this)[field].kind == Kind::kString || Refuse(field, "must be a string");
}

bool FieldCheck::IsInteger(Field field, std::uint64_t max) {
  const FieldValue& value = (*this)[field];
  return (value.kind == Kind::kInteger && value.integer <= max) ||
         Refuse(field, absl::StrCat("must be an integer from 0 to ", max));
}

bool FieldCheck::Id(Field field, std::string* id) {
  if (!Has(field)) return true;
  if (!IsString(field)) return false;
  if (!IsValidId((*this)[field].text)) return Refuse(field, kNoId);
  *id = (*this)[field].text;
  return true;
}

bool FieldCheck::Number(Field field, std::uint64_t* number) {
  if (!Has(field)) return true;
  const FieldValue& value = (*this)[field];
  if (value.kind != Kind::kInteger || value.integer == 0 || value.integer > kMaxClientMessageId) {
    return Refuse(field, "must be an integer from 1 to 2^53-1");
  }
  *number = value.integer;
  return true;
}

bool FieldCheck::Milliseconds(Field field, google::protobuf::Duration* duration,
                              std::uint64_t max) {
  return Integer(field, max, [duration](std::uint64_t ms) {
    duration->set_seconds(static_cast<std::int64_t>(ms / 1000));
    duration->set_nanos(static_cast<std::int32_t>(ms % 1000 * kNanosecondsPerMillisecond));
  });
}

bool FieldCheck::Metadata() {
  if (!Has(Field::kMetadata)) return true;
  if (fields_[Field::kMetadata].kind != Kind::kObject || !fields_.metadata_is_valid) {
    return Refuse(Field::kMetadata, "must be an object of strings, each name once");
  }
  const std::size_t most = reader_.limits().max_metadata_bytes;
  return fields_.metadata_bytes <= most ||
         Refuse(Field::kMetadata, absl::StrCat("has more than ", most, " bytes"));
}

void FieldCheck::MoveMetadata(google::protobuf::Map<std::string, std::string>* to) {
  for (auto& [key, value] : fields_.metadata) (*to)[key] = std::move(value);
}

bool FieldCheck::Allowed() {
  if (!Has(Field::kAllowed)) return true;
  if (fields_[Field::kAllowed].kind != Kind::kArray || !fields_.allowed_is_valid) {
    return Refuse(Field::kAllowed, "must be an array of strings");
  }
  for (std::size_t i = 0; i < fields_.allowed.size(); ++i) {
    if (IsValidId(fields_.allowed[i])) continue;
    problem_ = absl::StrCat(Absl(path_), "allowed[", i, "] ", Absl(kNoId));
    return false;
  }
  return true;
}

}  // namespace signaling::gateway

#include "gateway/codec/report_decoder.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
using Kind = FieldValue::Kind;

constexpr std::uint64_t kMaxSetupMs = 600'000;

std::optional<v1::CandidateType> CandidateType(std::string_view name) {
  if (name == "host") return v1::CANDIDATE_TYPE_HOST;
  if (name == "srflx") return v1::CANDIDATE_TYPE_SRFLX;
  if (name == "prflx") return v1::CANDIDATE_TYPE_PRFLX;
  if (name == "relay") return v1::CANDIDATE_TYPE_RELAY;
  return std::nullopt;
}

std::optional<v1::SetupFailure> Failure(std::string_view name) {
  if (name == "ice") return v1::SETUP_FAILURE_ICE;
  if (name == "dtls") return v1::SETUP_FAILURE_DTLS;
  if (name == "timeout") return v1::SETUP_FAILURE_TIMEOUT;
  return std::nullopt;
}

// Text that is none is a word of no list either.
std::string_view Word(const FieldValue& value) {
  return value.kind == Kind::kString ? std::string_view(value.text) : std::string_view();
}

bool DecodePeer(FieldCheck& check, v1::Report* report) {
  if (check.Has(Field::kTo) == check.Has(Field::kOfferId)) {
    return check.Refuse(Field::kTo, "or offer_id has to be there, and not both");
  }
  return check.Has(Field::kTo) ? check.Id(Field::kTo, report->mutable_to())
                               : check.Id(Field::kOfferId, report->mutable_offer_id());
}

bool DecodeState(FieldCheck& check, v1::Report* report) {
  const std::string_view state = Word(check[Field::kState]);
  if (state == "connected") {
    report->set_state(v1::SETUP_STATE_CONNECTED);
  } else if (state == "failed") {
    report->set_state(v1::SETUP_STATE_FAILED);
  } else {
    return check.Refuse(Field::kState, "must be connected or failed");
  }
  return true;
}

bool DecodeCandidateType(FieldCheck& check, v1::Report* report) {
  if (!check.Has(Field::kCandidateType)) return true;
  const auto type = CandidateType(Word(check[Field::kCandidateType]));
  if (!type) return check.Refuse(Field::kCandidateType, "must be host, srflx, prflx or relay");
  if (report->state() != v1::SETUP_STATE_CONNECTED) {
    return check.Refuse(Field::kCandidateType, "is for the state connected only");
  }
  report->set_candidate_type(*type);
  return true;
}

bool DecodeFailure(FieldCheck& check, v1::Report* report) {
  if (!check.Has(Field::kReason)) return true;
  const auto failure = Failure(Word(check[Field::kReason]));
  if (!failure) return check.Refuse(Field::kReason, "must be ice, dtls or timeout");
  if (report->state() != v1::SETUP_STATE_FAILED) {
    return check.Refuse(Field::kReason, "is for the state failed only");
  }
  report->set_failure(*failure);
  return true;
}

}  // namespace

bool DecodeReport(FieldCheck& check, v1::Report* report) {
  return DecodePeer(check, report) && DecodeState(check, report) &&
         (!check.Has(Field::kSetupMs) ||
          check.Milliseconds(Field::kSetupMs, report->mutable_setup_duration(), kMaxSetupMs)) &&
         DecodeCandidateType(check, report) && DecodeFailure(check, report);
}

}  // namespace signaling::gateway

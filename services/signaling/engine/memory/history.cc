#include "services/signaling/engine/memory/history.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "services/signaling/core/durations.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr std::size_t kMaxSteps = 64;
// Two sides trickle at once, and one may talk to several: so far back a candidate finds its like.
constexpr std::size_t kMaxPassedOver = 8;

constexpr char kSeparator = '\n';

bool IsCandidates(int kind) {
  return kind == v1::STEP_KIND_CANDIDATES_SENT || kind == v1::STEP_KIND_CANDIDATES_RECEIVED;
}

// Whether `names` begins with `name` and a separator, which are taken off.
bool Consume(std::string_view* names, std::string_view name) {
  if (names->size() <= name.size() || (*names)[name.size()] != kSeparator ||
      names->substr(0, name.size()) != name) {
    return false;
  }
  names->remove_prefix(name.size() + 1);
  return true;
}

}  // namespace

bool History::IsLike(const Step& step, const StepNote& note) {
  if (step.kind != note.kind || step.reason != note.reason ||
      step.offer_reason != note.offer_reason) {
    return false;
  }
  std::string_view names = step.names;
  return Consume(&names, note.client_id) && Consume(&names, note.room) && names == note.offer_id;
}

History::Step* History::FindLike(const StepNote& note) {
  if (note.report != nullptr) return nullptr;  // each says something else
  const std::size_t end = std::min(steps_.size(), IsCandidates(note.kind) ? kMaxPassedOver : 1);
  for (std::size_t i = 0; i < end; ++i) {
    Step& step = Newest(i);
    if (IsLike(step, note)) return &step;
    if (!IsCandidates(step.kind)) break;
  }
  return nullptr;
}

void History::Add(const StepNote& note, absl::Time now) {
  if (Step* step = FindLike(note)) {
    step->count += note.count;
    step->last = now;
    return;
  }
  if (steps_.size() < kMaxSteps) {
    steps_.emplace_back();
  } else {
    ++dropped_;
    next_ = (next_ + 1) % kMaxSteps;
  }
  Step& step = Newest(0);
  step.names.clear();
  for (const std::string_view name : {note.client_id, note.room}) {
    step.names.append(name) += kSeparator;
  }
  step.names += note.offer_id;
  step.first = step.last = now;
  step.count = note.count;
  step.kind = static_cast<std::uint8_t>(note.kind);
  step.reason = static_cast<std::uint8_t>(note.reason);
  step.offer_reason = static_cast<std::uint8_t>(note.offer_reason);
  if (note.report == nullptr) return;
  step.setup_ms = -1;
  if (note.report->has_setup_duration()) {
    const auto took = FromProto(note.report->setup_duration());
    step.setup_ms =
        static_cast<std::int32_t>(absl::ToInt64Milliseconds(took.value_or(absl::ZeroDuration())));
  }
  step.state = static_cast<std::uint8_t>(note.report->state());
  step.candidate_type = static_cast<std::uint8_t>(note.report->candidate_type());
  step.failure = static_cast<std::uint8_t>(note.report->failure());
}

v1::Step History::ToProto(const Step& step) {
  v1::Step out;
  const std::vector<std::string> names = absl::StrSplit(step.names, kSeparator);
  SetTime(step.first, out.mutable_step_time());
  out.set_kind(static_cast<v1::StepKind>(step.kind));
  out.set_client_id(names[0]);
  out.set_room(names[1]);
  out.set_offer_id(names[2]);
  out.set_reason(static_cast<v1::ErrorReason>(step.reason));
  out.set_offer_reason(static_cast<v1::OfferReason>(step.offer_reason));
  out.set_count(step.count);
  if (step.count > 1) SetTime(step.last, out.mutable_last_step_time());
  if (step.kind != v1::STEP_KIND_REPORTED) return out;
  v1::Report* report = out.mutable_report();
  if (names[2].empty()) {
    report->set_to(names[0]);
  } else {
    report->set_offer_id(names[2]);
  }
  report->set_state(static_cast<v1::SetupState>(step.state));
  if (step.setup_ms >= 0) {
    SetDuration(absl::Milliseconds(step.setup_ms), report->mutable_setup_duration());
  }
  report->set_candidate_type(static_cast<v1::CandidateType>(step.candidate_type));
  report->set_failure(static_cast<v1::SetupFailure>(step.failure));
  return out;
}

v1::History History::ToProto(bool live) const {
  v1::History history;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    *history.add_steps() = ToProto(steps_[(next_ + i) % steps_.size()]);
  }
  history.set_dropped_steps(dropped_);
  history.set_live(live);
  return history;
}

}  // namespace signaling

#include "services/signalctl/timeline.h"

#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/signalctl/human.h"

namespace signaling::ctl {
namespace {

namespace v1 = signaling::v1;

// In the order of StepKind's numbers.
constexpr const char* kWords[] = {
    nullptr,
    "opened",
    "resumed",
    "resume refused",
    "taken over by another gateway stream",
    "connection lost",
    "knocked",
    "joined",
    "left",
    "offer sent",
    "offer received",
    "answer sent",
    "answer received",
    "candidates sent",
    "candidates received",
    "reject sent",
    "reject received",
    "offer stored",
    "offer claimed",
    "offer waits again",
    "offer answered",
    "offer rejected",
    "offer expired",
    "offer withdrawn",
    "message refused",
    "set-up reported",
    "ended",
};
static_assert(std::size(kWords) == v1::StepKind_ARRAYSIZE);

std::string Report(const v1::Report& report) {
  std::string text = EnumWord(v1::SetupState_Name(report.state()), "SETUP_STATE_");
  if (report.candidate_type() != v1::CANDIDATE_TYPE_UNSPECIFIED) {
    absl::StrAppend(&text, " by ",
                    EnumWord(v1::CandidateType_Name(report.candidate_type()), "CANDIDATE_TYPE_"));
  }
  if (report.failure() != v1::SETUP_FAILURE_UNSPECIFIED) {
    absl::StrAppend(&text, ": ",
                    EnumWord(v1::SetupFailure_Name(report.failure()), "SETUP_FAILURE_"));
  }
  if (report.has_setup_duration()) {
    absl::StrAppend(&text, " in ", HumanDuration(ToDuration(report.setup_duration())));
  }
  return text;
}

std::string About(const v1::Step& step) {
  if (!step.room().empty() && !step.offer_id().empty()) {
    return absl::StrCat(step.room(), ", offer ", step.offer_id());
  }
  return step.offer_id().empty() ? step.room() : absl::StrCat("offer ", step.offer_id());
}

}  // namespace

bool IsRefusal(const v1::Step& step) {
  switch (step.kind()) {
    case v1::STEP_KIND_RESUME_REFUSED:
    case v1::STEP_KIND_REJECT_SENT:
    case v1::STEP_KIND_REJECT_RECEIVED:
    case v1::STEP_KIND_OFFER_REQUEUED:  // a claim that came to nothing
    case v1::STEP_KIND_OFFER_REJECTED:
    case v1::STEP_KIND_OFFER_EXPIRED:
    case v1::STEP_KIND_REFUSED: return true;
    case v1::STEP_KIND_REPORTED: return step.report().state() == v1::SETUP_STATE_FAILED;
    default: return step.reason() != v1::ERROR_REASON_UNSPECIFIED;
  }
}

std::string StepText(const v1::Step& step) {
  const bool known = v1::StepKind_IsValid(step.kind()) && kWords[step.kind()] != nullptr;
  std::string text =
      known ? kWords[step.kind()] : absl::StrCat("step ", static_cast<int>(step.kind()));
  if (IsRefusal(step)) text = absl::StrCat("! ", text);
  if (step.count() < 2) return text;
  absl::StrAppend(&text, ", ", step.count(), " times");
  if (step.has_last_step_time()) {
    absl::StrAppend(&text, " over ",
                    HumanDuration(ToTime(step.last_step_time()) - ToTime(step.step_time())));
  }
  return text;
}

std::string WhyText(const v1::Step& step) {
  std::vector<std::string> why;
  if (step.reason() != v1::ERROR_REASON_UNSPECIFIED) {
    why.push_back(EnumWord(v1::ErrorReason_Name(step.reason()), "ERROR_REASON_"));
  }
  if (step.offer_reason() != v1::OFFER_REASON_UNSPECIFIED) {
    why.push_back(EnumWord(v1::OfferReason_Name(step.offer_reason()), "OFFER_REASON_"));
  }
  if (step.has_report()) why.push_back(Report(step.report()));
  return absl::StrJoin(why, ", ");
}

Table Timeline(const v1::History& history) {
  Table table({"TIME", "AFTER", "WHAT", "WITH", "ABOUT", "WHY"});
  std::optional<absl::Time> before;
  for (const v1::Step& step : history.steps()) {
    const absl::Time time = ToTime(step.step_time());
    table.Add({ClockTime(time), before ? absl::StrCat("+", HumanDuration(time - *before)) : "",
               StepText(step), step.client_id(), About(step), WhyText(step)},
              IsRefusal(step));
    before = step.has_last_step_time() ? ToTime(step.last_step_time()) : time;
  }
  return table;
}

}  // namespace signaling::ctl

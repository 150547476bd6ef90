// MemoryEngine, what it knows of lives: what clients report of set-ups, and how sessions explain themselves.
#include <optional>

#include "services/signaling/core/errors.h"
#include "services/signaling/engine/memory/memory_engine.h"
#include "services/signaling/engine/memory/session_name.h"

namespace signaling {

MemoryEngine::~MemoryEngine() {
  MutexLock lock(mu_);
  const v1::Closed closed = MakeClosed(Reason::kDraining, "the service has stopped");
  // In the order of opening. Not Close: that would tell those who are left, and count as failed what was under way.
  for (const auto& [number, session] : state_.sessions) {
    state_.chronicle.SessionEnded(session, v1::LEAVE_REASON_CLOSED, closed);
  }
}

void MemoryEngine::Report(const SessionRef& ref, const v1::Report& report) {
  MutexLock lock(mu_);
  Session* session = Find(ref);
  if (session == nullptr || session->reportable == 0) return;
  StoredOffer* offer = report.has_offer_id() ? state_.offers.Find(report.offer_id()) : nullptr;
  const bool strange = offer != nullptr && session->number != offer->maker_number &&
                       session->number != offer->claimer_number;
  if (strange) return;  // others' histories are not its to write
  --session->reportable;
  state_.chronicle.Reported(session, offer, report);
  if (report.state() == v1::SETUP_STATE_FAILED && session->room != nullptr) {
    if (Session* peer = session->room->Find(report.to())) state_.setups.Failed(session, peer);
  }
  Settle();
}

absl::StatusOr<v1::ExplainSessionResponse> MemoryEngine::ExplainSession(
    const v1::ExplainSessionRequest& request) {
  const std::optional<SessionId> id = SessionId::Parse(request.session());
  const std::optional<std::uint64_t> number = ParseSessionName(request.session());
  MutexLock lock(mu_);
  const Session* session = nullptr;
  if (id) {
    session = FindId(*id);
  } else if (number) {
    const auto found = state_.sessions.find(*number);
    if (found != state_.sessions.end()) session = found->second;
  }
  v1::ExplainSessionResponse response;
  if (session != nullptr) {
    response.set_name(NameOf(session->number));
    response.set_client_id(session->client_id);
    *response.mutable_history() = session->history.ToProto(/*live=*/true);
    return response;
  }
  const EndedHistories::Life* life = nullptr;
  for (EndedHistories* lives : {&state_.chronicle.ended(), &state_.chronicle.refused()}) {
    if (life != nullptr) break;
    if (id) {
      life = lives->FindSession(*id);
    } else if (number) {
      life = lives->FindSession(*number);
    }
  }
  if (life == nullptr) {
    return Refusal(Reason::kSessionNotFound, "there is no such session, or its end is long ago",
                   "session");
  }
  if (life->number != 0) response.set_name(NameOf(life->number));
  response.set_client_id(life->client_id);
  *response.mutable_history() = life->history.ToProto(/*live=*/false);
  return response;
}

}  // namespace signaling

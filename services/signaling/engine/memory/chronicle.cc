#include "services/signaling/engine/memory/chronicle.h"

#include <string>
#include <utility>

#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/engine/memory/room.h"
#include "services/signaling/engine/memory/session_name.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// As many set-ups may wait for a report, a session.
constexpr std::uint8_t kMaxReportable = 64;

struct Kinds {
  v1::StepKind sent;
  v1::StepKind received;
};

Kinds KindsOf(const v1::Signal& signal) {
  switch (signal.signal_case()) {
    case v1::Signal::kOffer: return {v1::STEP_KIND_OFFER_SENT, v1::STEP_KIND_OFFER_RECEIVED};
    case v1::Signal::kAnswer: return {v1::STEP_KIND_ANSWER_SENT, v1::STEP_KIND_ANSWER_RECEIVED};
    case v1::Signal::kReject: return {v1::STEP_KIND_REJECT_SENT, v1::STEP_KIND_REJECT_RECEIVED};
    default: return {v1::STEP_KIND_CANDIDATES_SENT, v1::STEP_KIND_CANDIDATES_RECEIVED};
  }
}

SetupFault FaultOf(const v1::Report& report) {
  switch (report.failure()) {
    case v1::SETUP_FAILURE_ICE: return SetupFault::kIce;
    case v1::SETUP_FAILURE_DTLS: return SetupFault::kDtls;
    case v1::SETUP_FAILURE_TIMEOUT: return SetupFault::kTimeout;
    default: return SetupFault::kOther;
  }
}

}  // namespace

void Chronicle::Note(StoredOffer* offer, const StepNote& note) {
  if (offer->maker != nullptr) {
    offer->history.Add(note, clock_.Now());
  } else if (EndedHistories::Life* life = ended_offers_.FindOffer(offer->id)) {
    life->history.Add(note, clock_.Now());
  }
}

void Chronicle::OpeningRefused(const SessionId& id, std::string_view client_id,
                               v1::ErrorReason reason) {
  EndedHistories::Life* life = refused_.FindSession(id);
  if (life == nullptr) {
    life = refused_.Add({.session = id, .client_id = std::string(client_id)});
  }
  life->history.Add({.kind = v1::STEP_KIND_REFUSED, .reason = reason}, clock_.Now());
}

void Chronicle::ResumeRefused(const SessionId& id, Session* session, v1::ErrorReason reason) {
  const StepNote note = {.kind = v1::STEP_KIND_RESUME_REFUSED, .reason = reason};
  if (session != nullptr) {
    Note(session, note);
  } else if (EndedHistories::Life* life = ended_.FindSession(id)) {
    life->history.Add(note, clock_.Now());
  }
}

void Chronicle::Passed(Session* from, Session* to, const v1::Signal& signal, StoredOffer* offer) {
  const auto [sent, received] = KindsOf(signal);
  const std::string_view offer_id = offer == nullptr ? std::string_view() : offer->id;
  Note(from, {.kind = sent, .client_id = to->client_id, .offer_id = offer_id});
  Note(to, {.kind = received, .client_id = from->client_id, .offer_id = offer_id});
  if (offer != nullptr) Note(offer, {.kind = sent, .client_id = from->client_id});
  if (signal.has_offer()) {
    ++from->counts.offers;
    MayReport(from, to);
  } else if (signal.has_answer()) {
    ++from->counts.answers;
  } else if (signal.has_ice_candidate()) {
    ++from->counts.candidates;
  }
}

void Chronicle::CandidateKept(Session* from, StoredOffer* offer) {
  Note(from, {.kind = v1::STEP_KIND_CANDIDATES_SENT, .offer_id = offer->id});
  Note(offer, {.kind = v1::STEP_KIND_CANDIDATES_SENT, .client_id = from->client_id});
  ++from->counts.candidates;
}

void Chronicle::CandidatesCame(Session* to, const StoredOffer& offer, std::size_t count) {
  if (count == 0) return;
  const std::string& from = to == offer.maker ? offer.claimer_name : offer.maker_name;
  Note(to, {.kind = v1::STEP_KIND_CANDIDATES_RECEIVED,
            .client_id = from,
            .offer_id = offer.id,
            .count = static_cast<std::uint32_t>(count)});
}

void Chronicle::MayReport(Session* a, Session* b) {
  for (Session* side : {a, b}) {
    if (side->reportable < kMaxReportable) ++side->reportable;
  }
}

void Chronicle::Reported(Session* session, StoredOffer* offer, const v1::Report& report) {
  Note(session, {.kind = v1::STEP_KIND_REPORTED,
                 .client_id = report.to(),
                 .offer_id = report.offer_id(),
                 .report = &report});
  if (offer != nullptr) {
    Note(offer,
         {.kind = v1::STEP_KIND_REPORTED, .client_id = session->client_id, .report = &report});
  }
  observer_.OnSetupReported(report);
  if (report.state() != v1::SETUP_STATE_CONNECTED) {
    SetupFailed(FaultOf(report));
  } else if (report.has_setup_duration()) {
    if (const auto took = FromProto(report.setup_duration())) {
      observer_.OnSetupStage(SetupStage::kConnected, *took);
    }
  }
}

void Chronicle::SessionEnded(Session* session, v1::LeaveReason left, const v1::Closed& closed) {
  Reason reason{};
  const bool known = closed.has_error() && FromProto(closed.error().reason(), &reason);
  Note(session, {.kind = session->opened ? v1::STEP_KIND_ENDED : v1::STEP_KIND_REFUSED,
                 .reason = closed.error().reason()});
  if (session->opened) {
    const SessionCounts& counts = session->counts;
    SessionStory story;
    story.id = session->id;
    story.name = NameOf(session->number);
    story.client_id = session->client_id;
    story.path = session->plain ? v1::SESSION_PATH_PLAIN : v1::SESSION_PATH_V1;
    story.room = session->room != nullptr ? session->room->name() : session->last_room;
    story.traceparent = TraceOf(*session);
    story.leave_reason = left;
    if (known) story.reason = reason;
    story.lasted = clock_.Uptime() - session->opened_at;
    story.received = counts.received;
    story.sent = session->outbox.last_seq();
    story.refused = counts.refused;
    story.resumes = counts.resumes;
    story.detaches = counts.detaches;
    story.offers = counts.offers;
    story.answers = counts.answers;
    story.candidates = counts.candidates;
    observer_.OnSessionEnded(story);
  }
  EndedHistories& lives = session->opened ? ended_ : refused_;
  lives.Add({.session = session->id,
             .number = session->number,
             .client_id = session->client_id,
             .history = std::move(session->history)});
}

void Chronicle::OfferEnded(StoredOffer* offer) {
  ended_offers_.Add({.offer_id = offer->id, .history = std::move(offer->history)});
}

void Chronicle::Expire() {
  ended_.Expire();
  ended_offers_.Expire();
  refused_.Expire();
}

}  // namespace signaling

// What happens, as it is written down in histories, counted, and told to the observer.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "services/signaling/engine/memory/ended_histories.h"
#include "services/signaling/engine/memory/operation_clock.h"
#include "services/signaling/engine/memory/session.h"
#include "services/signaling/engine/memory/stored_offer.h"
#include "services/signaling/engine/observer.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine. Calls the observer.
class Chronicle {
 public:
  Chronicle(const Clock& clock, EngineObserver& observer)
      : clock_(clock), observer_(observer), ended_(clock), ended_offers_(clock), refused_(clock) {}

  absl::Duration Uptime() const { return clock_.Uptime(); }
  EngineObserver& observer() { return observer_; }

  // A step of a session's, or an offer's, whether it has ended or not.
  void Note(Session* session, const StepNote& note) { session->history.Add(note, clock_.Now()); }
  void Note(StoredOffer* offer, const StepNote& note);

  // An opening that came to nothing, without a session or before one was made.
  void OpeningRefused(const SessionId& id, std::string_view client_id,
                      signaling::v1::ErrorReason reason);
  // A resume of a session that may have ended.
  void ResumeRefused(const SessionId& id, Session* session, signaling::v1::ErrorReason reason);

  // A signal goes from one to the other, by the offer where there is one.
  void Passed(Session* from, Session* to, const signaling::v1::Signal& signal,
              StoredOffer* offer = nullptr);
  // A candidate is kept with an offer.
  void CandidateKept(Session* from, StoredOffer* offer);
  // So many that were kept have come to the session.
  void CandidatesCame(Session* to, const StoredOffer& offer, std::size_t count);
  // Both may report what becomes of a set-up.
  static void MayReport(Session* a, Session* b);

  // What a report, of this session, is about and says.
  void Reported(Session* session, StoredOffer* offer, const signaling::v1::Report& report);

  void SetupFailed(std::optional<SetupFault> fault) {
    if (fault) observer_.OnSetupFailed(*fault);
  }

  // `left`: how the session left, after all else that followed from its end.
  void SessionEnded(Session* session, signaling::v1::LeaveReason left,
                    const signaling::v1::Closed& closed);
  void OfferEnded(StoredOffer* offer);

  EndedHistories& ended() { return ended_; }  // sessions
  EndedHistories& ended_offers() { return ended_offers_; }
  EndedHistories& refused() { return refused_; }
  void Expire();

 private:
  const Clock& clock_;
  EngineObserver& observer_;
  // Each beside the others, so that whoever makes and withdraws offers, or is refused, over and over crowds out no session.
  EndedHistories ended_;
  EndedHistories ended_offers_;
  EndedHistories refused_;  // of openings that came to nothing
};

}  // namespace signaling

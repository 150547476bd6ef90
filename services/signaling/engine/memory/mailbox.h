// What clients ask of the stored offers: make, claim, take back, and signal from one side to the other.
#pragma once

#include <string_view>

#include "services/signaling/core/media_policy.h"
#include "services/signaling/engine/memory/offers.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine. The contents of frames are taken.
class Mailbox {
 public:
  Mailbox(const EngineOptions& options, Chronicle& chronicle, Offers& offers, Delivery& delivery)
      : options_(options),
        policy_{options.audio_only, options.relay_only},
        chronicle_(chronicle),
        offers_(offers),
        delivery_(delivery) {}

  void Create(Session* maker, signaling::v1::UpFrame* frame);
  void Claim(Session* claimer, const signaling::v1::UpFrame& frame);
  void Withdraw(Session* session, const signaling::v1::UpFrame& frame);

  // A signal with an offer_id.
  void Signal(Session* from, signaling::v1::UpFrame* frame);

 private:
  // Null: there is none that has not ended, and the session has its verdict.
  StoredOffer* FindLive(Session* session, std::uint64_t id, const std::string& offer_id);
  // What of a session's offers is not answered.
  struct Waiting {
    std::size_t offers = 0;
    std::size_t bytes = 0;
  };
  Waiting WaitingOf(const Session& maker) const;
  bool HasRoomFor(const Session& maker, const signaling::v1::CreateOffer& create) const;

  void SignalFromMaker(StoredOffer* offer, signaling::v1::UpFrame* frame);
  void SignalFromClaimer(StoredOffer* offer, signaling::v1::UpFrame* frame);
  void Answered(StoredOffer* offer, signaling::v1::UpFrame* frame);
  void Rejected(StoredOffer* offer, const signaling::v1::UpFrame& frame);
  // To the other side.
  void Pass(const StoredOffer& offer, Session* from, signaling::v1::Signal* signal);
  // False: it would be over the bounds, and the sender has its verdict.
  bool Keep(StoredOffer* offer, KeptCandidates* kept, const signaling::v1::UpFrame& frame,
            Session* from);
  // In the offer's history, too.
  void Refuse(Session* session, std::uint64_t id, StoredOffer* offer, Reason reason,
              std::string_view message);
  void Misplaced(Session* from, const signaling::v1::UpFrame& frame, std::string_view message);

  // Constant after construction.
  const EngineOptions& options_;
  const MediaPolicy policy_;
  Chronicle& chronicle_;
  Offers& offers_;
  Delivery& delivery_;
};

// Keeps one more candidate; false: it would be over the bounds of an offer.
bool KeepCandidate(const signaling::v1::IceCandidate& candidate, KeptCandidates* kept);

}  // namespace signaling

// One stored offer, as MemoryEngine keeps it. Plain data: its states are in offers.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/map.h"
#include "services/signaling/engine/memory/deadlines.h"
#include "services/signaling/engine/memory/history.h"
#include "signaling/v1/offer.pb.h"

namespace signaling {

struct Session;

// Candidates in the order in which they came, within the bounds of one offer.
struct KeptCandidates {
  std::vector<signaling::v1::IceCandidate> list;
  std::size_t bytes = 0;
};

struct StoredOffer {
  std::string id;
  std::uint64_t number = 0;  // in the order of making
  signaling::v1::OfferState state = signaling::v1::OFFER_STATE_QUEUED;

  // The session is null once the offer has ended, its name and number stay.
  Session* maker = nullptr;
  std::string maker_name;
  std::uint64_t maker_number = 0;
  // Null unless claimed or answered; the name stays when it was answered.
  Session* claimer = nullptr;
  std::string claimer_name;
  std::uint64_t claimer_number = 0;  // of the last one

  signaling::v1::Description offer;
  KeptCandidates candidates;
  // The claimer's before its answer: the maker gets them behind it, and never those of a claim that came to nothing.
  KeptCandidates early;
  std::vector<std::string> allowed;  // empty: everybody
  google::protobuf::Map<std::string, std::string> metadata;
  std::size_t bytes = 0;  // of description, list and metadata
  std::uint32_t claims = 0;
  // Of a plain session's offer that waits in a room for whoever comes next; empty otherwise.
  std::string room;

  History history;  // until it has ended

  absl::Time created;
  absl::Time expires;
  absl::Time lease_expires;
  absl::Duration ttl_end;     // as Clock::Uptime
  absl::Duration queued_at;   // since when it waits to be claimed; as Clock::Uptime
  absl::Duration claimed_at;  // likewise
  Due due;  // queued: the time to live; claimed: the lease; ended: the memory of it
};

}  // namespace signaling

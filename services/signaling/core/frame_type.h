// What a frame carries, as a metrics label.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "signaling/v1/signaling.pb.h"

namespace signaling {

enum class FrameType : std::uint8_t {
  kAck,
  kOpen,
  kOpened,
  kDetach,
  kClosed,
  kJoin,
  kJoined,
  kLeave,
  kLeft,
  kUpdate,
  kParticipantJoined,
  kParticipantUpdated,
  kParticipantLeft,
  kOffer,
  kAnswer,
  kIceCandidate,
  kReject,
  kMessage,
  kError,
  kRefused,
  kProbe,
  kAlive,
  kCreateOffer,
  kClaimOffer,
  kWithdrawOffer,
  kOfferEvent,
  kModerate,
  kKnock,
  kRoomLocked,
  kRoundTrip,
  kRoomUpdated,
  kIceServers,
  kAttach,
  kResumable,
  kGap,
  kParticipantConnection,
  kGoAway,
  kRefresh,
  kTokenExpiring,
  kReport,
};

inline constexpr std::array<std::string_view, 40> kFrameTypeNames = {"ack",
                                                                     "open",
                                                                     "opened",
                                                                     "detach",
                                                                     "closed",
                                                                     "join",
                                                                     "joined",
                                                                     "leave",
                                                                     "left",
                                                                     "update",
                                                                     "participant_joined",
                                                                     "participant_updated",
                                                                     "participant_left",
                                                                     "offer",
                                                                     "answer",
                                                                     "ice_candidate",
                                                                     "reject",
                                                                     "message",
                                                                     "error",
                                                                     "refused",
                                                                     "probe",
                                                                     "alive",
                                                                     "create_offer",
                                                                     "claim_offer",
                                                                     "withdraw_offer",
                                                                     "offer_event",
                                                                     "moderate",
                                                                     "knock",
                                                                     "room_locked",
                                                                     "round_trip",
                                                                     "room_updated",
                                                                     "ice_servers",
                                                                     "attach",
                                                                     "resumable",
                                                                     "gap",
                                                                     "participant_connection",
                                                                     "go_away",
                                                                     "refresh",
                                                                     "token_expiring",
                                                                     "report"};
static_assert(static_cast<std::size_t>(FrameType::kReport) + 1 == kFrameTypeNames.size());

FrameType TypeOf(const signaling::v1::UpFrame& frame);
FrameType TypeOf(const signaling::v1::DownFrame& frame);

}  // namespace signaling

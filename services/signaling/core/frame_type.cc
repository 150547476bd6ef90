#include "services/signaling/core/frame_type.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

FrameType TypeOf(const v1::Signal& signal) {
  switch (signal.signal_case()) {
    case v1::Signal::kAnswer: return FrameType::kAnswer;
    case v1::Signal::kIceCandidate: return FrameType::kIceCandidate;
    case v1::Signal::kReject: return FrameType::kReject;
    default: return FrameType::kOffer;
  }
}

}  // namespace

FrameType TypeOf(const v1::UpFrame& frame) {
  switch (frame.body_case()) {
    case v1::UpFrame::kOpen: return FrameType::kOpen;
    case v1::UpFrame::kDetach: return FrameType::kDetach;
    case v1::UpFrame::kRoom:
      return frame.room().has_join()    ? FrameType::kJoin
             : frame.room().has_leave() ? FrameType::kLeave
                                        : FrameType::kUpdate;
    case v1::UpFrame::kSignal: return TypeOf(frame.signal());
    case v1::UpFrame::kApp: return FrameType::kMessage;
    case v1::UpFrame::kAlive: return FrameType::kAlive;
    case v1::UpFrame::kRefused: return FrameType::kRefused;
    case v1::UpFrame::kOffer:
      return frame.offer().has_create()  ? FrameType::kCreateOffer
             : frame.offer().has_claim() ? FrameType::kClaimOffer
                                         : FrameType::kWithdrawOffer;
    case v1::UpFrame::kModerate: return FrameType::kModerate;
    case v1::UpFrame::kRoundTrip: return FrameType::kRoundTrip;
    case v1::UpFrame::kAttach: return FrameType::kAttach;
    case v1::UpFrame::kResumable: return FrameType::kResumable;
    case v1::UpFrame::kRefresh: return FrameType::kRefresh;
    case v1::UpFrame::kReport: return FrameType::kReport;
    case v1::UpFrame::BODY_NOT_SET: break;
  }
  return FrameType::kAck;
}

FrameType TypeOf(const v1::DownFrame& frame) {
  switch (frame.body_case()) {
    case v1::DownFrame::kOpened: return FrameType::kOpened;
    case v1::DownFrame::kClosed: return FrameType::kClosed;
    case v1::DownFrame::kRoom:
      switch (frame.room().event_case()) {
        case v1::RoomEvent::kLeft: return FrameType::kLeft;
        case v1::RoomEvent::kParticipantJoined: return FrameType::kParticipantJoined;
        case v1::RoomEvent::kParticipantUpdated: return FrameType::kParticipantUpdated;
        case v1::RoomEvent::kParticipantLeft: return FrameType::kParticipantLeft;
        case v1::RoomEvent::kKnock: return FrameType::kKnock;
        case v1::RoomEvent::kRoomLocked: return FrameType::kRoomLocked;
        case v1::RoomEvent::kRoomUpdated: return FrameType::kRoomUpdated;
        case v1::RoomEvent::kParticipantConnection: return FrameType::kParticipantConnection;
        default: return FrameType::kJoined;
      }
    case v1::DownFrame::kSignal: return TypeOf(frame.signal());
    case v1::DownFrame::kApp: return FrameType::kMessage;
    case v1::DownFrame::kError: return FrameType::kError;
    case v1::DownFrame::kProbe: return FrameType::kProbe;
    case v1::DownFrame::kOffer: return FrameType::kOfferEvent;
    case v1::DownFrame::kNotice:
      return frame.notice().has_go_away()          ? FrameType::kGoAway
             : frame.notice().has_token_expiring() ? FrameType::kTokenExpiring
                                                   : FrameType::kIceServers;
    case v1::DownFrame::kGap: return FrameType::kGap;
    case v1::DownFrame::BODY_NOT_SET: break;
  }
  return FrameType::kAck;
}

}  // namespace signaling

#include "services/signaling/rpc/stream_sessions.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/common/limits.h"
#include "services/common/text.h"
#include "services/common/traceparent.h"
#include "services/signaling/core/checks.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/rpc/session_log.h"
#include "services/signaling/rpc/unknown_fields.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// Processed ids that wait for a frame to ride on: a sender's window is 64.
constexpr std::uint32_t kMaxWaitingAcknowledgements = 16;

DetachCause CauseOf(v1::Detach::Cause cause) {
  switch (cause) {
    case v1::Detach::CAUSE_BYE: return DetachCause::kBye;
    case v1::Detach::CAUSE_FAULT: return DetachCause::kFault;
    default: return DetachCause::kBroken;
  }
}

absl::Status Breach(std::uint32_t slot, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("slot ", slot, ": ", Absl(what)));
}

constexpr std::string_view kBadSessionId =
    "session_id is not 128 bits in base64url without padding";

// Needs an id, and has one processed.
bool IsNumbered(const v1::UpFrame& frame) {
  switch (frame.body_case()) {
    case v1::UpFrame::kRoom:
    case v1::UpFrame::kSignal:
    case v1::UpFrame::kApp:
    case v1::UpFrame::kOffer:
    case v1::UpFrame::kModerate:
    case v1::UpFrame::kRefused: return true;
    default: return false;
  }
}

}  // namespace

absl::Status StreamSessions::Handle(v1::UpFrame* frame) {
  probe_.Received(TypeOf(*frame));
  const std::uint32_t number = frame->slot();
  if (number == 0) return absl::InvalidArgumentError("slot 0 is no session's");
  if (frame->has_open()) return Open(number, frame->open());
  if (frame->has_attach()) return Attach(number, frame->attach());

  SessionRef session;
  {
    MutexLock lock(mu_);
    Slot* slot = slots_.Find(number);
    // Closed meanwhile, and the sender did not know yet. It may be held by another slot now.
    if (slot == nullptr || slot->closed) return absl::OkStatus();
    session = {slot->id, slot->epoch};
    if (!slot->told && !frame->has_detach()) {
      if (slot->binding == Binding::kResume) return Breach(number, "resumes, and is not open yet");
      if (slot->binding == Binding::kAttach && frame->id() != 0) {
        return Breach(number, "a message before opened has answered attach");
      }
    }
    if (IsNumbered(*frame) && frame->id() == 0) return Breach(number, "a message without id");
    if (slot->held != nullptr) {
      Hold(number, *slot, frame);
      return absl::OkStatus();
    }
  }
  Act(number, session, frame);
  return absl::OkStatus();
}

void StreamSessions::Act(std::uint32_t number, const SessionRef& session, v1::UpFrame* frame) {
  if (frame->ack_seq() != 0) engine_.Acknowledge(session, frame->ack_seq());
  if (frame->has_detach()) {
    const DetachCause cause = CauseOf(frame->detach().cause());
    LogDetached({session.id, LoggedTrace(number)}, cause);
    return engine_.Detach(session, this, cause);
  }
  switch (frame->body_case()) {
    case v1::UpFrame::BODY_NOT_SET: return;
    case v1::UpFrame::kAlive: return engine_.Alive(session);
    case v1::UpFrame::kResumable: return engine_.SetResumable(session);
    case v1::UpFrame::kReport: return Report(number, session, frame->report());
    case v1::UpFrame::kRefresh: return Refresh(number, session, frame->refresh().token());
    case v1::UpFrame::kRoundTrip: {
      const std::optional<absl::Duration> round_trip = FromProto(frame->round_trip().duration());
      if (round_trip && *round_trip >= absl::ZeroDuration()) engine_.Measured(session, *round_trip);
      return;
    }
    default: return ApplyChecked(session, frame);
  }
}

absl::Status StreamSessions::Open(std::uint32_t number, const v1::Open& open) {
  const std::optional<SessionId> id = SessionId::Parse(open.session_id());
  if (!id) return Breach(number, kBadSessionId);
  const absl::Status fault = CheckOpen(open);
  const std::string_view traceparent = WellFormedTraceparent(open.traceparent());
  {
    MutexLock lock(mu_);
    if (const Slot* used = slots_.Find(number)) {
      // Refusing a second opening would free the slot under a live session. The same one again is answered already.
      const bool again = fault.ok() && !used->closed && used->binding != Binding::kAttach &&
                         used->opened_as == *id;
      return again ? absl::OkStatus() : Breach(number, "is in use");
    }
    Slot& slot = slots_.Bind(number, open.has_resume() ? Binding::kResume : Binding::kOpen, *id);
    slot.resume_seq = open.resume().last_seq();
    slot.traceparent = traceparent;
    slot.held = std::make_unique<HeldOpening>();
    if (!fault.ok() || takes_no_more_) {
      Close(number, slot, fault.ok() ? ServiceGoes() : MakeClosed(fault));
      return absl::OkStatus();
    }
  }
  const auto opening = std::make_shared<v1::Open>(open);
  opening->clear_token();
  opening->set_traceparent(std::string(traceparent));
  authenticator_.Authenticate(open.token(), [this, stream = stream_, number, id = *id,
                                             opening](const absl::StatusOr<Identity>& identity) {
    if (const auto alive = stream.lock()) OpenAs(number, id, *opening, identity);
  });
  return absl::OkStatus();
}

absl::Status StreamSessions::Attach(std::uint32_t number, const v1::Attach& attach) {
  const std::optional<SessionId> id = SessionId::Parse(attach.session_id());
  if (!id) return Breach(number, kBadSessionId);
  const absl::Status fault = CheckAttach(attach);
  {
    MutexLock lock(mu_);
    if (slots_.Find(number) != nullptr) return Breach(number, "is in use");
    Slot& slot = slots_.Bind(number, Binding::kAttach, *id);
    slot.epoch = attach.epoch();
    slot.sent_seq = attach.received_seq();
    if (!fault.ok() || takes_no_more_) {
      Close(number, slot, fault.ok() ? ServiceGoes() : MakeClosed(fault));
      return absl::OkStatus();
    }
  }
  engine_.Attach(*id, attach, {this, number});
  return absl::OkStatus();
}

void StreamSessions::ApplyChecked(const SessionRef& session, v1::UpFrame* frame) {
  DropUnknownFields(frame);
  if (const absl::Status fault = CheckCommand(*frame); !fault.ok()) {
    const v1::Error error = MakeError(fault);
    frame->mutable_refused()->set_reason(error.reason());
    frame->mutable_refused()->set_message(error.message());
  }
  engine_.Apply(session, frame);
}

bool StreamSessions::Fill(std::size_t max_frames, v1::DownBatch* batch) {
  PullBudget budget{.frames = std::min(max_frames, kMaxBatchFrames), .bytes = kMaxBatchBytes};
  dirty_.clear();
  work_.clear();
  control_names_.clear();
  work_names_.clear();
  {
    MutexLock lock(mu_);
    noted_ = false;
    if (LogsSessions()) control_names_ = slots_.ControlNames();
    slots_.TakeControls(ice_.max_bytes(), &budget, batch);
    // No event overtakes an opened that is left. A session may need one frame for its acknowledgement alone, so no more
    // sessions than frames.
    if (slots_.has_controls()) budget.frames = 0;
    slots_.TakeDirty(budget.frames, &dirty_);
    if (LogsSessions()) {
      for (const Slots::Dirty& from : dirty_) work_names_.push_back(slots_.NameOf(from.number));
    }
    NoteStream();
  }
  ice_.SetIn(batch);
  for (const Slots::Dirty& from : dirty_) {
    const int first_frame = batch->frames_size();
    work_.push_back({from, engine_.Pull(from.session, from.sent_seq, from.number, &budget, batch),
                     first_frame});
  }
  if (!work_.empty()) {
    MutexLock lock(mu_);
    FinishWork(&budget, batch);
  }
  probe_.Sent(*batch);
  if (!control_names_.empty() || !work_names_.empty()) LogFilled(*batch);
  return batch->frames_size() > 0;
}

void StreamSessions::FinishWork(PullBudget* budget, v1::DownBatch* batch) {
  for (const Work& work : work_) {
    const std::uint32_t number = work.from.number;
    Slot* slot = slots_.Find(number);
    if (slot == nullptr || !(slot->id == work.from.session.id)) continue;
    const bool sent = work.pulled.last_seq > slot->sent_seq;
    slot->sent_seq = work.pulled.last_seq;
    if (work.pulled.more) slots_.MarkDirty(number, *slot);
    if (slot->acked_id >= slot->last_id) continue;
    v1::DownFrame* frame = nullptr;
    if (sent) {
      frame = batch->mutable_frames(work.first_frame);
    } else if (budget->frames > 0) {
      --budget->frames;
      frame = batch->add_frames();
      frame->set_slot(number);
    } else {
      slots_.MarkDirty(number, *slot);
      continue;
    }
    frame->set_ack_id(slot->last_id);
    slot->acked_id = slot->last_id;
    slot->unacknowledged = 0;
  }
  NoteStream();
}

void StreamSessions::Tick() {
  {
    MutexLock lock(mu_);
    slots_.Tick();
    NoteStream();
  }
  TellTokens();
  for (IceGrants::Renewal& renewal : ice_.Renew()) {
    MutexLock lock(mu_);
    const Slot* slot = slots_.Find(renewal.slot);
    if (slot == nullptr || slot->closed || !(slot->id == renewal.session)) continue;
    *slots_.AddControl(renewal.slot).mutable_notice()->mutable_ice_servers() =
        std::move(renewal.servers);
    NoteStream();
  }
}

std::size_t StreamSessions::DetachAll(DetachCause cause) {
  {
    MutexLock door(door_mu_);
    detached_all_ = true;
  }
  std::vector<SessionRef> sessions;
  {
    MutexLock lock(mu_);
    slots_.ForEachLive([&](std::uint32_t, const Slot& slot) {
      sessions.push_back({slot.id, slot.epoch});
    });
  }
  LogAllDetached(sessions.size(), cause);
  for (const SessionRef& session : sessions) engine_.Detach(session, this, cause);
  return sessions.size();
}

std::size_t StreamSessions::TakeNoMore() {
  MutexLock lock(mu_);
  takes_no_more_ = true;
  std::size_t count = 0;
  slots_.ForEachLive([&](std::uint32_t, const Slot&) { ++count; });
  return count;
}

std::size_t StreamSessions::SendAway(std::size_t count) {
  std::vector<SessionRef> sessions;
  {
    MutexLock lock(mu_);
    slots_.ForEachLive([&](std::uint32_t, Slot& slot) {
      if (slot.sent_away || sessions.size() == count) return;
      slot.sent_away = true;
      sessions.push_back({slot.id, slot.epoch});
    });
  }
  // As if the link broke. Others hear of it after a second, if they are still here then.
  for (const SessionRef& session : sessions) {
    engine_.Detach(session, this, DetachCause::kDraining);
  }
  return sessions.size();
}

void StreamSessions::Tell(const v1::Notice& notice) {
  MutexLock lock(mu_);
  slots_.AddToLive(notice);
  NoteStream();
}

bool StreamSessions::empty() const {
  MutexLock lock(mu_);
  return slots_.empty();
}

void StreamSessions::OnOpened(std::uint64_t tag, v1::Opened opened, std::string_view traceparent) {
  MutexLock lock(mu_);
  Slot* slot = slots_.Find(tag);
  if (slot == nullptr) return;
  slot->traceparent = traceparent;
  if (slot->binding == Binding::kResume) {
    if (const auto id = SessionId::Parse(opened.session_id())) slot->id = *id;
    slot->sent_seq = opened.resumed() ? slot->resume_seq : 0;
    probe_.Resumed(opened);
  }
  if (slot->binding == Binding::kAttach) {
    probe_.Attached(true);
  } else {
    probe_.SessionOpened(absl::FromChrono(std::chrono::steady_clock::now() - slot->bound_at));
  }
  slot->opened = true;
  slot->epoch = opened.epoch();
  slot->last_id = opened.last_id();
  slot->acked_id = opened.last_id();
  ice_.Opened(static_cast<std::uint32_t>(tag), slot->id);
  token_times_.Set(static_cast<std::uint32_t>(tag), opened.has_token_expire_time()
                                                        ? FromProto(opened.token_expire_time())
                                                        : absl::InfiniteFuture());
  *slots_.AddControl(tag).mutable_opened() = std::move(opened);
  NoteStream();
}

void StreamSessions::OnUnsent(std::uint64_t tag) {
  MutexLock lock(mu_);
  if (Slot* slot = slots_.Find(tag)) slots_.MarkDirty(static_cast<std::uint32_t>(tag), *slot);
  NoteStream();
}

void StreamSessions::OnApplied(std::uint64_t tag, std::uint64_t last_id) {
  MutexLock lock(mu_);
  Slot* slot = slots_.Find(tag);
  if (slot == nullptr) return;
  const auto number = static_cast<std::uint32_t>(tag);
  if (last_id == slot->last_id) slot->acked_id = 0;  // a duplicate: say it again
  slot->last_id = last_id;
  if (++slot->unacknowledged >= kMaxWaitingAcknowledgements) {
    slots_.MarkDirty(number, *slot);
    NoteStream();
  } else {
    slots_.DelayAcknowledgement(number, *slot);
  }
}

void StreamSessions::OnGap(std::uint64_t tag, std::uint64_t last_id) {
  MutexLock lock(mu_);
  Slot* slot = slots_.Find(tag);
  if (slot == nullptr) return;
  // All that came meanwhile is sent again after one word.
  if (!slot->gap) slots_.AddControl(tag).mutable_gap();
  slot->gap = last_id;
  NoteStream();
}

void StreamSessions::OnProbe(std::uint64_t tag) {
  MutexLock lock(mu_);
  slots_.AddControl(tag).mutable_probe();
  NoteStream();
}

void StreamSessions::OnClosed(std::uint64_t tag, v1::Closed closed) {
  MutexLock lock(mu_);
  Slot* slot = slots_.Find(tag);
  if (slot == nullptr) return;
  if (!slot->opened && slot->binding == Binding::kAttach) probe_.Attached(false);
  if (!slot->opened && slot->binding == Binding::kResume) probe_.ResumeRefused();
  if (slot->sent_away && !closed.has_error()) {
    closed = MakeClosed(Reason::kUnavailable, "the service goes, and the session with it");
  }
  if (slot->held != nullptr && slot->held->too_much && !closed.has_error()) closed = HeldTooMuch();
  if (slot->token.ended && !closed.has_error()) {
    closed = MakeClosed(Reason::kTokenExpired, "the token has ended, and no new one came");
  }
  Close(static_cast<std::uint32_t>(tag), *slot, std::move(closed));
}

v1::Closed StreamSessions::ServiceGoes() {
  return MakeClosed(Reason::kDraining, "the service is shutting down");
}

void StreamSessions::Close(std::uint32_t number, Slot& slot, v1::Closed closed) {
  slot.closed = true;
  ice_.Closed(number);
  token_times_.Clear(number);
  *slots_.AddControl(number).mutable_closed() = std::move(closed);
  NoteStream();
}

void StreamSessions::NoteStream() {
  if (noted_ || !slots_.has_work()) return;
  noted_ = true;
  queue_.Note(stream_);
}

}  // namespace signaling

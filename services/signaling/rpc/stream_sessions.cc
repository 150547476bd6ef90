#include "services/signaling/rpc/stream_sessions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"
#include "services/common/limits.h"
#include "services/signaling/core/checks.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"

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

void DropUnknownFieldsOf(google::protobuf::Message* message) {
  const google::protobuf::Reflection* reflection = message->GetReflection();
  if (reflection->GetUnknownFields(*message).empty()) return;
  reflection->MutableUnknownFields(message)->Clear();
}

// What this version does not know is ignored: it must not be passed on unchecked. The bodies that come most often are
// looked at by hand, which costs next to nothing where there is nothing.
void DropUnknownFields(v1::UpFrame* frame) {
  if (frame->has_app()) return DropUnknownFieldsOf(frame->mutable_app());
  if (!frame->has_signal()) return frame->DiscardUnknownFields();
  v1::Signal* signal = frame->mutable_signal();
  DropUnknownFieldsOf(signal);
  switch (signal->signal_case()) {
    case v1::Signal::kOffer: return DropUnknownFieldsOf(signal->mutable_offer());
    case v1::Signal::kAnswer: return DropUnknownFieldsOf(signal->mutable_answer());
    case v1::Signal::kIceCandidate: return DropUnknownFieldsOf(signal->mutable_ice_candidate());
    default: return signal->DiscardUnknownFields();
  }
}

}  // namespace

absl::Status StreamSessions::Handle(v1::UpFrame* frame) {
  probe_.Received(TypeOf(*frame));
  if (frame->slot() == 0) return absl::InvalidArgumentError("slot 0 is no session's");
  if (frame->has_open()) return Open(frame->slot(), frame->open());

  SessionRef session;
  {
    MutexLock lock(mu_);
    const Slot* slot = Find(frame->slot());
    // Closed meanwhile, and the sender did not know yet.
    if (slot == nullptr) return absl::OkStatus();
    session = {slot->id, slot->epoch};
  }
  if (frame->has_detach()) {
    engine_.Detach(session, this, CauseOf(frame->detach().cause()));
    return absl::OkStatus();
  }
  if (frame->ack_seq() != 0) engine_.Acknowledge(session, frame->ack_seq());
  if (frame->has_alive()) {
    engine_.Alive(session);
  } else if (frame->has_round_trip()) {
    const std::optional<absl::Duration> round_trip = FromProto(frame->round_trip().duration());
    if (round_trip && *round_trip >= absl::ZeroDuration()) engine_.Measured(session, *round_trip);
  } else if (frame->body_case() != v1::UpFrame::BODY_NOT_SET) {
    if (frame->id() == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("slot ", frame->slot(), ": a message without id"));
    }
    ApplyChecked(session, frame);
  }
  return absl::OkStatus();
}

absl::Status StreamSessions::Open(std::uint32_t number, const v1::Open& open) {
  const std::optional<SessionId> id = SessionId::Parse(open.session_id());
  if (!id) {
    return absl::InvalidArgumentError(
        absl::StrCat("slot ", number, ": session_id is not 128 bits in base64url without padding"));
  }
  const absl::Status fault = CheckOpen(open);
  {
    MutexLock lock(mu_);
    const auto [slot, added] = slots_.try_emplace(number);
    // Only the same opening may be said again: refusing a second one would free the slot under a live session.
    if (!added && (!fault.ok() || slot->second.closed || slot->second.id != *id)) {
      return absl::InvalidArgumentError(absl::StrCat("slot ", number, " is in use"));
    }
    if (added) {
      slot->second.id = *id;
      slot->second.opening_since = std::chrono::steady_clock::now();
    }
    if (!fault.ok()) {
      slot->second.closed = true;
      *AddControl(number).mutable_closed() = MakeClosed(fault);
      return absl::OkStatus();
    }
  }
  engine_.Open(*id, open, {this, number});
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
  {
    MutexLock lock(mu_);
    TakeWork(&budget, batch);
  }
  SetIceServers(batch);
  for (Work& work : work_) {
    work.first_frame = batch->frames_size();
    work.pulled = engine_.Pull(work.session, work.pulled.last_seq, work.slot, &budget, batch);
  }
  if (!work_.empty()) {
    MutexLock lock(mu_);
    FinishWork(&budget, batch);
  }
  Count(*batch);
  return batch->frames_size() > 0;
}

void StreamSessions::TakeWork(PullBudget* budget, v1::DownBatch* batch) {
  noted_ = false;
  std::size_t taken = 0;
  for (; taken < controls_.size() && budget->frames > 0; ++taken) {
    v1::DownFrame& frame = controls_[taken];
    const std::size_t bytes =
        frame.ByteSizeLong() + (frame.has_opened() ? ice_servers_.max_bytes() : 0);
    if (taken > 0 && bytes > budget->bytes) break;
    if (frame.has_closed()) slots_.erase(frame.slot());
    budget->bytes -= std::min(budget->bytes, bytes);
    --budget->frames;
    *batch->add_frames() = std::move(frame);
  }
  controls_.erase(controls_.begin(), controls_.begin() + static_cast<std::ptrdiff_t>(taken));
  if (!controls_.empty()) {
    NoteStream();
    budget->frames = 0;  // no event overtakes an opened that is left
  }

  work_.clear();
  // A session may need one frame for its acknowledgement alone, so no more sessions than frames.
  const std::size_t sessions = std::min(dirty_.size(), budget->frames);
  for (std::size_t i = 0; i < sessions; ++i) {
    Slot* slot = Find(dirty_[i]);
    // Of a session that ended meanwhile, or noted twice because its slot was used again.
    if (slot == nullptr || !slot->dirty) continue;
    slot->dirty = false;
    work_.push_back({.slot = dirty_[i],
                     .session = {slot->id, slot->epoch},
                     .pulled = {.last_seq = slot->sent_seq, .more = false},
                     .first_frame = 0});
  }
  dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(sessions));
  if (!dirty_.empty()) NoteStream();
}

void StreamSessions::FinishWork(PullBudget* budget, v1::DownBatch* batch) {
  for (const Work& work : work_) {
    Slot* slot = Find(work.slot);
    if (slot == nullptr || !(slot->id == work.session.id)) continue;
    const bool sent = work.pulled.last_seq > slot->sent_seq;
    slot->sent_seq = work.pulled.last_seq;
    if (work.pulled.more) MarkDirty(work.slot, *slot);
    if (slot->acked_id >= slot->last_id) continue;
    v1::DownFrame* frame = nullptr;
    if (sent) {
      frame = batch->mutable_frames(work.first_frame);
    } else if (budget->frames > 0) {
      --budget->frames;
      frame = batch->add_frames();
      frame->set_slot(work.slot);
    } else {
      MarkDirty(work.slot, *slot);
      continue;
    }
    frame->set_ack_id(slot->last_id);
    slot->acked_id = slot->last_id;
    slot->unacknowledged = 0;
  }
}

// Signed only here, with no lock held: neither this nor the engine's, under which a session is opened.
void StreamSessions::SetIceServers(v1::DownBatch* batch) {
  for (v1::DownFrame& frame : *batch->mutable_frames()) {
    if (frame.has_opened()) {
      *frame.mutable_opened()->mutable_ice_servers() = MakeIceServers(frame.opened().session_id());
    }
  }
}

v1::IceServers StreamSessions::MakeIceServers(const std::string& session_id) {
  if (ice_servers_.has_turn()) probe_.TurnCredentialMade();
  return ice_servers_.For(session_id);
}

void StreamSessions::PlanIceRenewal(std::uint32_t number, Slot& slot) {
  if (!ice_servers_.has_turn()) return;
  slot.ice_renewal = ice_servers_.RenewalTime();
  ice_renewals_.emplace(slot.ice_renewal, number);
}

void StreamSessions::RenewIceServers() {
  std::vector<std::pair<std::uint32_t, SessionId>> due;
  {
    MutexLock lock(mu_);
    const absl::Duration now = ice_servers_.Now();
    while (!ice_renewals_.empty() && ice_renewals_.begin()->first <= now) {
      const std::uint32_t number = ice_renewals_.begin()->second;
      ice_renewals_.erase(ice_renewals_.begin());
      Slot& slot = slots_.at(number);
      PlanIceRenewal(number, slot);
      due.emplace_back(number, slot.id);
    }
  }
  for (const auto& [number, id] : due) {
    v1::IceServers servers = MakeIceServers(id.ToString());
    MutexLock lock(mu_);
    const Slot* slot = Find(number);
    if (slot == nullptr || slot->closed || !(slot->id == id)) continue;
    *AddControl(number).mutable_notice()->mutable_ice_servers() = std::move(servers);
  }
}

void StreamSessions::Count(const v1::DownBatch& batch) {
  for (const v1::DownFrame& frame : batch.frames()) {
    probe_.Sent(TypeOf(frame));
    const v1::Error* error = frame.has_error() ? &frame.error() : nullptr;
    if (frame.has_closed() && frame.closed().has_error()) error = &frame.closed().error();
    Reason reason;
    if (error != nullptr && FromProto(error->reason(), &reason)) probe_.ErrorSent(reason);
  }
}

void StreamSessions::Tick() {
  {
    MutexLock lock(mu_);
    for (const std::uint32_t number : ack_waiting_) {
      Slot* slot = Find(number);
      if (slot == nullptr) continue;
      slot->ack_waiting = false;
      if (slot->acked_id < slot->last_id) MarkDirty(number, *slot);
    }
    ack_waiting_.clear();
  }
  RenewIceServers();
}

void StreamSessions::DetachAll(DetachCause cause) {
  std::vector<SessionRef> sessions;
  {
    MutexLock lock(mu_);
    for (const auto& [number, slot] : slots_) sessions.push_back({slot.id, slot.epoch});
  }
  for (const SessionRef& session : sessions) engine_.Detach(session, this, cause);
}

absl::Status StreamSessions::fault() const {
  MutexLock lock(mu_);
  return fault_;
}

void StreamSessions::OnOpened(std::uint64_t tag, v1::Opened opened) {
  MutexLock lock(mu_);
  Slot* slot = Find(tag);
  if (slot == nullptr) return;
  slot->epoch = opened.epoch();
  PlanIceRenewal(static_cast<std::uint32_t>(tag), *slot);
  probe_.SessionOpened(absl::FromChrono(std::chrono::steady_clock::now() - slot->opening_since));
  *AddControl(tag).mutable_opened() = std::move(opened);
}

void StreamSessions::OnUnsent(std::uint64_t tag) {
  MutexLock lock(mu_);
  if (Slot* slot = Find(tag)) MarkDirty(static_cast<std::uint32_t>(tag), *slot);
}

void StreamSessions::OnApplied(std::uint64_t tag, std::uint64_t last_id) {
  MutexLock lock(mu_);
  Slot* slot = Find(tag);
  if (slot == nullptr) return;
  if (last_id == slot->last_id) slot->acked_id = 0;  // a duplicate: say it again
  slot->last_id = last_id;
  if (++slot->unacknowledged >= kMaxWaitingAcknowledgements) {
    MarkDirty(static_cast<std::uint32_t>(tag), *slot);
  } else if (!slot->ack_waiting) {
    slot->ack_waiting = true;
    ack_waiting_.push_back(static_cast<std::uint32_t>(tag));
  }
}

void StreamSessions::OnGap(std::uint64_t tag, std::uint64_t last_id) {
  MutexLock lock(mu_);
  fault_ = absl::AbortedError(
      absl::StrCat("slot ", tag, ": after_id is above ", last_id, ", the last id processed"));
  NoteStream();
}

void StreamSessions::OnProbe(std::uint64_t tag) {
  MutexLock lock(mu_);
  AddControl(tag).mutable_probe();
}

void StreamSessions::OnClosed(std::uint64_t tag, v1::Closed closed) {
  MutexLock lock(mu_);
  if (Slot* slot = Find(tag)) {
    slot->closed = true;
    ice_renewals_.erase({slot->ice_renewal, static_cast<std::uint32_t>(tag)});
  }
  *AddControl(tag).mutable_closed() = std::move(closed);
}

StreamSessions::Slot* StreamSessions::Find(std::uint64_t tag) {
  const auto found = slots_.find(static_cast<std::uint32_t>(tag));
  return found == slots_.end() ? nullptr : &found->second;
}

v1::DownFrame& StreamSessions::AddControl(std::uint64_t tag) {
  NoteStream();
  v1::DownFrame& frame = controls_.emplace_back();
  frame.set_slot(static_cast<std::uint32_t>(tag));
  return frame;
}

void StreamSessions::MarkDirty(std::uint32_t number, Slot& slot) {
  if (slot.dirty) return;
  slot.dirty = true;
  dirty_.push_back(number);
  NoteStream();
}

void StreamSessions::NoteStream() {
  if (noted_) return;
  noted_ = true;
  queue_.Note(stream_);
}

}  // namespace signaling

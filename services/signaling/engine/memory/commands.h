// What a session's numbered frames do: each part of the state is asked for what is its own.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "services/signaling/engine/memory/memory_state.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine. The contents of frames may be taken.
class Commands {
 public:
  explicit Commands(MemoryState& state) : state_(state) {}

  // What became of a frame: done, or to wait for `rival`, which has the wanted client_id.
  struct Outcome {
    Session* rival = nullptr;
    bool gave_up_name = false;  // the session has no longer the client_id that it had in its room
  };
  Outcome Execute(Session* session, signaling::v1::UpFrame* frame);

 private:
  Outcome ExecuteRoom(Session* session, signaling::v1::UpFrame* frame);
  void Update(Session* session, signaling::v1::UpFrame* frame);
  Outcome Join(Session* session, const signaling::v1::UpFrame& frame);
  Outcome Leave(Session* session, const signaling::v1::UpFrame& frame);
  void Offer(Session* session, signaling::v1::UpFrame* frame);
  Outcome Signal(Session* session, signaling::v1::UpFrame* frame);
  void Refuse(Session* session, std::uint64_t id, const absl::Status& refusal);

  // Takes the client_id that the session named, once. The rival that has it, or null.
  Session* Adopt(Session* session, const std::string& client_id);

  MemoryState& state_;
};

}  // namespace signaling

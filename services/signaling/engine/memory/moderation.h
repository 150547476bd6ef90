// What moderators and back ends do to rooms and those in them.
#pragma once

#include <string>
#include <string_view>

#include "services/signaling/engine/memory/rooms.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
class Moderation {
 public:
  Moderation(const EngineOptions& options, Rooms& rooms, Delivery& delivery)
      : options_(options), rooms_(rooms), delivery_(delivery) {}

  // A participant's command.
  void Execute(Session* session, const signaling::v1::UpFrame& frame);

  // A back end's. Removes and bans, also who is not there; true: it was there, or knocked.
  bool Remove(const std::string& room, const std::string& client_id, absl::Duration ban,
              std::string_view reason);
  absl::Status Update(Room* room, const signaling::v1::RoomOptions& options);

 private:
  absl::Status Command(Session* session, const signaling::v1::Moderate& moderate);
  // `by` is empty for a back end.
  void Lock(Room* room, bool locked, const std::string& by);

  // Constant after construction.
  const EngineOptions& options_;
  Rooms& rooms_;
  Delivery& delivery_;
};

}  // namespace signaling

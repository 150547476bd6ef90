// What a session is called in the log: its id, its client, its room and the trace that it is part of. In one piece of
// memory, since a gateway holds many sessions that do nothing else. Not thread-safe; owned by the session.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace signaling::gateway {

class SessionNames {
 public:
  explicit SessionNames(std::string_view traceparent) { Set(kTrace, traceparent); }

  // Each is empty where there is none.
  std::string_view session_id() const { return Get(kSession); }
  std::string_view client_id() const { return Get(kClient); }
  // The last one that it is known to have been in: who resumes is not told which it is in.
  std::string_view room() const { return Get(kRoom); }
  std::string_view traceparent() const { return Get(kTrace); }

  void set_session_id(std::string_view id) { Set(kSession, id); }
  void set_client_id(std::string_view id) { Set(kClient, id); }
  void set_room(std::string_view room) { Set(kRoom, room); }

 private:
  enum Name : std::uint8_t { kSession, kClient, kRoom, kTrace };
  static constexpr std::size_t kNames = 4;

  std::string_view Get(Name name) const;
  void Set(Name name, std::string_view text);

  std::array<std::uint16_t, kNames> lengths_{};
  std::unique_ptr<char[]> text_;  // all of them, one after the other
};

}  // namespace signaling::gateway

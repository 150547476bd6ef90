// The numbers of one client's messages, and the window of those that the service has not acknowledged.
// Not thread-safe; owned by the session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace signaling::gateway {

class Inbound {
 public:
  struct Numbers {
    std::uint64_t id = 0;
    std::uint64_t after_id = 0;
  };

  // The client gave this message `id`, 0 for none: then it gets the next one. False: it was passed on before.
  bool Number(std::uint64_t id, Numbers* numbers);

  // The message that Number returned has been passed on.
  void PassedOn(const Numbers& numbers, std::size_t bytes);

  // The service has processed everything up to `id`.
  void Acknowledged(std::uint64_t id);

  // As much is on its way as may be: read no more from the client.
  bool full() const;
  // The client has given an id of its own: it gets acknowledgements and `reply_to`.
  bool numbered() const { return numbered_; }
  // The highest id that the service has acknowledged.
  std::uint64_t acknowledged() const { return acknowledged_; }
  std::uint64_t highest() const { return highest_; }

 private:
  struct Entry {
    std::uint64_t id;
    std::size_t bytes;
  };

  bool numbered_ = false;
  std::uint64_t highest_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::vector<Entry> window_;  // from first_ on, in order of ids
  std::size_t first_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace signaling::gateway

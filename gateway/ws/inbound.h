// The numbers of one client's messages, and the messages themselves until the service has acknowledged them: as they
// were received, in one buffer that is not there while nothing waits. Not thread-safe; owned by the uplink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signaling::gateway {

class Inbound {
 public:
  struct Numbers {
    std::uint64_t id = 0;
    std::uint64_t after_id = 0;
  };

  // What becomes of a message, also when it is sent again.
  enum class Verdict : std::uint8_t {
    kByContent,
    kFalseAck,  // it is refused: when it came, it acknowledged what had not been sent
  };

  // A message that is kept.
  struct Kept {
    Numbers numbers;
    std::size_t begin;  // of its text
    std::size_t bytes;
    Verdict verdict;
    bool was_sent;
    std::uint8_t breaks;  // of streams that it was on its way on
  };

  // The session goes on from here: the service has processed everything up to `last_id`.
  void Resume(std::uint64_t last_id);

  // The client gave this message `id`, 0 for none: then it gets the next one. False: it came before.
  bool Number(std::uint64_t id, Numbers* numbers);

  // Keeps the message that Number returned.
  void Keep(const Numbers& numbers, std::string_view text, Verdict verdict);

  // The oldest message that is kept and not on its way; null for none. Valid until the next call.
  const Kept* NextToSend() const { return next_ < window_.size() ? &window_[next_] : nullptr; }
  std::string_view TextOf(const Kept& kept) const {
    return std::string_view(texts_).substr(kept.begin, kept.bytes);
  }
  // That message is on its way.
  void Sent() { window_[next_++].was_sent = true; }

  // All that is kept is to be sent again.
  void Rewind() { next_ = first_; }
  // Likewise, since the stream broke that some of it was on its way on.
  void StreamBroke();

  // The service has processed everything up to `id`.
  void Acknowledged(std::uint64_t id);
  // Gives back the memory that a burst took, where nothing waits.
  void Rest();

  // As much is kept as may be: read no more from the client.
  bool full() const;
  // The client has given an id of its own: it gets acknowledgements and `reply_to`.
  bool numbered() const { return numbered_; }
  // The highest id that the service has acknowledged.
  std::uint64_t acknowledged() const { return acknowledged_; }
  // The highest id that was processed before this connection.
  std::uint64_t resumed_from() const { return resumed_from_; }

 private:
  bool numbered_ = false;
  std::uint64_t highest_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t resumed_from_ = 0;
  std::vector<Kept> window_;  // from first_ on, in order of ids
  std::size_t first_ = 0;
  std::size_t next_ = 0;   // to send; at least first_
  std::size_t bytes_ = 0;  // kept
  std::string texts_;
};

}  // namespace signaling::gateway

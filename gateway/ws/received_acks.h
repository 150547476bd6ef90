// Which events of one session are known to have arrived, and what of that the service has been told. It rides on the
// next frame, or goes alone when many wait or some have waited for a tick. Not thread-safe; owned by the session.
#pragma once

#include <cstddef>
#include <cstdint>

namespace signaling::gateway {

class ReceivedAcks {
 public:
  // A client of `/` that acknowledges nothing has what its socket has taken.
  explicit ReceivedAcks(bool by_client) : by_client_(by_client) {}

  // An event was given to the socket. What the client acknowledges beyond that is false.
  void Sent(std::uint64_t seq, std::size_t bytes) {
    sent_ = seq;
    bytes_ += bytes;
  }
  std::uint64_t sent() const { return sent_; }
  // The highest that is known to have arrived.
  std::uint64_t known() const { return known_; }
  bool by_client() const { return by_client_; }

  // The session goes on from here.
  void Resume(std::uint64_t last_seq) {
    sent_ = known_ = told_ = last_seq;
    resumed_ = true;
  }

  // The client's own word, which counts alone from then on.
  void ByClient(std::uint64_t seq) {
    by_client_ = true;
    Raise(seq);
    // The first word after a resume is passed on even if it says nothing new: it voids the token before this one.
    if (resumed_ && known_ != 0) again_ = true;
    resumed_ = false;
  }
  // The socket has taken everything up to this event.
  void BySocket(std::uint64_t seq) {
    if (!by_client_) Raise(seq);
  }

  bool waiting() const { return known_ > told_ || again_; }
  // So many wait, or so large ones, that they do not wait for the tick: the service bounds both.
  bool due() const {
    return waiting() && (known_ - told_ >= kTogether || bytes_ >= kBytesTogether);
  }
  // What the next frame carries; 0: nothing new.
  std::uint64_t Take() {
    if (!waiting()) return 0;
    again_ = false;
    told_ = known_;
    if (told_ == sent_) bytes_ = 0;
    return told_;
  }

 private:
  static constexpr std::uint64_t kTogether = 32;
  // An eighth of what the service keeps for a session.
  static constexpr std::size_t kBytesTogether = std::size_t{32} * 1024;

  void Raise(std::uint64_t seq) {
    if (seq > known_) known_ = seq;
  }

  bool by_client_;
  std::uint64_t sent_ = 0;
  std::size_t bytes_ = 0;  // sent since the service was last told of everything
  std::uint64_t known_ = 0;
  std::uint64_t told_ = 0;
  bool resumed_ = false;  // and the client has not acknowledged anything since
  bool again_ = false;
};

}  // namespace signaling::gateway

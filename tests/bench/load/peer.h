// One end of a call: opens its session, sends numbered frames, checks each one that arrives.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/load/connection.h"
#include "tests/bench/load/dialect.h"
#include "tests/bench/load/tally.h"

namespace signaling::bench {

// What every peer of a run shares.
struct Setting {
  Loop* loop;
  const Corpus* corpus;
  Tally* tally;
  Dialect dialect;
  std::uint16_t port;
};

// Not thread-safe. Owned by its Pair. Not destroyed inside a callback.
class Peer : private Connection::Listener {
 public:
  // More than these may not be on their way in one direction, else latencies are taken from the wrong frame.
  static constexpr std::size_t kDueTimes = 1024;

  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnPeerReady() = 0;
    virtual void OnFrame(Peer& receiver, Kind kind) = 0;
    virtual void OnPeerEnd() = 0;
  };

  Peer(const Setting& setting, Names names, Listener* listener);

  void set_other(const Peer* other) { other_ = other; }
  // `due`: latency is counted from here.
  void Send(Kind kind, Time due);
  void Close() { connection_.Close(); }
  bool closed() const { return connection_.closed(); }
  // Sent and not yet seen by the other.
  std::uint64_t outstanding() const { return sent_ - other_->next_; }
  // Numbered messages that the server has not acknowledged; always 0 where nothing is numbered.
  std::uint64_t unacknowledged() const { return last_id_ - acked_id_; }

 private:
  void OnOpen() override;
  void OnText(std::string_view payload) override;
  void OnEnd(std::string_view why) override;
  void OnControl(std::string_view payload);
  // False: the text is not one of ours.
  bool TakeFrame(std::string_view payload);
  void Count(std::uint64_t sequence);
  void TakeNumbers(std::string_view payload);
  void SendNumbered(Frame& frame);

  // Constant after construction.
  const Setting& setting_;
  const Names names_;
  Listener* const listener_;
  const Peer* other_ = nullptr;

  bool ready_ = false;
  std::uint64_t sent_ = 0;
  std::array<std::unique_ptr<Frame>, kKinds> frames_;  // made when first sent
  std::unique_ptr<std::array<Time, kDueTimes>> due_;   // by sequence number, of what is outstanding
  std::uint64_t next_ = 0;                             // the sequence number that should come next
  std::vector<std::uint64_t> missing_;                 // skipped so far

  // On /v1.
  std::uint64_t last_id_ = 0;
  std::uint64_t acked_id_ = 0;
  std::uint64_t last_seq_ = 0;
  std::uint64_t told_seq_ = 0;

  Connection connection_;  // last: its constructor needs nothing, its events need all
};

}  // namespace signaling::bench

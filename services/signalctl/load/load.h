// A bounded load: pairs of peers that set calls up without end, each frame at its time. Not thread-safe; it blocks.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "services/signalctl/load/histogram.h"
#include "services/signalctl/ws/advice.h"

namespace signaling::ctl {

inline constexpr std::uint32_t kMaxPairs = 10'000;
inline constexpr double kMaxRate = 10'000;
inline constexpr std::chrono::minutes kMaxLoad{10};

struct LoadOptions {
  Url url;
  boost::asio::ssl::context* tls = nullptr;
  std::string caller_token;  // empty: none
  std::string answerer_token;
  Duration timeout = std::chrono::seconds(10);
  std::uint32_t pairs = 10;
  double rate = 20;  // frames a second of each pair, both ways together
  Duration duration = std::chrono::seconds(10);
  // Called in the meantime, about once a second.
  std::function<void(const struct LoadTally&)> progress = {};
};

struct LoadTally {
  std::uint32_t opened = 0;  // pairs
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;  // each frame once
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;  // came before one that was sent earlier
  std::uint64_t changed = 0;    // what came is not what was sent
  // Due, but not sent: the gateway had acknowledged too little of what was sent before, or this program came too late to it.
  std::uint64_t held_back = 0;
  std::map<std::string, std::uint64_t> errors;  // by code
  std::map<std::string, std::uint64_t> closes;  // by code, of connections that were not ours to end
  Histogram latency;                            // from when a frame was due until it had arrived
  Histogram lateness;  // by which this program itself was late to what was due
  double seconds = 0;  // of sending
  double cpu = 0;      // of this process, per second of sending; 1: one core
  bool interrupted = false;
  // Why the load did not begin.
  std::optional<Advice> failure;

  bool ok() const {
    return !failure && lost + duplicated + reordered + changed == 0 && errors.empty() &&
           closes.empty();
  }
};

LoadTally RunLoad(const LoadOptions& options);

void PrintLoad(const LoadTally& tally, const LoadOptions& options, std::ostream& out);
void PrintLoadJson(const LoadTally& tally, const LoadOptions& options, std::ostream& out);

}  // namespace signaling::ctl

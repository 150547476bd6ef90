// What the service tells Prometheus of tokens and of the keys they are checked with. Labels are fixed sets.
#pragma once

#include <array>
#include <cstddef>

#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"
#include "services/signaling/auth/jwk.h"
#include "services/signaling/auth/outcome.h"

namespace signaling::auth {

// Thread-safe.
class Probe {
 public:
  explicit Probe(prometheus::Registry& registry);

  void Judged(Outcome outcome) { judged_[static_cast<std::size_t>(outcome)]->Increment(); }
  void Reloaded(KeySource source, bool good) {
    reloads_[static_cast<std::size_t>(source)][good ? 1 : 0]->Increment();
  }
  void HasKeys(std::size_t keys) { keys_.Set(static_cast<double>(keys)); }

 private:
  // Constant after construction.
  prometheus::Gauge& keys_;
  std::array<prometheus::Counter*, kOutcomeNames.size()> judged_{};
  std::array<std::array<prometheus::Counter*, 2>, 2> reloads_{};
};

}  // namespace signaling::auth

#include "services/signaling/auth/probe.h"

#include <string>

namespace signaling::auth {

Probe::Probe(prometheus::Registry& registry)
    : keys_(prometheus::BuildGauge()
                .Name("signaling_auth_keys")
                .Help("Keys that tokens are checked with.")
                .Register(registry)
                .Add({})) {
  auto& judged = prometheus::BuildCounter()
                     .Name("signaling_authentications_total")
                     .Help("Tokens that were checked, by what became of them.")
                     .Register(registry);
  for (std::size_t i = 0; i < kOutcomeNames.size(); ++i) {
    judged_[i] = &judged.Add({{"result", std::string(kOutcomeNames[i])}});
  }
  auto& reloads = prometheus::BuildCounter()
                      .Name("signaling_auth_key_reloads_total")
                      .Help("Readings of the key file and fetches of the JWKS URL.")
                      .Register(registry);
  constexpr std::array kSources = {"file", "url"};
  constexpr std::array kResults = {"error", "ok"};
  for (std::size_t source = 0; source < kSources.size(); ++source) {
    for (std::size_t result = 0; result < kResults.size(); ++result) {
      reloads_[source][result] =
          &reloads.Add({{"source", kSources[source]}, {"result", kResults[result]}});
    }
  }
}

}  // namespace signaling::auth

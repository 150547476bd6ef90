#include "gateway/link/link_set.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace signaling::gateway {

LinkSet::LinkSet(IoContext& io, LinkOptions options, Events events)
    : io_(io), options_(std::move(options)), events_(std::move(events)) {}

LinkSet::~LinkSet() = default;

void LinkSet::SetReplicas(const std::vector<std::string>& addresses) {
  if (stopping_) return;
  for (const auto& replica : replicas_) {
    replica->SetWanted(std::find(addresses.begin(), addresses.end(), replica->address()) !=
                       addresses.end());
  }
  for (const std::string& address : addresses) {
    const bool known =
        std::any_of(replicas_.begin(), replicas_.end(),
                    [&address](const auto& replica) { return replica->address() == address; });
    if (known) continue;
    replicas_.push_back(
        std::make_unique<Replica>(io_, options_, static_cast<Replica::Owner&>(*this), address));
    replicas_.back()->Start();
  }
}

Link* LinkSet::Pick() {
  if (preferred_ != nullptr) return preferred_;
  GrpcLink* best = nullptr;
  std::tuple<bool, std::size_t> best_rank;
  for (const auto& replica : replicas_) {
    GrpcLink* const link = replica->link();
    if (link == nullptr) continue;
    const std::tuple<bool, std::size_t> rank(!replica->wanted(), link->sessions());
    if (best != nullptr && rank >= best_rank) continue;
    best = link;
    best_rank = rank;
  }
  return best;
}

void LinkSet::Move(GrpcLink& from, GrpcLink* next) {
  preferred_ = next;
  if (Pick() != nullptr) from.MoveSessions();
  preferred_ = nullptr;
}

void LinkSet::OnReplicaUp() {
  UpdateReady();
  events_.on_link_ready();
}

void LinkSet::OnReplicaDown() {
  UpdateReady();
  if (stopping_) return;
  events_.on_link_down();
  if (ready_) events_.on_link_ready();
}

void LinkSet::UpdateReady() {
  const bool ready = !stopping_ && Pick() != nullptr;
  if (std::exchange(ready_, ready) != ready) events_.on_ready_change(ready);
}

std::size_t LinkSet::usable() const {
  return static_cast<std::size_t>(
      std::count_if(replicas_.begin(), replicas_.end(),
                    [](const auto& replica) { return replica->link() != nullptr; }));
}

std::string LinkSet::trouble() const {
  const LinkFailure* worst = nullptr;
  for (const auto& replica : replicas_) {
    const LinkFailure* const failure = replica->failure();
    if (failure == nullptr || !replica->wanted()) continue;
    if (worst == nullptr || (failure->is_refusal && !worst->is_refusal)) worst = failure;
  }
  return worst == nullptr ? std::string() : worst->words;
}

void LinkSet::Tick(Instant now) {
  for (const auto& replica : replicas_) replica->Tick(now);
  std::erase_if(replicas_,
                [](const auto& replica) { return !replica->wanted() && replica->over(); });
}

void LinkSet::Shutdown() {
  if (std::exchange(stopping_, true)) return;
  for (const auto& replica : replicas_) replica->Shutdown();
  UpdateReady();
}

bool LinkSet::over() const {
  return std::all_of(replicas_.begin(), replicas_.end(),
                     [](const auto& replica) { return replica->over(); });
}

}  // namespace signaling::gateway

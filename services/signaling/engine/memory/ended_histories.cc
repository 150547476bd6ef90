#include "services/signaling/engine/memory/ended_histories.h"

#include <iterator>
#include <utility>

namespace signaling {
namespace {

constexpr absl::Duration kKept = absl::Minutes(10);
constexpr std::size_t kMaxLives = 2048;

template <typename Map, typename Key>
EndedHistories::Life* FindIn(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second->life;
}

// The newer of two under the same key is the one that is found.
template <typename Map, typename Key, typename Row>
void EraseFrom(Map& map, const Key& key, Row row) {
  const auto found = map.find(key);
  if (found != map.end() && found->second == row) map.erase(found);
}

}  // namespace

EndedHistories::Life* EndedHistories::Add(Life life) {
  const auto row = rows_.insert(rows_.end(), Row{std::move(life), clock_.Uptime() + kKept});
  if (!row->life.offer_id.empty()) {
    offers_[row->life.offer_id] = row;
  } else {
    sessions_[row->life.session] = row;
    if (row->life.number != 0) numbers_[row->life.number] = row;
  }
  if (rows_.size() > kMaxLives) ForgetOldest();
  return &row->life;
}

EndedHistories::Life* EndedHistories::FindSession(const SessionId& id) {
  return FindIn(sessions_, id);
}

EndedHistories::Life* EndedHistories::FindSession(std::uint64_t number) {
  return FindIn(numbers_, number);
}

EndedHistories::Life* EndedHistories::FindOffer(const std::string& id) {
  return FindIn(offers_, id);
}

void EndedHistories::Expire() {
  while (!rows_.empty() && rows_.front().until <= clock_.Uptime()) ForgetOldest();
}

void EndedHistories::ForgetOldest() {
  const auto row = rows_.begin();
  EraseFrom(offers_, row->life.offer_id, row);
  EraseFrom(sessions_, row->life.session, row);
  EraseFrom(numbers_, row->life.number, row);
  rows_.erase(row);
}

}  // namespace signaling

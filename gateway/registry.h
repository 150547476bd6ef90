// All objects of one kind that are alive on a worker, so that its tick can visit them. Entering and leaving cost
// nothing but an index in the object. Not thread-safe; owned by the worker, outlives the objects.
#pragma once

#include <cstddef>
#include <vector>

namespace signaling::gateway {

template <typename T>
class Registry {
 public:
  // A member of T; enters in the constructor and leaves in the destructor.
  class Entry {
   public:
    Entry(Registry& registry, T& object) : registry_(registry), index_(registry.entries_.size()) {
      registry_.entries_.push_back({this, &object});
    }
    ~Entry() {
      registry_.entries_[index_] = registry_.entries_.back();
      registry_.entries_[index_].entry->index_ = index_;
      registry_.entries_.pop_back();
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    Registry& registry_;
    std::size_t index_;
  };

  std::size_t size() const { return entries_.size(); }

  // `visit` must neither make nor destroy an object of this kind.
  template <typename Visit>
  void ForEach(Visit visit) {
    for (const Row& row : entries_) visit(*row.object);
  }

 private:
  struct Row {
    Entry* entry;
    T* object;
  };
  std::vector<Row> entries_;
};

}  // namespace signaling::gateway

// A file that exists in this process alone, for a library that reads only files. Not thread-safe, but its path may be opened
// and read from any thread. Owned by who writes it.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace signaling {

class MemoryFile {
 public:
  MemoryFile() = default;
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  // Whoever opens the path finds the whole of the old content or the whole of the new one. The modification time is
  // another second each time: who compares it before and after two readings knows whether both were of one content.
  absl::Status Replace(std::string_view content);

  // Nothing before the first Replace.
  std::string path() const;

 private:
  int descriptor_ = -1;
  std::time_t generation_ = 0;
};

}  // namespace signaling

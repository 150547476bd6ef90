#include "services/signaling/rpc/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace signaling {
namespace {

// MFD_NOEXEC_SEAL, which not all headers know: kernels may be told to make no others, and old ones do not know it.
constexpr unsigned kNoExecute = 8;

int Create() {
  const int created = memfd_create("signaling", MFD_CLOEXEC | kNoExecute);
  if (created >= 0 || errno != EINVAL) return created;
  return memfd_create("signaling", MFD_CLOEXEC);
}

bool WriteAll(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::Status MemoryFile::Replace(std::string_view content) {
  const int fresh = Create();
  const timespec time{.tv_sec = ++generation_, .tv_nsec = 0};
  const timespec times[] = {time, time};
  const bool made = fresh >= 0 && WriteAll(fresh, content) && futimens(fresh, times) == 0;
  if (made && descriptor_ < 0) {
    descriptor_ = fresh;
    return absl::OkStatus();
  }
  const bool replaced = made && dup3(fresh, descriptor_, O_CLOEXEC) >= 0;
  const absl::Status status =
      replaced ? absl::OkStatus() : absl::ErrnoToStatus(errno, "cannot keep a file in memory");
  if (fresh >= 0) close(fresh);
  return status;
}

std::string MemoryFile::path() const {
  return descriptor_ < 0 ? std::string() : absl::StrCat("/proc/self/fd/", descriptor_);
}

}  // namespace signaling

#include "services/signaling/core/sdp.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/limits.h"
#include "services/signaling/core/ice.h"
#include "services/signaling/core/sdp_fields.h"
#include "services/signaling/core/sdp_grammar.h"

namespace signaling {
namespace {

using sdp::Attribute;

// Where a line may stand: a type's place in the order of RFC 8866, section 5. 0 is nowhere.
constexpr int SessionPlace(char type) {
  switch (type) {
    case 'v': return 1;
    case 'o': return 2;
    case 's': return 3;
    case 'i': return 4;
    case 'u': return 5;
    case 'e': return 6;
    case 'p': return 7;
    case 'c': return 8;
    case 'b': return 9;
    case 't':
    case 'r':
    case 'z': return 10;
    case 'k': return 11;
    case 'a': return 12;
    default: return 0;
  }
}

constexpr int MediaPlace(char type) {
  switch (type) {
    case 'i': return 1;
    case 'c': return 2;
    case 'b': return 3;
    case 'k': return 4;
    case 'a': return 5;
    default: return 0;
  }
}

// The session level, or one m= section.
struct Section {
  std::size_t line = 0;
  std::string_view mid;
  bool port_zero = false;
  bool bundle_only = false;
  bool fingerprint = false;
  bool ufrag = false;
  bool password = false;

  bool Rejected() const { return port_zero && !bundle_only; }
};

class Checker {
 public:
  absl::Status Check(std::string_view text) {
    sdp::Lines lines(text);
    std::string_view line, end;
    while (lines.Next(&line, &end)) {
      ++number_;
      if (const char* what = CheckLine(line)) return Fault(number_, what);
    }
    if (sections_.empty()) {
      if (const char* what = FirstMissing(SessionPlace('a'))) return Fault(number_, what);
    }
    return CheckTransports();
  }

 private:
  static absl::Status Fault(std::size_t line, const char* what) {
    return absl::InvalidArgumentError(absl::StrCat("sdp line ", line, ": ", what));
  }

  const char* CheckLine(std::string_view line) {
    if (number_ > kMaxSdpLines) return "is one line too many";
    if (line.size() > kMaxSdpLineBytes) return "is too long";
    if (line.size() < 2 || line[1] != '=' || line[0] < 'a' || line[0] > 'z') {
      return "is not of the form x=value (RFC 8866, section 5)";
    }
    if (sdp::HoldsControl(line)) return "holds a control character";
    const char type = line[0];
    line.remove_prefix(2);
    if (type == 'm') return OpenSection(line);
    if (const char* what = CheckPlace(type)) return what;
    if (type == 'a') return CheckAttributeLine(line);
    return sdp::CheckField(type, line);
  }

  const char* CheckPlace(char type) {
    const bool in_session = sections_.empty();
    const int place = in_session ? SessionPlace(type) : MediaPlace(type);
    if (place == 0) return "is of no type that may stand here (RFC 8866, section 5)";
    if (in_session) {
      if (const char* what = FirstMissing(place)) return what;
    }
    if (place < place_) return "is out of order (RFC 8866, section 5)";
    const bool again = place == place_;
    place_ = place;
    if (type == 't') return nullptr;
    // r= and z= belong to the t= before them.
    if (type == 'r' || type == 'z') {
      return again ? nullptr : "stands before t= (RFC 8866, section 5)";
    }
    const bool may_repeat =
        type == 'a' || type == 'b' || (in_session ? type == 'e' || type == 'p' : type == 'c');
    if (again && !may_repeat) return "stands twice (RFC 8866, section 5)";
    return nullptr;
  }

  // Of the lines that every description has before `place`.
  const char* FirstMissing(int place) const {
    if (place_ < 1 && place > 1) return "must be v=0 (RFC 8866, section 5.1)";
    if (place_ < 2 && place > 2) return "o= is missing up to here (RFC 8866, section 5.2)";
    if (place_ < 3 && place > 3) return "s= is missing up to here (RFC 8866, section 5.3)";
    if (place_ < 10 && place > 10) return "t= is missing up to here (RFC 8866, section 5.9)";
    return nullptr;
  }

  const char* OpenSection(std::string_view value) {
    if (sections_.empty()) {
      if (const char* what = FirstMissing(SessionPlace('a'))) return what;
      sections_.reserve(8);
    }
    if (sections_.size() == kMaxSdpSections) return "is one media section too many";
    const auto media = sdp::ParseMediaLine(value);
    if (!media) {
      return "is not media, port, protocol and formats (RFC 8866, section 5.14)";
    }
    place_ = 0;
    sections_.push_back({.line = number_, .mid = {}, .port_zero = media->port == 0});
    return nullptr;
  }

  const char* CheckAttributeLine(std::string_view value) {
    const Attribute attribute(value);
    if (const char* what = sdp::CheckAttribute(attribute)) return what;
    Section& section = sections_.empty() ? session_ : sections_.back();
    const std::string_view name = attribute.name;
    if (name == "fingerprint") {
      section.fingerprint = section.fingerprint || sdp::IsSha256(attribute.value);
    } else if (name == "ice-ufrag") {
      section.ufrag = true;
    } else if (name == "ice-pwd") {
      section.password = true;
    } else if (name == "bundle-only") {
      section.bundle_only = true;
    } else if (name == "mid") {
      return TakeMid(&section, attribute.value);
    } else if (name == "candidate") {
      return TakeCandidate(value);
    } else if (name == "group" && sections_.empty() && attribute.value.starts_with("BUNDLE ")) {
      return TakeBundle(attribute.value.substr(7));
    }
    return nullptr;
  }

  const char* TakeCandidate(std::string_view value) {
    const absl::Status status = ParseCandidate(value).status();
    if (status.ok()) return nullptr;
    candidate_fault_ = std::string(status.message());
    return candidate_fault_.c_str();
  }

  // The bound is also one on the work of BundleTag.
  const char* TakeBundle(std::string_view mids) {
    bundled_ += static_cast<std::size_t>(std::count(mids.begin(), mids.end(), ' ')) + 1;
    if (bundled_ > kMaxSdpSections) return "BUNDLE names too many sections (RFC 8843, section 7.1)";
    bundles_.push_back(mids);
    return nullptr;
  }

  const char* TakeMid(Section* section, std::string_view mid) {
    if (sections_.empty()) return "mid belongs into a media section (RFC 5888, section 4)";
    if (!section->mid.empty()) return "mid stands twice (RFC 5888, section 4)";
    if (FindMid(mid) != nullptr) return "mid is that of another section (RFC 5888, section 4)";
    section->mid = mid;
    return nullptr;
  }

  const Section* FindMid(std::string_view mid) const {
    const auto found = std::find_if(sections_.begin(), sections_.end(),
                                    [mid](const Section& section) { return section.mid == mid; });
    return found == sections_.end() ? nullptr : &*found;
  }

  // RFC 8843, section 7: the section that the group's transport is described in. nullptr without a group.
  const Section* BundleTag(const Section& section) const {
    for (const std::string_view bundle : bundles_) {
      sdp::Words words(bundle);
      std::string_view first, mid;
      words.Next(&first);
      for (mid = first; mid != section.mid;) {
        if (!words.Next(&mid)) break;
      }
      if (mid != section.mid) continue;
      const Section* tag = FindMid(first);
      return tag != nullptr && !tag->Rejected() ? tag : nullptr;
    }
    return nullptr;
  }

  absl::Status CheckTransports() const {
    for (const Section& section : sections_) {
      if (section.Rejected()) continue;
      const Section* tag = nullptr;
      const auto has = [&](bool Section::*part) {
        return session_.*part || section.*part || (tag != nullptr && tag->*part);
      };
      if (!section.fingerprint || !section.ufrag || !section.password) tag = BundleTag(section);
      if (!has(&Section::fingerprint)) {
        return Fault(section.line,
                     "the media section has no SHA-256 fingerprint (RFC 8122, section 5; RFC 8829, "
                     "section 5.2.1)");
      }
      if (!has(&Section::ufrag) || !has(&Section::password)) {
        return Fault(section.line,
                     "the media section lacks ice-ufrag or ice-pwd (RFC 8839, section 5.4)");
      }
    }
    return absl::OkStatus();
  }

  Section session_;
  std::vector<Section> sections_;
  std::vector<std::string_view> bundles_;  // the mids of each group
  std::size_t bundled_ = 0;
  std::string candidate_fault_;
  std::size_t number_ = 0;
  int place_ = 0;
};

}  // namespace

absl::Status CheckSdp(std::string_view sdp) {
  if (sdp.empty()) return absl::InvalidArgumentError("sdp is empty");
  if (sdp.size() > kMaxSdpBytes) {
    return absl::InvalidArgumentError(absl::StrCat("sdp is over ", kMaxSdpBytes, " bytes"));
  }
  return Checker().Check(sdp);
}

}  // namespace signaling

// What the doctor found: five steps of several checks each. Values; printed as text for people, or as JSON.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "services/signalctl/ws/advice.h"

namespace signaling::ctl {

enum class Outcome { kOk, kFailed, kNotChecked };

struct Check {
  std::string name;
  Outcome outcome = Outcome::kOk;
  std::string detail;                   // what was seen, or why it was not checked
  std::string meaning = {};             // of a failure
  std::string next = {};                // what to do
  std::vector<std::string> lines = {};  // more of what was seen
};

// A check that failed for this reason.
Check Failed(std::string name, Advice advice);
Check NotChecked(std::string name, std::string why, std::string next = {});

struct Step {
  int number = 0;
  std::string title;
  std::vector<Check> checks = {};

  // Failed where one of its checks is, not checked where none of them was.
  Outcome outcome() const;
};

struct Report {
  std::string url;
  std::string traceparent;
  std::vector<Step> steps = {};

  bool ok() const;
};

// Control characters in what servers and logs say are made harmless here.
void PrintText(const Report& report, bool colour, std::ostream& out);
// One object: url, traceparent, ok, steps: [{step, title, outcome, checks: [{name, outcome, detail, meaning?, next?, lines?}]}].
void PrintJson(const Report& report, std::ostream& out);

}  // namespace signaling::ctl

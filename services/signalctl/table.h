// Aligned columns for people.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace signaling::ctl {

// A value. Cells may hold what others wrote: they are made printable here.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

  // As many cells as there are headings; an empty one is shown as "-". `alarming`: red where there are colours.
  void Add(std::vector<std::string> cells, bool alarming = false);

  bool empty() const { return rows_.empty(); }

  struct Style {
    bool header = true;
    bool colour = false;
  };
  // Nothing where there is no row.
  void Print(std::ostream& out, Style style) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    bool alarming;
  };

  std::vector<std::string> headings_;
  std::vector<Row> rows_;
};

// The same for one thing: a line each, "name  value". Nothing of an empty value.
class Sheet {
 public:
  void Add(std::string name, std::string value);
  void Print(std::ostream& out) const;

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

}  // namespace signaling::ctl

// Rows of text under headings, for a terminal.
#pragma once

#include <string>
#include <vector>

namespace nats_cli {

class Table {
public:
    explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}

    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

    // The headings, then a line for each row; every column as wide as its widest text.
    std::vector<std::string> lines() const;

private:
    std::vector<std::vector<std::string>> rows_; // the first row has the headings
};

} // namespace nats_cli
